//! `getAvailabilityCalendar`: what each date comes to.

use booking_client::types::AvailabilityStatus;
use booking_tests::TestService;

use crate::support::{BELLA, HIRSCH, MONDAY, book, times};

/// What so many dates from `first` on come to for a party.
async fn calendar(
    service: &TestService,
    restaurant: i64,
    (first, days): (&str, i32),
    party: i32,
) -> Vec<(String, AvailabilityStatus)> {
    let answer = service
        .guest()
        .get_availability_calendar()
        .restaurant_id(restaurant)
        .date(first)
        .days(days)
        .party_size(party)
        .send()
        .await
        .expect("the calendar can be told");
    let days = answer.days.iter();
    days.map(|day| (day.date.to_string(), day.status.clone()))
        .collect()
}

async fn status(
    service: &TestService,
    restaurant: i64,
    date: &str,
    party: i32,
) -> AvailabilityStatus {
    let mut days = calendar(service, restaurant, (date, 1), party).await;
    let (shown, status) = days.remove(0);
    assert_eq!(shown, date);
    status
}

#[tokio::test]
async fn a_date_is_free_exactly_when_it_has_a_free_slot() {
    let service = TestService::start().await;
    for party in [2, 8] {
        let days = calendar(&service, HIRSCH, ("2027-02-20", 31), party).await;
        assert_eq!(days.len(), 31);
        assert!(days.is_sorted());
        for (date, status) in days {
            let has_slots = !times(&service, HIRSCH, &date, party).await.is_empty();
            let is_free = matches!(
                status,
                AvailabilityStatus::Free | AvailabilityStatus::FewLeft
            );
            assert_eq!(is_free, has_slots, "{date} {status}");
        }
    }
}

#[tokio::test]
async fn a_date_that_is_not_free_says_why() {
    let service = TestService::start().await;
    // The demo's special day: the first Thursday of next month.
    let special = status(&service, HIRSCH, "2027-03-04", 2).await;
    assert_eq!(special, AvailabilityStatus::Closed);
    assert_eq!(
        status(&service, HIRSCH, MONDAY, 2).await,
        AvailabilityStatus::Closed
    );
    let past = status(&service, BELLA, "2027-02-07", 2).await;
    assert_eq!(past, AvailabilityStatus::Past);
    let far = status(&service, BELLA, "2028-02-09", 2).await;
    assert_eq!(far, AvailabilityStatus::NotOpenYet);
    assert_eq!(
        status(&service, BELLA, MONDAY, 10).await,
        AvailabilityStatus::Free
    );
    for time in ["12:00", "13:30", "17:00", "18:30"] {
        book(&service, BELLA, MONDAY, time, 10).await;
    }
    let few = status(&service, BELLA, MONDAY, 10).await;
    assert_eq!(few, AvailabilityStatus::FewLeft);
    book(&service, BELLA, MONDAY, "20:00", 10).await;
    let full = status(&service, BELLA, MONDAY, 10).await;
    assert_eq!(full, AvailabilityStatus::Full);
    assert_eq!(
        status(&service, BELLA, MONDAY, 11).await,
        AvailabilityStatus::Full
    );
}

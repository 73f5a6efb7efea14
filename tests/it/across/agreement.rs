//! One set of rules decides what is offered and what is granted: with nothing in between, every slot
//! that is shown can be booked as it is, and whatever is not shown is refused.

use booking_client::types::{AvailableSlot, Booking};
use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{HARBOUR, book_as_guest, booking_path, cancel, holder, wanted, wanted_json};

/// A Wednesday, with lunch and dinner.
const DATE: &str = "2027-02-17";

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }

    fn one_of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        let bound = u64::try_from(values.len()).expect("they are few");
        values[usize::try_from(self.below(bound)).expect("it is small")]
    }
}

/// Other rules for the restaurant.
fn rules(numbers: &mut Numbers) -> String {
    let any = |numbers: &mut Numbers, values: &[&'static str]| numbers.one_of(values);
    format!(
        "UPDATE booking_policies SET slot_interval_minutes = {}, buffer_minutes = {}, max_covers = {},
            min_notice_minutes = {}, online_max_party = {}, turn_minutes = {},
            turn_step_parties = '{{5}}', turn_step_minutes = '{{{}}}' WHERE restaurant_id = {HARBOUR};
         UPDATE service_periods SET max_parties = {}, max_covers = {}, ends = '{}'
            WHERE restaurant_id = {HARBOUR} AND first_seating = '17:30';
         DELETE FROM blockouts;
         INSERT INTO blockouts (restaurant_id, table_id, starts, ends)
            SELECT {HARBOUR}, min(table_id), '2027-02-17 18:00', '2027-02-17 20:00' FROM dining_tables
            WHERE restaurant_id = {HARBOUR} AND max_party = {}",
        any(numbers, &["15", "20", "30"]),
        any(numbers, &["0", "15"]),
        any(numbers, &["NULL", "12", "30"]),
        any(numbers, &["0", "600"]),
        any(numbers, &["20", "6"]),
        any(numbers, &["60", "90", "105"]),
        any(numbers, &["120", "150"]),
        any(numbers, &["NULL", "1", "3"]),
        any(numbers, &["NULL", "6", "12"]),
        any(numbers, &["22:30", "01:00"]),
        any(numbers, &["2", "5", "12"]),
    )
}

/// Other rules for changes, which bind guests.
fn rules_of_changes(numbers: &mut Numbers) -> String {
    format!(
        "UPDATE booking_policies SET change_cutoff_minutes = {}, confirmation_min_party = {}
            WHERE restaurant_id = {HARBOUR}",
        numbers.one_of(&["NULL", "600", "20000"]),
        numbers.one_of(&["NULL", "4"]),
    )
}

/// A guest's request for this time of the service date.
fn asked(party: i32, date: &Value, time: &str) -> Value {
    let mut body = wanted_json();
    body["restaurant_id"] = HARBOUR.into();
    body["booking_date"] = date.clone();
    body["booking_time"] = time.into();
    body["service_date"] = DATE.into();
    body["party_size"] = party.into();
    body
}

#[tokio::test]
async fn what_is_shown_is_granted_and_what_is_not_shown_is_refused() {
    let service = TestService::start().await;
    let mut numbers = Numbers(7);
    let (mut granted, mut refused) = (0, 0);
    for _ in 0..8 {
        service.sql(&rules(&mut numbers)).await;
        for _ in 0..6 {
            let party = i32::try_from(1 + numbers.below(9)).expect("it is small");
            let answer = service
                .guest()
                .get_availability()
                .restaurant_id(HARBOUR)
                .date(DATE)
                .party_size(party)
                .send()
                .await
                .expect("the availability can be told");
            let slots: Vec<&AvailableSlot> = answer.slots.iter().collect();
            // A time of that day which is not shown, on or off the grid.
            for _ in 0..3 {
                let (hour, minute) = (11 + numbers.below(13), 5 * numbers.below(12));
                let time = format!("{hour:02}:{minute:02}");
                if slots.iter().any(|slot| slot.booking_time.as_str() == time) {
                    continue;
                }
                let body = asked(party, &DATE.into(), &time);
                let request = Request::post("/bookings").json(&body).anonymous();
                let answer = service.send(&request).await;
                let shown = answer.text();
                assert!(
                    matches!(answer.status, 409 | 422),
                    "{time} {party}: {shown}"
                );
                refused += 1;
            }
            let Some(slot) = slots.get(usize::try_from(numbers.below(40)).expect("it is small"))
            else {
                continue;
            };
            let date = json!(slot.booking_date);
            let mut body = asked(party, &date, slot.booking_time.as_str());
            body["utc_offset"] = slot.utc_offset.as_str().into();
            let request = Request::post("/bookings").json(&body).anonymous();
            let answer = service.send(&request).await;
            assert_eq!(answer.status, 201, "{slot:?} {party}: {}", answer.text());
            granted += 1;
            // Most stay, so that the house fills.
            if numbers.below(4) == 0 {
                let id = answer.json()["booking_id"]
                    .as_str()
                    .expect("it has one")
                    .to_owned();
                cancel(&service, &id.try_into().expect("it is an id")).await;
            }
        }
    }
    assert!(
        granted > 15 && refused > 60,
        "{granted} granted, {refused} refused"
    );
}

/// The slots of the date for so many guests of a booking, which is to move; for its guest, or for the
/// staff.
async fn slots_for(
    service: &TestService,
    booking: &Booking,
    party: i32,
    secret: Option<&str>,
) -> Vec<AvailableSlot> {
    let guest = secret.map(|secret| holder(service, secret));
    let client = guest.as_ref().unwrap_or(service.client());
    let asked = client
        .get_availability()
        .restaurant_id(HARBOUR)
        .date(DATE)
        .party_size(party)
        .excluding_booking_id(booking.booking_id.clone());
    let answer = asked.send().await.expect("the availability can be told");
    answer.slots.iter().cloned().collect()
}

#[tokio::test]
async fn what_is_shown_to_a_booking_is_where_it_can_move_and_nothing_else() {
    let service = TestService::start().await;
    let mut numbers = Numbers(11);
    let (mut granted, mut refused) = (0, 0);
    for (time, party) in [
        ("12:00", 2),
        ("18:00", 8),
        ("18:30", 5),
        ("19:00", 2),
        ("20:00", 4),
    ] {
        book_as_guest(&service, wanted(HARBOUR, DATE, time, party)).await;
    }
    let (mut booking, secret) = book_as_guest(&service, wanted(HARBOUR, DATE, "19:30", 3)).await;
    let path = booking_path(&booking.booking_id);
    for round in 0..40 {
        service.sql(&rules(&mut numbers)).await;
        service.sql(&rules_of_changes(&mut numbers)).await;
        let party = i32::try_from(1 + numbers.below(9)).expect("it is small");
        let secret = (round % 2 == 0).then_some(secret.as_str());
        let slots = slots_for(&service, &booking, party, secret).await;
        let change = async |date: &Value, time: &str, offset: Option<&str>| {
            let mut body =
                json!({ "booking_date": date, "booking_time": time, "party_size": party });
            if let Some(offset) = offset {
                body["utc_offset"] = offset.into();
            }
            let request = Request::patch(&path).json(&body);
            let request = match secret {
                Some(secret) => request.header("booking-secret", secret),
                None => request,
            };
            service.send(&request).await
        };
        for _ in 0..4 {
            let (hour, minute) = (11 + numbers.below(13), 5 * numbers.below(12));
            let time = format!("{hour:02}:{minute:02}");
            let is_shown = slots.iter().any(|slot| slot.booking_time.as_str() == time);
            if is_shown || booking.booking_time.as_str() == time {
                continue;
            }
            let answer = change(&DATE.into(), &time, None).await;
            let shown = answer.text();
            assert!(
                matches!(answer.status, 409 | 422),
                "{time} {party}: {shown}"
            );
            refused += 1;
        }
        let bound = u64::try_from(slots.len().max(1)).expect("they are few");
        let Some(slot) = slots.get(usize::try_from(numbers.below(bound)).expect("it is small"))
        else {
            continue;
        };
        let (time, offset) = (slot.booking_time.as_str(), slot.utc_offset.as_str());
        let answer = change(&json!(slot.booking_date), time, Some(offset)).await;
        assert_eq!(answer.status, 200, "{slot:?} {party}: {}", answer.text());
        let moved = answer.json();
        assert_eq!(
            moved["status"] == "pending",
            slot.needs_confirmation,
            "{slot:?}"
        );
        booking = serde_json::from_value(moved).expect("it is a booking");
        granted += 1;
    }
    assert!(
        granted > 15 && refused > 60,
        "{granted} granted, {refused} refused"
    );
}

//! `listMyBookings`.

use booking_tests::TestService;

use crate::support::{BELLA, MONDAY, book, create, customer, wanted};

#[tokio::test]
async fn who_verifies_an_address_sees_what_was_booked_with_it_before_and_nothing_else() {
    let service = TestService::start().await;
    // The tests' guest is ada@example.com.
    let lunch = book(&service, BELLA, MONDAY, "12:00", 2).await;
    let dinner = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let mut strangers = wanted(BELLA, MONDAY, "20:00", 2);
    strangers.customer = Some(customer("grace@example.com").build().unwrap());
    create(&service, strangers).await.unwrap();
    service.register("ada@example.com").await;
    let token = service.login("ada@example.com").await.access_token;
    let list = || service.client().list_my_bookings().oauth(token.as_str());
    let all = list().send().await.unwrap().into_inner();
    let ids: Vec<&str> = all
        .data
        .iter()
        .map(|booking| booking.booking_id.as_str())
        .collect();
    // The latest visit first.
    assert_eq!(ids, [dinner.booking_id.as_str(), lunch.booking_id.as_str()]);
    assert_eq!((all.pagination.page, all.pagination.total), (None, None));
    let first = list().limit(1).send().await.unwrap().into_inner();
    let cursor = first.pagination.next_cursor.unwrap();
    let rest = list()
        .limit(1)
        .cursor(cursor.as_str())
        .send()
        .await
        .unwrap();
    assert_eq!(rest.data[0].booking_id, lunch.booking_id);
}

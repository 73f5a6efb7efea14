//! A corrected time zone: what was promised is a time of the wall clock, and stands.

use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, OVERLAPS, UNTRUE_HISTORIES, book, read};

async fn correct(service: &TestService, zone: &str) -> Value {
    let request = Request::patch(format!("/restaurants/{BELLA}/booking-policy"));
    let body = json!({ "time_zone": zone });
    let answer = service
        .send(&request.header("If-Match", "*").json(&body))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn the_wall_clock_stands_and_the_instants_follow() {
    let service = TestService::start().await;
    let before = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let changed = correct(&service, "europe/paris").await;
    assert_eq!(changed["time_zone"], "Europe/Paris");
    assert_eq!(changed["affected_bookings"], json!([]));
    let after = read(&service, &before.booking_id).await;
    assert_eq!(
        (&after.booking_date, &after.booking_time),
        (&before.booking_date, &before.booking_time)
    );
    assert_eq!(after.utc_offset.to_string(), "+01:00");
    let instant = service.rows("SELECT starts_at = '2027-02-15T18:00:00Z' FROM bookings");
    assert_eq!(instant.await, ["t"]);
    // What it takes is at the new instants, and nowhere else.
    let taken = service.rows(
        "SELECT lower(period) = starts_at AND upper(period) = free_at FROM occupancies
            JOIN bookings USING (restaurant_id, booking_id)",
    );
    assert_eq!(taken.await, ["t"]);
    let again = book(&service, BELLA, MONDAY, "19:00", 2).await;
    assert_eq!(again.utc_offset, after.utc_offset);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn a_zone_that_there_is_not_changes_nothing() {
    let service = TestService::start().await;
    book(&service, BELLA, MONDAY, "19:00", 2).await;
    let before = service.contents().await;
    let request = Request::patch(format!("/restaurants/{BELLA}/booking-policy"));
    let request = request.header("If-Match", "*");
    let answer = service
        .send(&request.json(&json!({ "time_zone": "Mars/Olympus" })))
        .await;
    let refusal = answer.refused(422, "UNKNOWN_TIME_ZONE");
    assert_eq!(refusal.field.as_deref(), Some("time_zone"));
    assert_eq!(service.contents().await, before);
}

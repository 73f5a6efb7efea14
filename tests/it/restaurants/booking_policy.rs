//! `getBookingPolicy` and `updateBookingPolicy`: what a restaurant says of how it takes bookings is what
//! its guests meet.

use booking_client::types::ErrorCode;
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, refused, times, wanted};

const PATH: &str = "/restaurants/1/booking-policy";

async fn change(service: &TestService, tag: &str, change: &Value) -> Response {
    let request = Request::patch(PATH).header("If-Match", tag).json(change);
    service.send(&request).await
}

#[tokio::test]
async fn a_policy_is_read_and_changed_field_by_field() {
    let service = TestService::start().await;
    let read = service.send(&Request::get(PATH)).await;
    let mut expected = json!({
        "time_zone": "America/New_York",
        "slot_interval_minutes": 15,
        "turn_minutes": 90,
        "turn_steps": [],
        "buffer_minutes": 0,
        "max_covers": null,
        "booking_window_days": 365,
        "booking_window_opens": "00:00",
        "min_notice_minutes": 0,
        "online_min_party": 1,
        "online_max_party": 20,
        "confirmation_min_party": null,
        "confirmation_minutes": 1440,
        "change_cutoff_minutes": null,
        "cancellation_cutoff_minutes": null,
        "hold_seconds": 300,
        "max_bookings_per_guest": null,
        "one_booking_per_service": false,
    });
    assert_eq!((read.status, read.json()), (200, expected.clone()));
    let mut tag = read.header("etag").expect("it has one").to_owned();
    for (name, value) in [
        ("slot_interval_minutes", json!(30)),
        ("turn_minutes", json!(60)),
        (
            "turn_steps",
            json!([{ "min_party": 5, "turn_minutes": 120 }]),
        ),
        ("buffer_minutes", json!(15)),
        ("max_covers", json!(20)),
        ("max_covers", Value::Null),
        ("booking_window_days", json!(30)),
        ("booking_window_opens", json!("10:30")),
        ("min_notice_minutes", json!(60)),
        ("online_min_party", json!(2)),
        ("online_max_party", json!(6)),
        ("confirmation_min_party", json!(5)),
        ("confirmation_minutes", json!(60)),
        ("change_cutoff_minutes", json!(120)),
        ("cancellation_cutoff_minutes", json!(240)),
        ("hold_seconds", json!(600)),
        ("max_bookings_per_guest", json!(2)),
        ("one_booking_per_service", json!(true)),
    ] {
        let answer = change(&service, &tag, &json!({ name: value })).await;
        expected[name] = value;
        let mut changed = expected.clone();
        changed["affected_bookings"] = json!([]);
        assert_eq!((answer.status, answer.json()), (200, changed), "{name}");
        let next = answer.header("etag").expect("it has one").to_owned();
        assert_ne!(next, tag);
        tag = next;
    }
    let read = service.send(&Request::get(PATH)).await;
    assert_eq!(
        (read.json(), read.header("etag")),
        (expected, Some(tag.as_str()))
    );
}

#[tokio::test]
async fn a_rule_counts_from_the_next_booking_on_and_touches_none_that_stands() {
    let service = TestService::start().await;
    let before = crate::support::book(&service, BELLA, MONDAY, "19:00", 4).await;
    let asked = json!({
        "slot_interval_minutes": 60,
        "max_covers": 6,
        "online_max_party": 4,
        "confirmation_min_party": 2,
    });
    assert_eq!(change(&service, "\"1\"", &asked).await.status, 200);
    assert_eq!(
        times(&service, BELLA, MONDAY, 2).await[..3],
        ["12:00", "13:00", "17:00"]
    );
    let book = async |time: &str, party: i32| {
        let wanted = wanted(BELLA, MONDAY, time, party);
        service.guest().create_booking().body(wanted).send().await
    };
    refused(book("19:15", 2).await, 422, ErrorCode::OutsideServiceHours);
    refused(book("19:00", 5).await, 422, ErrorCode::PartyTooLarge);
    refused(book("19:00", 3).await, 409, ErrorCode::CapacityReached);
    let pending = book("19:00", 2).await.expect("there is room").into_inner();
    assert_eq!(pending.status.to_string(), "pending");
    let alone = book("12:00", 1).await.expect("there is room").into_inner();
    assert_eq!(alone.status.to_string(), "confirmed");
    let stands = crate::support::read(&service, &before.booking_id).await;
    assert_eq!(stands.booking_time, before.booking_time);
}

#[tokio::test]
async fn a_policy_that_contradicts_itself_is_refused_and_changes_nothing() {
    let service = TestService::start().await;
    let before = service.contents().await;
    let twice =
        json!([{ "min_party": 5, "turn_minutes": 90 }, { "min_party": 5, "turn_minutes": 60 }]);
    for (asked, field) in [
        (
            json!({ "online_min_party": 5, "online_max_party": 4 }),
            "online_max_party",
        ),
        (json!({ "turn_steps": twice }), "turn_steps"),
    ] {
        let answer = change(&service, "\"1\"", &asked).await;
        let refusal = answer.refused(422, "INVALID_BOOKING_POLICY");
        assert_eq!(refusal.field.as_deref(), Some(field));
    }
    change(&service, "\"2\"", &json!({}))
        .await
        .refused(412, "PRECONDITION_FAILED");
    assert_eq!(service.contents().await, before);
}

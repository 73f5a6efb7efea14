//! The table of requests that bring every declared answer about. An operation, a status or a
//! code that the contract gains is missing here until somebody adds it.

use booking_client::ResponseHeaders;
use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, availability, book, booking_path, cancel, one_of_each, post_booking, read,
    wanted_json,
};

/// One request, and what it must lead to.
pub(super) struct Case {
    /// The operationId.
    pub(super) operation: &'static str,
    /// The error code, or the status of an answer that is no error.
    pub(super) code: &'static str,
    pub(super) request: Request,
}

fn case(operation: &'static str, code: &'static str, request: Request) -> Case {
    Case {
        operation,
        code,
        request,
    }
}

/// The body of createBooking with one property replaced.
fn with(property: &str, value: impl Into<Value>) -> Value {
    let mut body = wanted_json();
    body[property] = value.into();
    body
}

/// Every case. Each is independent of the others, in this order.
pub(super) async fn cases(service: &TestService) -> Vec<Case> {
    let open = book(service, BELLA, MONDAY, "12:00", 2).await;
    let tag = read(service, &open.booking_id).await;
    let tag = tag.etag().unwrap();
    let to_cancel = book(service, BELLA, MONDAY, "12:00", 2).await;
    let cancelled = book(service, BELLA, MONDAY, "12:00", 2).await;
    cancel(service, &cancelled.booking_id).await;
    let completed = book(service, BELLA, MONDAY, "12:00", 2).await;
    let id = completed.booking_id.as_str();
    let complete = format!("UPDATE bookings SET status = 'completed' WHERE public_id = '{id}'");
    service.sql(&complete).await;
    // The one table for ten is taken in the evening.
    book(service, BELLA, MONDAY, "19:00", 10).await;

    let one = booking_path(&open.booking_id);
    let unknown = "/bookings/bk_none".to_owned();
    let malformed = "/bookings/none".to_owned();
    let over = booking_path(&completed.booking_id);
    let large = " ".repeat(20_000);
    let change = |path: &str, body: Value| Request::patch(path).json(&body);
    let mut cases = vec![
        case("createBooking", "201", post_booking(&wanted_json())),
        case("createBooking", "INVALID_REQUEST", post_booking(&json!({}))),
        case(
            "createBooking",
            "INVALID_DATE",
            post_booking(&with("booking_date", "2027-02-07")),
        ),
        case(
            "createBooking",
            "RESTAURANT_NOT_FOUND",
            post_booking(&with("restaurant_id", 99)),
        ),
        case(
            "createBooking",
            "TABLE_NOT_AVAILABLE",
            post_booking(&with("party_size", 10)),
        ),
        case(
            "createBooking",
            "PAYLOAD_TOO_LARGE",
            Request::post("/bookings").json_text(large.clone()),
        ),
        case(
            "createBooking",
            "UNSUPPORTED_MEDIA_TYPE",
            Request::post("/bookings").body("x"),
        ),
        case(
            "createBooking",
            "OUTSIDE_OPENING_HOURS",
            post_booking(&with("booking_time", "4:00")),
        ),
        case(
            "createBooking",
            "OUTSIDE_BOOKING_WINDOW",
            post_booking(&with("booking_date", "2029-02-15")),
        ),
        case(
            "createBooking",
            "PARTY_TOO_LARGE",
            post_booking(&with("party_size", 20)),
        ),
        case("listBookings", "200", Request::get("/bookings")),
        case("listBookings", "200", Request::get("/bookings?page=1")),
        case(
            "listBookings",
            "INVALID_REQUEST",
            Request::get("/bookings?page=0"),
        ),
        case(
            "listBookings",
            "INVALID_DATE",
            Request::get("/bookings?date_from=2027-02-02&date_to=2027-02-01"),
        ),
        case(
            "listBookings",
            "INVALID_CURSOR",
            Request::get("/bookings?cursor=x"),
        ),
        case("getBooking", "200", Request::get(&one)),
        case("getBooking", "200", Request::get(&over)),
        case(
            "getBooking",
            "304",
            Request::get(&one).header("If-None-Match", tag.as_str()),
        ),
        case("getBooking", "INVALID_REQUEST", Request::get(&malformed)),
        case("getBooking", "BOOKING_NOT_FOUND", Request::get(&unknown)),
        case("updateBooking", "200", change(&one, json!({}))),
        case(
            "updateBooking",
            "INVALID_REQUEST",
            change(&one, json!({ "party_size": 0 })),
        ),
        case(
            "updateBooking",
            "INVALID_DATE",
            change(&one, json!({ "booking_date": "2027-02-07" })),
        ),
        case(
            "updateBooking",
            "BOOKING_NOT_FOUND",
            change(&unknown, json!({})),
        ),
        case(
            "updateBooking",
            "TABLE_NOT_AVAILABLE",
            change(&one, json!({ "party_size": 10, "booking_time": "19:00" })),
        ),
        case(
            "updateBooking",
            "BOOKING_NOT_CHANGEABLE",
            change(&over, json!({ "party_size": 3 })),
        ),
        case(
            "updateBooking",
            "PRECONDITION_FAILED",
            change(&one, json!({})).header("If-Match", "\"stale\""),
        ),
        case(
            "updateBooking",
            "PAYLOAD_TOO_LARGE",
            Request::patch(&one).json_text(large.clone()),
        ),
        case(
            "updateBooking",
            "UNSUPPORTED_MEDIA_TYPE",
            Request::patch(&one).body("x"),
        ),
        case(
            "updateBooking",
            "OUTSIDE_OPENING_HOURS",
            change(&one, json!({ "booking_time": "4:00" })),
        ),
        case(
            "updateBooking",
            "OUTSIDE_BOOKING_WINDOW",
            change(&one, json!({ "booking_date": "2029-02-15" })),
        ),
        case(
            "updateBooking",
            "PARTY_TOO_LARGE",
            change(&one, json!({ "party_size": 20 })),
        ),
    ];
    let cancelling = |path: &str| Request::post(format!("{path}/cancel"));
    cases.extend([
        case(
            "cancelBooking",
            "200",
            cancelling(&booking_path(&to_cancel.booking_id)),
        ),
        case(
            "cancelBooking",
            "200",
            cancelling(&booking_path(&cancelled.booking_id)),
        ),
        case("cancelBooking", "INVALID_REQUEST", cancelling(&malformed)),
        case("cancelBooking", "BOOKING_NOT_FOUND", cancelling(&unknown)),
        case("cancelBooking", "BOOKING_NOT_CHANGEABLE", cancelling(&over)),
        case(
            "cancelBooking",
            "PAYLOAD_TOO_LARGE",
            cancelling(&one).json_text(large),
        ),
        case(
            "cancelBooking",
            "UNSUPPORTED_MEDIA_TYPE",
            cancelling(&one).body("x"),
        ),
        case("listRestaurants", "200", Request::get("/restaurants")),
        case(
            "listRestaurants",
            "200",
            Request::get("/restaurants?q=bella&limit=1"),
        ),
        case(
            "listRestaurants",
            "INVALID_REQUEST",
            Request::get("/restaurants?limit=0"),
        ),
        case(
            "listRestaurants",
            "INVALID_CURSOR",
            Request::get("/restaurants?cursor=x"),
        ),
        case("getRestaurant", "200", Request::get("/restaurants/1")),
        case(
            "getRestaurant",
            "INVALID_REQUEST",
            Request::get("/restaurants/0"),
        ),
        case(
            "getRestaurant",
            "RESTAURANT_NOT_FOUND",
            Request::get("/restaurants/99"),
        ),
        case("getAvailability", "200", availability(1, "2027-02-15")),
        case("getAvailability", "200", availability(2, "2027-02-15")),
        case(
            "getAvailability",
            "INVALID_REQUEST",
            availability(1, "2027-02-30"),
        ),
        case(
            "getAvailability",
            "INVALID_DATE",
            availability(1, "2027-02-07"),
        ),
        case(
            "getAvailability",
            "RESTAURANT_NOT_FOUND",
            availability(99, MONDAY),
        ),
    ]);
    cases
}

/// One case of this code for every operation.
pub(super) fn failing(code: &'static str, booking: &str) -> Vec<Case> {
    one_of_each(booking)
        .into_iter()
        .map(|(operation, request)| case(operation, code, request))
        .collect()
}

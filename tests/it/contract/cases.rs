//! Requests that bring every declared answer about. What follows from the contract alone is derived
//! from it; successes and the refusals of a rule stand in the table, in which an operation, a status
//! or a code that the contract gains is missing until somebody adds it.

use booking_client::ResponseHeaders;
use booking_client::types::BookingId;
use booking_tests::{Request, TestService, contract, document};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, availability, book, booking_path, cancel, examples, one_of_each, post_booking,
    read, wanted_json,
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

/// What the contract alone does not tell. Each case is independent of the others, in this order.
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
    let over = booking_path(&completed.booking_id);
    let change = |path: &str, body: Value| Request::patch(path).json(&body);
    let mut cases = vec![
        case("createBooking", "201", post_booking(&wanted_json())),
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
        case("getBooking", "BOOKING_NOT_FOUND", Request::get(&unknown)),
        case("updateBooking", "200", change(&one, json!({}))),
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
        case("cancelBooking", "BOOKING_NOT_FOUND", cancelling(&unknown)),
        case("cancelBooking", "BOOKING_NOT_CHANGEABLE", cancelling(&over)),
        case("listRestaurants", "200", Request::get("/restaurants")),
        case(
            "listRestaurants",
            "200",
            Request::get("/restaurants?q=bella&limit=1"),
        ),
        case(
            "listRestaurants",
            "INVALID_CURSOR",
            Request::get("/restaurants?cursor=x"),
        ),
        case("getRestaurant", "200", Request::get("/restaurants/1")),
        case(
            "getRestaurant",
            "RESTAURANT_NOT_FOUND",
            Request::get("/restaurants/99"),
        ),
        case("getAvailability", "200", availability(1, "2027-02-15")),
        case("getAvailability", "200", availability(2, "2027-02-15")),
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

/// The cases that follow from the contract alone, for every operation that declares their codes.
pub(super) fn derived_cases(booking: &BookingId) -> Vec<Case> {
    let examples = examples(booking);
    let mut cases = Vec::new();
    for operation in contract().operations() {
        let id = operation.id.as_str();
        let codes = operation
            .responses
            .iter()
            .flat_map(|response| &response.codes);
        for code in codes {
            let request = match code.as_str() {
                "INVALID_REQUEST" => examples.request(id).with_target(|target| {
                    let separator = if target.contains('?') { '&' } else { '?' };
                    format!("{target}{separator}no-such-parameter=1")
                }),
                "PAYLOAD_TOO_LARGE" => {
                    let declared = document().pointer(&operation.pointer).unwrap();
                    let limit = declared["x-max-body-bytes"].as_u64().unwrap();
                    let beyond = usize::try_from(limit).unwrap() + 1;
                    examples.without_body(id).json_text(" ".repeat(beyond))
                }
                "UNSUPPORTED_MEDIA_TYPE" => examples.without_body(id).body("x"),
                _ => continue,
            };
            cases.push(case(id, code, request));
        }
    }
    cases
}

/// One case of this code for every operation.
pub(super) fn failing(code: &'static str, booking: &BookingId) -> Vec<Case> {
    one_of_each(booking)
        .into_iter()
        .map(|(operation, request)| case(operation, code, request))
        .collect()
}

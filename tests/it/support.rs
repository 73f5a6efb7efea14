//! The words in which the tests speak of bookings, and what they ask of the client's answers.

use booking_client::types::{
    self, Booking, BookingStatus, ErrorCode, NewBooking, NewCustomer, NewCustomerBuilder,
};
use booking_client::{Client, Error, ErrorResponse, ResponseValue};
use booking_tests::{
    Examples, NOW, Refusal, Request, Response, TestService, alternatives, contract,
};
use contract_witness::Operation;
use serde_json::{Value, json};

/// New York: slots of 15 minutes, turns of 90; on Mondays from 12:00 to 15:00 and from 17:00 to
/// 22:30. Its largest table is for 6 to 10, and there is one of it.
pub(crate) const BELLA: i64 = 1;
/// Berlin: slots of 30 minutes, turns of 120; Mondays closed, Saturdays from 17:30 to 01:30.
pub(crate) const HIRSCH: i64 = 2;
/// Tokyo: slots of 30 minutes, turns of 120; every day from 18:00 to 02:00.
pub(crate) const SAKURA: i64 = 3;
/// Sydney: slots of 15 minutes, turns of 105; Mondays closed.
pub(crate) const HARBOUR: i64 = 4;

/// A Monday, a week after the tests' now.
pub(crate) const MONDAY: &str = "2027-02-15";

pub(crate) use booking_tests::{OVERLAPS, UNTRUE_HISTORIES};

/// What the client gives back.
pub(crate) type Sent<T> = Result<ResponseValue<T>, Error>;

/// What the service refused a request of the client with.
pub(crate) type Refused = ErrorResponse<ErrorCode, types::ViolationCode>;

/// A booking for Ada Lovelace.
pub(crate) fn wanted(restaurant: i64, date: &str, time: &str, party: i32) -> NewBooking {
    NewBooking::builder()
        .restaurant_id(restaurant)
        .booking_date(date)
        .booking_time(time)
        .party_size(party)
        .customer(customer("ada@example.com"))
        .build()
        .expect("what a test wants is allowed")
}

pub(crate) fn customer(email: &str) -> NewCustomerBuilder {
    NewCustomer::builder()
        .name("Ada Lovelace")
        .email(email)
        .phone("+44 20 7946 0000")
}

/// The same as [`wanted`], as JSON that a test can spoil.
pub(crate) fn wanted_json() -> Value {
    json!({
        "restaurant_id": BELLA,
        "booking_date": MONDAY,
        "booking_time": "19:00",
        "party_size": 4,
        "customer": {
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "+44 20 7946 0000",
        },
        "special_requests": "A quiet table",
    })
}

/// The same with the value at a path replaced: `customer.email`.
pub(crate) fn wanted_with(path: &str, value: Value) -> Value {
    let mut body = wanted_json();
    let place = body
        .pointer_mut(&format!("/{}", path.replace('.', "/")))
        .unwrap();
    *place = value;
    body
}

/// Asks for a booking, and leaves its secret aside, which no other answer has.
pub(crate) async fn create(service: &TestService, wanted: NewBooking) -> Sent<Booking> {
    let sent = service.client().create_booking().body(wanted).send().await;
    sent.and_then(|created| {
        created.map(|mut booking| {
            booking.booking_secret = None;
            booking
        })
    })
}

/// Makes a booking as a guest, who must be granted it, and gives its secret, too.
pub(crate) async fn book_as_guest(service: &TestService, wanted: NewBooking) -> (Booking, String) {
    let sent = service.guest().create_booking().body(wanted).send().await;
    let mut booking = sent.expect("there is a table").into_inner();
    let secret = booking.booking_secret.take().expect("a guest gets it");
    (booking, secret.to_string())
}

/// The client of somebody who holds this secret.
pub(crate) fn holder(service: &TestService, secret: &str) -> Client {
    let base_url = format!("http://{}/api/v1", service.address());
    let client = Client::builder(base_url)
        .booking_secret(secret.to_owned())
        .retries(0);
    client.build().expect("the address is a URL")
}

/// Makes a booking that must be granted.
pub(crate) async fn book(
    service: &TestService,
    restaurant: i64,
    date: &str,
    time: &str,
    party: i32,
) -> Booking {
    create(service, wanted(restaurant, date, time, party))
        .await
        .expect("there is a table")
        .into_inner()
}

pub(crate) async fn read(service: &TestService, id: &types::BookingId) -> ResponseValue<Booking> {
    service
        .client()
        .get_booking()
        .booking_id(id.clone())
        .send()
        .await
        .expect("the booking is there")
}

pub(crate) async fn cancel(service: &TestService, id: &types::BookingId) -> Booking {
    service
        .client()
        .cancel_booking()
        .booking_id(id.clone())
        .send()
        .await
        .expect("the booking can be cancelled")
        .into_inner()
}

/// Brings a booking into a status that no operation leads to, or not at once. Only an active one
/// keeps its table.
pub(crate) async fn set_status(
    service: &TestService,
    id: &types::BookingId,
    status: BookingStatus,
) {
    let is_it = format!("public_id = '{}'", id.as_str());
    let kind = match status {
        BookingStatus::Cancelled => "'guest'",
        _ => "NULL",
    };
    let mut statements = format!(
        "UPDATE bookings SET status = '{status}', cancellation_kind = {kind}, expires_at = NULL,
            arrived_at = NULL, seated_at = NULL, finished_at = NULL WHERE {is_it}"
    );
    if !matches!(status, BookingStatus::Pending | BookingStatus::Confirmed) {
        statements += "; DELETE FROM occupancies WHERE (restaurant_id, booking_id) IN ";
        statements += &format!("(SELECT restaurant_id, booking_id FROM bookings WHERE {is_it})");
    }
    service.sql(&statements).await;
}

/// The starts that a date has for a party, as the restaurant's clock shows them.
pub(crate) async fn times(
    service: &TestService,
    restaurant: i64,
    date: &str,
    party: i32,
) -> Vec<String> {
    let answer = service
        .guest()
        .get_availability()
        .restaurant_id(restaurant)
        .date(date)
        .party_size(party)
        .send()
        .await
        .expect("the availability can be told");
    answer
        .slots
        .iter()
        .map(|slot| slot.booking_time.to_string())
        .collect()
}

/// What the service refused with; it must have this status and code.
#[track_caller]
pub(crate) fn refused<T>(sent: Sent<T>, status: u16, code: ErrorCode) -> Refused {
    match sent {
        Ok(answer) => panic!("granted with {}", answer.status()),
        Err(Error::Response(answer)) => {
            let got = (answer.status.as_u16(), answer.code.as_ref());
            assert_eq!(got, (status, Some(&code)), "{answer:?}");
            *answer
        }
        Err(other) => panic!("no refusal of the service: {other}"),
    }
}

/// The field that a refusal names.
pub(crate) fn field(error: &Refused) -> Option<&str> {
    error.field.as_deref()
}

/// The booking that everybody may ask to be changed.
pub(crate) fn booking_path(id: &types::BookingId) -> String {
    format!("/bookings/{}", id.as_str())
}

/// `POST /bookings` with this body.
pub(crate) fn post_booking(body: &Value) -> Request {
    Request::post("/bookings").json(body)
}

/// The contract's own examples, about what is there: a booking, and the first restaurant, at a
/// time at which it is open.
pub(crate) fn examples(booking: &types::BookingId) -> Examples {
    Examples::new()
        .with("booking_id", booking.as_str())
        .with("excluding_booking_id", booking.as_str())
        .with("restaurant_id", BELLA)
        .with("booking_time", "18:00")
}

/// Whether an operation is for who runs the installation.
pub(crate) fn is_of_the_platform(operation: &Operation) -> bool {
    let scopes = alternatives(&operation.pointer).filter_map(|one| one.get("oauth")?.as_array());
    scopes.flatten().any(|scope| scope == "platform:admin")
}

/// The same for an operation: what those who run the installation do to a restaurant, they do to the
/// fourth, which nothing else is asked about.
pub(crate) fn examples_for(operation: &Operation, booking: &types::BookingId) -> Examples {
    match is_of_the_platform(operation) {
        true => examples(booking).with("restaurant_id", HARBOUR),
        false => examples(booking),
    }
}

/// One request of every operation that the contract allows, which only a server or a database
/// that fails can refuse.
pub(crate) async fn one_of_each(
    service: &TestService,
    booking: &types::BookingId,
) -> Vec<(&'static str, Request)> {
    let account = service.with_account(&examples(booking), "oneOfEach").await;
    let reset = account.with("token", service.reset_token("oneofeach@example.com").await);
    let invited = account.with("token", format!("in_{}", "A".repeat(43)));
    let operations = contract().operations().iter();
    operations
        .map(|operation| {
            let examples = match operation.id.as_str() {
                "resetPassword" => &reset,
                "acceptInvitation" => &invited,
                _ => &account,
            };
            (operation.id.as_str(), examples.request(&operation.id))
        })
        .collect()
}

/// A confirmed booking at Bella's whose time has just come, by what is said of its row.
pub(crate) const DUE: &str =
    "status = 'confirmed', booking_date = '2027-02-08', booking_time = '12:29',
    utc_offset_minutes = -300, service_date = '2027-02-08', starts_at = timestamptz 'NOW' - interval
    '1 minute', ends_at = timestamptz 'NOW' + interval '89 minutes', free_at = timestamptz 'NOW' +
    interval '89 minutes'";

/// What a booking can be, by what is said of its row: pending; confirmed, when its time has come; and
/// seated then.
pub(crate) const STANDINGS: [&str; 3] = [
    "status = 'pending'",
    DUE,
    "arrived_at = timestamptz 'NOW', seated_at = timestamptz 'NOW'",
];

/// What an operation answers that is asked about a booking in whichever status it takes.
pub(crate) async fn send_in_any_status(
    service: &TestService,
    booking: &types::BookingId,
    request: &Request,
) -> Response {
    let mut answer = service.send(request).await;
    for standing in STANDINGS {
        if !is_of_another_standing(&answer) {
            break;
        }
        set_standing(service, booking, standing).await;
        answer = service.send(request).await;
    }
    answer
}

/// Whether an operation is refused because of what a booking has come to.
pub(crate) fn is_of_another_standing(answer: &Response) -> bool {
    answer.status >= 400
        && ["BOOKING_NOT_CHANGEABLE", "TOO_EARLY"].contains(&&*answer.refusal().code)
}

/// Makes of a booking what is said of its row, in which `NOW` is the instant of the tests.
pub(crate) async fn set_standing(
    service: &TestService,
    booking: &types::BookingId,
    standing: &str,
) {
    let standing = standing.replace("NOW", NOW);
    let booking = booking.as_str();
    service
        .sql(&format!(
            "UPDATE bookings SET {standing} WHERE public_id = '{booking}'"
        ))
        .await;
}

/// What a party of two is asked about.
pub(crate) fn availability(restaurant: i64, date: &str) -> Request {
    let query = format!("date={date}&party_size=2");
    Request::get(format!("/restaurants/{restaurant}/availability?{query}"))
}

/// A text that the tests put into values, and that no answer may repeat.
pub(crate) const MARK: &str = "zqxjkv";

/// Sends each request, which must be refused with this status and code; sees that nothing is
/// echoed, and that after all of them everything is as it was.
pub(crate) async fn refuse_each(
    service: &TestService,
    status: u16,
    code: &str,
    requests: impl IntoIterator<Item = Request>,
) -> Vec<Refusal> {
    let before = service.contents().await;
    let mut refusals = Vec::new();
    for request in requests {
        let answer = service.send(&request).await;
        let refusal = answer.refusal();
        assert_eq!(
            (answer.status, refusal.code.as_str()),
            (status, code),
            "{refusal:?} to {request:?}"
        );
        assert!(!answer.text().contains(MARK), "{}", answer.text());
        refusals.push(refusal);
    }
    assert_eq!(service.contents().await, before);
    refusals
}

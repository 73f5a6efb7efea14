//! The client against a server that answers what no right server would, or what a later one might.

mod retries;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use booking_client::types::{
    self, BookingChange, BookingStatus, ErrorCode, NewBooking, NewCustomer, ViolationCode,
};
use booking_client::{Client, Conditional, Error, ResponseFailure, ResponseHeaders};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that gives each request its answer, byte by byte, and every later one the last, and closes
/// the connection. Its client sends nothing again.
struct FakeServer {
    client: Client,
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    async fn start(answer: impl Into<Vec<u8>>) -> Self {
        Self::answering(vec![answer.into()]).await
    }

    async fn answering(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.expect("a free port can be bound");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !is_whole(&request) {
                    let mut buffer = [0; 4096];
                    let read = connection.read(&mut buffer).await.unwrap_or(0);
                    if read == 0 {
                        break;
                    }
                    request.extend_from_slice(&buffer[..read]);
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let count = {
                    let mut seen = seen.lock().expect("no test panics with it");
                    seen.push(text);
                    seen.len()
                };
                // A client that has read enough hangs up.
                let answer = &answers[count.min(answers.len()) - 1];
                let _ = connection.write_all(answer).await;
                let _ = connection.shutdown().await;
            }
        });
        let base = format!("http://{address}/api/v1/");
        Self {
            client: client(&base, 0),
            base,
            requests,
        }
    }

    /// A client that sends again what it can.
    fn patient_client(&self) -> Client {
        client(&self.base, 3)
    }

    /// The key of each request, if it has one.
    fn keys(&self) -> Vec<Option<String>> {
        let requests = self.requests();
        let keys = requests.iter().map(|request| {
            let mut lines = request.lines();
            let key = lines.find_map(|line| line.strip_prefix("idempotency-key: "));
            key.map(ToOwned::to_owned)
        });
        keys.collect()
    }

    /// A server that answers with JSON.
    async fn json(status: &str, body: &Value) -> Self {
        Self::start(response(status, "application/json", body.to_string())).await
    }

    fn requests(&self) -> Vec<String> {
        self.requests
            .lock()
            .expect("no test panics with it")
            .clone()
    }
}

fn client(base: &str, retries: u32) -> Client {
    let client = Client::builder(base).retries(retries).build();
    client.expect("a URL")
}

/// Whether a request has come with its whole body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn response(status: &str, content_type: &str, body: impl AsRef<str>) -> Vec<u8> {
    let body = body.as_ref();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
         x-request-id: from-the-header\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn booking() -> Value {
    json!({
        "booking_id": "bk_7x3mN9pQs2",
        "confirmation_code": "ABC234",
        "status": "confirmed",
        "restaurant": { "id": 123, "name": "Bella Italia", "address": "123 Main St" },
        "booking_date": "2027-02-15",
        "booking_time": "19:00",
        "utc_offset": "-05:00",
        "service_date": "2027-02-15",
        "party_size": 4,
        "customer": { "name": "Ada", "email": "ada@example.com", "phone": "+15551234567" },
        "special_requests": null,
        "source": "web",
        "created_at": "2027-02-08T18:30:00Z",
        "updated_at": "2027-02-08T18:30:00Z",
        "links": { "modify": "/api/v1/bookings/x", "cancel": "/api/v1/bookings/x/cancel" },
    })
}

fn refusal(code: &str) -> Value {
    json!({ "error": {
        "code": code,
        "message": "the table has gone",
        "field": "booking_time",
        "details": [{ "code": "TOO_LARGE", "field": "party_size", "message": "at most 20" }],
        "request_id": "from-the-body",
    } })
}

/// Reads a booking.
async fn read(server: &FakeServer) -> Result<types::Booking, Error> {
    let request = server.client.get_booking().booking_id("bk_7x3mN9pQs2");
    request
        .send()
        .await
        .map(booking_client::ResponseValue::into_inner)
}

/// The status that an error must always have, and what is wrong with the answer.
fn failure(result: Result<types::Booking, Error>) -> (u16, ResponseFailure, Error) {
    let mut error = result.expect_err("the answer is no booking");
    let status = error.status().expect("an answer came").as_u16();
    let Error::Response(response) = &mut error else {
        panic!("an answer came: {error}");
    };
    let failure = std::mem::replace(&mut response.failure, ResponseFailure::Status);
    (status, failure, error)
}

#[tokio::test]
async fn a_refusal_has_everything_that_was_sent() {
    let server = FakeServer::json("409 Conflict", &refusal("TABLE_NOT_AVAILABLE")).await;
    let (status, failure, error) = failure(read(&server).await);
    assert!(matches!(failure, ResponseFailure::Status));
    assert_eq!(status, 409);
    assert_eq!(error.code(), Some(&ErrorCode::TableNotAvailable));
    assert_eq!(error.message(), Some("the table has gone"));
    assert_eq!(error.field(), Some("booking_time"));
    let [detail] = error.details() else {
        panic!("{error:?}");
    };
    assert_eq!(detail.code, Some(ViolationCode::TooLarge));
    assert_eq!(detail.field.as_deref(), Some("party_size"));
    assert_eq!(detail.message.as_deref(), Some("at most 20"));
    assert_eq!(error.request_id(), Some("from-the-body"));
    assert_eq!(error.retry_after(), None);
    assert_eq!(
        error.to_string(),
        "409 Conflict: TABLE_NOT_AVAILABLE: the table has gone (at booking_time) \
         (request from-the-body)"
    );
}

#[tokio::test]
async fn an_unknown_code_keeps_its_text_and_hides_nothing() {
    let mut body = refusal("KITCHEN_ON_FIRE");
    body["error"]["details"][0]["code"] = "TOO_HOT".into();
    body["error"]["advice"] = "leave".into();
    let server = FakeServer::json("409 Conflict", &body).await;
    let (status, _, error) = failure(read(&server).await);
    let unknown = ErrorCode::Unknown("KITCHEN_ON_FIRE".to_owned());
    assert_eq!((status, error.code()), (409, Some(&unknown)));
    let kind = ViolationCode::Unknown("TOO_HOT".to_owned());
    assert_eq!(error.details()[0].code, Some(kind));
    assert_eq!(error.message(), Some("the table has gone"));
}

#[tokio::test]
async fn a_part_of_an_error_that_cannot_be_read_hides_no_other() {
    let body = json!({ "error": { "code": 7, "message": "no", "details": "none" } });
    let server = FakeServer::json("418 I'm a teapot", &body).await;
    let (status, _, error) = failure(read(&server).await);
    assert_eq!((status, error.code()), (418, None));
    assert_eq!(error.message(), Some("no"));
    assert!(error.details().is_empty());
    assert_eq!(error.request_id(), Some("from-the-header"));
}

#[tokio::test]
async fn an_unknown_state_is_read_and_cannot_be_sent() {
    let mut body = booking();
    body["status"] = "seated".into();
    let server = FakeServer::json("200 OK", &body).await;
    let status = read(&server).await.expect("it is a booking").status;
    assert_eq!(status, BookingStatus::Unknown("seated".to_owned()));
    assert_eq!(status.to_string(), "seated");
    let sent = server
        .client
        .list_bookings()
        .restaurant_id(1)
        .status([status])
        .send()
        .await;
    let error = sent.expect_err("the contract has no such state");
    assert!(matches!(error, Error::InvalidRequest(_)), "{error}");
    assert_eq!((error.field(), error.status()), (Some("status[0]"), None));
    assert_eq!(server.requests().len(), 1, "only the first one was sent");
}

#[tokio::test]
async fn a_value_beyond_todays_bounds_is_read_and_cannot_be_sent() {
    let mut body = booking();
    body["party_size"] = 25.into();
    let server = FakeServer::json("200 OK", &body).await;
    let party = read(&server).await.expect("it is a booking").party_size;
    assert_eq!(party.get(), 25);
    let change = BookingChange::builder().party_size(party);
    let request = server.client.update_booking().booking_id("bk_7x3mN9pQs2");
    let error = request
        .body(change)
        .send()
        .await
        .expect_err("20 is the most");
    assert_eq!(error.field(), Some("party_size"));
    // A field that was set without a constructor is no way around.
    let change = BookingChange {
        party_size: Some(party),
        ..BookingChange::default()
    };
    let request = server.client.update_booking().booking_id("bk_7x3mN9pQs2");
    let error = request
        .body(change)
        .send()
        .await
        .expect_err("20 is the most");
    assert_eq!(error.field(), Some("party_size"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn unknown_properties_are_ignored() {
    let mut body = booking();
    body["mood"] = "festive".into();
    body["restaurant"]["stars"] = 3.into();
    let server = FakeServer::json("200 OK", &body).await;
    let booking = read(&server).await.expect("it is a booking");
    assert_eq!(booking.restaurant.name.as_str(), "Bella Italia");
}

#[tokio::test]
async fn a_missing_optional_property_is_none() {
    let body = json!({ "data": [booking()], "pagination": { "limit": 20 } });
    let server = FakeServer::json("200 OK", &body).await;
    let page = server.client.list_bookings().restaurant_id(1).send().await;
    let page = page.expect("it is a page");
    assert_eq!(page.data.len(), 1);
    assert_eq!(page.pagination.total, None);
    assert_eq!(page.pagination.next_cursor, None);
    assert_eq!(page.data[0].special_requests, None);
}

#[tokio::test]
async fn a_missing_required_property_is_named_with_its_path() {
    let mut lacking = booking();
    lacking["restaurant"]
        .as_object_mut()
        .expect("an object")
        .remove("name");
    let body = json!({ "data": [booking(), lacking], "pagination": { "limit": 20 } });
    let server = FakeServer::json("200 OK", &body).await;
    let sent = server.client.list_bookings().restaurant_id(1).send().await;
    let error = sent.expect_err("it is no page");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    let told = error.to_string();
    assert!(
        told.contains("data[1].restaurant: missing field `name`"),
        "{told}"
    );
}

#[tokio::test]
async fn a_required_property_that_may_be_null_may_not_be_absent() {
    let mut body = booking();
    body.as_object_mut()
        .expect("an object")
        .remove("special_requests");
    let server = FakeServer::json("200 OK", &body).await;
    let (status, failure, _) = failure(read(&server).await);
    assert_eq!(status, 200);
    let told = failure.to_string();
    assert!(told.contains("missing field `special_requests`"), "{told}");
}

#[tokio::test]
async fn a_proxys_page_keeps_its_status_its_wait_and_its_text() {
    let page = format!("<html><h1>Bad Gateway</h1>{}</html>", "x".repeat(20_000));
    for (line, expected) in [("502 Bad Gateway", 502), ("503 Service Unavailable", 503)] {
        let answer = response(line, "text/html\r\nretry-after: 7", &page);
        let server = FakeServer::start(answer).await;
        let (status, failure, error) = failure(read(&server).await);
        assert!(matches!(failure, ResponseFailure::Status));
        assert_eq!((status, error.code()), (expected, None));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.request_id(), Some("from-the-header"));
        let kept = &error.response().expect("an answer came").body;
        assert!(kept.starts_with("<html><h1>Bad Gateway"), "{kept}");
        assert_eq!(kept.len(), 8 * 1024);
    }
}

#[tokio::test]
async fn an_empty_body_keeps_its_status() {
    for (line, expected) in [("200 OK", 200), ("500 Internal Server Error", 500)] {
        let server = FakeServer::start(response(line, "application/json", "")).await;
        let (status, failure, error) = failure(read(&server).await);
        assert_eq!((status, error.code()), (expected, None));
        match expected {
            200 => assert_eq!(
                failure.to_string(),
                "the answer cannot be read: it has no body"
            ),
            _ => assert!(matches!(failure, ResponseFailure::Status)),
        }
    }
}

#[tokio::test]
async fn a_wrong_content_type_keeps_its_status_and_its_text() {
    let body = booking().to_string();
    let server = FakeServer::start(response("200 OK", "text/html", &body)).await;
    let (status, failure, error) = failure(read(&server).await);
    assert_eq!(status, 200);
    let told = failure.to_string();
    assert!(told.contains("\"text/html\", not JSON"), "{told}");
    assert_eq!(error.response().expect("an answer came").body, body);
    // An error is looked for whatever the type says.
    let body = refusal("INVALID_DATE").to_string();
    let server = FakeServer::start(response("400 Bad Request", "text/plain", body)).await;
    let error = read(&server).await.expect_err("it is no booking");
    assert_eq!(error.code(), Some(&ErrorCode::InvalidDate));
}

#[tokio::test]
async fn a_truncated_body_keeps_its_status() {
    for (line, expected) in [("200 OK", 200), ("503 Service Unavailable", 503)] {
        let mut answer = response(line, "application/json", booking().to_string());
        answer.truncate(answer.len() - 10);
        let server = FakeServer::start(answer).await;
        let (status, failure, _) = failure(read(&server).await);
        assert_eq!(status, expected);
        let interrupted = matches!(failure, ResponseFailure::Interrupted(_));
        assert_eq!(interrupted, expected == 200, "{failure:?}");
    }
    // JSON that ends too early within a whole body.
    let cut = &booking().to_string()[..50];
    let server = FakeServer::start(response("200 OK", "application/json", cut)).await;
    let (status, failure, _) = failure(read(&server).await);
    assert_eq!(status, 200);
    assert!(
        matches!(failure, ResponseFailure::Undecodable(_)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_body_of_three_megabytes_is_not_read_and_keeps_its_status() {
    let mut body = booking();
    body["restaurant"]["name"] = "x".repeat(3_000_000).into();
    for (line, expected) in [("200 OK", 200), ("500 Internal Server Error", 500)] {
        let server = FakeServer::json(line, &body).await;
        let (status, failure, error) = failure(read(&server).await);
        assert_eq!(status, expected);
        let too_large = matches!(failure, ResponseFailure::TooLarge(limit) if limit == 2 << 20);
        assert_eq!(too_large, expected == 200, "{failure:?}");
        let kept = &error.response().expect("an answer came").body;
        assert_eq!(kept.len(), 8 * 1024);
    }
}

#[tokio::test]
async fn the_largest_answer_can_be_set() {
    let server = FakeServer::json("200 OK", &booking()).await;
    let exact = booking().to_string().len();
    let base = base_of(&server).await;
    for (limit, is_read) in [(exact, true), (exact - 1, false)] {
        let client = Client::builder(&base).max_response_bytes(limit).build();
        let client = client.expect("a client");
        let answer = client
            .get_booking()
            .booking_id("bk_7x3mN9pQs2")
            .send()
            .await;
        assert_eq!(answer.is_ok(), is_read, "{limit}: {answer:?}");
    }
}

/// The base URL of the server, as it was asked.
async fn base_of(server: &FakeServer) -> String {
    let _ = read(server).await;
    let requests = server.requests();
    let host = requests[0]
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    format!("http://{}/api/v1", host.expect("a request has a host"))
}

#[tokio::test]
async fn not_modified_is_a_value_for_who_asked_with_a_condition() {
    let server = FakeServer::start("HTTP/1.1 304 Not Modified\r\netag: \"3\"\r\n\r\n").await;
    let request = server.client.get_booking().booking_id("bk_7x3mN9pQs2");
    let answer = request.clone().if_none_match("\"3\"").send().await;
    let answer = answer.expect("304 is an answer");
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.etag().expect("it was sent").as_str(), "\"3\"");
    assert_eq!(answer.into_inner(), Conditional::NotModified);
    // Who set no condition holds no copy.
    let error = request.send().await.expect_err("nothing came");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(304));
    assert!(server.requests()[0].contains("if-none-match: \"3\""));
}

#[tokio::test]
async fn a_status_that_is_not_declared_is_an_error_with_that_status() {
    for (line, expected) in [("202 Accepted", 202), ("302 Found\r\nlocation: /", 302)] {
        let server = FakeServer::json(line, &booking()).await;
        let (status, failure, _) = failure(read(&server).await);
        assert_eq!(status, expected);
        assert!(matches!(failure, ResponseFailure::Status));
        assert_eq!(server.requests().len(), 1, "no redirect is followed");
    }
}

#[tokio::test]
async fn a_weak_entity_tag_is_read_as_it_came() {
    let headers = "application/json\r\netag: W/\"3\"";
    let answer = response("200 OK", headers, booking().to_string());
    let server = FakeServer::start(answer).await;
    let request = server.client.get_booking().booking_id("bk_7x3mN9pQs2");
    let answer = request.send().await.expect("it is a booking");
    assert_eq!(answer.etag().expect("it was sent").as_str(), "W/\"3\"");
    assert_eq!(answer.location(), None);
}

#[tokio::test]
async fn without_an_answer_there_is_no_status() {
    let client = client("http://127.0.0.1:1/api/v1", 0);
    let request = client
        .list_bookings()
        .restaurant_id(1)
        .email("ada@example.com");
    let error = request.send().await.expect_err("nobody listens");
    assert!(matches!(error, Error::NoResponse(_)), "{error:?}");
    assert_eq!(error.status(), None);
    assert!(
        !format!("{error:?}").contains("ada"),
        "no URL in what is logged: {error:?}"
    );

    let silent = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = silent.local_addr().expect("it is bound");
    let client = Client::builder(format!("http://{address}"))
        .timeout(Duration::from_millis(100))
        .retries(0)
        .build()
        .expect("a client");
    let error = client.list_restaurants().send().await.expect_err("silence");
    assert!(matches!(error, Error::NoResponse(_)), "{error:?}");
}

#[tokio::test]
async fn a_wrong_request_never_travels_and_names_its_field() {
    let server = FakeServer::json("201 Created", &booking()).await;
    let right = || {
        NewBooking::builder()
            .restaurant_id(1)
            .booking_date("2027-02-15")
            .booking_time("19:00")
            .party_size(4)
            .customer(customer("Ada"))
    };
    let customer_with = |name: &str| right().customer(customer(name));
    let cases = [
        (right().party_size(0), "party_size: must be at least 1"),
        (right().party_size(21), "party_size: must be at most 20"),
        (
            right().party_size(1_i64 << 40),
            "party_size: must be at most 20",
        ),
        (
            right().booking_date("tomorrow"),
            "booking_date: must be a date (2027-02-15)",
        ),
        (
            customer_with(""),
            "customer.name: must have at least 2 characters",
        ),
        (
            NewBooking::builder().restaurant_id(1),
            "booking_date: is required",
        ),
    ];
    for (wanted, expected) in cases {
        let sent = server.client.create_booking().body(wanted).send().await;
        let error = sent.expect_err("the contract forbids it");
        let Error::InvalidRequest(invalid) = &error else {
            panic!("it was sent: {error}");
        };
        assert_eq!(invalid.to_string(), expected);
    }
    let missing = server.client.create_booking().send().await;
    assert_eq!(missing.expect_err("no body").field(), Some("body"));
    let missing = server.client.get_booking().send().await;
    assert_eq!(missing.expect_err("no id").field(), Some("booking_id"));
    let missing = server
        .client
        .get_availability()
        .restaurant_id(1)
        .send()
        .await;
    assert_eq!(missing.expect_err("no date").field(), Some("date"));
    let empty = server
        .client
        .list_bookings()
        .restaurant_id(1)
        .status([])
        .send()
        .await;
    let empty = empty.expect_err("at least one");
    assert_eq!(empty.field(), Some("status"));
    assert!(server.requests().is_empty());
    // The right one does travel, and whole.
    let sent = server.client.create_booking().body(right()).send().await;
    sent.expect("the fake server accepts everything");
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /api/v1/bookings HTTP/1.1"), "{head}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["customer"]["name"], "Ada");
    assert!(body.get("special_requests").is_none());
}

fn customer(name: &str) -> types::NewCustomerBuilder {
    NewCustomer::builder()
        .name(name)
        .email("ada@example.com")
        .phone("+44 20 7946 0000")
}

#[test]
fn bounds_hold_in_constants() {
    const FOUR: types::PartySize = match types::PartySize::new(4) {
        Ok(party) => party,
        Err(_) => panic!("four is a party"),
    };
    assert_eq!(FOUR.get(), 4);
    assert_eq!(types::PartySize::MIN, 1);
    assert_eq!(types::PartySize::MAX, 20);
}

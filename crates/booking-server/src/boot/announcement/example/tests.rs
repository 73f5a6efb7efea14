//! What is found on a server that answers as the contract has it.

use dropshot::{ApiDescription, ApiEndpoint, ApiEndpointVersions, Body, HttpError, RequestContext};
use http::{Method, Response};

use super::*;
use crate::boot::http_server::HttpServer;

type Answer = Result<Response<Body>, HttpError>;

/// Two restaurants. In Tokyo it is the next day already.
const RESTAURANTS: &str = r#"{"data":[
    {"id":3,"time_zone":"America/New_York"},{"id":4,"time_zone":"Asia/Tokyo"}
]}"#;

/// The only day with a free table, as a query has it, and its slots.
type OpenDay = (&'static str, &'static str);

async fn restaurants(_: RequestContext<OpenDay>) -> Answer {
    Ok(Response::new(Body::with_content(RESTAURANTS)))
}

/// Tables are free in Tokyo only.
async fn closed(_: RequestContext<OpenDay>) -> Answer {
    Ok(Response::new(Body::with_content(r#"{"slots":[]}"#)))
}

async fn open(request: RequestContext<OpenDay>) -> Answer {
    let (query, slots) = *request.context();
    let is_open = request.request.uri().query() == Some(query);
    let slots = if is_open { slots } else { "[]" };
    Ok(Response::new(Body::with_content(format!(
        "{{\"slots\":{slots}}}"
    ))))
}

async fn find_on(open_day: OpenDay) -> Option<ExampleBooking> {
    let mut api = ApiDescription::new();
    api.register(get_endpoint(
        "restaurants",
        "/api/v1/restaurants",
        restaurants,
    ))
    .unwrap();
    api.register(get_endpoint(
        "closed",
        "/api/v1/restaurants/3/availability",
        closed,
    ))
    .unwrap();
    api.register(get_endpoint(
        "open",
        "/api/v1/restaurants/4/availability",
        open,
    ))
    .unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = HttpServer::start(api, open_day, listen).unwrap();
    let now = "2027-02-08T18:30:00Z".parse().unwrap();
    let found = ExampleBooking::find(server.local_addr(), now).await;
    server.close().await;
    found
}

fn get_endpoint<H, F>(name: &str, path: &str, handler: H) -> ApiEndpoint<OpenDay>
where
    H: Fn(RequestContext<OpenDay>) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    ApiEndpoint::new(
        name.to_owned(),
        handler,
        Method::GET,
        dropshot::CONTENT_TYPE_JSON,
        path,
        ApiEndpointVersions::All,
    )
}

#[tokio::test]
async fn the_first_free_dinner_is_found() {
    // The day after tomorrow in Tokyo, where it is the 9th.
    let found = find_on((
        "date=2027-02-11&party_size=2",
        r#"[{"booking_time":"12:00"},{"booking_time":"19:30"},{"booking_time":"20:00"}]"#,
    ))
    .await;
    assert_eq!(
        found,
        Some(ExampleBooking {
            restaurant_id: 4,
            date: jiff::civil::date(2027, 2, 11),
            time: "19:30".to_owned(),
        })
    );
}

#[tokio::test]
async fn lunch_is_better_than_nothing() {
    let found = find_on((
        "date=2027-02-10&party_size=2",
        r#"[{"booking_time":"11:30"},{"booking_time":"13:00"}]"#,
    ))
    .await;
    assert_eq!(found.unwrap().time, "13:00");
}

#[tokio::test]
async fn nothing_is_found_where_all_is_full() {
    assert_eq!(find_on(("date=2027-02-08&party_size=2", "[]")).await, None);
}

#[tokio::test]
async fn nothing_is_found_where_nobody_answers() {
    // Port 1 is reserved, and nothing listens there.
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    assert_eq!(
        ExampleBooking::find(address, Timestamp::UNIX_EPOCH).await,
        None
    );
}

#[test]
fn the_line_books_a_table() {
    let example = ExampleBooking {
        restaurant_id: 3,
        date: jiff::civil::date(2027, 2, 5),
        time: "09:00".to_owned(),
    };
    let line = example.curl("127.0.0.1:8080".parse().unwrap());
    assert_eq!(line.lines().count(), 1);
    let (command, rest) = line.split_once(" -d '").unwrap();
    assert!(command.starts_with("curl -sS http://127.0.0.1:8080/api/v1/bookings "));
    let body: Value = serde_json::from_str(rest.strip_suffix('\'').unwrap()).unwrap();
    assert_eq!(body["restaurant_id"], 3);
    assert_eq!(body["booking_date"], "2027-02-05");
    assert_eq!(body["booking_time"], "09:00");
    assert_eq!(body["party_size"], 2);
    assert_eq!(body["customer"]["phone"], "+1-555-123-4567");
}

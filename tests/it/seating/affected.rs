//! What a change of how a restaurant seats does to what is booked.

use booking_client::types::{AffectedBooking, AffectedBookings, Booking, ErrorCode};
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, OVERLAPS, UNTRUE_HISTORIES, book, read};

/// Bella's only table for ten, and what it is called.
async fn largest_table(service: &TestService) -> i64 {
    let rows = service.rows(
        "SELECT table_id FROM dining_tables WHERE restaurant_id = 1 AND deleted_at IS NULL
            ORDER BY max_party DESC LIMIT 1",
    );
    rows.await[0].parse().expect("it is a number")
}

async fn tables_of(service: &TestService, booking: &Booking) -> Vec<String> {
    let id = booking.booking_id.as_str();
    let query = format!("SELECT unnest(table_ids) FROM bookings WHERE public_id = '{id}'");
    service.rows(&query).await
}

async fn send(service: &TestService, method: &str, path: &str, body: Option<&Value>) -> Response {
    let path = format!("/api/v1/restaurants/{BELLA}/{path}");
    let request = Request::new(method, path).header("If-Match", "*");
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    service.send(&request).await
}

/// The ids of the bookings that an answer names, with what they stand against and their tables.
fn affected(answer: &Value) -> Vec<(String, Value, usize)> {
    let named = answer["affected_bookings"]
        .as_array()
        .expect("it is a list");
    let named = named.iter().map(|it| {
        let id = it["booking_id"].as_str().expect("it is a text").to_owned();
        let tables = it["table_ids"].as_array().map_or(0, Vec::len);
        (id, it["conflicts"].clone(), tables)
    });
    named.collect()
}

#[tokio::test]
async fn what_stands_in_a_new_closure_stays_and_is_named() {
    let service = TestService::start().await;
    let dinner = book(&service, BELLA, MONDAY, "19:00", 2).await;
    book(&service, BELLA, MONDAY, "12:00", 2).await;
    let evening = json!({ "first_seating": "12:00", "ends": "15:00" });
    let body = json!({
        "name": "Early close", "date_from": MONDAY, "date_to": MONDAY, "services": [evening],
    });
    let answer = send(&service, "POST", "special-days", Some(&body)).await;
    let id = dinner.booking_id.to_string();
    assert_eq!(
        affected(&answer.json()),
        [(id, json!(["service_hours"]), 1)]
    );
    let stands = read(&service, &dinner.booking_id).await;
    assert_eq!(stands.status.to_string(), "confirmed");
    let policy = send(
        &service,
        "PATCH",
        "booking-policy",
        Some(&json!({ "max_covers": 1 })),
    )
    .await;
    assert_eq!(policy.status, 200, "{}", policy.text());
    assert_eq!(affected(&policy.json()).len(), 2);
}

#[tokio::test]
async fn a_table_in_use_goes_by_force_alone_and_its_party_gets_another() {
    let service = TestService::start().await;
    let party = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let table = tables_of(&service, &party).await[0].clone();
    let one = format!("tables/{table}");
    let before = service.contents().await;
    let refused = send(&service, "DELETE", &one, None).await;
    let refusal = refused.refused(409, "USED_BY_BOOKINGS");
    assert_eq!(refusal.field.as_deref(), Some("force"));
    let named = affected(&refused.json()["error"]);
    assert_eq!(named[0].0, party.booking_id.to_string());
    assert_eq!(service.contents().await, before);

    let forced = send(&service, "DELETE", &format!("{one}?force=true"), None).await;
    assert_eq!(forced.status, 200, "{}", forced.text());
    let id = party.booking_id.to_string();
    assert_eq!(affected(&forced.json()), [(id, json!(["table"]), 1)]);
    let now = tables_of(&service, &party).await;
    assert!(now.len() == 1 && now[0] != table, "{now:?}");
    let moved = read(&service, &party.booking_id).await;
    assert_eq!(moved.booking_time, party.booking_time);
    let events = service
        .rows("SELECT action FROM audit_events WHERE action ~ '^(delete|move)_' ORDER BY action");
    assert_eq!(events.await, ["delete_dining_table", "move_booking"]);
    // Its old table is taken by nobody, and its new one by it.
    let occupied = service.rows("SELECT table_id FROM occupancies").await;
    assert_eq!(occupied, now);
}

#[tokio::test]
async fn who_fits_nowhere_has_no_table_and_counts_all_the_same() {
    let service = TestService::start().await;
    let ten = book(&service, BELLA, MONDAY, "19:00", 10).await;
    let table = largest_table(&service).await;
    let shrink = json!({ "name": "Smaller", "min_party": 1, "max_party": 4 });
    let one = format!("tables/{table}");
    let refused = send(&service, "PUT", &one, Some(&shrink)).await;
    refused.refused(409, "USED_BY_BOOKINGS");
    let forced = send(&service, "PUT", &format!("{one}?force=true"), Some(&shrink)).await;
    assert_eq!(forced.status, 200, "{}", forced.text());
    let id = ten.booking_id.to_string();
    assert_eq!(affected(&forced.json()), [(id, json!(["party_size"]), 0)]);
    assert!(tables_of(&service, &ten).await.is_empty());
    assert!(service.rows("SELECT 1 FROM occupancies").await.is_empty());
    // Ten of eleven covers are theirs.
    send(
        &service,
        "PATCH",
        "booking-policy",
        Some(&json!({ "max_covers": 11 })),
    )
    .await;
    let one_more = |party| crate::support::wanted(BELLA, MONDAY, "19:00", party);
    let two = service
        .guest()
        .create_booking()
        .body(one_more(2))
        .send()
        .await;
    crate::support::refused(two, 409, ErrorCode::CapacityReached);
    let one = service
        .guest()
        .create_booking()
        .body(one_more(1))
        .send()
        .await;
    assert_eq!(one.expect("there is room for one").status(), 201);
}

#[tokio::test]
async fn the_client_reads_whom_a_refusal_is_about() {
    let service = TestService::start().await;
    let ten = book(&service, BELLA, MONDAY, "19:00", 10).await;
    let table = largest_table(&service).await;
    let deleting = service.client().delete_dining_table().restaurant_id(BELLA);
    let deleting = deleting.table_id(table).if_match("*").send().await;
    let refused = deleting.expect_err("somebody sits there");
    let named: AffectedBookings = refused
        .property("affected_bookings")
        .expect("the refusal names them");
    let named: Vec<AffectedBooking> = named.into_iter().collect();
    assert_eq!(named[0].booking_id, ten.booking_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_go_while_guests_book_and_no_two_sit_at_one() {
    let service = TestService::start().await;
    let tables = service.rows(
        "SELECT table_id FROM dining_tables WHERE restaurant_id = 1 ORDER BY table_id LIMIT 6",
    );
    let tables = tables.await;
    let deleting = async {
        for table in &tables {
            let gone = send(
                &service,
                "DELETE",
                &format!("tables/{table}?force=true"),
                None,
            )
            .await;
            assert_eq!(gone.status, 200, "{}", gone.text());
        }
    };
    let booking = async {
        let mut booked = 0;
        for index in 0..40 {
            let time = format!("{}:{:02}", 17 + index / 16, 15 * (index % 4));
            let wanted = crate::support::wanted(BELLA, MONDAY, &time, 2);
            let sent = service.client().create_booking().body(wanted).send().await;
            booked += usize::from(sent.is_ok());
        }
        booked
    };
    let ((), booked) = tokio::join!(deleting, booking);
    assert!(booked > 0);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    let lost = service.rows(
        "SELECT 1 FROM bookings JOIN dining_tables USING (restaurant_id)
            WHERE table_id = ANY(table_ids) AND deleted_at IS NOT NULL",
    );
    assert!(
        lost.await.is_empty(),
        "somebody sits at a table that is gone"
    );
    let all = service.rows("SELECT count(*) FROM bookings").await;
    assert_eq!(all, [booked.to_string()]);
}

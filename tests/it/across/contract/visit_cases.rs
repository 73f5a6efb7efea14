//! The cases of a visit, from its first step or from a party that walks in.

use booking_client::types;
use booking_tests::TestService;
use serde_json::{Value, json};

use super::cases::{Case, case};
use crate::support::{BELLA, DUE, HIRSCH, MONDAY, SAKURA, book, examples, set_standing};

/// What the rules of a visit refuse.
pub(super) async fn steps(service: &TestService) -> Vec<Case> {
    let (far, late, taken, gone) = (
        book(service, BELLA, MONDAY, "20:00", 2).await.booking_id,
        book(service, BELLA, MONDAY, "20:00", 2).await.booking_id,
        book(service, BELLA, MONDAY, "20:00", 2).await.booking_id,
        book(service, BELLA, MONDAY, "20:00", 2).await.booking_id,
    );
    // Somebody sits there in an hour.
    let next = book(service, BELLA, "2027-02-08", "13:30", 2).await;
    let table = *next.table_ids.expect("the restaurant sees them")[0];
    for (booking, standing) in [
        (
            &late,
            "arrived_at = timestamptz 'NOW' - interval '16 minutes'",
        ),
        (&taken, "arrived_at = NULL"),
        (
            &gone,
            &format!("table_ids = '{{{table}}}', status = 'no_show'"),
        ),
    ] {
        set_standing(service, booking, DUE).await;
        set_standing(service, booking, standing).await;
    }
    let at = |table: i64| json!({ "table_ids": [table] });
    let seating = |table| examples(&taken).changed("seatBooking", &at(table));
    let mut cases = vec![
        case("seatBooking", "UNKNOWN_TABLE", seating(9_999_999)),
        case("seatBooking", "TABLE_NOT_AVAILABLE", seating(table)),
    ];
    for (code, booking) in [("CUTOFF_PASSED", &late), ("TABLE_NOT_AVAILABLE", &gone)] {
        let request = examples(booking).request("undoBookingStep");
        cases.push(case("undoBookingStep", code, request));
    }
    for operation in ["markArrived", "seatBooking", "markNoShow"] {
        let request = examples(&far).request(operation);
        cases.push(case(operation, "TOO_EARLY", request));
    }
    cases
}

/// What is refused to who walks in: at Bella's it is noon, in Berlin the evening of a slow day, and in Tokyo
/// the middle of the night.
pub(super) async fn walk_ins(service: &TestService, booking: &types::BookingId) -> Vec<Case> {
    service
        .sql(
            "UPDATE booking_policies SET max_covers = 1 WHERE restaurant_id = 3;
             INSERT INTO blockouts (restaurant_id, starts, ends)
             VALUES (3, '2027-02-09 02:00', '2027-02-09 03:00');
             WITH days AS (
                INSERT INTO special_days (restaurant_id, name, date_from, date_to)
                VALUES (2, 'Slow', '2027-02-08', '2027-02-08') RETURNING *
             )
             INSERT INTO special_day_services
                (restaurant_id, special_day_id, first_seating, ends, max_parties)
             SELECT restaurant_id, special_day_id, '17:00', '23:00', 1 FROM days",
        )
        .await;
    let about = examples(booking);
    let seating = |restaurant: i64, asked: &Value| {
        let about = about.with("restaurant_id", restaurant);
        about.changed("createWalkIn", asked)
    };
    let two = json!({ "party_size": 2 });
    let first = service.send(&seating(HIRSCH, &two)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    // Somebody sits there in an hour.
    let next = book(service, BELLA, "2027-02-08", "13:30", 2).await;
    let taken = *next.table_ids.expect("the restaurant sees them")[0];
    let largest = "SELECT table_id FROM dining_tables WHERE restaurant_id = 1 AND max_party = 10";
    let largest: i64 = service.rows(largest).await[0].parse().expect("a number");
    let at = |table: i64| json!({ "party_size": 2, "table_ids": [table] });
    let at_night = |rules: &[&str]| json!({ "party_size": 2, "override": rules });
    let mut cases = Vec::new();
    for (code, restaurant, asked) in [
        ("UNKNOWN_TABLE", BELLA, at(9_999_999)),
        ("TABLE_NOT_AVAILABLE", BELLA, at(taken)),
        ("PARTY_TOO_SMALL", BELLA, at(largest)),
        (
            "PARTY_TOO_LARGE",
            BELLA,
            json!({ "party_size": 20, "table_ids": [taken] }),
        ),
        ("PACING_LIMIT_REACHED", HIRSCH, two.clone()),
        ("OUTSIDE_SERVICE_HOURS", SAKURA, two),
        ("CLOSED", SAKURA, at_night(&["hours"])),
        (
            "CAPACITY_REACHED",
            SAKURA,
            at_night(&["hours", "blockouts"]),
        ),
    ] {
        cases.push(case("createWalkIn", code, seating(restaurant, &asked)));
    }
    cases
}

//! Requests that bring every declared answer about. What follows from the contract and from what
//! every code means is derived from it, for every operation; what only a rule of one operation
//! refuses stands in a table, in which a code that the contract gains is missing until somebody
//! adds it.

use booking_client::types::{self, BookingStatus};
use booking_tests::{
    Examples, NOW, OWNER, Request, Response, TestService, contract, document, is_optional,
    is_secured,
};
use serde_json::json;

use super::CASES;
use super::visit_cases::{steps, walk_ins};
use crate::support::{
    BELLA, MONDAY, SAKURA, availability, book, book_as_guest, booking_path, customer, examples,
    examples_for, send_in_any_status, set_status, wanted,
};

/// One request, and what it must lead to.
pub(super) struct Case {
    /// The operationId.
    pub(super) operation: &'static str,
    /// The error code, or the status of an answer that is no error.
    pub(super) code: String,
    pub(super) request: Request,
}

pub(super) fn case(operation: &'static str, code: &str, request: Request) -> Case {
    Case {
        operation,
        code: code.to_owned(),
        request,
    }
}

/// What the rules of a restaurant are that the cases break, each on a date of its own.
const RULES: &str = "
    UPDATE booking_policies SET max_covers = 30, min_notice_minutes = 60, online_min_party = 2,
        change_cutoff_minutes = 360, cancellation_cutoff_minutes = 360 WHERE restaurant_id = 1;
    WITH days AS (
        INSERT INTO special_days (restaurant_id, name, date_from, date_to)
        VALUES (1, 'Closed', '2027-03-01', '2027-03-01'), (1, 'Slow', '2027-03-02', '2027-03-02')
        RETURNING *
    )
    INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends, max_parties)
    SELECT restaurant_id, special_day_id, '17:00', '23:00', 1 FROM days WHERE name = 'Slow'
";

/// What a guest is refused who has a booking in the service, where one may have no second.
async fn refused_to_who_has_booked(service: &TestService) -> Vec<Case> {
    service
        .sql("UPDATE booking_policies SET one_booking_per_service = true WHERE restaurant_id = 3")
        .await;
    let new = wanted(SAKURA, "2027-03-05", "19:00", 2);
    book(service, SAKURA, "2027-03-05", "19:00", 2).await;
    let again = Request::post("/bookings")
        .json(&serde_json::to_value(new).expect("it is JSON"))
        .anonymous();
    let mut others = wanted(SAKURA, "2027-03-05", "19:00", 2);
    let grace = customer("grace@example.com").phone("+1 555 123 4567");
    others.customer = Some(grace.try_into().expect("it is a customer"));
    let (others, secret) = book_as_guest(service, others).await;
    let taken_over = json!({ "customer": { "email": "ada@example.com" } });
    let taken_over = Request::patch(booking_path(&others.booking_id))
        .header("Booking-Secret", secret)
        .json(&taken_over);
    vec![
        case("createBooking", "ALREADY_BOOKED", again),
        case("updateBooking", "ALREADY_BOOKED", taken_over),
    ]
}

/// What the rules of single operations refuse, guests and others. Each case is independent of the
/// others.
async fn refused_by_rules(service: &TestService) -> Vec<Case> {
    let (open, secret) = book_as_guest(service, wanted(BELLA, MONDAY, "13:30", 2)).await;
    let open = open.booking_id;
    let (soon, soon_secret) = book_as_guest(service, wanted(BELLA, "2027-02-08", "17:00", 2)).await;
    service.sql(RULES).await;
    book(service, BELLA, "2027-03-02", "19:00", 2).await;
    for party in [10, 6, 6, 4, 4] {
        book(service, BELLA, "2027-03-03", "19:00", party).await;
    }
    let wrong_order =
        Request::get("/bookings?restaurant_id=1&date_from=2027-02-02&date_to=2027-02-01");
    let mut cases = vec![
        case("listBookings", "INVALID_DATE", wrong_order),
        case(
            "getAvailability",
            "INVALID_DATE",
            availability(BELLA, "2027-02-07"),
        ),
        case(
            "searchAvailability",
            "INVALID_DATE",
            Request::get("/availability?date=2027-02-06&party_size=2"),
        ),
    ];
    let at = |date: &str, time: &str| json!({ "booking_date": date, "booking_time": time });
    for (code, asked) in [
        ("INVALID_DATE", json!({ "booking_date": "2027-02-07" })),
        ("TOO_FAR_AHEAD", json!({ "booking_date": "2029-02-15" })),
        ("TOO_SHORT_NOTICE", at("2027-02-08", "12:45")),
        ("OUTSIDE_SERVICE_HOURS", json!({ "booking_time": "4:00" })),
        ("CLOSED", at("2027-03-01", "19:00")),
        ("TIME_SKIPPED_BY_CLOCK_CHANGE", at("2027-03-14", "2:30")),
        ("UTC_OFFSET_MISMATCH", json!({ "utc_offset": "+09:00" })),
        ("PARTY_TOO_LARGE", json!({ "party_size": 20 })),
        ("PARTY_TOO_SMALL", json!({ "party_size": 1 })),
        ("PACING_LIMIT_REACHED", at("2027-03-02", "19:00")),
        ("CAPACITY_REACHED", at("2027-03-03", "19:00")),
        (
            "TABLE_NOT_AVAILABLE",
            json!({ "booking_date": MONDAY, "booking_time": "19:00", "party_size": 10 }),
        ),
    ] {
        let creating = examples(&open).changed("createBooking", &asked).anonymous();
        cases.push(case("createBooking", code, creating));
        let holding = examples(&open).changed("createHold", &asked).anonymous();
        cases.push(case("createHold", code, holding));
        let updating = examples(&open).changed("updateBooking", &asked);
        let updating = updating.header("Booking-Secret", &secret);
        cases.push(case("updateBooking", code, updating));
    }
    cases.extend(refused_to_holders(service, &open).await);
    cases.extend(refused_to_who_has_booked(service).await);
    let nobody = json!({ "customer": { "name": "Ada" } });
    let nobody = examples(&open)
        .changed("createBooking", &nobody)
        .anonymous();
    cases.push(case("createBooking", "CONTACT_REQUIRED", nobody));
    let withdrawn = json!({ "customer": { "phone": null } });
    let withdrawn = examples(&open).changed("updateBooking", &withdrawn);
    let withdrawn = withdrawn.header("Booking-Secret", &secret);
    cases.push(case("updateBooking", "CONTACT_REQUIRED", withdrawn));
    let unknown = json!({ "staff": { "table_ids": [9_999_999] } });
    for operation in ["createBooking", "updateBooking"] {
        let request = examples(&open).changed(operation, &unknown);
        cases.push(case(operation, "UNKNOWN_TABLE", request));
    }
    let empty = json!({ "online_min_party": 5, "online_max_party": 4 });
    let empty = examples(&open)
        .with("If-Match", "*")
        .changed("updateBookingPolicy", &empty);
    cases.push(case("updateBookingPolicy", "INVALID_BOOKING_POLICY", empty));
    let mars = json!({ "time_zone": "Mars/Olympus" });
    let mars = examples(&open)
        .with("If-Match", "*")
        .changed("updateBookingPolicy", &mars);
    cases.push(case("updateBookingPolicy", "UNKNOWN_TIME_ZONE", mars));
    let soon = examples(&soon.booking_id);
    let later = soon.changed("updateBooking", &json!({ "booking_time": "18:00" }));
    for (operation, request) in [
        ("updateBooking", later),
        ("cancelBooking", soon.request("cancelBooking")),
    ] {
        let request = request.header("Booking-Secret", &soon_secret);
        cases.push(case(operation, "CUTOFF_PASSED", request));
    }
    cases.extend(steps(service).await);
    cases.extend(walk_ins(service, &open).await);
    let monday =
        |opens: &str, closes: &str| json!({ "day": "monday", "opens": opens, "closes": closes });
    for (code, asked) in [
        ("UNKNOWN_TIME_ZONE", json!({ "time_zone": "Mars/Olympus" })),
        (
            "INVALID_OPENING_HOURS",
            json!({ "opening_hours": [monday("12:00", "15:00"), monday("14:00", "18:00")] }),
        ),
        (
            "INVALID_DINING_TABLES",
            json!({ "tables": [{ "name": "Window", "min_party": 3, "max_party": 2 }] }),
        ),
    ] {
        let asking = examples(&open).changed("createRestaurant", &asked);
        cases.push(case("createRestaurant", code, asking));
    }
    cases
}

/// As many of everything as there may be, at the third restaurant.
const FULL: &str = "
    INSERT INTO dining_areas (restaurant_id, name, setting, is_accessible, has_high_chairs)
    SELECT 3, 'Full ' || number, 'indoor', true, true FROM generate_series(1, 50) number;
    INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
    SELECT 3, 'Full ' || number, 20, 20 FROM generate_series(1, 500) number;
    INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
    SELECT 3, 'Full ' || number, 20, 20 FROM generate_series(1, 500) number;
    INSERT INTO service_periods
        (restaurant_id, name, weekdays, valid_from, valid_to, first_seating, ends)
    SELECT 3, 'Full', 127, date '2999-01-01' + number, date '2999-01-01' + number, '7:00', '8:00'
    FROM generate_series(1, 100) number;
    INSERT INTO special_days (restaurant_id, name, date_from, date_to)
    SELECT 3, 'Full', date '2999-01-01' + number, date '2999-01-01' + number
    FROM generate_series(1, 500) number;
    INSERT INTO blockouts (restaurant_id, starts, ends)
    SELECT 3, '2999-01-01', '2999-01-02' FROM generate_series(1, 500)
";

/// The name of the number of a kind of part, by the code that says that there is none.
fn id_of_part(code: &str) -> Option<&'static str> {
    let id = match code {
        "DINING_AREA_NOT_FOUND" => "dining_area_id",
        "DINING_TABLE_NOT_FOUND" => "table_id",
        "TABLE_COMBINATION_NOT_FOUND" => "combination_id",
        "SERVICE_PERIOD_NOT_FOUND" => "service_period_id",
        "SPECIAL_DAY_NOT_FOUND" => "special_day_id",
        "BLOCKOUT_NOT_FOUND" => "blockout_id",
        _ => return None,
    };
    Some(id)
}

/// What is refused of holds: of a hold that is there, and of one that is not.
async fn refused_to_holders(service: &TestService, booking: &types::BookingId) -> Vec<Case> {
    let about = examples(booking);
    let at = |time: &str| json!({ "booking_date": "2027-03-15", "booking_time": time, "party_size": 10 });
    let hold = async |time| {
        let asked = about.changed("createHold", &at(time)).anonymous();
        service.send(&asked).await.json()
    };
    let held = hold("19:00").await;
    let held = json!({ "hold_id": held["hold_id"], "hold_secret": held["hold_secret"] });
    let other = about.changed("createBooking", &json!({ "hold": held, "party_size": 9 }));
    let gone = json!({ "hold_id": "hd_none", "hold_secret": format!("hs_{}", "A".repeat(43)) });
    let gone = about.changed("createBooking", &json!({ "hold": gone }));
    // Three of the owner's.
    for time in ["17:00", "19:00", "21:00"] {
        let asked = json!({ "booking_date": "2027-03-22", "booking_time": time, "party_size": 2 });
        let made = service.send(&about.changed("createHold", &asked)).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let fourth = about.changed("createHold", &json!({ "booking_date": "2027-03-22" }));
    // Somebody else holds half of the tables.
    service
        .sql(
            "INSERT INTO holds SELECT 1, nextval('bookings_booking_id_seq'), 'hd_half' || number, 'address:0',
                true, '2027-04-05', '19:00', -240, '2027-04-05', 1, NULL, false, ARRAY[table_id],
                '2027-04-05 23:00Z', '2027-04-06 00:30Z', '2027-04-06 00:30Z', '2030-01-01Z'
            FROM (
                SELECT table_id, row_number() OVER (ORDER BY max_party DESC) AS number,
                    count(*) OVER () AS tables
                FROM dining_tables WHERE restaurant_id = 1 AND deleted_at IS NULL
            ) AS numbered WHERE number <= tables / 2",
        )
        .await;
    let at_half = json!({ "booking_date": "2027-04-05", "booking_time": "19:00", "party_size": 2 });
    let at_half = about.changed("createHold", &at_half).anonymous();
    let mut cases = vec![
        case("createBooking", "HOLD_MISMATCH", other.anonymous()),
        case("createBooking", "HOLD_EXPIRED", gone.anonymous()),
        case("createHold", "TOO_MANY_HOLDS", fourth),
        case("createHold", "SLOT_HELD", at_half),
    ];
    let availability =
        Request::get("/restaurants/1/availability?date=2027-03-15&party_size=2&hold=hd_none");
    cases.push(case("getAvailability", "HOLD_NOT_FOUND", availability));
    let calendar =
        "/restaurants/1/availability-calendar?date=2027-03-15&days=1&party_size=2&hold=hd_none";
    cases.push(case(
        "getAvailabilityCalendar",
        "HOLD_NOT_FOUND",
        Request::get(calendar),
    ));
    let release = Request::new("DELETE", "/api/v1/restaurants/1/holds/hd_none");
    let release = release.header("Hold-Secret", format!("hs_{}", "A".repeat(43)));
    cases.push(case("releaseHold", "HOLD_NOT_FOUND", release));
    cases
}

/// What the rules of how a restaurant seats refuse of its parts.
async fn seating_cases(service: &TestService, account: &Examples) -> Vec<Case> {
    let mut cases = Vec::new();
    service
        .sql(
            "INSERT INTO dining_areas
                (restaurant_id, name, setting, is_accessible, has_high_chairs)
             VALUES (1, 'Taken', 'indoor', true, true);
             INSERT INTO dining_tables
                (restaurant_id, name, min_party, max_party, is_bookable_online)
             VALUES (1, 'Taken', 20, 20, false);
             INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
             VALUES (1, 'Taken', 20, 20);
             INSERT INTO combined_tables
             SELECT 1, combination_id, table_id FROM table_combinations, (
                SELECT table_id FROM dining_tables
                WHERE restaurant_id = 1 AND NOT is_bookable_online AND deleted_at IS NULL LIMIT 2
             ) two WHERE name = 'Taken'",
        )
        .await;
    let taken = account.with("name", "Taken");
    let parties = json!({ "min_party": 5, "max_party": 4 });
    let hours = json!({ "first_seating": "07:00", "last_seating": "09:00", "ends": "08:00" });
    for (kind, code, asked) in [
        ("DiningTable", "INVALID_DINING_TABLE", parties.clone()),
        ("TableCombination", "INVALID_TABLE_COMBINATION", parties),
        (
            "ServicePeriod",
            "INVALID_SERVICE_PERIOD",
            json!({ "service": hours }),
        ),
        (
            "SpecialDay",
            "INVALID_SPECIAL_DAY",
            json!({ "date_to": "2026-01-01" }),
        ),
        (
            "Blockout",
            "INVALID_BLOCKOUT",
            json!({ "ends_date": "2026-01-01" }),
        ),
    ] {
        for operation in operations(&["create", "update"], kind) {
            cases.push(case(operation, code, account.changed(operation, &asked)));
        }
    }
    for kind in ["DiningArea", "DiningTable", "TableCombination"] {
        for operation in operations(&["create", "update"], kind) {
            cases.push(case(operation, "NAME_TAKEN", taken.request(operation)));
        }
    }
    // One sits at the table, one at the combination, and one has to be in the area.
    let id = |name: &str| account.value_of(name).expect("it is there").to_string();
    for (time, used) in [
        ("17:00", format!("table_ids = '{{{}}}'", id("table_id"))),
        (
            "17:15",
            format!(
                "table_ids = (SELECT array_agg(table_id) FROM combined_tables
                    WHERE combination_id = {})",
                id("combination_id")
            ),
        ),
        (
            "17:30",
            format!(
                "area_id = {}, is_area_required = true, table_ids = '{{{}}}'",
                id("dining_area_id"),
                id("table_id")
            ),
        ),
    ] {
        let booked = book(service, BELLA, "2027-03-04", time, 2).await.booking_id;
        let booked = booked.as_str();
        let update = format!(
            "DELETE FROM occupancies USING bookings
                WHERE bookings.booking_id = occupancies.booking_id AND public_id = '{booked}';
             UPDATE bookings SET {used} WHERE public_id = '{booked}';
             UPDATE dining_tables SET area_id = {} WHERE table_id = {}",
            id("dining_area_id"),
            id("table_id")
        );
        service.sql(&update).await;
    }
    let small = json!({ "min_party": 1, "max_party": 1 });
    for (operation, asked) in [
        ("deleteDiningArea", None),
        ("deleteDiningTable", None),
        ("deleteTableCombination", None),
        ("updateDiningTable", Some(&small)),
        ("updateTableCombination", Some(&small)),
    ] {
        let request = match asked {
            Some(asked) => account.changed(operation, asked),
            None => account.request(operation),
        };
        cases.push(case(operation, "USED_BY_BOOKINGS", request));
    }
    cases
}

/// The operations on a kind of part that begin with these words.
fn operations(words: &[&str], kind: &str) -> Vec<&'static str> {
    let ids = contract().operations().iter().map(|it| it.id.as_str());
    let is_wanted = |id: &&str| {
        let word = id.strip_suffix(kind);
        word.is_some_and(|word| words.contains(&word))
    };
    ids.filter(is_wanted).collect()
}

/// Every request that is answered with a code, or with 304.
pub(super) async fn cases(service: &TestService) -> Vec<Case> {
    let open = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    let over = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    set_status(service, &over, BookingStatus::Completed).await;
    // The one table for ten is taken in the evening.
    book(service, BELLA, MONDAY, "19:00", 10).await;
    let mut cases = refused_by_rules(service).await;
    let account = service.with_account(&examples(&open), "cases").await;
    service.sql(FULL).await;
    cases.extend(seating_cases(service, &account).await);
    let limited = service.access_token("usr_1", "none:none", NOW);
    let (_, key_of_elsewhere) = service.create_api_key(2, &["bookings:write"]).await;
    let (reset, registration) = (
        service.reset_token("cases@example.com").await,
        service.registration_token("weak@example.com").await,
    );
    for operation in contract().operations() {
        let id = operation.id.as_str();
        let asking = |examples: &booking_tests::Examples| examples.request(id);
        let open = if speaks_of_accounts(operation) {
            account.clone()
        } else {
            examples(&open)
        };
        for response in &operation.responses {
            if response.status == 304 {
                cases.push(case(id, "304", asking(&open).header("If-None-Match", "*")));
            }
            for code in &response.codes {
                let request = match code.as_str() {
                    "INVALID_REQUEST" => asking(&open).with_query("no-such-parameter=1"),
                    "INVALID_CURSOR" => asking(&open).with_query("cursor=x"),
                    "BOOKING_NOT_FOUND" => asking(
                        &open
                            .with("booking_id", "bk_none")
                            .with("excluding_booking_id", "bk_none"),
                    ),
                    "RESTAURANT_NOT_FOUND" => asking(&open.with("restaurant_id", 99)),
                    "BOOKING_NOT_CHANGEABLE" => asking(&examples(&over)),
                    "PRECONDITION_FAILED" => asking(&open.with("If-Match", "\"stale\"")),
                    "PRECONDITION_REQUIRED" => asking(&open.without("If-Match")),
                    "UNAUTHENTICATED" => asking(
                        &open
                            .with("access_token", "x.y.z")
                            .with("refresh_token", "x.y.z"),
                    ),
                    "STAFF_MEMBER_NOT_FOUND" => asking(&open.with("user_id", "usr_none")),
                    "LIMIT_REACHED" => asking(
                        &open
                            .without("access_token")
                            .with("restaurant_id", SAKURA)
                            .with("name", "One more"),
                    ),
                    not_found if id_of_part(not_found).is_some() => {
                        let name = id_of_part(not_found).unwrap_or_default();
                        asking(&open.with(name, 9_999_999))
                    }
                    "API_KEY_NOT_FOUND" => asking(&open.with("api_key_id", "00000000000")),
                    // The second restaurant has one owner, whose requests these are.
                    "LAST_OWNER" => asking(
                        &open
                            .without("access_token")
                            .with("restaurant_id", 2)
                            .with("user_id", OWNER),
                    ),
                    "INVALID_DATE" if id == "createApiKey" => {
                        asking(&open.with("expires_at", "2027-01-01T00:00:00Z"))
                    }
                    // Without the scope, it is somebody who needs none; but no key of elsewhere.
                    "FORBIDDEN" if is_optional(&operation.pointer) => {
                        asking(&open.with("access_token", key_of_elsewhere.as_str()))
                    }
                    "FORBIDDEN" => asking(&open.with("access_token", limited.as_str())),
                    "INVALID_CREDENTIALS" => asking(
                        &open
                            .with("password", "another password")
                            .with("refresh_token", format!("rt_{}", "A".repeat(70))),
                    ),
                    "INVALID_TOKEN" => {
                        let prefix = match id {
                            "resetPassword" => "pr",
                            "acceptInvitation" => "in",
                            _ => "ev",
                        };
                        asking(&open.with("token", format!("{prefix}_{}", "A".repeat(43))))
                    }
                    "WRONG_PASSWORD" => asking(&open.with("current_password", "another password")),
                    "PASSWORD_TOO_WEAK" => {
                        let token = if id == "resetPassword" {
                            &reset
                        } else {
                            &registration
                        };
                        let weak = open.with("token", token.as_str());
                        asking(
                            &weak
                                .with("password", "password")
                                .with("new_password", "password"),
                        )
                    }
                    "PAYLOAD_TOO_LARGE" => {
                        let declared = document().pointer(&operation.pointer).unwrap();
                        let limit = declared["x-max-body-bytes"].as_u64().unwrap();
                        let beyond = usize::try_from(limit).unwrap() + 1;
                        open.without_body(id).json_text(" ".repeat(beyond))
                    }
                    "UNSUPPORTED_MEDIA_TYPE" => open.without_body(id).body("x"),
                    _ => continue,
                };
                cases.push(case(id, code, request));
            }
        }
    }
    cases
}

/// What every operation answers when it grants what its example asks for, about a booking of its
/// own in whichever status it takes.
pub(super) async fn granted(service: &TestService) -> Vec<(&'static str, Response)> {
    let mut answers = Vec::new();
    for operation in contract().operations() {
        let id = operation.id.as_str();
        let booking = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
        let examples = match speaks_of_accounts(operation) {
            true => {
                let about = examples_for(operation, &booking);
                service.with_account(&about, id).await
            }
            false => examples(&booking),
        };
        let answer = send_in_any_status(service, &booking, &examples.request(id)).await;
        assert!(
            answer.status < 300,
            "{id} grants what its example asks for in no status: {CASES} says in which it is asked: {}",
            answer.text()
        );
        answers.push((id, answer));
        // Its table is free for the next.
        set_status(service, &booking, BookingStatus::Cancelled).await;
    }
    answers
}

/// One case of this code for every operation.
pub(super) fn failing(code: &str, requests: &[(&'static str, Request)]) -> Vec<Case> {
    requests
        .iter()
        .map(|(operation, request)| case(operation, code, request.clone()))
        .collect()
}

/// Whether an operation is about accounts: then an account of its own is made for it.
fn speaks_of_accounts(operation: &contract_witness::Operation) -> bool {
    is_secured(&operation.pointer)
        || declares(operation, "HOLD_NOT_FOUND")
        || declares(operation, "TOO_MANY_REQUESTS")
        || declares(operation, "INVALID_CREDENTIALS")
}

fn declares(operation: &contract_witness::Operation, code: &str) -> bool {
    let mut responses = operation.responses.iter();
    responses.any(|response| response.codes.iter().any(|declared| declared == code))
}

/// One attempt too many, at a service that allows one a minute.
pub(super) async fn one_too_many(service: &TestService, account: &Examples) -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in contract().operations() {
        if declares(operation, "TOO_MANY_REQUESTS") {
            let id = operation.id.as_str();
            // Who is known may try as often as they like where others may not.
            let request = match is_optional(&operation.pointer) {
                true => account.without("access_token").request(id).anonymous(),
                false => account.request(id),
            };
            service.send(&request).await;
            cases.push(case(id, "TOO_MANY_REQUESTS", request));
        }
    }
    cases
}

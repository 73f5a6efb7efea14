//! Every kind of part is listed, added, changed and taken away, with one version over all of them; and
//! guests meet what the restaurant says.

use booking_client::ResponseHeaders;
use booking_client::types::ErrorCode;
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, HIRSCH, MONDAY, refused, times, wanted};

/// A kind of part: its path, one, the same changed, and what defaults add to an answer.
fn kinds() -> Vec<(&'static str, Value, Value, Value)> {
    let breakfast = json!({ "first_seating": "07:30", "ends": "10:30" });
    let long = json!({
        "first_seating": "07:00", "last_seating": "09:00", "ends": "10:30", "turn_minutes": 60,
        "turn_steps": [{ "min_party": 4, "turn_minutes": 90 }], "buffer_minutes": 10,
        "max_parties": 3, "max_covers": 9,
    });
    vec![
        (
            "areas",
            json!({ "name": "Garden", "setting": "outdoor" }),
            json!({ "name": "Yard", "setting": "outdoor", "is_accessible": true }),
            json!({ "is_accessible": false, "has_high_chairs": false }),
        ),
        (
            "tables",
            json!({ "name": "Bench", "min_party": 2, "max_party": 6 }),
            json!({
                "name": "Bench", "min_party": 3, "max_party": 8, "min_party_lapse_hours": 4,
                "is_bookable_online": false,
            }),
            json!({ "is_bookable_online": true }),
        ),
        (
            "table-combinations",
            json!({ "name": "Pair", "table_ids": [1, 2], "min_party": 3, "max_party": 4 }),
            json!({ "name": "Three", "table_ids": [1, 2, 3], "min_party": 5, "max_party": 6 }),
            json!({}),
        ),
        (
            "service-periods",
            json!({ "name": "Breakfast", "days": ["monday", "friday"], "service": breakfast }),
            json!({
                "name": "Breakfast", "days": ["sunday"], "valid_from": "2027-03-01",
                "valid_to": "2027-06-30", "service": long,
            }),
            json!({}),
        ),
        (
            "special-days",
            json!({
                "name": "Closed", "date_from": "2027-12-24", "date_to": "2028-01-02",
                "services": [],
            }),
            json!({
                "name": "New Year", "date_from": "2027-12-31", "date_to": "2027-12-31",
                "services": [breakfast, long_evening()],
            }),
            json!({}),
        ),
        (
            "blockouts",
            json!({
                "starts_date": "2027-07-03", "starts_time": "12:00",
                "ends_date": "2027-07-04", "ends_time": "00:00",
            }),
            json!({
                "table_id": 1, "starts_date": "2027-07-03", "starts_time": "13:30",
                "ends_date": "2027-07-03", "ends_time": "15:00", "reason": "Repair",
            }),
            json!({}),
        ),
    ]
}

fn long_evening() -> Value {
    json!({ "first_seating": "18:00", "ends": "02:00", "turn_minutes": 180 })
}

fn path(kind: &str) -> String {
    format!("/restaurants/{BELLA}/{kind}")
}

/// One of Bella's own, with the number and the defaults that an answer has.
fn with(mut settings: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        if settings.get(name).is_none() {
            settings[name] = value.clone();
        }
    }
    settings
}

/// The parts of a kind, and the version.
async fn list(service: &TestService, kind: &str) -> (Vec<Value>, String) {
    let answer = service.send(&Request::get(path(kind))).await;
    assert_eq!(answer.status, 200, "{kind}: {}", answer.text());
    let parts = answer.json()["data"].as_array().cloned();
    let tag = answer.header("etag").expect("it has one").to_owned();
    (parts.expect("it is a list"), tag)
}

#[tokio::test]
async fn each_kind_of_part_is_added_listed_changed_and_taken_away() {
    let service = TestService::start().await;
    let (_, mut tag) = list(&service, "tables").await;
    for (kind, new, changed, defaults) in kinds() {
        let (before, same_tag) = list(&service, kind).await;
        assert_eq!(same_tag, tag, "{kind}: the version is one of all kinds");
        let next = |answer: &Response, tag: &str| {
            let next = answer.header("etag").expect("it has one").to_owned();
            assert_ne!(next, tag, "{kind}");
            next
        };
        let affected = json!({ "affected_bookings": [] });
        let is_area = kind == "areas";
        let answered = |part: &Value| match is_area {
            true => part.clone(),
            false => with(part.clone(), &affected),
        };

        let create = Request::post(path(kind))
            .header("If-Match", &tag)
            .json(&new);
        let created = service.send(&create).await;
        assert_eq!(created.status, 201, "{kind}: {}", created.text());
        let id = created.json()["id"].clone();
        let part = with(with(new, &defaults), &json!({ "id": id }));
        assert_eq!(created.json(), answered(&part), "{kind}");
        let location = created.header("location").expect("it has one").to_owned();
        assert_eq!(location, format!("/api/v1{}/{id}", path(kind)));
        tag = next(&created, &tag);
        let (listed, _) = list(&service, kind).await;
        assert_eq!(listed.len(), before.len() + 1, "{kind}");
        assert!(listed.contains(&part), "{kind}: {listed:?}");

        let one = format!("{}/{id}", path(kind));
        let put = |body: &Value, tag: &str| {
            let put = Request::new("PUT", format!("/api/v1{one}"));
            put.header("If-Match", tag).json(body)
        };
        let updated = service.send(&put(&changed, &tag)).await;
        assert_eq!(updated.status, 200, "{kind}: {}", updated.text());
        let part = with(with(changed.clone(), &defaults), &json!({ "id": id }));
        assert_eq!(updated.json(), answered(&part), "{kind}");
        tag = next(&updated, &tag);
        let (listed, _) = list(&service, kind).await;
        assert!(listed.contains(&part), "{kind}: {listed:?}");

        // The same once more changes nothing, its version neither; what is stale is refused.
        let again = service.send(&put(&changed, &tag)).await;
        assert_eq!((again.status, again.header("etag")), (200, Some(&*tag)));
        let stale = service.send(&put(&changed, "\"1\"")).await;
        stale.refused(412, "PRECONDITION_FAILED");

        let delete = Request::new("DELETE", format!("/api/v1{one}"));
        let deleted = service.send(&delete.header("If-Match", &tag)).await;
        assert_eq!(deleted.status, 200, "{kind}: {}", deleted.text());
        assert_eq!(deleted.json(), affected, "{kind}");
        tag = next(&deleted, &tag);
        assert_eq!(list(&service, kind).await.0, before, "{kind}");
    }
    let events = service
        .rows(
            "SELECT action FROM audit_events WHERE action ~ '^(create|update|delete)_' ORDER BY 1",
        )
        .await;
    assert_eq!(events.len(), 18, "{events:?}");
}

#[tokio::test]
async fn guests_meet_what_the_restaurant_says() {
    let service = TestService::start().await;
    let evening = async || {
        let times = times(&service, BELLA, MONDAY, 2).await;
        let evening = times.into_iter().filter(|time| time.as_str() >= "17:00");
        evening.collect::<Vec<_>>()
    };
    assert_eq!(evening().await.len(), 17);
    let add = async |kind: &str, body: Value| {
        let request = Request::post(path(kind))
            .header("If-Match", "*")
            .json(&body);
        let answer = service.send(&request).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_i64().expect("it is a number")
    };
    let closed = json!({
        "name": "Holiday", "date_from": MONDAY, "date_to": MONDAY, "services": [],
    });
    let closed = add("special-days", closed).await;
    assert!(evening().await.is_empty());
    let refusal = service
        .guest()
        .create_booking()
        .body(wanted(BELLA, MONDAY, "19:00", 2));
    refused(refusal.send().await, 422, ErrorCode::Closed);
    let gone = format!("/api/v1{}/{closed}", path("special-days"));
    let gone = Request::new("DELETE", gone).header("If-Match", "*");
    assert_eq!(service.send(&gone).await.status, 200);
    assert_eq!(evening().await.len(), 17);
    // From six to eight nothing is used: no visit of an hour and a half may touch that.
    let blocked = json!({
        "starts_date": MONDAY, "starts_time": "18:00", "ends_date": MONDAY, "ends_time": "20:00",
    });
    add("blockouts", blocked).await;
    assert_eq!(
        evening().await,
        ["20:00", "20:15", "20:30", "20:45", "21:00"]
    );
    // Twelve sit nowhere, until two tables are put together.
    let twelve = async || {
        let wanted = wanted(BELLA, MONDAY, "20:00", 12);
        service.guest().create_booking().body(wanted).send().await
    };
    refused(twelve().await, 422, ErrorCode::PartyTooLarge);
    let large = service
        .rows(
            "SELECT table_id FROM dining_tables WHERE restaurant_id = 1 AND deleted_at IS NULL
                ORDER BY max_party DESC LIMIT 2",
        )
        .await;
    let large: Vec<i64> = large
        .iter()
        .map(|id| id.parse().expect("a number"))
        .collect();
    let both = json!({ "name": "Both", "table_ids": large, "min_party": 10, "max_party": 16 });
    add("table-combinations", both).await;
    assert_eq!(twelve().await.expect("they sit").status(), 201);
}

#[tokio::test]
async fn areas_are_shown_to_everybody_and_nothing_else_is() {
    let service = TestService::start().await;
    let areas = service.guest().list_dining_areas().restaurant_id(4_i64);
    let areas = areas.send().await.expect("everybody sees them");
    let names: Vec<String> = areas
        .data
        .iter()
        .map(|area| area.name.to_string())
        .collect();
    assert_eq!(names, ["Terrace"]);
    for kind in [
        "tables",
        "table-combinations",
        "service-periods",
        "special-days",
        "blockouts",
    ] {
        let request = Request::get(path(kind)).anonymous();
        service.send(&request).await.refused(401, "UNAUTHENTICATED");
    }
    let unknown = service.guest().list_dining_areas().restaurant_id(99_i64);
    refused(unknown.send().await, 404, ErrorCode::RestaurantNotFound);
}

#[tokio::test]
async fn what_is_past_is_listed_no_more() {
    let service = TestService::start().await;
    service
        .sql(
            "INSERT INTO special_days (restaurant_id, name, date_from, date_to)
                VALUES (1, 'Past', '2027-02-01', '2027-02-07'), (1, 'Now', '2027-02-01', '2027-02-08');
             INSERT INTO blockouts (restaurant_id, starts, ends, reason) VALUES
                (1, '2027-02-01', '2027-02-08 12:30', 'Past'), (1, '2027-02-01', '2027-02-08 12:31', 'Now')",
        )
        .await;
    let (days, _) = list(&service, "special-days").await;
    assert_eq!(days.len(), 1);
    assert_eq!(days[0]["name"], "Now");
    let (blockouts, _) = list(&service, "blockouts").await;
    assert_eq!(blockouts.len(), 1);
    assert_eq!(blockouts[0]["reason"], "Now");
}

#[tokio::test]
async fn what_a_body_contradicts_is_named_by_its_field() {
    let service = TestService::start().await;
    let service_with =
        |service: Value| json!({ "name": "X", "days": ["monday"], "service": service });
    let steps = json!([{ "min_party": 4, "turn_minutes": 90 }]);
    let period = |from: &str, to: &str| {
        json!({
            "name": "X", "days": ["monday"], "valid_from": from, "valid_to": to,
            "service": { "first_seating": "07:00", "ends": "08:00" },
        })
    };
    for (kind, body, code, field) in [
        (
            "tables",
            json!({ "name": "X", "min_party": 2, "max_party": 2, "area_id": 999 }),
            "INVALID_DINING_TABLE",
            "area_id",
        ),
        (
            "table-combinations",
            json!({ "name": "X", "table_ids": [1, 9999], "min_party": 2, "max_party": 3 }),
            "INVALID_TABLE_COMBINATION",
            "table_ids",
        ),
        (
            "service-periods",
            service_with(json!({ "first_seating": "18:00", "ends": "23:00" })),
            "INVALID_SERVICE_PERIOD",
            "service",
        ),
        (
            "service-periods",
            service_with(json!({ "first_seating": "07:00", "ends": "08:00", "turn_steps": steps })),
            "INVALID_SERVICE_PERIOD",
            "service",
        ),
        (
            "service-periods",
            period("2027-06-02", "2027-06-01"),
            "INVALID_SERVICE_PERIOD",
            "valid_to",
        ),
        (
            "special-days",
            json!({ "name": "X", "date_from": "2027-06-02", "date_to": "2027-06-01", "services": [] }),
            "INVALID_SPECIAL_DAY",
            "date_to",
        ),
        (
            "blockouts",
            json!({
                "area_id": 1, "table_id": 1, "starts_date": "2027-06-01", "starts_time": "12:00",
                "ends_date": "2027-06-01", "ends_time": "13:00",
            }),
            "INVALID_BLOCKOUT",
            "area_id",
        ),
    ] {
        let request = Request::post(path(kind))
            .header("If-Match", "*")
            .json(&body);
        let answer = service.send(&request).await;
        let refusal = answer.refused(422, code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{kind}");
    }
}

#[tokio::test]
async fn a_table_of_elsewhere_is_in_no_combination() {
    let service = TestService::start().await;
    let own = |restaurant: i64| {
        let query = format!(
            "SELECT table_id FROM dining_tables WHERE restaurant_id = {restaurant} LIMIT 1"
        );
        let service = &service;
        async move {
            service.rows(&query).await[0]
                .parse::<i64>()
                .expect("a number")
        }
    };
    let tables = [own(BELLA).await, own(HIRSCH).await];
    let body = json!({ "name": "Far", "table_ids": tables, "min_party": 2, "max_party": 3 });
    let request = Request::post(path("table-combinations")).header("If-Match", "*");
    let answer = service.send(&request.json(&body)).await;
    answer.refused(422, "INVALID_TABLE_COMBINATION");
}

#[tokio::test]
async fn the_client_has_all_of_it() {
    let service = TestService::start().await;
    let tables = service.client().list_dining_tables().restaurant_id(BELLA);
    let tables = tables.send().await.expect("the staff see them");
    let tag = tables.etag().expect("it has one");
    let first = &tables.data[0];
    let deleting = service.client().delete_dining_table().restaurant_id(BELLA);
    let deleting = deleting.table_id(first.id).if_match(tag.as_str()).send();
    let deleted = deleting.await.expect("nobody sits there");
    assert!(deleted.affected_bookings.is_empty());
}

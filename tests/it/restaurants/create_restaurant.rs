//! `createRestaurant`.

use booking_client::ResponseHeaders;
use booking_client::types::{InvitationAcceptance, NewRestaurant, RestaurantChange, StaffRole};
use booking_tests::{Examples, Request, TestService};
use serde_json::json;

use crate::support::{book, times};

/// The contract's own example, with these properties besides.
fn example(changes: &serde_json::Value) -> NewRestaurant {
    let mut body = Examples::new().body("createRestaurant").unwrap();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

#[tokio::test]
async fn restaurant_that_was_entered_takes_bookings_and_is_run_by_its_owner() {
    let service = TestService::start().await;
    let new = example(&json!({ "owner_email": "lucia@example.com" }));
    let create = service.client().create_restaurant().body(new.clone());
    let created = create.send().await.unwrap();
    assert_eq!(created.status(), 201);
    let (location, tag) = (created.headers()["location"].clone(), created.etag());
    let restaurant = created.into_inner();
    let id = restaurant.id.get();
    assert_eq!(location, format!("/api/v1/restaurants/{id}"));
    let get = service.guest().get_restaurant().restaurant_id(id);
    let read = get.send().await.unwrap();
    assert_eq!(read.etag(), tag);
    assert_eq!(read.into_inner(), restaurant);
    assert_eq!(restaurant.opening_hours, new.opening_hours);
    // What was said, and what was not.
    assert_eq!(restaurant.turn_minutes.get(), 105);
    assert_eq!(restaurant.slot_interval_minutes.get(), 15);

    // A Friday, from 17:00 to 23:00, with turns of 105 minutes.
    let friday = "2027-02-19";
    let free = times(&service, id, friday, 4).await;
    assert_eq!((free[0].as_str(), free.len()), ("17:00", 18));
    book(&service, id, friday, "17:00", 4).await;
    assert!(!times(&service, id, friday, 4).await.contains(&free[0]));

    service.register("lucia@example.com").await;
    let lucia = service.login("lucia@example.com").await;
    let mail = "SELECT token FROM messages WHERE recipient = 'lucia@example.com'
        AND kind = 'staff_invitation'";
    let token = service.rows(mail).await.remove(0);
    let accept = service.client().accept_invitation();
    let accept = accept.oauth(lucia.access_token.as_str());
    let body = InvitationAcceptance::builder().token(token.as_str());
    let employment = accept.body(body).send().await.unwrap().into_inner();
    assert_eq!(employment.role, StaffRole::Owner);
    let update = service.client().update_restaurant().restaurant_id(id);
    let update = update.oauth(lucia.access_token.as_str()).if_match("*");
    let change = RestaurantChange::builder().name("Da Lucia");
    let changed = update.body(change).send().await.unwrap();
    assert_eq!(changed.name.as_str(), "Da Lucia");
}

#[tokio::test]
async fn restaurant_without_tables_or_hours_can_be_entered_and_is_never_free() {
    let service = TestService::start().await;
    let new = example(&json!({ "tables": [], "time_zone": "europe/berlin" }));
    let created = service.client().create_restaurant().body(new);
    let restaurant = created.send().await.unwrap().into_inner();
    assert_eq!(restaurant.time_zone.as_str(), "Europe/Berlin");
    assert!(
        times(&service, restaurant.id.get(), "2027-02-19", 2)
            .await
            .is_empty()
    );
    let closed = example(&json!({ "opening_hours": [] }));
    let created = service.client().create_restaurant().body(closed);
    let restaurant = created.send().await.unwrap().into_inner();
    assert!(
        times(&service, restaurant.id.get(), "2027-02-19", 2)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn table_that_is_said_wrongly_is_named_by_its_place() {
    let service = TestService::start().await;
    let mut body = Examples::new().body("createRestaurant").unwrap();
    body["tables"][1]["max_party"] = json!(21);
    let answer = service
        .send(&Request::post("/restaurants").json(&body))
        .await;
    let refusal = answer.refusal();
    assert_eq!(
        (answer.status, refusal.code.as_str()),
        (400, "INVALID_REQUEST")
    );
    assert_eq!(refusal.details[0].field, "tables[1].max_party");
}

//! `getBooking`.

use booking_client::types::RestaurantChange;
use booking_client::{Conditional, ResponseHeaders};
use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{BELLA, MONDAY, book, booking_path, read};

#[tokio::test]
async fn a_copy_that_is_up_to_date_is_not_sent_again() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let tag = read(&service, &booking.booking_id)
        .await
        .etag()
        .unwrap()
        .to_string();
    let path = booking_path(&booking.booking_id);
    for held in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"other\", {tag}"),
        "*".to_owned(),
    ] {
        let answer = service
            .send(&Request::get(&path).header("If-None-Match", &held))
            .await;
        assert_eq!(answer.status, 304, "{held}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
        assert!(answer.body.is_empty());
    }
    let other = service
        .client()
        .get_booking()
        .booking_id(booking.booking_id.clone())
        .if_none_match("\"other\"")
        .send()
        .await
        .unwrap();
    assert_eq!(other.into_inner(), Conditional::Modified(booking.clone()));
    let same = service
        .client()
        .get_booking()
        .booking_id(booking.booking_id)
        .if_none_match(tag.as_str())
        .send()
        .await;
    let same = same.unwrap();
    assert_eq!(same.etag().unwrap().as_str(), tag);
    assert_eq!(same.into_inner(), Conditional::NotModified);
}

#[tokio::test]
async fn a_copy_with_what_the_restaurant_was_called_before_is_old_and_can_be_changed_all_the_same()
{
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let id = &booking.booking_id;
    let tag = read(&service, id).await.etag().unwrap().to_string();
    let restaurant = service.client().get_restaurant().restaurant_id(BELLA);
    let version = restaurant.send().await.unwrap().etag().unwrap().to_string();
    let rename = service.client().update_restaurant().restaurant_id(BELLA);
    let change = RestaurantChange::builder().name("Trattoria");
    let renamed = rename.if_match(version.as_str()).body(change).send().await;
    renamed.unwrap();
    let copy = Request::get(booking_path(id)).header("if-none-match", &tag);
    let answer = service.send(&copy).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["restaurant"]["name"], "Trattoria");
    let update = Request::patch(booking_path(id)).header("if-match", &tag);
    let answer = service
        .send(&update.json(&json!({ "party_size": 3 })))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

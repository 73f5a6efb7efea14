//! `getBooking`.

use booking_client::{Conditional, ResponseHeaders};
use booking_tests::{Request, TestService};

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

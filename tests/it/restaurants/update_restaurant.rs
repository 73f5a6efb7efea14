//! `updateRestaurant`.

use booking_client::ResponseHeaders;
use booking_client::types::{EntityTag, ErrorCode, Restaurant, RestaurantChange};
use booking_tests::TestService;

use crate::support::{BELLA, MONDAY, book, read, refused};

async fn shown(service: &TestService) -> (Restaurant, EntityTag) {
    let get = service.guest().get_restaurant().restaurant_id(BELLA);
    let answer = get.send().await.unwrap();
    let tag = answer.etag().unwrap();
    (answer.into_inner(), tag)
}

#[tokio::test]
async fn each_field_can_be_changed_and_the_others_stay() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let (mut expected, mut tag) = shown(&service).await;
    let change = RestaurantChange::builder;
    let steps: [(_, fn(&mut Restaurant)); 5] = [
        (change().name("Trattoria"), |it| {
            it.name = "Trattoria".try_into().unwrap()
        }),
        (change().cuisine("Ligurian"), |it| {
            it.cuisine = "Ligurian".try_into().unwrap()
        }),
        (change().address("Elsewhere 1"), |it| {
            it.address = "Elsewhere 1".try_into().unwrap()
        }),
        (change().lat(-12.5), |it| {
            it.lat = (-12.5).try_into().unwrap()
        }),
        (change().lng(99.25), |it| it.lng = 99.25.try_into().unwrap()),
    ];
    for (change, changed) in steps {
        changed(&mut expected);
        let update = service.client().update_restaurant().restaurant_id(BELLA);
        let answer = update.if_match(tag.as_str()).body(change).send().await;
        let answer = answer.unwrap();
        let next = answer.etag().unwrap();
        assert_ne!(next, tag);
        tag = next;
        assert_eq!(answer.into_inner(), expected);
        assert_eq!(shown(&service).await, (expected.clone(), tag.clone()));
    }
    let of_booking = read(&service, &booking.booking_id).await.into_inner();
    assert_eq!(of_booking.restaurant.address.as_str(), "Elsewhere 1");
}

#[tokio::test]
async fn change_of_a_copy_that_is_stale_changes_nothing() {
    let service = TestService::start().await;
    let update = |tag: &str, name: &str| {
        let update = service.client().update_restaurant().restaurant_id(BELLA);
        let change = RestaurantChange::builder().name(name);
        update.if_match(tag).body(change).send()
    };
    let (_, first) = shown(&service).await;
    update(&first, "Trattoria").await.unwrap();
    let current = shown(&service).await;
    for stale in [first.as_str(), "\"none\"", "W/\"2\""] {
        refused(
            update(stale, "Osteria").await,
            412,
            ErrorCode::PreconditionFailed,
        );
    }
    assert_eq!(shown(&service).await, current);
    // What changes nothing is no new version.
    update("*", "Trattoria").await.unwrap();
    assert_eq!(shown(&service).await, current);
}

//! Walks every operation with every id that belongs to somebody else: an owner of one restaurant
//! learns nothing of another one, and changes nothing there.

use booking_tests::{Examples, Request, TestService, contract, document, is_secured};
use serde_json::Value;

use crate::support::{BELLA, HIRSCH, book, examples, is_of_the_platform};

/// The names of the ids that an operation takes, wherever they stand.
fn ids(operation: &contract_witness::Operation) -> Vec<String> {
    let declared = document().pointer(&operation.pointer).unwrap();
    let parameters = declared["parameters"].as_array().into_iter().flatten();
    let names = parameters.filter_map(|parameter| {
        let parameter = match parameter["$ref"].as_str() {
            Some(reference) => document()
                .pointer(reference.trim_start_matches('#'))
                .unwrap(),
            None => parameter,
        };
        parameter["name"].as_str()
    });
    let names = names
        .filter(|name| name.ends_with("_id"))
        .map(str::to_owned);
    names.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_shows_or_changes_what_belongs_to_another_restaurant() {
    let service = TestService::start().await;
    // Bella's owner, and everything that the Hirsch has.
    let maria = service.add_account("Maria").await;
    service.hire(&maria, BELLA, "owner").await;
    let (own_key, _) = service.create_api_key(BELLA, &["bookings:read"]).await;
    let own_booking = book(&service, BELLA, "2027-02-15", "19:00", 2)
        .await
        .booking_id;
    let booking = book(&service, HIRSCH, "2027-02-16", "19:00", 2)
        .await
        .booking_id;
    let (key, _) = service.create_api_key(HIRSCH, &["bookings:read"]).await;
    let host = service.add_account("HostOfHirsch").await;
    service.hire(&host, HIRSCH, "host").await;
    let own = |name: &str| -> Value {
        match name {
            "restaurant_id" => BELLA.into(),
            "booking_id" => own_booking.as_str().into(),
            "api_key_id" => own_key.as_str().into(),
            "user_id" => maria.as_str().into(),
            other => panic!("nothing says whose {other} is: say it here"),
        }
    };
    let foreign = |name: &str| -> Value {
        match name {
            "restaurant_id" => HIRSCH.into(),
            "booking_id" => booking.as_str().into(),
            "api_key_id" => key.as_str().into(),
            "user_id" => host.as_str().into(),
            other => panic!("nothing says whose {other} is: say it here"),
        }
    };
    let token = service.access_token(&maria, booking_tests::ALL_SCOPES, booking_tests::NOW);
    let before = service.contents().await;
    let mut asked = 0;
    for operation in contract().operations() {
        let names = ids(operation);
        if !is_secured(&operation.pointer) || names.is_empty() {
            continue;
        }
        // Every mixture of own and foreign ids in which at least one is foreign.
        for mixture in 1..1_u32 << names.len() {
            let start = examples(&own_booking).with("access_token", token.as_str());
            let mixed: Examples = names.iter().enumerate().fold(
                start.with("If-Match", "*"),
                |mixed, (index, name)| {
                    let is_foreign = mixture & (1 << index) != 0;
                    mixed.with(name, if is_foreign { foreign(name) } else { own(name) })
                },
            );
            let request: Request = mixed.request(&operation.id);
            let answer = service.send(&request).await;
            let shown = format!("{} {names:?} {mixture:b}: {}", operation.id, answer.text());
            // Who does not run the installation may know what runs it.
            let expected = if is_of_the_platform(operation) {
                403
            } else {
                404
            };
            assert_eq!(answer.status, expected, "{shown}");
            asked += 1;
        }
    }
    assert!(asked > 0, "no operation takes an id");
    assert_eq!(service.contents().await, before);
    println!("{asked} requests with foreign ids");
}

//! What the generator makes of `accept/personal.yaml`, compiled: no `Debug` shows a value that tells
//! of a person, and everything else does with it what it does with any value.

#[rustfmt::skip]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "generated code is for a library, and this is a program"
)]
#[path = "../accept/personal/mod.rs"]
mod generated;

#[rustfmt::skip]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "generated code is for a library, and this is a program")]
#[path = "../accept/personal/client/mod.rs"]
mod client;

use serde_json::{Value, json};

/// A person with every value, all of which can be told from what is shown otherwise.
fn person() -> Value {
    json!({
        "email": "quark@example.com",
        "names": ["Quark", "Rom"],
        "note": "quietly",
        "born": "1987-06-05",
        "seen": "2026-11-26T07:08:09Z",
        "device": "c0ffee00-0000-4000-8000-000000000000",
        "wakes": "06:43",
        "color": "orange",
    })
}

const PERSONAL: [&str; 9] = [
    "quark", "Quark", "Rom", "quietly", "1987", "2026", "c0ffee", "06:43", "6:43",
];

fn shows_only_the_color(shown: &str) {
    for value in PERSONAL {
        assert!(!shown.contains(value), "{value} is shown: {shown}");
    }
    assert!(shown.contains("orange"), "{shown}");
}

#[test]
fn a_server_shows_no_personal_value_and_says_where_one_is() {
    let person: generated::types::Person =
        serde_json::from_value(person()).expect("it is a person");
    let shown = format!("{person:?}");
    shows_only_the_color(&shown);
    shows_only_the_color(&format!("{person:#?}"));
    for told in [
        "email: Email([personal data])",
        "names: Some(Names([Name([personal data]), Name([personal data])]))",
        "born: Some(PersonBorn([personal data]))",
    ] {
        assert!(shown.contains(told), "{told} is not in {shown}");
    }
}

#[test]
fn a_client_shows_no_personal_value_and_says_where_one_is() {
    let read: client::types::Person = serde_json::from_value(person()).expect("it is a person");
    let shown = format!("{read:?}");
    shows_only_the_color(&shown);
    assert!(shown.contains("email: Email([personal data])"), "{shown}");
    let builder = client::types::Person::builder()
        .email("quark@example.com")
        .note("quietly")
        .color("orange");
    shows_only_the_color(&format!("{builder:?}"));
}

#[test]
fn a_personal_value_travels_as_it_is() {
    let server: generated::types::Person =
        serde_json::from_value(person()).expect("it is a person");
    let client: client::types::Person = serde_json::from_value(person()).expect("it is a person");
    assert_eq!(serde_json::to_value(&server).ok(), Some(person()));
    assert_eq!(serde_json::to_value(&client).ok(), Some(person()));
    assert_eq!(server.email.to_string(), "quark@example.com");
    assert_eq!(client.email.to_string(), "quark@example.com");
}

#[test]
fn an_error_about_a_personal_value_does_not_show_it() {
    let mistaken = "quark-without-a-place";
    let server = generated::types::Email::try_from(mistaken.to_owned());
    let error = server.expect_err("it is no address");
    assert!(!format!("{error} {error:?}").contains("quark"), "{error:?}");
    let client = client::types::Person::builder()
        .email("q".repeat(200))
        .build()
        .expect_err("it is too long");
    assert!(
        !format!("{client} {client:?}").contains("qqq"),
        "{client:?}"
    );
}

//! Which versions allow a break, and which texts are contracts at all.

use super::document;
use booking_codegen::breaking::{Document, allowance};
use serde_json::json;

fn contract(version: &str, servers: &[&str]) -> Document {
    let servers: Vec<_> = servers.iter().map(|url| json!({"url": url})).collect();
    let contract = json!({"openapi": "3.0.3", "info": {"version": version}, "servers": servers});
    document(&contract.to_string())
}

/// Whether a break is allowed between two versions with these servers, and why.
fn between(old: (&str, &[&str]), new: (&str, &[&str])) -> (bool, String) {
    let allowance = allowance(&contract(old.0, old.1), &contract(new.0, new.1));
    (allowance.allowed, allowance.because)
}

const V1: &[&str] = &["/api/v1"];
const V2: &[&str] = &["/api/v2", "https://example.com/api/v2/"];

#[test]
fn a_new_major_in_the_version_and_in_every_url_allows_a_break() {
    assert!(between(("1.4.2", V1), ("2.0.0", V2)).0);
    assert!(between(("1.4.2", V1), ("2.1.0-rc.1", V2)).0);
    assert!(between(("2.0.0", V2), ("10.0.0", &["/v10"])).0);
}

#[test]
fn half_of_a_new_major_allows_nothing_and_says_what_is_missing() {
    for (old, new, missing) in [
        (("1.4.2", V1), ("1.5.0", V1), "set `info.version` to 2.0.0"),
        (("1.4.2", V1), ("1.5.0", V2), "set `info.version` to 2.0.0"),
        (
            ("1.4.2", V1),
            ("2.0.0", V1),
            "`/api/v1` does not end with `/v2`",
        ),
        (("1.4.2", V1), ("2.0.0", &[]), "`/` does not end with `/v2`"),
        (
            ("1.4.2", V1),
            ("2.0.0", &["/api/v2", "/api/v1"]),
            "`/api/v1` does not end with `/v2`",
        ),
        (("1.4.2", V1), ("3.0.0", V2), "does not end with `/v3`"),
        (("2.0.0", V2), ("1.9.0", V1), "goes down: 2.0.0 → 1.9.0"),
    ] {
        let (allowed, because) = between(old, new);
        assert!(!allowed, "{old:?} {new:?}");
        assert!(because.contains(missing), "{because}");
    }
}

#[test]
fn while_the_major_is_0_a_new_minor_allows_a_break() {
    for (old, new, allowed) in [
        ("0.1.0", "0.1.0", false),
        ("0.1.0", "0.1.1", false),
        ("0.1.9", "0.2.0", true),
        ("0.1.0", "0.10.0", true),
        ("0.9.0", "1.0.0", true),
        ("0.2.0", "0.1.9", false),
        ("1.0.0", "1.1.0", false),
    ] {
        assert_eq!(between((old, V1), (new, V1)).0, allowed, "{old} → {new}");
    }
    // Out of 0 it is a new major like any other: the URLs must say the same.
    assert!(!between(("0.9.0", V1), ("3.0.0", V1)).0);
    assert!(between(("0.9.0", V1), ("2.0.0", V2)).0);
    for new in ["0.1.0", "0.1.1"] {
        let because = between(("0.1.0", V1), (new, V1)).1;
        assert!(because.contains("set `info.version` to 0.2.0"), "{because}");
    }
}

#[test]
fn a_version_that_is_none_allows_nothing() {
    for (old, new) in [
        ("1.0", "2.0.0"),
        ("1.0.0", "two"),
        ("", "1.0.0"),
        ("1.0.0.0", "2.0.0"),
    ] {
        let (allowed, because) = between((old, V1), (new, V2));
        assert!(!allowed, "{old} → {new}");
        assert!(because.contains("is not major.minor.patch"), "{because}");
    }
}

#[test]
fn only_what_is_no_object_is_refused() {
    for text in ["", "a: [", "- 1", "hello", "a: 1\na: 2"] {
        let refused = Document::parse("old.yaml", text).expect_err(text);
        assert_eq!(refused.file(), "old.yaml");
        assert!(!refused.is_empty(), "{text}");
    }
    // No contract that the generator would take, but one that can be compared.
    let odd = "openapi: 2\npaths: [1]\ncomponents: {schemas: {A: true}}\n";
    assert!(booking_codegen::load("old.yaml", odd).is_err());
    assert_eq!(document(odd).servers(), [""]);
    assert_eq!(document(odd).version(), None);
}

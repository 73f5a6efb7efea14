//! Schemes and scopes whose names cannot be told apart in Rust, or that generated code uses itself: each
//! is refused where it stands, and never left to the compiler.

const CONTRACT: &str = include_str!("../valid/security.yaml");

/// The rule, the line and the message of each diagnostic, once these texts are replaced everywhere.
fn found(replaced: &[(&str, &str)]) -> Vec<(&'static str, String, String)> {
    let text = replaced
        .iter()
        .fold(CONTRACT.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
    let Err(found) = booking_codegen::load("security.yaml", &text) else {
        return Vec::new();
    };
    let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default();
    let found = found.iter().map(|one| {
        let line = line(one.span.line).trim().to_owned();
        (one.rule.id(), line, one.message.clone())
    });
    found.collect()
}

#[test]
fn names_that_become_one_in_rust_are_refused_where_they_stand() {
    for (replaced, line, message) in [
        (
            ("outside:", "Key:"),
            "Key:",
            "the security scheme `Key` and the security scheme `key` would both be called `Key` in Rust",
        ),
        (
            ("outside:", "accountScope:"),
            "accountScope:",
            "the security scheme `accountScope` and the scopes of `account` would both be called `AccountScope` in Rust",
        ),
        (
            ("outside:", "getThing:"),
            "getThing:",
            "the security scheme `getThing` and the operation `getThing` would both be called `get_thing` in Rust",
        ),
        (
            ("'things:write'", "things_read"),
            "things_read: Change things.",
            "the scope `things_read` and the scope `things:read` would both be called `ThingsRead` in Rust",
        ),
        (
            ("- {}", "- outside: [Profile]"),
            "- outside: [Profile]",
            "the scope `Profile` and the scope `profile` would both be called `Profile` in Rust",
        ),
    ] {
        let found = found(&[replaced]);
        let expected = ("name-collision", line.to_owned(), message.to_owned());
        assert!(found.contains(&expected), "{replaced:?}: {found:#?}");
    }
}

#[test]
fn names_that_generated_code_uses_itself_are_refused_where_they_stand() {
    for (name, message) in [
        ("a:", "the security scheme `a` would be called `A` in Rust"),
        (
            "authenticator:",
            "the security scheme `authenticator` would be called `Authenticator` in Rust",
        ),
        (
            "accept:",
            "the security scheme `accept` would be called `accept` in Rust",
        ),
        (
            "intoGrants:",
            "the security scheme `intoGrants` would be called `into_grants` in Rust",
        ),
        (
            "schemes:",
            "the security scheme `schemes` would be called `schemes` in Rust",
        ),
    ] {
        let found = found(&[("outside:", name)]);
        let expected = ("reserved-name", name.to_owned(), message.to_owned());
        assert!(found.contains(&expected), "{name}: {found:#?}");
    }
    // A caller is called after the scopes that are demanded.
    let found = found(&[("outside", "elsewhere"), ("[profile]", "[a]")]);
    assert!(
        found.iter().all(|(rule, ..)| *rule != "reserved-name"),
        "two schemes have scopes, so that the caller is `ElsewhereA`: {found:#?}"
    );
}

#[test]
fn names_that_only_look_alike_are_let_through() {
    // `key` has no scopes, so that nothing is called `KeyScope`.
    for name in [
        "keyScope:",
        "principal:",
        "grant:",
        "evaluation:",
        "timeout:",
        "sized:",
    ] {
        assert_eq!(found(&[("outside:", name)]), [], "{name}");
    }
}

#[test]
fn what_says_nothing_of_its_callers_is_never_open_to_everybody() {
    let root = "security:\n  - token: []\n  - session: []";
    for open in [
        "security: []",
        "security: [{}]",
        "security:\n  - token: []\n  - {}",
    ] {
        let found = found(&[(root, open)]);
        let first = open.lines().next().unwrap_or_default();
        let expected = (
            "security-stated",
            first.to_owned(),
            "whatever says nothing of its callers would be open to everybody".to_owned(),
        );
        assert!(found.contains(&expected), "{open}: {found:#?}");
    }
}

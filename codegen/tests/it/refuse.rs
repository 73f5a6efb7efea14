//! Golden diagnostics: each `tests/refuse/<rule>.yaml` breaks that rule, and the `.txt` beside it
//! is what a person is shown, byte for byte.
//!
//! `UPDATE_GOLDEN=1 cargo test -p booking-codegen --test it` rewrites the `.txt` files; read the
//! difference before it is committed.

use booking_codegen::diagnostic::rules;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules that no text can break. `openapi-model` is the last guard: it speaks when something that
/// every other rule let through cannot be used, and the tests with broken contracts make sure
/// that it never does.
const WITHOUT_FIXTURE: [&str; 1] = ["openapi-model"];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refuse")
}

fn names(extension: &str) -> BTreeSet<String> {
    fs::read_dir(directory())
        .expect("the fixtures are part of the package")
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

#[test]
fn every_fixture_gives_its_golden_diagnostics() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how golden files are rewritten; no code of the product"
    )]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let mut wrong = Vec::new();
    for name in names("yaml") {
        let label = format!("{name}.yaml");
        let text = fs::read_to_string(directory().join(&label)).unwrap();
        let found =
            booking_codegen::load(&label, &text).expect_err(&format!("{label} breaks no rule"));
        assert!(
            found.iter().any(|diagnostic| diagnostic.rule.id() == name),
            "{label} does not break the rule that it is named after:\n{found}"
        );
        let shown = found.to_string();
        let golden = directory().join(format!("{name}.txt"));
        if update {
            fs::write(&golden, &shown).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != shown {
            wrong.push(format!("--- {label} now gives\n{shown}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "run with UPDATE_GOLDEN=1 if this is meant:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_rule_has_a_fixture_and_every_golden_file_too() {
    let rules: BTreeSet<String> = rules::ALL
        .iter()
        .map(|(rule, _)| rule.id().to_owned())
        .filter(|id| !WITHOUT_FIXTURE.contains(&id.as_str()))
        .collect();
    assert_eq!(names("yaml"), rules, "fixtures and rules differ");
    assert_eq!(names("txt"), rules, "golden files and rules differ");
}

#[test]
fn every_diagnostic_says_where_and_what_to_do_in_the_house_style() {
    for name in names("yaml") {
        let text = fs::read_to_string(directory().join(format!("{name}.yaml"))).unwrap();
        let found = booking_codegen::load(&name, &text).expect_err("checked elsewhere");
        for diagnostic in &found {
            let message = &diagnostic.message;
            assert!(diagnostic.help.is_some(), "no help: {message}");
            assert!(!message.ends_with('.'), "a full stop: {message}");
            assert!(
                diagnostic.span.line <= text.lines().count(),
                "outside of the text: {message}"
            );
        }
    }
}

#[test]
fn the_contract_that_the_fixtures_change_breaks_no_rule() {
    let text = include_str!("../valid/things.yaml");
    let contract =
        booking_codegen::load("things.yaml", text).unwrap_or_else(|found| panic!("{found}"));
    let ids: Vec<&str> = contract
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(ids, ["createThing", "getThing"]);
    booking_codegen::open_api(&contract).expect("the typed model reads it");
}

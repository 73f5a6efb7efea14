//! `cargo xtask generate --spec … --out …` from outside: any contract becomes a crate that
//! compiles, and what differs from it later is named.

mod border;
mod compiled;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The directory of the workspace.
fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("xtask is in the workspace")
        .to_owned()
}

/// A new directory below the workspace's target directory, which removes itself.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory can be made")
}

/// The contract with names that are no Rust, generated into `out`.
fn generate(out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("generate")
        .arg("--spec")
        .arg(workspace().join("codegen/tests/accept/names.yaml"))
        .arg("--out")
        .arg(out)
        .args(more)
        .output()
        .expect("the command runs")
}

/// The exit code, and what was said.
fn outcome(output: &Output) -> (Option<i32>, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

fn check(out: &Path) -> (Option<i32>, String) {
    outcome(&generate(out, &["--check"]))
}

#[test]
fn another_contract_becomes_a_crate_that_compiles() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    assert_eq!(outcome(&generate(&out, &[])), (Some(0), String::new()));
    let said = compiled::warnings(&out);
    assert!(said.is_empty(), "{said}");
}

#[test]
fn a_crate_that_warns_does_not_compile() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    generate(&out, &[]);
    let file = out.join("src/lib.rs");
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, format!("{text}fn unused() {{}}\n")).expect("it can be written");
    let said = compiled::warnings(&out);
    assert!(said.contains("function `unused` is never used"), "{said}");
}

#[test]
fn what_was_generated_is_up_to_date() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    generate(&out, &[]);
    assert_eq!(check(&out), (Some(0), String::new()));
}

#[test]
fn an_edited_file_is_named() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    generate(&out, &[]);
    let file = out.join("src/generated/wiring.rs");
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, format!("{text}// Edited.\n")).expect("it can be written");
    let (code, said) = check(&out);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("stale/edited"), "{said}");
    assert!(said.contains("src/generated/wiring.rs"), "{said}");
    // Generating again puts it right.
    assert_eq!(outcome(&generate(&out, &[])), (Some(0), String::new()));
    assert_eq!(check(&out), (Some(0), String::new()));
}

#[test]
fn a_deleted_file_is_named() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    generate(&out, &[]);
    fs::remove_file(out.join("src/client/types.rs")).expect("it is there");
    let (code, said) = check(&out);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("stale/missing"), "{said}");
    assert!(said.contains("src/client/types.rs"), "{said}");
}

#[test]
fn a_file_that_is_left_over_is_named() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    generate(&out, &[]);
    fs::write(out.join("src/generated/old_tag.rs"), "").expect("it can be written");
    let (code, said) = check(&out);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("stale/left-over"), "{said}");
    assert!(said.contains("src/generated/old_tag.rs"), "{said}");
}

#[test]
fn a_check_writes_nothing() {
    let directory = directory();
    let out = directory.path().join("odd-names");
    let (code, said) = check(&out);
    assert_eq!(code, Some(4), "{said}");
    assert!(!out.exists());
}

#[test]
fn a_contract_with_findings_is_refused_with_places_and_makes_nothing() {
    let directory = directory();
    let (spec, out) = (
        directory.path().join("other.yaml"),
        directory.path().join("out"),
    );
    fs::write(&spec, "openapi: 3.0.3\nnonsense: 1\n").expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["generate", "--spec"])
        .arg(&spec)
        .arg("--out")
        .arg(&out)
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("other.yaml:2:1"), "{said}");
    assert!(!out.exists());
}

#[test]
fn a_contract_that_cannot_be_read_is_one_clear_line() {
    let directory = directory();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["generate", "--spec", "no-such-file.yaml", "--out"])
        .arg(directory.path().join("out"))
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.starts_with("error: cannot read no-such-file.yaml"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// All of them take minutes; `.ci/run` makes them.
#[test]
fn the_quick_mutations_are_caught_and_harmless_changes_are_not_reported() {
    // As for a developer who signs everything, and here with a program that cannot.
    let directory = directory();
    let settings = directory.path().join("gitconfig");
    let signs = "[commit]\ngpgSign = true\n[tag]\ngpgSign = true\n[gpg]\nprogram = false\n";
    fs::write(&settings, signs).expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["mutate", "--quick"])
        .env("GIT_CONFIG_GLOBAL", &settings)
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" mistakes and "), "{said}");
}

#[test]
fn a_contract_that_is_no_text_is_a_finding_with_its_line() {
    let directory = directory();
    let contract = directory.path().join("booking-api.yaml");
    let earlier = directory.path().join("earlier.yaml");
    fs::write(&contract, b"openapi: 3.0.3\ninfo: \xFF\n").expect("it can be written");
    fs::write(&earlier, "openapi: 3.0.3\n").expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("breaking")
        .arg("--root")
        .arg(directory.path())
        .arg("--against")
        .arg(&earlier)
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("lint/encoding"), "{said}");
    assert!(said.contains("booking-api.yaml:2"), "{said}");
}

#[test]
fn what_the_tree_is_at_fault_for_is_a_finding_of_its_kind_and_no_failure() {
    let directory = directory();
    let root = directory.path();
    fs::create_dir_all(root.join("docs")).expect("it can be made");
    fs::write(root.join("Cargo.toml"), "[workspace\n").expect("it can be written");
    fs::write(root.join("schema.sql"), b"\xFF").expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["check", "--root"])
        .arg(root)
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(5), "{said}");
    for id in ["lint/missing", "architecture/manifest", "database/encoding"] {
        assert!(said.contains(id), "{id}: {said}");
    }
}

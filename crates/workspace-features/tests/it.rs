//! What this crate is for: the everyday commands build every package alike.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The features that each package is built with: one set, or two where it is built for programs
/// and for what runs in the compiler.
type Features = BTreeMap<String, BTreeSet<String>>;

/// What a command builds, as cargo resolves it.
fn features(arguments: &[&str]) -> Features {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--no-dedupe", "--format", "{p};{f}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let tree = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let mut features = Features::new();
    for line in tree.lines() {
        if let Some((package, set)) = line.split_once(';') {
            let sets = features.entry(package.to_owned()).or_default();
            sets.insert(set.trim_end_matches(" (*)").to_owned());
        }
    }
    features
}

#[test]
fn the_everyday_commands_share_what_they_have_compiled() {
    let run = ["--package", "booking-server", "--edges", "normal,build"];
    let xtask = ["--package", "xtask", "--edges", "normal,build"];
    let tests = ["--package", "booking-tests"];
    let everything = ["--workspace"];
    let [run, xtask, tests, everything] = [&run[..], &xtask, &tests, &everything].map(features);
    for (names, one, other) in [
        ("cargo run and cargo test --workspace", &run, &everything),
        (
            "cargo xtask and cargo test --workspace",
            &xtask,
            &everything,
        ),
        ("the two cargo tests", &tests, &everything),
        ("cargo run and cargo xtask", &run, &xtask),
        ("cargo run and cargo test -p booking-tests", &run, &tests),
        (
            "cargo xtask and cargo test -p booking-tests",
            &xtask,
            &tests,
        ),
    ] {
        let mut shared = 0;
        for (package, sets) in one {
            if let Some(others) = other.get(package) {
                shared += 1;
                assert!(
                    sets.is_subset(others) || others.is_subset(sets),
                    "{names} build {package} with different features, and so twice: {sets:?} and \
                     {others:?}; state them in the workspace's Cargo.toml, or in this crate's for a \
                     package that none of ours uses"
                );
            }
        }
        assert!(shared > 50, "{names} share {shared} packages");
    }
}

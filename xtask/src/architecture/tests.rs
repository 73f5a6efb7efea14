//! Small workspaces that keep to a small table, and that do not.

use std::collections::BTreeSet;

use cargo_metadata::MetadataCommand;

use super::*;

/// The manifest of a small workspace, with its table.
const MANIFEST: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n\
    [workspace.metadata.crates]\nrules = { never = [\"tokio\"] }\n\n\
    [workspace.metadata.crates.server]\nuses = [\"rules\"]\ntests-use = [\"client\"]\n\
    never-directly = [\"diesel\"]\n\n\
    [workspace.dependencies]\nrules = { path = \"crates/rules\" }\n";

fn workspace(uses: &[(&str, &str)], in_tests: &[(&str, &str)]) -> Workspace {
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (user, used) in pairs {
            edges
                .entry((*user).to_owned())
                .or_default()
                .insert((*used).to_owned());
        }
        edges
    };
    Workspace {
        members: [("rules", "crates/rules"), ("server", "crates/server")]
            .map(|(name, directory)| (name.to_owned(), directory.to_owned()))
            .into(),
        uses: edges(uses),
        uses_in_tests: edges(in_tests),
        alone: BTreeMap::new(),
        manifests: BTreeMap::new(),
        manifest: MANIFEST.to_owned(),
        table: serde_json::from_value(serde_json::json!({
            "rules": { "never": ["tokio"] },
            "server": {
                "uses": ["rules"],
                "tests-use": ["client"],
                "never-directly": ["diesel"],
            },
        }))
        .expect("it is a table"),
    }
}

fn ids(workspace: &Workspace) -> Vec<String> {
    findings(workspace).iter().map(Finding::id).collect()
}

#[test]
fn a_workspace_that_keeps_to_the_table_is_clean() {
    let clean = workspace(
        &[("server", "rules"), ("server", "x"), ("x", "diesel")],
        &[],
    );
    assert_eq!(ids(&clean), Vec::<String>::new());
}

#[test]
fn an_edge_that_points_back_is_found() {
    assert_eq!(
        ids(&workspace(&[("rules", "server")], &[])),
        ["architecture/edge"]
    );
    assert_eq!(
        ids(&workspace(&[], &[("rules", "server")])),
        ["architecture/edge-in-tests"]
    );
}

#[test]
fn what_must_never_be_used_is_found_through_others_where_it_reaches_so_far() {
    assert_eq!(
        ids(&workspace(&[("rules", "x"), ("x", "tokio")], &[])),
        ["architecture/never"]
    );
    assert_eq!(
        ids(&workspace(&[("server", "diesel")], &[])),
        ["architecture/never"]
    );
}

#[test]
fn a_crate_out_of_the_table_or_out_of_its_place_is_found() {
    let mut odd = workspace(&[], &[]);
    odd.members
        .insert("odd".to_owned(), "crates/odd".to_owned());
    odd.members.insert("rules".to_owned(), "rules".to_owned());
    odd.members.remove("server");
    assert_eq!(
        ids(&odd),
        [
            "architecture/unknown-crate",
            "architecture/directory",
            "architecture/missing-crate"
        ]
    );
}

#[test]
fn an_optional_dependency_is_seen_also_with_a_lock_that_is_behind() {
    let root = tempfile::tempdir().unwrap();
    let package = |name: &str, more: &str| {
        let directory = root.path().join("crates").join(name);
        std::fs::create_dir_all(directory.join("src")).unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n{more}");
        std::fs::write(directory.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(directory.join("src/lib.rs"), "").unwrap();
    };
    std::fs::write(root.path().join("Cargo.toml"), MANIFEST).unwrap();
    let read = || {
        let layout = Layout::new(root.path()).unwrap();
        Workspace::read(&layout).unwrap().unwrap()
    };
    package("rules", "");
    package("server", "");
    let (clean, behind) = read();
    assert_eq!(ids(&clean), Vec::<String>::new());
    assert_eq!(
        behind.map(|finding| finding.id()).as_deref(),
        Some("architecture/lock"),
        "there is no lock yet"
    );
    package(
        "rules",
        "[dependencies]\nback = { package = \"server\", path = \"../server\", optional = true }\n",
    );
    let (odd, _) = read();
    assert_eq!(ids(&odd), ["architecture/edge"]);
    let locked = MetadataCommand::new().current_dir(root.path()).exec();
    assert!(locked.is_ok());
    let (odd, behind) = read();
    assert_eq!(ids(&odd), ["architecture/edge"]);
    assert_eq!(behind, None);
}

#[test]
fn a_finding_is_at_the_line_of_the_dependency_that_brings_it_in() {
    let mut odd = workspace(&[("rules", "x"), ("x", "y"), ("y", "tokio")], &[]);
    let place_of = |workspace: &Workspace| {
        let found = findings(workspace);
        let location = found.first().and_then(|finding| finding.location.clone());
        location.map(|location| (location.file, location.line))
    };
    let manifest = "[package]\nname = \"rules\"\n\n[dependencies]\nxy.workspace = true\n";
    for (line, more) in [
        (6, "x.workspace = true\n"),
        (6, "x = { version = \"1\" }\n"),
        (
            7,
            "\n[target.'cfg(unix)'.dependencies.x]\nversion = \"1\"\n",
        ),
        (6, "z = { package = \"x\", version = \"1\" }\n"),
        (2, ""),
    ] {
        odd.manifests
            .insert("rules".to_owned(), format!("{manifest}{more}"));
        assert_eq!(
            place_of(&odd),
            Some(("crates/rules/Cargo.toml".to_owned(), Some(line))),
            "{more}"
        );
    }
}

#[test]
fn a_row_without_a_crate_is_found_at_its_line() {
    let mut empty = workspace(&[], &[]);
    empty.members.clear();
    let lines: Vec<_> = findings(&empty)
        .into_iter()
        .map(|finding| {
            let location = finding.location.expect("it has a place");
            (finding.rule, location.file, location.line)
        })
        .collect();
    let at = |line| {
        let file = "Cargo.toml".to_owned();
        ("missing-crate".to_owned(), file, Some(line))
    };
    assert_eq!(lines, [at(6), at(8)]);
}

#[test]
fn what_must_never_be_used_is_found_in_tests_and_by_its_family() {
    assert_eq!(
        ids(&workspace(&[], &[("rules", "tokio")])),
        ["architecture/never-in-tests"]
    );
    assert_eq!(
        ids(&workspace(&[], &[("server", "diesel")])),
        ["architecture/never-in-tests"]
    );
    for member in ["tokio-util", "tokio_core"] {
        assert_eq!(
            ids(&workspace(&[("rules", "x"), ("x", member)], &[])),
            ["architecture/never"],
            "{member}"
        );
    }
    assert_eq!(
        ids(&workspace(&[("rules", "tokionic")], &[])),
        Vec::<String>::new()
    );
}

#[test]
fn where_there_is_a_list_nothing_else_comes_in() {
    let listed = |uses: &[(&str, &str)], in_tests: &[(&str, &str)]| {
        let mut workspace = workspace(uses, in_tests);
        let row = serde_json::json!({ "only": ["dates", "zones"], "tests-only": ["cases"] });
        let row = serde_json::from_value(row).expect("it is a row");
        workspace.table.insert("rules".to_owned(), row);
        ids(&workspace)
    };
    assert_eq!(
        listed(
            &[("rules", "dates"), ("dates", "zones")],
            &[("rules", "cases")]
        ),
        Vec::<String>::new()
    );
    // Each is told once: what it brings along comes with it.
    assert_eq!(
        listed(&[("rules", "serde_core"), ("serde_core", "more")], &[]),
        ["architecture/not-allowed"]
    );
    assert_eq!(
        listed(&[("rules", "dates"), ("dates", "serde_core")], &[]),
        ["architecture/not-allowed"]
    );
    assert_eq!(
        listed(&[], &[("rules", "serde_core")]),
        ["architecture/not-allowed-in-tests"]
    );
}

#[test]
fn a_manifest_that_cargo_cannot_read_is_found_where_it_stands() {
    let root = tempfile::tempdir().unwrap();
    let rules = root.path().join("crates/rules");
    std::fs::create_dir_all(rules.join("src")).unwrap();
    std::fs::write(rules.join("src/lib.rs"), "").unwrap();
    let found = |workspace: &str, manifest: &str| {
        std::fs::write(root.path().join("Cargo.toml"), workspace).unwrap();
        std::fs::write(rules.join("Cargo.toml"), manifest).unwrap();
        let layout = Layout::new(root.path()).unwrap();
        let broken = Workspace::read(&layout).unwrap().unwrap_err();
        let location = broken.location.clone().expect("it has a place");
        (broken.id(), location.file)
    };
    let manifest = "[package]\nname = \"rules\"\nedition = \"2024\"\n";
    assert_eq!(
        found(MANIFEST, &format!("{manifest}[dependencies\n")),
        (
            "architecture/manifest".to_owned(),
            "crates/rules/Cargo.toml".to_owned()
        )
    );
    assert_eq!(
        found(&MANIFEST.replace("uses =", "use ="), manifest),
        ("architecture/table".to_owned(), "Cargo.toml".to_owned())
    );
}

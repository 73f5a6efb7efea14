//! Small workspaces that keep to a small table, and that do not.

use cargo_metadata::MetadataCommand;

use super::*;

const SMALL: &[Row] = &[
    Row {
        package: "rules",
        directory: "crates/rules",
        ours: &[],
        in_tests: &[],
        never: &["tokio"],
        reach: Reach::Closure,
    },
    Row {
        package: "server",
        directory: "crates/server",
        ours: &["rules"],
        in_tests: &["client"],
        never: &["diesel"],
        reach: Reach::Direct,
    },
];

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
        manifests: BTreeMap::new(),
    }
}

fn ids(workspace: &Workspace) -> Vec<String> {
    findings(workspace, SMALL).iter().map(Finding::id).collect()
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
    std::fs::write(
        root.path().join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
    )
    .unwrap();
    package("rules", "");
    package("server", "");
    let (clean, behind) = Workspace::read(root.path()).unwrap();
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
    let (odd, _) = Workspace::read(root.path()).unwrap();
    assert_eq!(ids(&odd), ["architecture/edge"]);
    let locked = MetadataCommand::new().current_dir(root.path()).exec();
    assert!(locked.is_ok());
    let (odd, behind) = Workspace::read(root.path()).unwrap();
    assert_eq!(ids(&odd), ["architecture/edge"]);
    assert_eq!(behind, None);
}

#[test]
fn a_finding_is_at_the_line_of_the_dependency_that_brings_it_in() {
    let mut odd = workspace(&[("rules", "x"), ("x", "y"), ("y", "tokio")], &[]);
    let place_of = |workspace: &Workspace| {
        let found = findings(workspace, SMALL);
        let place = found.first().and_then(|finding| finding.place.clone());
        place.map(|place| (place.file, place.line))
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
    let missing = findings(&Workspace::default(), TABLE);
    assert_eq!(missing.len(), TABLE.len());
    let text = include_str!("table.rs");
    for (finding, row) in missing.iter().zip(TABLE) {
        let place = finding.place.as_ref().unwrap();
        assert_eq!(place.file, "xtask/src/architecture/table.rs");
        let line = text.lines().nth(place.line.unwrap() - 1).unwrap();
        assert_eq!(line.trim(), format!("package: \"{}\",", row.package));
    }
}

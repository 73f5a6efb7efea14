//! What is released stays what it is.

use std::process::Command;

use super::super::{CheckOptions, ReleasedBaseline, migrations, released};
use super::tree::{DOWN, Tree, UP, lines};
use crate::finding::Finding;
use crate::published::Published;

const LOCK: &str = "migrations/released.lock";

/// A tree in which everything is released.
fn all_released() -> Tree {
    let tree = Tree::new();
    assert_eq!(lines(&release(&tree)), Vec::<String>::new());
    tree
}

fn read(tree: &Tree) -> migrations::Folder {
    let folder = migrations::read_folder(&tree.layout).expect("it can be read");
    assert_eq!(lines(&folder.findings), Vec::<String>::new());
    folder
}

fn release(tree: &Tree) -> Vec<Finding> {
    released::release(&tree.layout, &read(tree), &ReleasedBaseline::default())
        .expect("it can be written")
}

fn check(tree: &Tree) -> Vec<String> {
    lines(&check_with(tree, &ReleasedBaseline::default()))
}

fn check_with(tree: &Tree, baseline: &ReleasedBaseline) -> Vec<Finding> {
    released::check(&tree.layout, &read(tree), baseline).expect("it can be read")
}

fn check_against(tree: &Tree, lock: &str) -> Vec<String> {
    let baseline = ReleasedBaseline {
        source: "v0.1.0".to_owned(),
        lock: lock.to_owned(),
        files: Vec::new(),
    };
    lines(&check_with(tree, &baseline))
}

#[test]
fn what_was_just_released_is_unchanged_and_releasing_again_changes_nothing() {
    let tree = all_released();
    let lock = tree.read(LOCK);
    assert_eq!(
        lock.lines().filter(|line| !line.starts_with('#')).count(),
        2 * tree.migration_count()
    );
    assert_eq!(check(&tree), Vec::<String>::new());
    assert_eq!(lines(&release(&tree)), Vec::<String>::new());
    assert_eq!(tree.read(LOCK), lock);
    assert_eq!(check_against(&tree, &lock), Vec::<String>::new());
}

#[test]
fn sums_are_those_of_sha256sum() {
    let tree = Tree::new();
    tree.migrate("2026-12-01-000001_one", "SELECT 1;", "SELECT 1;");
    assert_eq!(lines(&release(&tree)), Vec::<String>::new());
    let sum = "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a";
    let line = format!("\n{sum}  2026-12-01-000001_one/up.sql\n");
    assert!(tree.read(LOCK).contains(&line), "{}", tree.read(LOCK));
}

#[test]
fn each_edited_file_of_a_released_migration_is_named() {
    for file in [UP, DOWN] {
        let tree = all_released();
        tree.write(file, &format!("{}-- more\n", tree.read(file)));
        let short = file.trim_start_matches("migrations/");
        let edited =
            format!("database/released-edited {file} {short} was changed after it was released");
        assert_eq!(check(&tree), std::slice::from_ref(&edited));
        // What has changed cannot be released again.
        let lock = tree.read(LOCK);
        assert_eq!(lines(&release(&tree)), [edited]);
        assert_eq!(tree.read(LOCK), lock);
    }
}

#[test]
fn an_edited_migration_is_found_by_the_whole_check() {
    let tree = all_released();
    tree.write(UP, &format!("{}-- more\n", tree.read(UP)));
    let ids: Vec<String> = tree.check().iter().map(Finding::id).collect();
    assert_eq!(ids, ["database/released-edited"]);
}

#[test]
fn ends_of_lines_are_no_edit() {
    let tree = all_released();
    tree.write(UP, &tree.read(UP).replace('\n', "\r\n"));
    assert_eq!(check(&tree), Vec::<String>::new());
}

#[test]
fn metadata_that_is_added_to_a_released_migration_is_named() {
    let tree = all_released();
    let metadata = "migrations/2026-11-21-000001_bookings/metadata.toml";
    tree.write(metadata, "run_in_transaction = false\n");
    assert_eq!(
        check(&tree),
        [format!(
            "database/released-edited {metadata} 2026-11-21-000001_bookings/metadata.toml was \
             added to a migration that was released without it"
        )]
    );
}

#[test]
fn a_released_migration_that_is_renamed_is_missing_and_out_of_order() {
    let tree = all_released();
    let (up, down) = (tree.read(UP), tree.read(DOWN));
    tree.remove("migrations/2026-11-21-000001_bookings");
    tree.migrate("2026-11-21-000001_seats", &up, &down);
    let found = check(&tree);
    let missing = found
        .iter()
        .filter(|line| line.ends_with("was released, and is not there"));
    assert_eq!(missing.count(), 2, "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[2].starts_with("database/out-of-order "), "{found:?}");
}

#[test]
fn a_new_migration_may_follow_what_is_released_and_not_come_before_it() {
    let tree = all_released();
    let folder = read(&tree);
    let last = &folder.migrations.last().expect("there are some").name;
    tree.migrate("2026-12-01-000001_later", "SELECT 1;", "SELECT 1;");
    assert_eq!(check(&tree), Vec::<String>::new());
    tree.migrate("2026-11-20-000001_earlier", "SELECT 1;", "SELECT 1;");
    assert_eq!(
        check(&tree),
        [format!(
            "database/out-of-order migrations/2026-11-20-000001_earlier/up.sql \
          2026-11-20-000001_earlier is new, and sorts before {last}, which is released"
        )]
    );
}

#[test]
fn a_lock_that_forgets_or_rewrites_is_named() {
    let tree = all_released();
    let lock = tree.read(LOCK);
    let head: String = lock.lines().filter(|line| line.starts_with('#')).collect();
    tree.write(LOCK, &head);
    let found = check_against(&tree, &lock);
    assert_eq!(found.len(), 2 * tree.migration_count(), "{found:?}");
    assert!(
        found
            .iter()
            .all(|line| line.starts_with("database/released-lock ")),
        "{found:?}"
    );
    // An edited migration with a fresh sum.
    tree.write(LOCK, &head);
    tree.write(UP, &format!("{}-- more\n", tree.read(UP)));
    assert_eq!(lines(&release(&tree)), Vec::<String>::new());
    assert_eq!(check(&tree), Vec::<String>::new());
    assert_eq!(
        check_against(&tree, &lock),
        [
            "database/released-lock migrations/released.lock:3 released.lock has another sum for \
          2026-11-21-000001_bookings/up.sql than it had in v0.1.0"
        ]
    );
}

fn git(tree: &Tree, arguments: &[&str]) {
    let done = Command::new("git")
        .arg("-C")
        .arg(tree.layout.root())
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(done.status.success(), "{done:?}");
}

/// What git knows of a tree.
fn baseline_of(tree: &Tree) -> ReleasedBaseline {
    let published = Published::from_git(&tree.layout).expect("git answers");
    ReleasedBaseline::from_published(&tree.layout, &published).expect("git answers")
}

#[test]
fn a_release_that_the_lock_forgot_is_named_and_protects_its_migrations() {
    let tree = Tree::new();
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Released"],
        &["tag", "v0.1.0"],
    ] {
        git(&tree, arguments);
    }
    let findings = check_with(&tree, &baseline_of(&tree));
    for finding in &findings {
        let help = finding.help.as_deref().unwrap_or_default();
        assert!(help.contains("schema release` and commit"), "{help}");
    }
    let found = lines(&findings);
    assert_eq!(found.len(), 2 * tree.migration_count(), "{found:?}");
    assert!(found[0].starts_with("database/released-lock migrations/released.lock tag v0.1.0 ("));
    assert!(
        found[0].ends_with("has 2026-11-21-000001_bookings/up.sql, and released.lock does not")
    );
    // A change cannot be slipped in with the entry.
    let text = tree.read(UP);
    tree.write(UP, &format!("{text}-- more\n"));
    let baseline = baseline_of(&tree);
    let refused = released::release(&tree.layout, &read(&tree), &baseline).expect("it is read");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].id(), "database/released-edited");
    tree.write(UP, &text);
    let refused = released::release(&tree.layout, &read(&tree), &baseline).expect("it is read");
    assert_eq!(lines(&refused), Vec::<String>::new());
    // The tag need not move.
    git(
        &tree,
        &["commit", "--quiet", "--all", "--message=Remembered"],
    );
    let baseline = baseline_of(&tree);
    assert!(baseline.source.starts_with("tag v0.1.0 ("));
    assert_eq!(lines(&check_with(&tree, &baseline)), Vec::<String>::new());
}

#[test]
fn a_missing_or_garbled_lock_is_named() {
    let tree = all_released();
    tree.write(LOCK, "2026-11-21-000001_bookings/up.sql\n");
    let found = check(&tree);
    assert!(
        found[0].starts_with("database/released-lock migrations/released.lock:1 "),
        "{found:?}"
    );
    tree.remove(LOCK);
    assert_eq!(
        check(&tree),
        [
            "database/released-lock migrations/released.lock released.lock is missing, and with it \
          what was released"
        ]
    );
    let options = CheckOptions::default();
    let ids = tree.check_with(options).expect("PostgreSQL runs");
    assert_eq!(
        ids.iter().map(Finding::id).collect::<Vec<_>>(),
        ["database/released-lock"]
    );
}

#[test]
fn a_line_that_the_lock_has_lost_is_told_once_and_is_to_be_restored() {
    let tree = all_released();
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Released"],
        &["tag", "v0.1.0"],
    ] {
        git(&tree, arguments);
    }
    let lock = tree.read(LOCK);
    let kept: String = lock
        .lines()
        .filter(|line| !line.ends_with("/up.sql"))
        .map(|line| format!("{line}\n"))
        .collect();
    tree.write(LOCK, &kept);
    let found = check_with(&tree, &baseline_of(&tree));
    let lost = found
        .iter()
        .filter(|finding| finding.rule == "released-lock");
    let helps: Vec<_> = lost.filter_map(|finding| finding.help.as_deref()).collect();
    assert_eq!(
        helps,
        vec!["restore the line: what is released cannot be taken back"; tree.migration_count()]
    );
}

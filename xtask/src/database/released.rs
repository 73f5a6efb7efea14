//! Released migrations never change: `migrations/released.lock` remembers what they are.
//!
//! A migration is released when a version of the program that has it is: from then on some
//! database may have run it, and would never run it again. `cargo xtask schema release` then
//! adds it to the lock. Each line is a SHA-256 and a path, as `sha256sum` writes them.

use std::collections::BTreeMap;
use std::fs;

use sha2::{Digest, Sha256};

use super::migrations::{FILES, Folder, Migration, version};
use super::rules;
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;
use crate::published::Published;

/// What the lock begins with.
const HEAD: &str = "\
# The migrations that are released. Some database may have run them, and will not run them again;
# so they never change, and a line here never goes. `cargo xtask schema release` adds to it.
";

/// What to do about a released migration that is not what it was.
const RESTORE: &str = "restore it from the release, and write what is to change as a new migration";
/// What to do about a lock that is not what it was.
const RESTORE_LOCK: &str = "restore the line: what is released cannot be taken back";

/// What to do about a release that was tagged before its migrations were remembered. The tag may
/// have been fetched and deployed, so it is not moved.
const REMEMBER: &str = "run `cargo xtask schema release` and commit migrations/released.lock; the \
    tag stays where it is. Next time do both before tagging (README.md, Releasing)";

/// What databases were given before: a release, or where the branch began.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReleasedBaseline {
    /// Which state: `tag v1.0.0 (4b4b5ac12)`.
    pub(super) source: String,
    /// The text of `migrations/released.lock` there, which today's may only add to.
    pub(super) lock: String,
    /// If it is a release: each file of its migrations, below `migrations/`, with its sum.
    pub(super) files: Vec<(String, String)>,
}

impl ReleasedBaseline {
    /// Asks git.
    pub(crate) fn from_published(layout: &Layout, published: &Published) -> Result<Self, Failure> {
        let lock = published.file(layout, &layout.shown(&layout.released()))?;
        let mut files = Vec::new();
        if published.is_release() {
            let folder = layout.shown(&layout.migrations());
            for name in published.directories(layout, &folder)? {
                for file in FILES {
                    let text = published.file(layout, &format!("{folder}/{name}/{file}"))?;
                    files.extend(text.map(|text| (format!("{name}/{file}"), sum(&text))));
                }
            }
        }
        Ok(Self {
            source: published.source().to_owned(),
            lock: lock.unwrap_or_default(),
            files,
        })
    }
}

/// Each released file, below `migrations/`, with its sum and the line on which it stands.
type Entries = BTreeMap<String, (String, usize)>;

/// Compares the migrations with the lock, and the lock with an earlier one. Of a directory that
/// is broken, that alone is said.
pub(super) fn check(
    layout: &Layout,
    folder: &Folder,
    baseline: &ReleasedBaseline,
) -> Result<Vec<Finding>, Failure> {
    let shown = layout.shown(&layout.released());
    let text = match layout.optional_text(&layout.released(), Kind::Database)? {
        Ok(text) => text,
        Err(no_text) => return Ok(vec![no_text]),
    };
    let Some(text) = text else {
        let message = "released.lock is missing, and with it what was released";
        return Ok(vec![lock(&shown, None, message.to_owned()).help(
            "restore it: a released migration that is not in it could be changed unseen",
        )]);
    };
    let (entries, mut findings) = parse(&shown, &text);
    findings.extend(kept(&shown, &entries, baseline));
    // A line that was there and is lost is told above: it is to be restored.
    let (once, _) = parse(&shown, &baseline.lock);
    let remembered = |file: &String| entries.contains_key(file) || once.contains_key(file);
    for (file, _) in baseline.files.iter().filter(|(file, _)| !remembered(file)) {
        let message = format!("{} has {file}, and released.lock does not", baseline.source);
        findings.push(lock(&shown, None, message).help(REMEMBER));
    }
    findings.extend(as_released(layout, folder, &entries, baseline));
    findings.extend(unchanged(layout, folder, &entries));
    findings.extend(in_order(folder, &entries));
    Ok(findings)
}

/// Adds every migration to the lock, unless something that is released is not what it was.
pub(super) fn release(
    layout: &Layout,
    folder: &Folder,
    baseline: &ReleasedBaseline,
) -> Result<Vec<Finding>, Failure> {
    let shown = layout.shown(&layout.released());
    let present = match layout.optional_text(&layout.released(), Kind::Database)? {
        Ok(text) => text,
        Err(no_text) => return Ok(vec![no_text]),
    };
    let (entries, mut findings) = parse(&shown, present.as_deref().unwrap_or_default());
    findings.extend(kept(&shown, &entries, baseline));
    findings.extend(as_released(layout, folder, &entries, baseline));
    findings.extend(unchanged(layout, folder, &entries));
    findings.extend(in_order(folder, &entries));
    if !findings.is_empty() {
        return Ok(findings);
    }
    let mut text = HEAD.to_owned();
    for (file, sum) in folder.migrations.iter().flat_map(sums) {
        text.push_str(&format!("{sum}  {file}\n"));
    }
    if present.as_ref() != Some(&text) {
        let path = layout.released();
        fs::write(&path, text).map_err(Failure::io("write", &path))?;
    }
    Ok(Vec::new())
}

/// The entries, and the lines that are none.
fn parse(shown: &str, text: &str) -> (Entries, Vec<Finding>) {
    let mut entries = Entries::new();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let is_sum =
            |sum: &str| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        match line.split_once("  ").filter(|(sum, _)| is_sum(sum)) {
            Some((sum, file)) => {
                let entry = (sum.to_owned(), number);
                if entries.insert(file.trim_end().to_owned(), entry).is_some() {
                    let message = format!("released.lock names {} twice", file.trim_end());
                    findings.push(lock(shown, Some(number), message).help("remove the later line"));
                }
            }
            None => {
                let message = "this line of released.lock is not `<SHA-256>  <path>`".to_owned();
                findings.push(lock(shown, Some(number), message).help(RESTORE_LOCK));
            }
        }
    }
    (entries, findings)
}

/// What the earlier lock had is still there.
fn kept(shown: &str, entries: &Entries, baseline: &ReleasedBaseline) -> Vec<Finding> {
    let reference = &baseline.source;
    let (before, _) = parse(shown, &baseline.lock);
    let changed = before.iter().filter_map(|(file, (sum, _))| {
        let (message, line) = match entries.get(file) {
            None => (
                format!("released.lock no longer has {file}, which it had in {reference}"),
                None,
            ),
            Some((now, line)) if now != sum => (
                format!("released.lock has another sum for {file} than it had in {reference}"),
                Some(*line),
            ),
            Some(_) => return None,
        };
        Some(lock(shown, line, message).help(RESTORE_LOCK))
    });
    changed.collect()
}

/// What a release had is as it was there, whether or not the lock remembers it.
fn as_released(
    layout: &Layout,
    folder: &Folder,
    entries: &Entries,
    baseline: &ReleasedBaseline,
) -> Vec<Finding> {
    let shown = layout.shown(&layout.migrations());
    let present: BTreeMap<String, String> = folder.migrations.iter().flat_map(sums).collect();
    let forgotten = baseline
        .files
        .iter()
        .filter(|(file, _)| !entries.contains_key(file));
    let finding = |(file, then): &(String, String)| {
        let what = match present.get(file) {
            None if folder.is_unreadable(directory(file)) => return None,
            None => "is not there",
            Some(now) if now != then => "has changed since",
            Some(_) => return None,
        };
        let message = format!("{file} was released in {}, and {what}", baseline.source);
        let finding = Finding::error(Kind::Database, rules::RELEASED_EDITED, message);
        Some(
            finding
                .at(Location::file(format!("{shown}/{file}")))
                .help(RESTORE),
        )
    };
    forgotten.filter_map(finding).collect()
}

/// Each released migration is there, with the files that it had, as they were.
fn unchanged(layout: &Layout, folder: &Folder, entries: &Entries) -> Vec<Finding> {
    let shown = layout.shown(&layout.migrations());
    let lock = layout.shown(&layout.released());
    let present: BTreeMap<String, String> = folder.migrations.iter().flat_map(sums).collect();
    let edited = |message: String, location: Location| {
        Finding::error(Kind::Database, rules::RELEASED_EDITED, message)
            .at(location)
            .help(RESTORE)
    };
    let mut findings = Vec::new();
    for (file, (sum, line)) in entries {
        match present.get(file) {
            None if folder.is_unreadable(directory(file)) => {}
            None => findings.push(edited(
                format!("{file} was released, and is not there"),
                Location::line(&lock, *line),
            )),
            Some(now) if now != sum => findings.push(edited(
                format!("{file} was changed after it was released"),
                Location::file(format!("{shown}/{file}")),
            )),
            Some(_) => {}
        }
    }
    let released: Vec<&str> = entries.keys().map(|file| directory(file)).collect();
    for file in present.keys() {
        if !entries.contains_key(file) && released.contains(&directory(file)) {
            findings.push(edited(
                format!("{file} was added to a migration that was released without it"),
                Location::file(format!("{shown}/{file}")),
            ));
        }
    }
    findings
}

/// Nothing new sorts before what is released: databases that have run the later one would run
/// the earlier one after it, and new ones before it.
fn in_order(folder: &Folder, entries: &Entries) -> Vec<Finding> {
    let released: Vec<&str> = entries.keys().map(|file| directory(file)).collect();
    let Some(last) = released.iter().max_by_key(|name| version(name)) else {
        return Vec::new();
    };
    let new = folder.migrations.iter().filter(|migration| {
        !released.contains(&migration.name.as_str()) && !folder.broken.contains(&migration.name)
    });
    let early = new.filter(|migration| migration.version <= version(last));
    let finding = |migration: &Migration| {
        let message = format!(
            "{} is new, and sorts before {last}, which is released",
            migration.name
        );
        Finding::error(Kind::Database, rules::OUT_OF_ORDER, message)
            .at(Location::file(&migration.up.shown))
            .detail("databases that have run the later one would run this one after it")
            .help("give it a later date")
    };
    early.map(finding).collect()
}

fn directory(file: &str) -> &str {
    file.split('/').next().unwrap_or(file)
}

/// Each file of a migration with its sum. The ends of lines are `\n` on every machine.
fn sums(migration: &Migration) -> Vec<(String, String)> {
    let texts = [
        Some(&migration.up.text),
        Some(&migration.down.text),
        migration.metadata.as_ref(),
    ];
    FILES
        .into_iter()
        .zip(texts)
        .filter_map(|(file, text)| Some((format!("{}/{file}", migration.name), sum(text?))))
        .collect()
}

fn sum(text: &str) -> String {
    let sum = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock(shown: &str, line: Option<usize>, message: String) -> Finding {
    let location = match line {
        None => Location::file(shown),
        Some(line) => Location::line(shown, line),
    };
    Finding::error(Kind::Database, rules::RELEASED_LOCK, message).at(location)
}

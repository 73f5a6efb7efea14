//! The version of a contract, and which breaks it allows.

use super::document::Document;
use super::edit::Two;
use super::law::{Relation, What};
use super::walk::{Context, Walk};
use std::cmp::Ordering;

/// Whether the version of the new contract allows breaking changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Whether it does.
    pub allowed: bool,
    /// Why, or what the version would have to be: lower case, no full stop.
    pub because: String,
}

/// `major.minor.patch`. What follows (`-rc.1`, `+build`) is not looked at: what leads to a version
/// may break what that version may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let core = text.split(['-', '+']).next()?;
        let mut parts = core.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next()??,
        };
        parts.next().is_none().then_some(version)
    }
}

/// Whether the version allows the new contract to break callers of the old one: a new major, in
/// `info.version` and in the URL of every server; or, while the major is 0, a new minor.
#[must_use]
pub fn allowance(old: &Document, new: &Document) -> Allowance {
    match allowed(old, new) {
        Ok(because) => Allowance {
            allowed: true,
            because,
        },
        Err(because) => Allowance {
            allowed: false,
            because,
        },
    }
}

fn allowed(old: &Document, new: &Document) -> Result<String, String> {
    let version = |document: &Document, side: &str| {
        let text = document.version().unwrap_or_default();
        Version::parse(text).ok_or_else(|| {
            format!("the version of the {side} contract, `{text}`, is not major.minor.patch")
        })
    };
    let (was, is) = (version(old, "old")?, version(new, "new")?);
    let versions = format!(
        "{} → {}",
        old.version().unwrap_or_default(),
        new.version().unwrap_or_default()
    );
    if is < was {
        return Err(format!("the version goes down: {versions}"));
    }
    if (was.major, is.major) == (0, 0) {
        return if is.minor > was.minor {
            Ok(format!(
                "`info.version` {versions}: while the major is 0, a new minor may break"
            ))
        } else {
            Err(format!(
                "a break needs a new minor while the major is 0: set `info.version` to 0.{}.0 (it is {versions})",
                was.minor + 1
            ))
        };
    }
    let next = was.major + 1;
    if is.major == was.major {
        return Err(format!(
            "a break needs a new major: set `info.version` to {next}.0.0 (it is {versions}), and let the URL of the server end with `/v{next}`"
        ));
    }
    // Whoever still calls an old URL must not meet the break there.
    for url in new.servers() {
        if major_of(url) != Some(is.major) {
            return Err(format!(
                "a break needs a new major in the URL of every server too: `{}` does not end with `/v{}`, the major of `info.version`",
                if url.is_empty() { "/" } else { url },
                is.major
            ));
        }
    }
    Ok(format!(
        "`info.version` {versions}, and every server's URL ends with `/v{}`",
        is.major
    ))
}

/// The version that a URL ends with: 2 in `/api/v2`.
fn major_of(url: &str) -> Option<u64> {
    url.rsplit('/').next()?.strip_prefix('v')?.parse().ok()
}

/// What `info.version` itself differs in.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, info: &Two<'a>) {
    const KEY: &str = "version";
    let (old, new) = info.both(KEY);
    if walk.documents.same(old, new) {
        return;
    }
    let context = Context::general();
    let parse = |text: Option<&str>| text.and_then(Version::parse);
    let (was, is) = (parse(info.old.text(KEY)), parse(info.new.text(KEY)));
    let edit = match (was, is) {
        (Some(was), Some(is)) => {
            let relation = match is.cmp(&was) {
                Ordering::Less => Relation::Narrower,
                Ordering::Equal => Relation::Same,
                Ordering::Greater => Relation::Wider,
            };
            info.edit(What::Version, relation, KEY)
        }
        _ => info.edit(What::Unprovable, Relation::Incomparable, KEY),
    };
    walk.edit(&context, edit);
}

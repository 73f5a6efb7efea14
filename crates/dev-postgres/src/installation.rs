//! PostgreSQL's programs in one directory, and whether they can be used.

use std::path::{Path, PathBuf};

use crate::account::Account;

/// The oldest major version that is used: the first with `DROP DATABASE … WITH (FORCE)`.
pub const OLDEST_MAJOR: u32 = 13;

/// A directory with a `postgres` and an `initdb` that work and belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    binaries: PathBuf,
    major: u32,
}

impl Installation {
    /// The directory that holds `postgres` and `initdb`.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// The major version, such as 17.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }
}

/// Runs both programs, as the user who will, and says what is wrong with them.
pub(crate) fn probe(directory: &Path, account: &Account) -> Result<Installation, String> {
    let postgres = major_version(&directory.join("postgres"), account)?;
    if postgres < OLDEST_MAJOR {
        return Err(format!("version {postgres} is older than {OLDEST_MAJOR}"));
    }
    let initdb = major_version(&directory.join("initdb"), account)?;
    if initdb != postgres {
        return Err(format!(
            "`postgres` is version {postgres}, but `initdb` is version {initdb}"
        ));
    }
    Ok(Installation {
        binaries: directory.to_owned(),
        major: postgres,
    })
}

fn major_version(program: &Path, account: &Account) -> Result<u32, String> {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let output = account
        .command(program)
        .arg("--version")
        .output()
        .map_err(|error| format!("`{name}` does not run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`{name} --version` ended with {}: {}",
            output.status,
            said.trim()
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    parse_major(&text).ok_or_else(|| format!("`{name} --version` says {:?}", text.trim()))
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian …)` or `… 18beta1`.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_major("initdb (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres (PostgreSQL) 17devel"), Some(17));
        assert_eq!(parse_major("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(parse_major("bash 5.2"), None);
    }
}

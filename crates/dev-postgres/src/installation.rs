//! PostgreSQL's programs in one directory, and whether they can be used.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
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

    /// Which of these extensions it has not. Distributions put most of them into a package
    /// of their own. Where `initdb` does not tell, they count as there: `CREATE EXTENSION`
    /// will say so better.
    pub(crate) fn missing_extensions(&self, wanted: &[String], account: &Account) -> Vec<String> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let Some(share) = self.share_directory(account) else {
            return Vec::new();
        };
        let control = |name: &String| share.join("extension").join(format!("{name}.control"));
        wanted
            .iter()
            .filter(|name| !control(name).exists())
            .cloned()
            .collect()
    }

    /// Where PostgreSQL keeps what is the same on every machine. `initdb` computes it from
    /// its own place exactly as `postgres` does, which `pg_config`, if it is there at all,
    /// does not.
    fn share_directory(&self, account: &Account) -> Option<PathBuf> {
        let output = account
            .command(self.program("initdb"))
            .args(["--show", "--pgdata"])
            // It is shown, and not looked at.
            .arg(self.binaries.join("data"))
            .output()
            .ok()?;
        // It says so on stderr, and has done so since version 8.
        share_path(&output.stderr).or_else(|| share_path(&output.stdout))
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

/// The directory in what `initdb --show` prints.
fn share_path(text: &[u8]) -> Option<PathBuf> {
    let path = text
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"share_path="))?;
    (!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(path)))
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

    #[test]
    fn the_share_directory_is_read_from_what_initdb_prints() {
        let text = b"VERSION=15.18 (Debian)\nPGDATA=/x\nshare_path=/usr/share/a b\nPGPATH=/y\n";
        assert_eq!(share_path(text), Some(PathBuf::from("/usr/share/a b")));
        assert_eq!(share_path(b"share_path=\n"), None);
        assert_eq!(share_path(b"initdb: error: unknown option\n"), None);
    }
}

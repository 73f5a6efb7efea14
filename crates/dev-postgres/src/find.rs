//! Finding PostgreSQL's programs on the machine.
//!
//! The order is: `PATH`, `pg_config --bindir`, the places where packages put them
//! (newest version first), and what an earlier run downloaded. A data directory that
//! exists already decides the major version; a new one takes the first usable.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::cancellation::Cancellation;
use crate::environment;
use crate::error::{Error, LookedAt};
use crate::installation::{Installation, probe};

/// Where packages put several versions of PostgreSQL, as the parent of the versioned
/// directories and what their names begin with. Other places are found by `PATH` or
/// `pg_config`.
const VERSIONED: [(&str, &str); 4] = [
    // Debian, Ubuntu
    ("/usr/lib/postgresql", ""),
    // macOS: Homebrew on ARM and on Intel, Postgres.app
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// Where to search.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// The directories of `PATH`.
    path: Vec<PathBuf>,
    /// What to run as `pg_config`.
    pg_config: PathBuf,
    /// What the well-known places are below: `/`, except in tests.
    root: PathBuf,
    /// Where downloads go, and whether there may be one.
    download_directory: Option<PathBuf>,
    /// The extensions that an installation must have.
    extensions: Vec<String>,
    /// Ends the search early.
    cancellation: Cancellation,
}

impl Search {
    /// The whole machine.
    pub(crate) fn machine(
        download_directory: Option<PathBuf>,
        extensions: Vec<String>,
        cancellation: Cancellation,
    ) -> Self {
        Self {
            path: environment::search_path(),
            pg_config: PathBuf::from("pg_config"),
            root: PathBuf::from("/"),
            download_directory,
            extensions,
            cancellation,
        }
    }

    /// Finds an installation that `account` can use and that has the extensions, of the
    /// `wanted` major version when one is wanted, and downloads it when there is none.
    pub(crate) fn run(
        &self,
        account: &Account,
        wanted: Option<(u32, &Path)>,
    ) -> Result<Installation, Error> {
        let mut looked_at = Vec::new();
        let mut probed = Vec::new();
        let mut other_majors = Vec::new();
        let mut incomplete = None;
        for (place, candidates) in self.places() {
            if candidates.is_empty() {
                let outcome = "no `postgres` there".to_owned();
                looked_at.push(LookedAt { place, outcome });
                continue;
            }
            for candidate in candidates {
                let identity = candidate.canonicalize().unwrap_or(candidate.clone());
                if probed.contains(&identity) {
                    continue;
                }
                probed.push(identity);
                self.cancellation.check()?;
                let outcome = match probe(&candidate, account) {
                    Ok(found) if wanted.is_some_and(|(major, _)| major != found.major()) => {
                        other_majors.push(found.major());
                        format!(
                            "is version {}, which is not the data directory's",
                            found.major()
                        )
                    }
                    Ok(found) => {
                        let missing = found.missing_extensions(&self.extensions, account);
                        if missing.is_empty() {
                            return Ok(found);
                        }
                        let outcome = format!("lacks {}", missing.join(", "));
                        incomplete.get_or_insert((found, missing));
                        outcome
                    }
                    Err(problem) => problem,
                };
                let place = format!("{} ({place})", candidate.display());
                looked_at.push(LookedAt { place, outcome });
            }
        }
        let download = match self.download(account, wanted.map(|(major, _)| major)) {
            Ok(found) => return Ok(found),
            Err(reason) => reason,
        };
        self.cancellation.check()?;
        if let Some((found, missing)) = incomplete {
            return Err(Error::MissingExtensions {
                binaries: found.binaries().to_owned(),
                major: found.major(),
                missing,
                download,
            });
        }
        other_majors.sort_unstable_by(|a, b| b.cmp(a));
        other_majors.dedup();
        Err(match wanted {
            Some((made_by, directory)) if !other_majors.is_empty() => Error::OtherMajorVersion {
                directory: directory.to_owned(),
                made_by,
                found: other_majors,
                download,
            },
            _ => Error::PostgresNotFound {
                looked_at,
                download,
            },
        })
    }

    fn download(&self, account: &Account, major: Option<u32>) -> Result<Installation, String> {
        let Some(directory) = &self.download_directory else {
            return Err("switched off".to_owned());
        };
        let binaries = crate::download::install(directory, major, &self.cancellation)?;
        probe(&binaries, account)
            .and_then(|found| {
                let missing = found.missing_extensions(&self.extensions, account);
                if missing.is_empty() {
                    Ok(found)
                } else {
                    Err(format!("lacks {}", missing.join(", ")))
                }
            })
            .map_err(|problem| format!("the downloaded {}: {problem}", binaries.display()))
    }

    /// Every place with the directories in it that hold a `postgres`, best first.
    fn places(&self) -> Vec<(String, Vec<PathBuf>)> {
        let mut places = vec![
            ("PATH".to_owned(), self.in_path()),
            ("`pg_config --bindir`".to_owned(), self.named_by_pg_config()),
        ];
        places.extend(VERSIONED.iter().map(|(parent, prefix)| {
            let parent = self.root.join(parent.trim_start_matches('/'));
            versioned(&parent, prefix)
        }));
        if let Some(directory) = &self.download_directory {
            places.push(versioned(directory, ""));
        }
        places
    }

    fn in_path(&self) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        for directory in self.path.iter().filter(|path| holds_postgres(path)) {
            // The link's target has the matching `initdb` beside it, the link may not.
            let target = directory.join("postgres").canonicalize();
            candidates.extend(
                target
                    .ok()
                    .as_deref()
                    .and_then(Path::parent)
                    .map(Path::to_owned),
            );
            candidates.push(directory.clone());
        }
        candidates
    }

    fn named_by_pg_config(&self) -> Vec<PathBuf> {
        let output = Command::new(&self.pg_config)
            .arg("--bindir")
            .process_group(0)
            .output();
        let directory = output.ok().filter(|output| output.status.success());
        directory
            .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
            .filter(|directory| holds_postgres(directory))
            .into_iter()
            .collect()
    }
}

fn holds_postgres(directory: &Path) -> bool {
    directory.join("postgres").exists()
}

/// The directories `parent/prefix*/bin`, those with the highest version first.
fn versioned(parent: &Path, prefix: &str) -> (String, Vec<PathBuf>) {
    let mut found: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = version_numbers(name.to_str()?.strip_prefix(prefix)?);
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, directory)| holds_postgres(directory))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    (
        format!("{}/{prefix}*/bin", parent.display()),
        found.into_iter().map(|(_, directory)| directory).collect(),
    )
}

/// The numbers of a version, such as `[9, 6]`; empty for a name such as `latest`.
fn version_numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    /// A machine of its own: a root, and nothing in PATH.
    struct Machine {
        directory: tempfile::TempDir,
        search: Search,
    }

    impl Machine {
        fn new() -> Self {
            use std::os::unix::fs::PermissionsExt;
            let directory = tempfile::tempdir().unwrap();
            // PostgreSQL's user has to get in when the tests run as root.
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(directory.path(), open).unwrap();
            let search = Search {
                path: Vec::new(),
                pg_config: directory.path().join("pg_config"),
                root: directory.path().to_owned(),
                download_directory: None,
                extensions: Vec::new(),
                cancellation: Cancellation::new(),
            };
            Self { directory, search }
        }

        fn install(&self, place: &str, postgres: &str, initdb: &str) -> PathBuf {
            let directory = self.directory.path().join(place);
            let says = |version: &str| format!("echo '(PostgreSQL) {version}'");
            write_script(&directory.join("postgres"), &says(postgres));
            write_script(&directory.join("initdb"), &says(initdb));
            directory
        }

        /// Gives an installation a share directory with these extensions.
        fn add_extensions(&self, binaries: &Path, major: u32, extensions: &[&str]) {
            let share = binaries.join("../share");
            for name in extensions {
                write_script(&share.join(format!("extension/{name}.control")), "");
            }
            let body = format!(
                r#"case $1 in --show) echo "share_path={}" >&2 ;; *) echo "(PostgreSQL) {major}.1" ;; esac"#,
                share.display()
            );
            write_script(&binaries.join("initdb"), &body);
        }

        fn found(&self) -> Installation {
            self.search.run(&account(), None).unwrap()
        }

        fn not_found(&self) -> Vec<LookedAt> {
            match self.search.run(&account(), None) {
                Err(Error::PostgresNotFound { looked_at, .. }) => looked_at,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Written by a child: a file that this process itself has open for writing, while
    /// another test forks, could not be run ("text file busy").
    fn write_script(path: &Path, body: &str) {
        let status = Command::new("sh")
            .arg("-c")
            .arg(r#"mkdir -p "$(dirname "$1")" && printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod 755 "$1""#)
            .arg("sh")
            .arg(path)
            .arg(body)
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    }

    fn account() -> Account {
        Account::choose(None).unwrap()
    }

    #[test]
    fn every_package_layout_is_found() {
        for place in [
            "usr/lib/postgresql/16/bin",
            "opt/homebrew/opt/postgresql@16/bin",
            "usr/local/opt/postgresql@16/bin",
            "Applications/Postgres.app/Contents/Versions/16/bin",
        ] {
            let machine = Machine::new();
            let directory = machine.install(place, "16.3", "16.3");
            let found = machine.found();
            assert_eq!(found.binaries(), directory, "{place}");
            assert_eq!(found.major(), 16);
        }
    }

    #[test]
    fn the_newest_version_of_a_place_is_taken() {
        let machine = Machine::new();
        machine.install("usr/lib/postgresql/9.6/bin", "9.6.24", "9.6.24");
        machine.install("usr/lib/postgresql/14/bin", "14.1", "14.1");
        machine.install("usr/lib/postgresql/17/bin", "17.2", "17.2");
        assert_eq!(machine.found().major(), 17);
    }

    #[test]
    fn path_comes_first_and_a_link_leads_to_its_target() {
        let mut machine = Machine::new();
        machine.install("usr/lib/postgresql/17/bin", "17.2", "17.2");
        let target = machine.install("elsewhere/pg/bin", "16.1", "16.1");
        let linked = machine.directory.path().join("links");
        std::fs::create_dir(&linked).unwrap();
        std::os::unix::fs::symlink(target.join("postgres"), linked.join("postgres")).unwrap();
        machine.search.path = vec![linked];
        assert_eq!(machine.found().major(), 16);
        assert_eq!(machine.found().binaries(), target.canonicalize().unwrap());
    }

    #[test]
    fn pg_config_is_asked() {
        let machine = Machine::new();
        let directory = machine.install("somewhere/bin", "15.1", "15.1");
        let says = format!("echo '{}'", directory.display());
        write_script(&machine.search.pg_config, &says);
        assert_eq!(machine.found().binaries(), directory);
    }

    #[test]
    fn what_cannot_be_used_is_passed_over_and_named() {
        let machine = Machine::new();
        machine.install("usr/lib/postgresql/12/bin", "12.9", "12.9");
        machine.install("usr/local/opt/postgresql@16/bin", "16.1", "15.9");
        let lone = machine
            .directory
            .path()
            .join("opt/homebrew/opt/postgresql@16/bin/postgres");
        write_script(&lone, "echo '(PostgreSQL) 16.1'");
        let broken = machine
            .directory
            .path()
            .join("usr/lib/postgresql/14/bin/postgres");
        write_script(&broken, "echo 'no library' >&2; exit 127");
        let looked_at = machine.not_found();
        for (place, outcome) in [
            ("usr/lib/postgresql/12/bin", "version 12 is older than 13"),
            ("usr/local/opt/postgresql@16/bin", "`initdb` is version 15"),
            ("opt/homebrew/opt", "`initdb` does not run"),
            ("usr/lib/postgresql/14/bin", "no library"),
        ] {
            assert!(
                looked_at
                    .iter()
                    .any(|l| l.place.contains(place) && l.outcome.contains(outcome)),
                "{place}: {looked_at:#?}"
            );
        }
    }

    #[test]
    fn an_installation_without_the_extensions_is_passed_over() {
        let mut machine = Machine::new();
        machine.search.extensions = vec!["pg_trgm".to_owned(), "btree_gist".to_owned()];
        let bare = machine.install("usr/lib/postgresql/17/bin", "17.1", "17.1");
        machine.add_extensions(&bare, 17, &["plpgsql"]);
        let full = machine.install("usr/lib/postgresql/16/bin", "16.1", "16.1");
        machine.add_extensions(&full, 16, &["plpgsql", "pg_trgm", "btree_gist"]);
        assert_eq!(machine.found().major(), 16);
        machine.search.extensions.clear();
        assert_eq!(machine.found().major(), 17);
    }

    #[test]
    fn a_missing_extension_is_named_with_its_installation_and_its_package() {
        let mut machine = Machine::new();
        machine.search.extensions = vec!["pg_trgm".to_owned(), "btree_gist".to_owned()];
        let bare = machine.install("usr/lib/postgresql/16/bin", "16.1", "16.1");
        machine.add_extensions(&bare, 16, &["plpgsql", "pg_trgm"]);
        for wanted in [None, Some((16, Path::new("/somewhere/data")))] {
            let error = machine.search.run(&account(), wanted).unwrap_err();
            assert!(
                matches!(&error, Error::MissingExtensions { missing, .. } if missing == &["btree_gist"]),
                "{error}"
            );
            let text = error.to_string();
            for part in [
                "usr/lib/postgresql/16/bin",
                "PostgreSQL 16",
                "btree_gist",
                "postgresql-contrib",
            ] {
                assert!(text.contains(part), "{text}");
            }
            assert!(!text.contains("pg_trgm"), "{text}");
            assert_eq!(text.lines().count(), 1);
        }
    }

    #[test]
    fn a_search_that_is_called_off_finds_nothing() {
        for installed in [true, false] {
            let machine = Machine::new();
            if installed {
                machine.install("usr/lib/postgresql/17/bin", "17.1", "17.1");
            }
            machine.search.cancellation.cancel();
            let outcome = machine.search.run(&account(), None);
            assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
        }
    }

    #[test]
    fn an_empty_machine_is_told_every_place_and_how_to_install() {
        let error = Machine::new()
            .search
            .run(&account(), None)
            .unwrap_err()
            .to_string();
        for part in [
            "PATH",
            "pg_config --bindir",
            "usr/lib/postgresql/*/bin",
            "opt/homebrew/opt/postgresql@*/bin",
            "Postgres.app",
            "download: switched off",
            "apt install postgresql",
            "dnf install postgresql-server",
            "brew install postgresql",
        ] {
            assert!(error.contains(part), "{part} is missing in\n{error}");
        }
    }

    #[cfg(not(feature = "download"))]
    #[test]
    fn a_program_that_cannot_download_names_the_feature_that_can() {
        let mut machine = Machine::new();
        machine.search.download_directory = Some(machine.directory.path().join("cache"));
        let error = machine.search.run(&account(), None).unwrap_err();
        let line = "download: this program was built without it; \
                    `cargo run --features download-postgres`";
        assert!(error.to_string().contains(line), "{error}");
    }

    #[test]
    fn the_data_directorys_version_decides() {
        let machine = Machine::new();
        machine.install("usr/lib/postgresql/17/bin", "17.2", "17.2");
        machine.install("usr/lib/postgresql/14/bin", "14.1", "14.1");
        let data = Path::new("/somewhere/data");
        let search = |major| machine.search.run(&account(), Some((major, data)));
        assert_eq!(search(14).unwrap().major(), 14);

        let error = search(15).unwrap_err().to_string();
        for part in [
            "/somewhere/data",
            "made by PostgreSQL 15",
            "has PostgreSQL 17, 14",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }
}

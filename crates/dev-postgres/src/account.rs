//! Which user runs PostgreSQL: this process's own, unless that is root, whom
//! PostgreSQL refuses.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// Users to become, in order of preference, when this process is root.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// It knows every user database of the system, not only `/etc/passwd`.
const ID: &str = "id";

/// Variables that would change what `postgres` or `initdb` do behind our back.
const REMOVED_VARIABLES: [&str; 8] = [
    "PGDATA",
    "PGPORT",
    "PGOPTIONS",
    "PGDATESTYLE",
    "PGTZ",
    "PGCLIENTENCODING",
    "LANG",
    "LANGUAGE",
];

/// The user that `initdb`, `postgres` and their supervisor run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The user to become; nobody else when this process is not root.
    other: Option<Identity>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    uid: u32,
    gid: u32,
    name: String,
}

impl Account {
    /// Chooses the user. A cluster that exists already keeps its `owner` (user and
    /// group id): files of another user would be refused by PostgreSQL.
    pub(crate) fn choose(owner: Option<(u32, u32)>) -> Result<Self, Error> {
        if !is_root() {
            return Ok(Self { other: None });
        }
        if let Some((uid, gid)) = owner.filter(|(uid, _)| *uid != 0) {
            let name = format!("#{uid}");
            return Ok(Self {
                other: Some(Identity { uid, gid, name }),
            });
        }
        for name in UNPRIVILEGED {
            let (uid, gid) = (look_up(ID, "-u", name)?, look_up(ID, "-g", name)?);
            if let (Some(uid), Some(gid)) = (uid, gid) {
                let name = name.to_owned();
                return Ok(Self {
                    other: Some(Identity { uid, gid, name }),
                });
            }
        }
        Err(Error::NoUnprivilegedUser)
    }

    /// The user id of the processes.
    pub(crate) fn uid(&self) -> u32 {
        self.other
            .as_ref()
            .map_or_else(effective_uid, |identity| identity.uid)
    }

    /// A command that runs as this user, in `/`, with no input, in English, untouched by
    /// the caller's PostgreSQL variables, and out of reach of a Ctrl-C in the terminal: what
    /// that ends, the caller decides.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        for variable in REMOVED_VARIABLES {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C");
        if let Some(identity) = &self.other {
            // The standard library also clears root's supplementary groups.
            command.uid(identity.uid).gid(identity.gid);
        }
        command
    }

    /// Makes the user the owner of a file or directory.
    pub(crate) fn set_owner(&self, path: &Path) -> Result<(), Error> {
        match &self.other {
            None => Ok(()),
            Some(identity) => {
                std::os::unix::fs::chown(path, Some(identity.uid), Some(identity.gid))
                    .map_err(Error::io("give PostgreSQL's user the directory", path))
            }
        }
    }

    /// Checks that the user can pass through every parent of `directory`, on the way to
    /// `wanted`. The system is asked rather than the mode bits, because of
    /// access-control lists.
    pub(crate) fn check_access(&self, directory: &Path, wanted: &Path) -> Result<(), Error> {
        let Some(identity) = &self.other else {
            return Ok(());
        };
        let mut ancestors: Vec<&Path> = directory.ancestors().skip(1).collect();
        ancestors.reverse();
        let output = self
            .command("sh")
            .arg("-c")
            .arg(r#"n=0; for d in "$@"; do [ -x "$d" ] || { echo "$n"; exit 0; }; n=$((n + 1)); done"#)
            .arg("sh")
            .args(&ancestors)
            .output()
            .map_err(Error::io("run a shell as PostgreSQL's user to check", directory))?;
        let blocked = String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse()
            .ok()
            .and_then(|index: usize| ancestors.get(index));
        match blocked {
            None => Ok(()),
            Some(blocked) => Err(Error::NotReachable {
                blocked: PathBuf::from(blocked),
                wanted: wanted.to_owned(),
                user: identity.name.clone(),
            }),
        }
    }
}

/// Whether this process has root's powers.
pub(crate) fn is_root() -> bool {
    effective_uid() == 0
}

/// The user id whose rights this process has.
pub(crate) fn effective_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Which user or group a name stands for, if there is one. That the program cannot be run says
/// nothing of users, and is an error of its own.
fn look_up(program: &str, what: &str, name: &str) -> Result<Option<u32>, Error> {
    let output = Command::new(program)
        .args([what, name])
        .process_group(0)
        .output()
        .map_err(Error::io(
            "look up the users of this system with the program",
            Path::new(program),
        ))?;
    let id = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    Ok(id.filter(|id| output.status.success() && *id != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_told_from_a_missing_user() {
        assert!(matches!(look_up(ID, "-u", "no-such-user"), Ok(None)));
        let missing = look_up("/no/such/program", "-u", "nobody");
        let message = missing.map_err(|error| error.to_string()).unwrap_err();
        assert!(message.contains("/no/such/program"), "{message}");
    }

    #[test]
    fn an_existing_clusters_owner_is_kept() {
        let account = Account::choose(Some((12_345, 23_456))).unwrap();
        if is_root() {
            assert_eq!(account.uid(), 12_345);
        } else {
            assert_eq!(account.uid(), effective_uid());
        }
    }

    #[test]
    fn postgres_never_runs_as_root() {
        assert_ne!(Account::choose(None).unwrap().uid(), 0);
        assert_ne!(Account::choose(Some((0, 0))).unwrap().uid(), 0);
    }

    #[test]
    fn a_directory_that_the_user_cannot_enter_is_named() {
        use std::os::unix::fs::PermissionsExt;
        if !is_root() {
            return;
        }
        let open = tempfile::tempdir().unwrap();
        std::fs::set_permissions(open.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let closed = open.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
        let account = Account::choose(None).unwrap();

        let wanted = closed.join("inner/data");
        let error = account.check_access(&wanted, &wanted).unwrap_err();
        assert!(
            matches!(&error, Error::NotReachable { blocked, .. } if *blocked == closed),
            "{error}"
        );
        assert!(error.to_string().contains(closed.to_str().unwrap()));
        let fine = open.path().join("data");
        account.check_access(&fine, &fine).unwrap();
    }
}

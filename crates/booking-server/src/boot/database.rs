//! The database behind the server: one that somebody else runs, or a private cluster.

use std::path::{Path, PathBuf};
use std::time::Duration;

use booking_persistence::{PrivilegedRole, SERVICE_ROLE};
use dev_postgres::{Cancellation, Cluster, ClusterOptions};
use tokio::task::spawn_blocking;

use crate::boot::config::{DatabaseChoice, DatabaseUrl};
use crate::boot::error::StartError;

/// The one database of a private cluster.
const NAME: &str = "reserveeasy";

/// The directory of the cluster, inside the directory of the data, where other things may
/// want a place one day.
const CLUSTER_DIRECTORY: &str = "postgres";

/// What the migrations create, and what distributions put into a package of its own.
pub(crate) const EXTENSIONS: [&str; 2] = ["btree_gist", "pg_trgm"];

/// A file that is there until the first start on a private cluster has come to its end.
/// Who interrupts that start gets what belongs to a new cluster at the next one.
const UNFINISHED: &str = "first-start-unfinished";

/// How often the server looks whether its cluster still runs.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// How the service connects to a database, and who brings its schema up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseAccess {
    /// As the service.
    pub url: DatabaseUrl,
    /// As the owner of the schema, which is brought up to date first; without it, the service looks
    /// whether it is.
    pub migration_url: Option<DatabaseUrl>,
    /// Whether the service may work as a role that row-level security does not bind.
    pub privileged_role: PrivilegedRole,
}

impl DatabaseAccess {
    /// To a database whose schema is up to date, as a role that row-level security binds.
    #[must_use]
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            migration_url: None,
            privileged_role: PrivilegedRole::Refused,
        }
    }
}

/// The database behind the server.
#[derive(Debug)]
pub(crate) struct Database {
    access: DatabaseAccess,
    source_name: Option<String>,
    private: Option<PrivateCluster>,
}

/// A cluster of our own.
#[derive(Debug)]
struct PrivateCluster {
    data_dir: PathBuf,
    is_new: bool,
    cluster: Cluster,
}

impl Database {
    /// Starts the private cluster, if that is the choice. It gives none when `stop` comes
    /// first: then nothing runs, and the next start begins anew.
    pub(crate) async fn open(
        choice: DatabaseChoice,
        stop: impl Future<Output = ()>,
    ) -> Result<Option<Self>, StartError> {
        let data_dir = match choice {
            DatabaseChoice::Private { data_dir } => data_dir,
            DatabaseChoice::Server {
                url,
                source_name,
                privileged_role,
            } => {
                return Ok(Some(Self {
                    access: DatabaseAccess {
                        privileged_role,
                        ..DatabaseAccess::new(url)
                    },
                    source_name: Some(source_name),
                    private: None,
                }));
            }
        };
        let cancellation = Cancellation::new();
        let called_off = cancellation.clone();
        let mut start = spawn_blocking(move || PrivateCluster::start(data_dir, cancellation));
        let outcome = tokio::select! {
            outcome = &mut start => outcome,
            () = stop => {
                called_off.cancel();
                // It ends soon, and has tidied up then; or it was just done.
                start.await
            }
        };
        match outcome.map_err(std::io::Error::from)? {
            Ok(private) => {
                let parse = |url: String| -> Result<DatabaseUrl, StartError> {
                    url.parse()
                        .map_err(|error| StartError::DatabaseUrl(format!("{error}")))
                };
                let service = parse(private.cluster.url_as(NAME, SERVICE_ROLE))?;
                Ok(Some(Self {
                    access: DatabaseAccess {
                        migration_url: Some(parse(private.cluster.url(NAME))?),
                        ..DatabaseAccess::new(service)
                    },
                    source_name: None,
                    private: Some(private),
                }))
            }
            Err(dev_postgres::Error::Cancelled) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// How to connect.
    pub(crate) fn access(&self) -> &DatabaseAccess {
        &self.access
    }

    /// The flag or the variable that names a server of somebody else's.
    pub(crate) fn source_name(&self) -> Option<&str> {
        self.source_name.as_deref()
    }

    /// Whether it is a private cluster that no start has [settled](Self::settle) yet.
    pub(crate) fn is_new(&self) -> bool {
        self.private.as_ref().is_some_and(|private| private.is_new)
    }

    /// Remembers that a start has come to its end: from now on the cluster is not new.
    pub(crate) fn settle(&self) {
        if let Some(private) = self.private.as_ref().filter(|private| private.is_new)
            && let Err(error) = std::fs::remove_file(private.data_dir.join(UNFINISHED))
        {
            tracing::warn!(cause = %error, "the next start will take the cluster for a new one");
        }
    }

    /// The directory of the data and the version of PostgreSQL, of a private cluster.
    pub(crate) fn private(&self) -> Option<(&Path, u32)> {
        let private = self.private.as_ref()?;
        let version = private.cluster.installation().major();
        Some((&private.data_dir, version))
    }

    /// Returns when the private cluster has ended by itself (killed by hand, or by a machine
    /// that ran out of memory); never for a server of somebody else's.
    pub(crate) async fn ended(&mut self) {
        let Some(private) = &mut self.private else {
            return std::future::pending().await;
        };
        while private.cluster.is_running() {
            tokio::time::sleep(WATCH_INTERVAL).await;
        }
    }

    /// Stops the private cluster, and returns when it has ended.
    pub(crate) async fn close(self) {
        let Some(private) = self.private else {
            return;
        };
        match spawn_blocking(move || private.cluster.stop()).await {
            Ok(Ok(())) => tracing::debug!("the private PostgreSQL has ended"),
            Ok(Err(error)) => {
                tracing::error!(cause = %error, "the private PostgreSQL did not end");
            }
            Err(error) => tracing::error!(cause = %error, "stopping the private PostgreSQL failed"),
        }
    }
}

impl PrivateCluster {
    fn start(data_dir: PathBuf, cancellation: Cancellation) -> Result<Self, dev_postgres::Error> {
        let directory = data_dir.join(CLUSTER_DIRECTORY);
        let unfinished = data_dir.join(UNFINISHED);
        if !directory.exists() {
            // Where this fails, PostgreSQL will say so better.
            let _ = std::fs::create_dir_all(&data_dir);
            let _ = std::fs::write(&unfinished, "");
        }
        let options = ClusterOptions::new(directory)
            .extensions(&EXTENSIONS)
            .cancellation(cancellation);
        let cluster = Cluster::start(options)?;
        cluster.create_database_if_missing(NAME)?;
        Ok(Self {
            is_new: cluster.is_new() || unfinished.exists(),
            data_dir,
            cluster,
        })
    }
}

#[cfg(test)]
mod tests;

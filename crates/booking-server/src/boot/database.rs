//! The database behind the server: one that somebody else runs, or a private cluster.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use dev_postgres::{Cancellation, Cluster};
use tokio::sync::oneshot;

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

/// The database behind the server.
#[derive(Debug)]
pub(crate) struct Database {
    url: DatabaseUrl,
    source_name: Option<String>,
    cluster: Option<PrivateCluster>,
}

/// A cluster of our own, in the hands of a thread: starting and stopping it takes time,
/// and it is started again should it end by itself.
#[derive(Debug)]
struct PrivateCluster {
    data_dir: PathBuf,
    is_new: bool,
    version: u32,
    /// Ends a start of PostgreSQL that is under way when the server is to stop.
    cancellation: Cancellation,
    stop: mpsc::Sender<()>,
    stopped: oneshot::Receiver<Result<(), dev_postgres::Error>>,
}

impl Database {
    /// Starts the private cluster, if that is the choice. It gives none when `stop` comes
    /// first: then nothing runs, and the next start begins anew.
    pub(crate) async fn open(
        choice: DatabaseChoice,
        stop: impl Future<Output = ()>,
    ) -> Result<Option<Self>, StartError> {
        match choice {
            DatabaseChoice::Server { url, source_name } => Ok(Some(Self {
                url,
                source_name: Some(source_name),
                cluster: None,
            })),
            DatabaseChoice::Private { data_dir } => {
                let cancellation = Cancellation::new();
                let start = PrivateCluster::start(data_dir, cancellation.clone());
                tokio::pin!(start);
                let outcome = tokio::select! {
                    outcome = &mut start => outcome,
                    () = stop => {
                        cancellation.cancel();
                        // It ends soon, and has tidied up then; or it was just done.
                        start.await
                    }
                };
                match outcome {
                    Ok((url, cluster)) => Ok(Some(Self {
                        url,
                        source_name: None,
                        cluster: Some(cluster),
                    })),
                    Err(StartError::Cluster(dev_postgres::Error::Cancelled)) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// How to connect.
    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The flag or the variable that names a server of somebody else's.
    pub(crate) fn source_name(&self) -> Option<&str> {
        self.source_name.as_deref()
    }

    /// Whether it is a private cluster that no start has [settled](Self::settle) yet.
    pub(crate) fn is_new(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.is_new)
    }

    /// Remembers that a start has come to its end: from now on the cluster is not new.
    pub(crate) fn settle(&self) {
        if let Some(cluster) = self.cluster.as_ref().filter(|cluster| cluster.is_new)
            && let Err(error) = std::fs::remove_file(cluster.data_dir.join(UNFINISHED))
        {
            tracing::warn!(cause = %error, "the next start will take the cluster for a new one");
        }
    }

    /// The directory of the data and the version of PostgreSQL, of a private cluster.
    pub(crate) fn private(&self) -> Option<(&Path, u32)> {
        let cluster = self.cluster.as_ref()?;
        Some((&cluster.data_dir, cluster.version))
    }

    /// Stops the private cluster, and returns when it has ended.
    pub(crate) async fn close(self) {
        let Some(cluster) = self.cluster else {
            return;
        };
        cluster.cancellation.cancel();
        // It fails only when the thread has ended, and then the cluster has too.
        let _ = cluster.stop.send(());
        match cluster.stopped.await {
            Ok(Ok(())) => tracing::debug!("the private PostgreSQL has ended"),
            Ok(Err(error)) => {
                tracing::error!(cause = %error, "the private PostgreSQL did not end");
            }
            Err(_) => tracing::error!("the thread that keeps the private PostgreSQL has failed"),
        }
    }
}

impl PrivateCluster {
    async fn start(
        data_dir: PathBuf,
        cancellation: Cancellation,
    ) -> Result<(DatabaseUrl, Self), StartError> {
        let (started, has_started) = oneshot::channel();
        let (stop, asked_to_stop) = mpsc::channel();
        let (has_stopped, stopped) = oneshot::channel();
        let directory = data_dir.join(CLUSTER_DIRECTORY);
        let unfinished = data_dir.join(UNFINISHED);
        if !directory.exists() {
            // Where this fails, PostgreSQL will say so better.
            let _ = std::fs::create_dir_all(&data_dir);
            let _ = std::fs::write(&unfinished, "");
        }
        let options = dev_postgres::Options::new(directory)
            .extensions(&EXTENSIONS)
            .cancellation(cancellation.clone());
        thread::Builder::new()
            .name("private-postgres".to_owned())
            .spawn(move || {
                let mut cluster = match start(options) {
                    Ok((cluster, url)) => {
                        let is_new = cluster.is_new() || unfinished.exists();
                        let facts = (url, is_new, cluster.installation().major());
                        // Nobody waits any more when the process is about to end; the
                        // closed channel below then stops the cluster.
                        let _ = started.send(Ok(facts));
                        cluster
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                        return;
                    }
                };
                keep(&mut cluster, &asked_to_stop);
                let _ = has_stopped.send(cluster.stop());
            })?;
        let (url, is_new, version) = has_started.await.map_err(|_| {
            StartError::Process(std::io::Error::other(
                "the thread that starts the private PostgreSQL has failed",
            ))
        })??;
        let url = url
            .parse()
            .expect("the URL of a private cluster is one, as a test shows");
        let cluster = Self {
            data_dir,
            is_new,
            version,
            cancellation,
            stop,
            stopped,
        };
        Ok((url, cluster))
    }
}

fn start(options: dev_postgres::Options) -> Result<(Cluster, String), dev_postgres::Error> {
    let cluster = Cluster::start(options)?;
    cluster.create_database_if_missing(NAME)?;
    let url = cluster.url(NAME);
    Ok((cluster, url))
}

/// Starts the cluster again whenever it has ended by itself (killed by hand, or by a
/// machine that ran out of memory), until it is to stop.
fn keep(cluster: &mut Cluster, asked_to_stop: &mpsc::Receiver<()>) {
    while asked_to_stop.recv_timeout(WATCH_INTERVAL) == Err(RecvTimeoutError::Timeout) {
        if cluster.is_running() {
            continue;
        }
        tracing::warn!("the private PostgreSQL has ended by itself, and is started again");
        // One that was called off is no failure.
        if let Err(error) = cluster.start_again()
            && !matches!(error, dev_postgres::Error::Cancelled)
        {
            tracing::error!(cause = %error, "the private PostgreSQL does not start again");
        }
    }
}

#[cfg(test)]
mod tests;

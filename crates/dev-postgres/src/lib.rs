//! PostgreSQL for `cargo run` and for tests, with nothing to set up.
//!
//! This crate finds PostgreSQL's programs on the machine (or, with the feature
//! `download`, downloads them) and runs a private cluster: [`Cluster`] on a directory
//! that lasts, [`TemporaryCluster`] on one that does not, and a [`TestDatabase`] for
//! every test.
//!
//! What holds for every cluster:
//!
//! - It takes connections on a Unix socket in a private directory, never over TCP.
//! - It never outlives the process that started it, whether that ends, panics or is
//!   killed with SIGKILL: a shell that waits on a pipe from its owner stops it, and
//!   removes temporary directories (`supervisor.sh`).
//! - Ctrl-C in the terminal does not reach it: the owner drains first, then stops it.
//! - Root is no obstacle: PostgreSQL runs as `postgres` or `nobody` then.
//!
//! Everything is synchronous and works inside any async runtime.
//!
//! It knows nothing of bookings, of HTTP or of Diesel, runs on Unix only, and reads the
//! environment in one module (`environment.rs`): `PATH`, `TMPDIR`, `HOME` and
//! `XDG_CACHE_HOME`.
//!
//! ```no_run
//! use dev_postgres::{Cluster, ClusterOptions, TestDatabase};
//!
//! # fn main() -> Result<(), dev_postgres::Error> {
//! let cluster = Cluster::start(ClusterOptions::new("/var/lib/example/postgres"))?;
//! cluster.create_database_if_missing("example")?;
//! println!("{}", cluster.url("example"));
//! cluster.stop()?;
//!
//! let database = TestDatabase::from_template("example", |url| {
//!     println!("run the migrations on {url}");
//!     Ok::<(), std::io::Error>(())
//! })?;
//! println!("{}", database.url());
//! # Ok(())
//! # }
//! ```

mod account;
mod cancellation;
mod cluster;
mod data_directory;
mod download;
mod environment;
mod error;
mod find;
mod installation;
mod log;
mod process;
mod server;
mod sql;
mod supervisor;
mod temporary;
mod test_database;
mod url;

pub use cancellation::Cancellation;
pub use cluster::{Cluster, ClusterOptions};
pub use error::{Error, LookedAt};
pub use installation::{Installation, OLDEST_MAJOR};
pub use temporary::TemporaryCluster;
pub use test_database::TestDatabase;

//! A database of one test.

use std::path::PathBuf;

use crate::error::Error;
use crate::sql;
use crate::temporary::TemporaryCluster;
use crate::url::{socket_url, socket_url_as};

/// A database that belongs to one test and is dropped with this value, together with
/// whatever connections to it are still open.
#[derive(Debug)]
pub struct TestDatabase {
    sockets: PathBuf,
    name: String,
}

impl TestDatabase {
    /// A fresh, empty database on the cluster that the process's tests share.
    ///
    /// # Errors
    ///
    /// [`Error::SharedCluster`], [`Error::Sql`], [`Error::SqlTimeout`] or [`Error::Io`].
    pub fn create() -> Result<Self, Error> {
        TemporaryCluster::shared()?.database()
    }

    /// A fresh copy of a template database on the cluster that the process's tests
    /// share; see [`TemporaryCluster::database_from_template`].
    ///
    /// # Errors
    ///
    /// As that, and [`Error::SharedCluster`].
    ///
    /// # Panics
    ///
    /// When `prepare` panics.
    pub fn from_template<E>(
        name: &str,
        prepare: impl FnOnce(&str) -> Result<(), E> + Send,
    ) -> Result<Self, Error>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    {
        TemporaryCluster::shared()?.database_from_template(name, prepare)
    }

    pub(crate) fn new(sockets: PathBuf, name: String) -> Self {
        Self { sockets, name }
    }

    /// The database's URL; see [`TemporaryCluster::url`].
    #[must_use]
    pub fn url(&self) -> String {
        socket_url(&self.sockets, &self.name)
    }

    /// The same for another role than the superuser; see [`TemporaryCluster::url_as`].
    #[must_use]
    pub fn url_as(&self, role: &str) -> String {
        socket_url_as(&self.sockets, &self.name, role)
    }

    /// The database's name, unique in its cluster.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A cluster that is stopped or gone takes its databases with it.
        let identifier = sql::identifier(&self.name);
        let drop = format!("DROP DATABASE IF EXISTS {identifier} WITH (FORCE)");
        let _ = sql::execute(&self.sockets, &drop);
    }
}

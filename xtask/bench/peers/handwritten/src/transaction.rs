//! A transaction that ends when its request does.

use common::Peer;
use common::failure::Failure;
use deadpool_postgres::Client;
use tokio_postgres::types::ToSql;

/// What a statement is given.
pub(crate) type Parameters<'a, const N: usize> = [&'a (dyn ToSql + Sync); N];

/// A connection in a transaction. Where the caller has gone away, the transaction has no end, and the
/// connection does not go back to the pool, but is closed.
pub(crate) struct Transaction(Option<Client>);

impl Transaction {
    /// Takes a connection. The first statement on it is to be `BEGIN`.
    pub(crate) async fn open(peer: &Peer) -> Result<Self, Failure> {
        let client = peer.pool.get().await.map_err(Failure::database)?;
        Ok(Self(Some(client)))
    }

    /// The connection.
    pub(crate) fn client(&self) -> Result<&Client, Failure> {
        self.0.as_ref().ok_or(Failure::Database)
    }

    /// Undoes what has failed, and gives the connection back. What has been done is committed already.
    pub(crate) async fn finish<T>(mut self, done: Result<T, Failure>) -> Result<T, Failure> {
        if let (Some(client), Err(_)) = (&self.0, &done) {
            let rollback = client.batch_execute("ROLLBACK").await;
            rollback.map_err(Failure::database)?;
        }
        self.0 = None;
        done
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Client::take(client));
        }
    }
}

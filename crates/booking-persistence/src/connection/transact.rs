//! The one way to write and the one way to read.

use std::convert::Infallible;
use std::time::Duration;

use diesel::IntoSql;
use diesel::result::Error;
use diesel::sql_types::Integer;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager};

use super::constraints::FromViolation;
use super::database_error::DatabaseErrorKind;
use super::pool::PooledConnection;
use super::retry::TRANSACTION_RETRY_POLICY;
use crate::error::{StoreError, TransactionError, Unavailable};
use crate::store::Store;

/// How long an operation may take in all: waiting for a connection, every attempt, and the
/// answer. It is a little more than the longest statement may, so that a database that is
/// only slow is heard.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(6);

/// How long the database may take to show that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

impl Store {
    /// Runs `work` in a transaction of its own, from the checkout of a connection to the commit.
    ///
    /// What loses a race is rolled back and run again, a bounded number of times and with a
    /// random wait in between: `work` decides anew on what is there then. What is refused is
    /// rolled back. A lost connection is not tried again: the commit may have happened.
    ///
    /// (`work` is cloned for each attempt instead of borrowed, because the compiler cannot yet
    /// tell that the future of a borrowed one may move between threads.)
    ///
    /// # Errors
    ///
    /// What `work` refuses; a constraint whose violation is still there after the last attempt,
    /// if it means a refusal; and what is wrong with the database.
    pub(crate) async fn transact<T, R: FromViolation>(
        &self,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>> + Clone,
    ) -> Result<T, StoreError<R>> {
        let attempts = async {
            let mut attempts = 0;
            loop {
                let mut connection = self.pool().check_out().await?;
                let error = match in_transaction(&mut connection, work.clone()).await {
                    Ok(done) => {
                        connection.release();
                        return Ok(done);
                    }
                    Err(error) => error,
                };
                attempts += 1;
                let kind = self.release_after(connection, operation, &error);
                match kind {
                    Some(kind) if TRANSACTION_RETRY_POLICY.should_retry(attempts, kind) => {
                        tracing::warn!(
                            operation,
                            attempt = attempts,
                            kind = kind.label(),
                            "a transaction is tried again"
                        );
                        let labels = [("operation", operation), ("kind", kind.label())];
                        metrics::counter!("database_transaction_retries_total", &labels)
                            .increment(1);
                        let random = self.random().number()?;
                        tokio::time::sleep(TRANSACTION_RETRY_POLICY.delay(attempts, random)).await;
                    }
                    _ => return Err(error.into()),
                }
            }
        };
        let outcome = self.with_deadline(OPERATION_TIMEOUT, attempts).await;
        count(operation, "committed", &outcome);
        outcome
    }

    /// Runs `work`, which only reads, on a connection of its own. Each of its statements sees
    /// what is committed when it begins.
    ///
    /// # Errors
    ///
    /// What `work` refuses, and what is wrong with the database.
    pub(crate) async fn read<T, R: FromViolation>(
        &self,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
    ) -> Result<T, StoreError<R>> {
        self.read_within(OPERATION_TIMEOUT, operation, work).await
    }

    /// Whether the database answers, within two seconds.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        let answer = self.read_within(PING_TIMEOUT, "ping", async |mut connection| {
            diesel::select(1_i32.into_sql::<Integer>())
                .execute(&mut connection)
                .await?;
            Ok(())
        });
        answer
            .await
            .map_err(|error: StoreError<Infallible>| match error {
                StoreError::Refused(never) => match never {},
                StoreError::Unavailable(unavailable) => unavailable,
                StoreError::Internal(internal) => {
                    Unavailable::because("it does not answer", internal)
                }
            })
    }

    async fn read_within<T, R: FromViolation>(
        &self,
        timeout: Duration,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
    ) -> Result<T, StoreError<R>> {
        let reading = async {
            let connection = self.pool().check_out().await?;
            match work(&connection).await {
                Ok(found) => {
                    connection.release();
                    Ok(found)
                }
                Err(error) => {
                    self.release_after(connection, operation, &error);
                    Err(error.into())
                }
            }
        };
        let outcome = self.with_deadline(timeout, reading).await;
        count(operation, "read", &outcome);
        outcome
    }

    /// Waits for an operation, but for no longer than this: a database that stalls without
    /// closing its connections, or a network that loses what is sent, would otherwise be waited
    /// for without end, for the statement timeout runs on the other side. What is checked out
    /// then is closed, and so are the idle connections, which are most likely no better.
    async fn with_deadline<T, R>(
        &self,
        timeout: Duration,
        operation: impl Future<Output = Result<T, StoreError<R>>>,
    ) -> Result<T, StoreError<R>> {
        match tokio::time::timeout(timeout, operation).await {
            Ok(outcome) => outcome,
            Err(_) => {
                tracing::warn!(
                    seconds = timeout.as_secs(),
                    "the database has not answered in time"
                );
                self.pool().discard_idle();
                Err(Unavailable::new("it has not answered in time").into())
            }
        }
    }

    /// Releases a connection after it was used in vain, and says what was wrong with the
    /// database, if anything was. A broken connection is closed, with all that are idle.
    fn release_after<R>(
        &self,
        connection: PooledConnection,
        operation: &'static str,
        error: &TransactionError<R>,
    ) -> Option<DatabaseErrorKind> {
        let TransactionError::Database(error) = error else {
            connection.release();
            return None;
        };
        let kind = DatabaseErrorKind::from_error(error);
        metrics::counter!("database_errors_total", "kind" => kind.label()).increment(1);
        if kind == DatabaseErrorKind::ConnectionLost {
            tracing::warn!(operation, error = %error, "a connection to the database is lost");
            drop(connection);
            self.pool().discard_idle();
        } else {
            connection.release();
        }
        Some(kind)
    }
}

/// One attempt: begin, work, commit; or roll back.
async fn in_transaction<T, R>(
    connection: &mut AsyncPgConnection,
    work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
) -> Result<T, TransactionError<R>> {
    Transactions::begin_transaction(connection).await?;
    match work(connection).await {
        Ok(done) => {
            Transactions::commit_transaction(connection).await?;
            Ok(done)
        }
        Err(error) => match Transactions::rollback_transaction(connection).await {
            // Why it was rolled back says more than why that failed; but a transaction that is
            // still open makes the connection useless.
            Ok(()) => Err(error),
            Err(rollback) if matches!(error, TransactionError::Database(_)) => {
                tracing::debug!(error = %rollback, "a transaction could not be rolled back");
                Err(error)
            }
            Err(rollback) => {
                tracing::warn!(error = %rollback, "a transaction could not be rolled back");
                Err(Error::BrokenTransactionManager.into())
            }
        },
    }
}

/// Counts an operation by how it ended.
fn count<T, R>(operation: &'static str, done: &'static str, outcome: &Result<T, StoreError<R>>) {
    let outcome = match outcome {
        Ok(_) => done,
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Unavailable(_)) => "unavailable",
        Err(StoreError::Internal(_)) => "failed",
    };
    let labels = [("operation", operation), ("outcome", outcome)];
    metrics::counter!("database_transactions_total", &labels).increment(1);
}

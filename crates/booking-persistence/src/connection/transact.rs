//! The one way to write and the one way to read.

use std::convert::Infallible;
use std::time::Duration;

use diesel::IntoSql;
use diesel::result::Error;
use diesel::sql_types::Integer;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::constraints::FromViolation;
use super::database_error::DatabaseErrorKind;
use super::idempotency::IdempotentRequest;
use super::pool::PooledConnection;
use super::retry::TRANSACTION_RETRY_POLICY;
use super::visibility::Visibility;
use crate::access::RequestContext;
use crate::error::{Internal, StoreError, TransactionError, Unavailable};
use crate::store::Store;

/// How long an operation may take in all: waiting for a connection, every attempt, and the
/// answer. It is a little more than the longest statement may, so that a database that is
/// only slow is heard.
pub(super) const OPERATION_TIMEOUT: Duration = Duration::from_secs(6);

/// How long the database may take to show that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the end of a transaction that has only read may take.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// The store, as far as somebody sees it.
pub(crate) struct SeeingStore<'a> {
    store: &'a Store,
    visibility: Visibility,
    /// The request that is answered, if it has a key.
    request: Option<&'a IdempotentRequest>,
}

impl Store {
    /// The store, with what this shows beside what everybody sees.
    pub(crate) const fn seeing(&self, visibility: Visibility) -> SeeingStore<'_> {
        SeeingStore {
            store: self,
            visibility,
            request: None,
        }
    }

    /// As [`SeeingStore::transact`], with what everybody sees.
    pub(crate) async fn transact<T, R: FromViolation>(
        &self,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>> + Clone,
    ) -> Result<T, StoreError<R>> {
        let seeing = self.seeing(Visibility::default());
        seeing.transact(operation, work).await
    }

    /// As [`SeeingStore::read`], with what everybody sees.
    pub(crate) async fn read<T, R: FromViolation>(
        &self,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
    ) -> Result<T, StoreError<R>> {
        let seeing = self.seeing(Visibility::default());
        seeing.read(operation, work).await
    }
}

impl<'a> SeeingStore<'a> {
    /// The same for a request that may have a key: a transaction that claims it is not committed
    /// before the request ends.
    pub(crate) fn answering(self, context: &'a RequestContext) -> Self {
        Self {
            request: context.idempotency.as_deref(),
            ..self
        }
    }

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
        let store = self.store;
        let begin = self.visibility.begin();
        let attempts = async {
            let mut attempts = 0;
            loop {
                let connection = store.pool().check_out().await?;
                let attempt = attempt(&connection, &begin, self.request, work.clone()).await;
                let Attempt { done, is_settled } = attempt;
                let error = match (done, self.request) {
                    (Ok(done), Some(request)) if request.is_claimed() => {
                        request.hold(connection);
                        return Ok(done);
                    }
                    (Ok(done), _) => {
                        connection.release();
                        return Ok(done);
                    }
                    (Err(error), _) => error,
                };
                attempts += 1;
                let kind = store.release_after(connection, (operation, is_settled), &error);
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
                        let random = store.random().number()?;
                        tokio::time::sleep(TRANSACTION_RETRY_POLICY.delay(attempts, random)).await;
                    }
                    _ => return Err(error.into()),
                }
            }
        };
        // In the heap, once: every future around it would move all that `work` ever keeps.
        let attempts = Box::pin(attempts);
        let outcome = store.with_deadline(OPERATION_TIMEOUT, attempts).await;
        count(operation, "committed", &outcome);
        outcome
    }

    /// Runs `work`, which only reads, on a connection of its own. All of its statements see what is committed at
    /// one instant, which is not before this call; where everybody sees what is read, each what is committed when
    /// it begins.
    ///
    /// It costs no round trip but those of `work`: what begins the transaction that bounds the
    /// visibility is sent with its first statement, and nobody waits for the end. Where everybody
    /// sees what is read, there is no transaction.
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

    async fn read_within<T, R: FromViolation>(
        &self,
        timeout: Duration,
        operation: &'static str,
        work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
    ) -> Result<T, StoreError<R>> {
        let store = self.store;
        let reading = async {
            let connection = store.pool().check_out().await?;
            if self.visibility.is_public() {
                let done = work(&connection).await;
                match &done {
                    Ok(_) => connection.release(),
                    Err(error) => {
                        store.release_after(connection, (operation, true), error);
                    }
                }
                return Ok(done?);
            }
            let begin = self.visibility.begin_reading();
            let mut shared = &*connection;
            let begin = shared.batch_execute(&begin);
            let (began, done) = tokio::join!(biased; begin, work(&connection));
            let done = began.map_err(TransactionError::Database).and(done);
            match &done {
                Err(error)
                    if store.record_failure(operation, error)
                        == Some(DatabaseErrorKind::ConnectionLost) =>
                {
                    store.discard(connection);
                }
                _ => end_transaction(connection),
            }
            Ok(done?)
        };
        // In the heap, as in `transact`.
        let reading = Box::pin(reading);
        let outcome = store.with_deadline(timeout, reading).await;
        count(operation, "read", &outcome);
        outcome
    }
}

impl Store {
    /// Whether the database answers, within two seconds.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        let seeing = self.seeing(Visibility::default());
        let answer = seeing.read_within(PING_TIMEOUT, "ping", async |mut connection| {
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

    /// Waits for an operation, but for no longer than this: a database that stalls without
    /// closing its connections, or a network that loses what is sent, would otherwise be waited
    /// for without end, for the statement timeout runs on the other side. What is checked out
    /// then is closed, and so are the idle connections, which are most likely no better.
    pub(super) async fn with_deadline<T, R>(
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
    /// database, if anything was. A broken connection is closed, with all that are idle, and so is one whose
    /// transaction may still be open.
    fn release_after<R>(
        &self,
        connection: PooledConnection,
        (operation, is_settled): (&'static str, bool),
        error: &TransactionError<R>,
    ) -> Option<DatabaseErrorKind> {
        let kind = self.record_failure(operation, error);
        match kind {
            Some(DatabaseErrorKind::ConnectionLost) => self.discard(connection),
            _ if is_settled => connection.release(),
            _ => drop(connection),
        }
        kind
    }

    /// Counts what was wrong with the database, if anything was.
    fn record_failure<R>(
        &self,
        operation: &'static str,
        error: &TransactionError<R>,
    ) -> Option<DatabaseErrorKind> {
        let TransactionError::Database(error) = error else {
            return None;
        };
        let kind = DatabaseErrorKind::from_error(error);
        metrics::counter!("database_errors_total", "kind" => kind.label()).increment(1);
        if kind == DatabaseErrorKind::ConnectionLost {
            tracing::warn!(operation, error = %error, "a connection to the database is lost");
        }
        Some(kind)
    }

    /// Releases the connection of a transaction that was held, if it has ended.
    pub(super) fn release_ended(
        &self,
        connection: PooledConnection,
        ended: Result<(), Error>,
    ) -> Result<(), TransactionError<Infallible>> {
        let ended = ended.map_err(TransactionError::Database);
        match &ended {
            Ok(()) => connection.release(),
            Err(error) => match self.record_failure("end_request", error) {
                Some(DatabaseErrorKind::ConnectionLost) => self.discard(connection),
                // Closed, for its transaction may still be open.
                _ => drop(connection),
            },
        }
        ended
    }

    /// Closes a broken connection, and those that are idle with it.
    fn discard(&self, connection: PooledConnection) {
        drop(connection);
        self.pool().discard_idle();
    }
}

/// Ends a transaction that has only read, and lets the next request have its connection. Nobody
/// waits for it: there is nothing to be said about it. A connection on which it fails is closed, so
/// that nobody ever sees what was visible there.
fn end_transaction(connection: PooledConnection) {
    tokio::spawn(async move {
        let mut shared = &*connection;
        let ended = tokio::time::timeout(END_TIMEOUT, shared.batch_execute("COMMIT")).await;
        if let Ok(Ok(())) = ended {
            connection.release();
        }
    });
}

/// How an attempt has gone.
struct Attempt<T, R> {
    done: Result<T, TransactionError<R>>,
    /// Whether its transaction has ended, or is meant to stay open.
    is_settled: bool,
}

/// One attempt: begin, work, commit; or roll back. What begins it goes in one message with what `work` asks
/// first, as in reading. Where `work` has claimed the key of the request, it stays open.
async fn attempt<T, R>(
    connection: &AsyncPgConnection,
    begin: &str,
    request: Option<&IdempotentRequest>,
    work: impl AsyncFnOnce(&AsyncPgConnection) -> Result<T, TransactionError<R>>,
) -> Attempt<T, R> {
    let mut shared = connection;
    let beginning = shared.batch_execute(begin);
    let (began, done) = tokio::join!(biased; beginning, work(connection));
    let done = began.map_err(TransactionError::Database).and(done);
    if done.is_ok() && request.is_some_and(IdempotentRequest::is_claimed) {
        return Attempt {
            done,
            is_settled: true,
        };
    }
    if let Some(request) = request {
        request.release_claim();
    }
    let mut shared = connection;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = shared.batch_execute(end).await;
    let is_settled = ended.is_ok();
    let done = match (ended, done) {
        (Ok(()), done) => done,
        // Why it was rolled back says more than why that failed.
        (Err(_), Err(error)) => Err(error),
        (Err(error), Ok(_)) => Err(error.into()),
    };
    Attempt { done, is_settled }
}

/// Counts an operation by how it ended.
fn count<T, R>(operation: &'static str, done: &'static str, outcome: &Result<T, StoreError<R>>) {
    let outcome = match outcome {
        Ok(_) => done,
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Unavailable(_)) => "unavailable",
        Err(StoreError::Internal(Internal::Settled)) => "settled",
        Err(StoreError::Internal(_)) => "failed",
    };
    let labels = [("operation", operation), ("outcome", outcome)];
    metrics::counter!("database_transactions_total", &labels).increment(1);
}

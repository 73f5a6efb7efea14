//! Requests that are done once, however often they are sent.
//!
//! A request with a key is answered from the transaction of its effect. The operation claims the key
//! in it (`RequestContext::claim`), once it knows that the caller may do what they ask for: the
//! one transaction that claims is the one with the effect. When the operation is done the transaction
//! stays open, held by the request, until whoever answers knows the answer and ends the request
//! ([`Store::end_request`]): then it is written beside the effect, and both are committed, or neither.
//! What is held by a request that nobody ends is rolled back, for its connection is closed.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use credentials::{IdempotencyKey, TokenDigest};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use super::pool::PooledConnection;
use super::transact::OPERATION_TIMEOUT;
use crate::access::RequestContext;
use crate::error::{Internal, StoreError, TransactionError};
use crate::store::Store;
use crate::tables::idempotency_records::{self, ClaimedRecord, RecordId};

/// A request with a key, from its beginning to its end.
pub struct IdempotentRequest {
    key: IdempotencyKey,
    content: TokenDigest,
    state: Mutex<State>,
    after_commit: Mutex<Option<AfterCommit>>,
}

/// What is to be done once an effect is committed.
type AfterCommit = Box<dyn FnOnce() + Send>;

/// How far a request is.
enum State {
    /// No transaction has claimed its key.
    Begun,
    /// One has, and runs.
    Claimed(RecordId),
    /// It is done, and open.
    Held(RecordId, Box<PooledConnection>),
    /// It is known what is answered, without any effect.
    Settled(RequestEnd),
    /// It has ended.
    Ended,
}

/// What is to be answered to a request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestEnd {
    /// What the operation has answered. If it was a success, the next request is answered so, too.
    Answered,
    /// What was answered to the first.
    Repeated(Vec<u8>),
    /// Another one with this key runs.
    InUse,
    /// One that asked for something else had this key.
    Reused,
}

impl IdempotentRequest {
    /// A request with a key. Requests that ask for the same have the same `content`.
    #[must_use]
    pub fn new(key: IdempotencyKey, content: &[u8]) -> Self {
        let content = key.content_digest(content);
        Self {
            key,
            content,
            state: Mutex::new(State::Begun),
            after_commit: Mutex::default(),
        }
    }

    /// Has something be done once the effect of the request is committed, and never if it is not.
    pub(crate) fn after_commit(&self, then: impl FnOnce() + Send + 'static) {
        *self.lock_after_commit() = Some(Box::new(then));
    }

    fn lock_after_commit(&self) -> MutexGuard<'_, Option<AfterCommit>> {
        let locked = self.after_commit.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a transaction that runs has claimed the key.
    pub(super) fn is_claimed(&self) -> bool {
        matches!(*self.state(), State::Claimed(_))
    }

    /// The transaction that has claimed the key is rolled back: the next attempt claims it anew.
    pub(super) fn release_claim(&self) {
        let mut state = self.state();
        if matches!(*state, State::Claimed(_)) {
            *state = State::Begun;
        }
    }

    /// The transaction that has claimed the key is done, and waits for its end.
    pub(super) fn hold(&self, connection: PooledConnection) {
        let mut state = self.state();
        if let State::Claimed(id) = *state {
            *state = State::Held(id, Box::new(connection));
        }
    }

    fn settle(&self, id: RecordId, found: ClaimedRecord) -> Result<(), Internal> {
        let mut state = self.state();
        if !matches!(*state, State::Begun) {
            return Err(Internal::Claim(
                "two transactions of a request claim its key",
            ));
        }
        *state = match found {
            ClaimedRecord::Free => {
                *state = State::Claimed(id);
                return Ok(());
            }
            ClaimedRecord::InUse => State::Settled(RequestEnd::InUse),
            ClaimedRecord::Answered(content, _) if !content.matches(&self.content) => {
                State::Settled(RequestEnd::Reused)
            }
            ClaimedRecord::Answered(_, response) => {
                let opened = self.key.open(&id, &response);
                let opened = opened.map_err(|_| Internal::Claim("an answer does not open"))?;
                State::Settled(RequestEnd::Repeated(opened))
            }
        };
        Err(Internal::Settled)
    }
}

impl fmt::Debug for IdempotentRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotentRequest(…)")
    }
}

impl RequestContext {
    /// Finds out by `prepare` whether a caller may do what they ask for, and claims the key of their
    /// request, if it has one, for this transaction: in the message that begins it, which is one round trip
    /// more than without a key. What was answered before, or is asked for at this moment by
    /// another request, is not done.
    pub(crate) async fn claim<T, R>(
        &self,
        connection: &AsyncPgConnection,
        caller: &str,
        prepare: impl Future<Output = Result<T, TransactionError<R>>>,
    ) -> Result<T, TransactionError<R>> {
        let Some(request) = &self.idempotency else {
            return prepare.await;
        };
        let id = request.key.record_id(caller);
        let found = idempotency_records::claim(connection, &id).await?;
        let prepared = match found {
            // Who asks while another is at it waits for no lock of theirs.
            ClaimedRecord::InUse => Err(Internal::Settled.into()),
            // Nobody is answered what they may not ask for any more.
            ClaimedRecord::Free | ClaimedRecord::Answered(..) => Ok(prepare.await?),
        };
        request.settle(id, found)?;
        prepared
    }
}

impl Store {
    /// Ends a request with a key, and says what is to be answered. `response` is what the operation
    /// has answered, if it was a success: what it has done is committed with it, and else rolled
    /// back. One round trip, as a commit is.
    ///
    /// # Errors
    ///
    /// The database cannot be used: whether it was done is not known. Or the operation has succeeded,
    /// and has not claimed the key.
    pub async fn end_request(
        &self,
        request: &IdempotentRequest,
        response: Option<&[u8]>,
    ) -> Result<RequestEnd, StoreError<Infallible>> {
        let state = std::mem::replace(&mut *request.state(), State::Ended);
        match (state, response) {
            (State::Settled(end), _) => Ok(end),
            (State::Held(id, connection), response) => {
                let sealed = match response {
                    Some(response) => {
                        let random = self.random().bytes()?;
                        let [nonce, ..] = random.as_chunks::<12>().0 else {
                            return Err(Internal::Claim("there is no nonce").into());
                        };
                        Some(request.key.seal(&id, *nonce, response))
                    }
                    None => None,
                };
                let ending = async {
                    let ended = end(&connection, (&id, &request.content), sealed.as_deref()).await;
                    self.release_ended(*connection, ended)
                        .map_err(StoreError::from)
                };
                self.with_deadline(OPERATION_TIMEOUT, ending).await?;
                let then = request.lock_after_commit().take();
                if let Some(then) = then.filter(|_| sealed.is_some()) {
                    then();
                }
                Ok(RequestEnd::Answered)
            }
            (State::Begun | State::Claimed(_) | State::Ended, None) => Ok(RequestEnd::Answered),
            (State::Begun | State::Claimed(_) | State::Ended, Some(_)) => {
                Err(Internal::Claim("an operation with a key has not claimed it").into())
            }
        }
    }
}

/// The end of the transaction: with a record, or as if it had never been.
async fn end(
    mut connection: &AsyncPgConnection,
    (id, content): (&RecordId, &TokenDigest),
    sealed: Option<&[u8]>,
) -> diesel::QueryResult<()> {
    match sealed {
        Some(sealed) => idempotency_records::commit_with(connection, id, content, sealed).await,
        None => connection.batch_execute("ROLLBACK").await,
    }
}

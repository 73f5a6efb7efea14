//! Reads of one kind that are asked for at the same time, sent to the database as one.
//!
//! Whoever asks while a batch runs waits for the next, which begins when that ends, or when many wait. Who asks
//! alone is a batch of one, at once: nobody waits for company. So the more there is to do, the less of it is
//! done per read: one message, one plan and one wake-up for all of a batch.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::transact::OPERATION_TIMEOUT;
use crate::error::{Internal, StoreError, Unavailable};
use crate::store::Store;

/// How many reads one batch has at most.
const MOST_READS: usize = 64;

/// How many batches run at once, at most: while the database works at one, whoever reads the other's answers
/// does not keep it waiting.
const MOST_BATCHES: usize = 2;

/// How many reads a batch has at least that runs beside another: small ones would cost more than they save.
const LEAST_BESIDE: usize = 16;

/// How many reads wait at most. Those that come on top would be answered too late to be of use.
const MOST_WAITING: usize = 4096;

/// The reads of one kind that wait for their batch. Cheap to clone; all clones share them.
pub(crate) struct Batches<K, V> {
    state: Arc<Mutex<State<K, V>>>,
}

struct State<K, V> {
    waiting: VecDeque<(K, Answer<V>)>,
    running: usize,
}

impl<K, V> State<K, V> {
    /// Whether a batch may begin beside so many others, of which each begins the next when it ends.
    fn is_worth_a_batch(&self, others: usize) -> bool {
        let least = if others == 0 { 1 } else { LEAST_BESIDE };
        least <= self.waiting.len()
    }
}

type Answer<V> = oneshot::Sender<Result<V, SharedFailure>>;

/// Why none of a batch was read.
#[derive(Clone)]
enum SharedFailure {
    Unavailable(Unavailable),
    Internal(Arc<Internal>),
}

impl<R> From<SharedFailure> for StoreError<R> {
    fn from(failure: SharedFailure) -> Self {
        match failure {
            SharedFailure::Unavailable(unavailable) => Self::Unavailable(unavailable),
            SharedFailure::Internal(internal) => Self::Internal(Internal::Shared(internal)),
        }
    }
}

impl From<StoreError<Infallible>> for SharedFailure {
    fn from(error: StoreError<Infallible>) -> Self {
        match error {
            StoreError::Refused(never) => match never {},
            StoreError::Unavailable(unavailable) => Self::Unavailable(unavailable),
            StoreError::Internal(internal) => Self::Internal(Arc::new(internal)),
        }
    }
}

impl<K, V> Clone for Batches<K, V> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
        }
    }
}

impl<K, V> Default for Batches<K, V> {
    fn default() -> Self {
        let state = State {
            waiting: VecDeque::new(),
            running: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }
}

impl<K, V> Batches<K, V> {
    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Send + 'static, V: Send + 'static> Batches<K, V> {
    /// What `load` reads for this key, which it may be asked for together with others: it answers them in
    /// their order. What has begun before this call is not waited for to answer it.
    ///
    /// # Errors
    ///
    /// What is wrong with the database, for all of a batch alike.
    pub(crate) async fn read<R, L>(
        &self,
        store: &Store,
        key: K,
        load: impl Fn(Store, Vec<K>) -> L + Send + Sync + 'static,
    ) -> Result<V, StoreError<R>>
    where
        L: Future<Output = Result<Vec<V>, StoreError<Infallible>>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut state = self.state();
            if state.waiting.len() >= MOST_WAITING {
                return Err(Unavailable::new("too many wait for it").into());
            }
            state.waiting.push_back((key, answer));
            let begins = state.running < MOST_BATCHES && state.is_worth_a_batch(state.running);
            state.running += usize::from(begins);
            begins
        };
        if begins {
            // A task of its own: who has begun it may go away, and others wait.
            let running = Running {
                batches: self.clone(),
                is_counted: true,
            };
            tokio::spawn(running.run(store.clone(), load));
        }
        match tokio::time::timeout(OPERATION_TIMEOUT, answered).await {
            Ok(Ok(read)) => Ok(read?),
            Ok(Err(_)) => Err(Unavailable::new("the batch was abandoned").into()),
            Err(_) => Err(Unavailable::new("it has not answered in time").into()),
        }
    }
}

/// A task that reads batches until nobody waits.
struct Running<K, V> {
    batches: Batches<K, V>,
    is_counted: bool,
}

impl<K, V> Drop for Running<K, V> {
    /// When it panics, or its runtime ends.
    fn drop(&mut self) {
        if self.is_counted {
            self.batches.state().running -= 1;
        }
    }
}

impl<K, V> Running<K, V> {
    /// The next batch, if there is to be one. Else the task counts no more, from the same moment on: whoever
    /// comes next begins another, or the one that still runs does when it ends.
    fn next(&mut self) -> Option<(Vec<K>, Vec<Answer<V>>)> {
        let mut state = self.batches.state();
        let count = state.waiting.len().min(MOST_READS);
        if !state.is_worth_a_batch(state.running - 1) {
            state.running -= 1;
            self.is_counted = false;
            return None;
        }
        // Whoever has gone away is not read for.
        let batch = state.waiting.drain(..count);
        Some(batch.filter(|(_, answer)| !answer.is_closed()).unzip())
    }

    async fn run<L>(mut self, store: Store, load: impl Fn(Store, Vec<K>) -> L)
    where
        L: Future<Output = Result<Vec<V>, StoreError<Infallible>>>,
    {
        while let Some((keys, answers)) = self.next() {
            if keys.is_empty() {
                continue;
            }
            match load(store.clone(), keys).await {
                Ok(read) => {
                    for (answer, value) in answers.into_iter().zip(read) {
                        let _ = answer.send(Ok(value));
                    }
                }
                Err(error) => {
                    let failure = SharedFailure::from(error);
                    for answer in answers {
                        let _ = answer.send(Err(failure.clone()));
                    }
                }
            }
        }
    }
}

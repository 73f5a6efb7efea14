//! Reads of one kind that are asked for at the same time, sent to the database as one.
//!
//! Whoever asks while a batch runs waits for the next, which begins when that ends, or when many wait, or when
//! it does not end. Who asks alone is a batch of one, at once: nobody waits for company. So the more there is to
//! do, the less of it is done per read: one message, one plan and one wake-up for all of a batch.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::transact::OPERATION_TIMEOUT;
use crate::error::{Internal, StoreError, Unavailable};

/// How many reads one batch has at most.
const MOST_READS: usize = 64;

/// How many batches run at once, at most: while the database works at one, whoever reads the other's answers
/// does not keep it waiting.
const MOST_BATCHES: usize = 2;

/// How many reads a batch has at least that runs beside another: small ones would cost more than they save.
const LEAST_BESIDE: usize = 16;

/// For how long a read waits for a batch that may stand still, be it on a connection that is lost, before
/// another runs beside it, however small.
const STALLED_BATCH_TIMEOUT: Duration = Duration::from_millis(100);

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
    /// Counts one more batch as running, if one may run and so many reads wait for it.
    fn start_batch(&mut self, least: usize) -> bool {
        let starts = self.running < MOST_BATCHES && least <= self.waiting.len();
        self.running += usize::from(starts);
        starts
    }
}

/// How many reads a batch has at least beside so many others, of which each starts the next when it ends.
const fn least_reads(others: usize) -> usize {
    if others == 0 { 1 } else { LEAST_BESIDE }
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
    /// What `load` reads from `source` for this key, which it may be asked for together with others: it answers
    /// them in their order. What has begun before this call is not waited for to answer it.
    ///
    /// # Errors
    ///
    /// What is wrong with the database, for all of a batch alike.
    pub(crate) async fn read<S, R, L>(
        &self,
        source: &S,
        key: K,
        load: impl Fn(S, Vec<K>) -> L + Copy + Send + Sync + 'static,
    ) -> Result<V, StoreError<R>>
    where
        S: Clone + Send + Sync + 'static,
        L: Future<Output = Result<Vec<V>, StoreError<Infallible>>> + Send + 'static,
    {
        let (answer, mut answered) = oneshot::channel();
        let starts = {
            let mut state = self.state();
            if state.waiting.len() >= MOST_WAITING {
                return Err(Unavailable::new("too many wait for it").into());
            }
            state.waiting.push_back((key, answer));
            let least = least_reads(state.running);
            state.start_batch(least)
        };
        let start = || {
            // A task of its own: who has begun it may go away, and others wait.
            let running = Running {
                batches: self.clone(),
                is_counted: true,
            };
            tokio::spawn(running.run(source.clone(), load));
        };
        if starts {
            start();
        }
        let deadline = Instant::now() + OPERATION_TIMEOUT;
        loop {
            let until = deadline.min(Instant::now() + STALLED_BATCH_TIMEOUT);
            match tokio::time::timeout_at(until, &mut answered).await {
                Ok(Ok(read)) => return Ok(read?),
                Ok(Err(_)) => return Err(Unavailable::new("the batch was abandoned").into()),
                Err(_) if until == deadline => {
                    return Err(Unavailable::new("it has not answered in time").into());
                }
                // Each time: what stood in the way may have ended, and have left few behind.
                Err(_) => {
                    if self.state().start_batch(1) {
                        start();
                    }
                }
            }
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
    /// The next batch, if it is due or worth it. Else the task counts no more, from the same moment on: whoever comes
    /// next begins another, or the one that still runs does when it ends.
    fn next(&mut self, is_due: bool) -> Option<(Vec<K>, Vec<Answer<V>>)> {
        let mut state = self.batches.state();
        let count = state.waiting.len().min(MOST_READS);
        if !is_due && state.waiting.len() < least_reads(state.running - 1) {
            state.running -= 1;
            self.is_counted = false;
            return None;
        }
        // Whoever has gone away is not read for.
        let batch = state.waiting.drain(..count);
        Some(batch.filter(|(_, answer)| !answer.is_closed()).unzip())
    }

    async fn run<S: Clone, L>(mut self, source: S, load: impl Fn(S, Vec<K>) -> L)
    where
        L: Future<Output = Result<Vec<V>, StoreError<Infallible>>>,
    {
        let mut is_due = true;
        while let Some((keys, answers)) = self.next(is_due) {
            is_due = false;
            if keys.is_empty() {
                continue;
            }
            match load(source.clone(), keys).await {
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

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    type Reads = Result<Vec<u32>, StoreError<Infallible>>;

    fn twice(keys: &[u32]) -> Vec<u32> {
        keys.iter().map(|key| 2 * key).collect()
    }

    /// Waits until a batch has all who have asked.
    async fn until_nobody_waits(batches: &Batches<u32, u32>) {
        while !batches.state().waiting.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_batch_that_stands_still_keeps_nobody_else_waiting() {
        static LET_GO: Notify = Notify::const_new();
        async fn load((): (), keys: Vec<u32>) -> Reads {
            if keys.contains(&1) {
                LET_GO.notified().await;
            }
            Ok(twice(&keys))
        }
        let batches = Batches::default();
        let first = batches.clone();
        let stuck = tokio::spawn(async move { first.read::<_, Infallible, _>(&(), 1, load).await });
        tokio::task::yield_now().await;
        until_nobody_waits(&batches).await;
        let second = batches.read::<_, Infallible, _>(&(), 2, load).await;
        assert_eq!(second.expect("it is read"), 4);
        LET_GO.notify_one();
        let first = stuck.await.expect("it ends");
        assert_eq!(first.expect("it is read"), 2);
        assert_eq!(batches.state().running, 0);
    }

    #[tokio::test]
    async fn a_batch_that_panics_leaves_nobody_else_unread() {
        static LET_GO: Notify = Notify::const_new();
        async fn load((): (), keys: Vec<u32>) -> Reads {
            if keys.contains(&1) {
                LET_GO.notified().await;
                panic!("it is asked to");
            }
            Ok(twice(&keys))
        }
        let batches = Batches::default();
        let first = batches.clone();
        let panics =
            tokio::spawn(async move { first.read::<_, Infallible, _>(&(), 1, load).await });
        tokio::task::yield_now().await;
        until_nobody_waits(&batches).await;
        let second = batches.clone();
        let waits =
            tokio::spawn(async move { second.read::<_, Infallible, _>(&(), 2, load).await });
        tokio::task::yield_now().await;
        LET_GO.notify_one();
        let abandoned = panics.await.expect("it ends");
        assert!(
            matches!(abandoned, Err(StoreError::Unavailable(_))),
            "{abandoned:?}"
        );
        let second = waits.await.expect("it ends");
        assert_eq!(second.expect("it is read"), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_patient_in_vain_asks_again() {
        async fn load((): (), keys: Vec<u32>) -> Reads {
            Ok(twice(&keys))
        }
        let batches = Batches::default();
        batches.state().running = MOST_BATCHES;
        let first = batches.clone();
        let waits = tokio::spawn(async move { first.read::<_, Infallible, _>(&(), 2, load).await });
        tokio::time::sleep(STALLED_BATCH_TIMEOUT * 3 / 2).await;
        assert!(!waits.is_finished());
        // One ends as `Running::next` has it, for too few wait; the other stands still.
        batches.state().running -= 1;
        let answered = waits.await.expect("it ends");
        assert_eq!(answered.expect("it is read"), 4);
    }

    #[test]
    fn another_batch_starts_beside_one_where_many_wait_or_one_has_waited_long_enough() {
        let batches = Batches::<usize, ()>::default();
        let mut state = batches.state();
        assert!(!state.start_batch(1), "for nobody");
        let wait = |state: &mut State<usize, ()>, count: usize| {
            let waiting = (0..count).map(|key| (key, oneshot::channel().0));
            state.waiting = waiting.collect();
        };
        wait(&mut state, 1);
        assert!(state.start_batch(least_reads(0)), "alone");
        assert!(!state.start_batch(least_reads(1)), "beside one, for one");
        wait(&mut state, LEAST_BESIDE);
        assert!(state.start_batch(least_reads(1)), "beside one, for many");
        assert!(!state.start_batch(1), "beside two");
        state.running = 1;
        wait(&mut state, 1);
        assert!(state.start_batch(1), "beside one, for one who has waited");
    }
}

//! What the service does without being asked. Any number of processes do so on one database.

pub(crate) mod booking_times;
mod clock;
mod completion;
mod expiry;
mod key_rotation;
mod retention;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use booking_domain::RequestId;
use booking_persistence::RequestContext;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::random::Random;
use crate::service::Service;

/// The tasks of a server. They end with this value, in the midst of whatever they do: a transaction
/// is rolled back then.
#[derive(Debug)]
pub(crate) struct Background {
    _tasks: JoinSet<()>,
}

impl Background {
    /// Begins them. Whether what is kept for a time only is forgotten is asked apart.
    pub(crate) fn start(service: &Arc<Service>, forgets: bool) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(booking_times::run(Arc::clone(service)));
        tasks.spawn(clock::run(Arc::clone(service)));
        tasks.spawn(completion::run(Arc::clone(service)));
        tasks.spawn(expiry::run(Arc::clone(service)));
        tasks.spawn(key_rotation::run(Arc::clone(service)));
        if forgets {
            tasks.spawn(retention::run(Arc::clone(service)));
        }
        Self { _tasks: tasks }
    }
}

/// What an error is that nobody waits for.
type BoxedError = Box<dyn Error + Send + Sync>;

/// One turn of a task: the log names what it does as it names what a request does.
struct Turn(RequestId);

impl Turn {
    fn begin() -> Result<Self, BoxedError> {
        let id = uuid::Uuid::from_slice(&Random.bytes()?[..16])?;
        let id = RequestId::parse(id.to_string()).ok_or("a UUID is no request id")?;
        Ok(Self(id))
    }

    /// The context of what nobody has asked for, as of now.
    fn context(&self, clock: &Clock) -> RequestContext {
        RequestContext {
            now: clock.now(),
            request_id: self.0.clone(),
            network: None,
            idempotency: None,
        }
    }
}

/// Up to four minutes more than an hour keep the processes of an installation apart that were started
/// together.
async fn until_next_hour() {
    let [seconds, ..] = Random.bytes().unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(3600 + u64::from(seconds))).await;
}

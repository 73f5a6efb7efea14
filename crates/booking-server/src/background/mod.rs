//! What the service does without being asked. Any number of processes do so on one database.

pub(crate) mod booking_times;
mod completion;
mod key_rotation;
mod retention;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

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
        tasks.spawn(completion::run(Arc::clone(service)));
        tasks.spawn(key_rotation::run(Arc::clone(service)));
        if forgets {
            tasks.spawn(retention::run(Arc::clone(service)));
        }
        Self { _tasks: tasks }
    }
}

/// Up to four minutes more than an hour keep the processes of an installation apart that were started
/// together.
async fn until_next_hour() {
    let [seconds, ..] = Random.bytes().unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(3600 + u64::from(seconds))).await;
}

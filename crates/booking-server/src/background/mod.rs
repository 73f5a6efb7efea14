//! What the service does without being asked. Any number of processes do so on one database.

mod key_rotation;
mod retention;

use std::sync::Arc;

use tokio::task::JoinSet;

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
        tasks.spawn(key_rotation::run(Arc::clone(service)));
        if forgets {
            tasks.spawn(retention::run(Arc::clone(service)));
        }
        Self { _tasks: tasks }
    }
}

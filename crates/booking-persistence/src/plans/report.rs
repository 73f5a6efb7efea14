//! What PostgreSQL reports of plans, and what must be true of them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, ready};

use diesel_async::AsyncPgConnection;
use serde_json::Value;
use tokio_postgres::{AsyncMessage, NoTls};

use super::LARGE_TABLES;

/// The plans that sessions have reported.
#[derive(Clone, Default)]
pub(super) struct PlanLog(Arc<Mutex<Vec<Value>>>);

impl PlanLog {
    pub(super) fn take(&self) -> Plans {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Plans(std::mem::take(&mut *plans))
    }

    fn push(&self, notice: &str) {
        if let Some((_, plan)) = notice.split_once("plan:\n") {
            let plan = serde_json::from_str(plan).expect("auto_explain writes JSON");
            let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            plans.push(plan);
        }
    }
}

/// A session whose notices go to a log.
pub(super) async fn connect(url: &str, log: PlanLog) -> AsyncPgConnection {
    let connecting = tokio_postgres::connect(url, NoTls).await;
    let (client, mut connection) = connecting.expect("it answers");
    tokio::spawn(std::future::poll_fn(move |context| {
        loop {
            match ready!(connection.poll_message(context)) {
                Some(Ok(AsyncMessage::Notice(notice))) => log.push(notice.message()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(()),
            }
        }
    }));
    let diesel = AsyncPgConnection::try_from(client).await;
    diesel.expect("it is PostgreSQL")
}

/// Bytes that no other call gives, mixed, so that no code or id is made twice of them.
pub(super) fn fresh() -> [u8; 32] {
    static CALLS: AtomicU64 = AtomicU64::new(1);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0; 32];
    for (part, turn) in bytes.chunks_mut(8).zip(1_u32..) {
        let number = call.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        part.copy_from_slice(&number.rotate_left(turn * 13).to_be_bytes());
    }
    bytes
}

/// What statements have read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Rows and entries of indexes, those that were thrown away again with them.
    pub(crate) rows: u64,
    /// Pages of tables and indexes, each as often as it was looked at.
    pub(crate) pages: u64,
}

/// The plans of statements that have run.
pub(crate) struct Plans(Vec<Value>);

impl fmt::Display for Plans {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|plan| writeln!(formatter, "{plan:#}"))
    }
}

impl Plans {
    /// Checks that each of `indexes` (or, of `one|other`, either) is used by a statement, that none
    /// reads a large table from its beginning to its end, and that together they read no more than
    /// `most`.
    ///
    /// # Errors
    ///
    /// What is not so.
    pub(super) fn check(&self, indexes: &[&str], most: Reads) -> Result<(), String> {
        let steps = self.steps();
        for step in &steps {
            let table = step["Relation Name"].as_str().unwrap_or_default();
            if step["Node Type"] == "Seq Scan" && LARGE_TABLES.contains(&table) {
                return Err(format!("{table} is read as a whole"));
            }
        }
        for index in indexes {
            let is_used = steps.iter().any(|step| {
                let used = step["Index Name"].as_str();
                index.split('|').any(|name| used == Some(name))
            });
            if !is_used {
                return Err(format!("{index} is not used"));
            }
        }
        let reads = self.reads(&steps);
        if reads.rows > most.rows || reads.pages > most.pages {
            return Err(format!("it reads {reads:?}, more than {most:?}"));
        }
        Ok(())
    }

    fn reads(&self, steps: &[&Value]) -> Reads {
        let count = |step: &Value, key: &str| step[key].as_u64().unwrap_or(0);
        let rows = steps
            .iter()
            .filter(|step| !step["Relation Name"].is_null() || !step["Index Name"].is_null());
        let rows = rows.map(|step| {
            let read = count(step, "Actual Rows")
                + count(step, "Rows Removed by Filter")
                + count(step, "Rows Removed by Index Recheck");
            read * count(step, "Actual Loops")
        });
        let pages = self.0.iter().map(|statement| {
            let plan = &statement["Plan"];
            count(plan, "Shared Hit Blocks") + count(plan, "Shared Read Blocks")
        });
        Reads {
            rows: rows.sum(),
            pages: pages.sum(),
        }
    }

    /// The steps of all plans.
    fn steps(&self) -> Vec<&Value> {
        let mut steps: Vec<&Value> = self.0.iter().map(|statement| &statement["Plan"]).collect();
        let mut next = 0;
        while let Some(step) = steps.get(next) {
            let below = step["Plans"].as_array();
            steps.extend(below.into_iter().flatten());
            next += 1;
        }
        steps
    }
}

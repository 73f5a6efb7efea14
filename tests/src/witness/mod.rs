//! The witness of every test: whatever is sent to the service and whatever comes back passes
//! it, and what breaks the contract fails the test in which it happened.
//!
//! The contract is the repository's file, and it is read by a crate that shares nothing with
//! the server. The judgement is not left to the tests: none of them can forget it.

mod conversation;
mod log;
mod message;
mod record;
mod tee;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use contract_witness::Contract;

use self::log::Log;
use self::tee::Tee;

/// The contract, as it stands in the repository.
const YAML: &str = include_str!("../../../booking-api.yaml");

/// How many violations a failed test tells.
const SHOWN: usize = 10;

static LOADED: LazyLock<booking_codegen::ir::Contract> = LazyLock::new(|| {
    booking_codegen::load("booking-api.yaml", YAML)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
});

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    Contract::new(&LOADED.document, &LOADED.base_path).unwrap_or_else(|error| panic!("{error}"))
});

/// The contract that the tests hold the service to.
#[must_use]
pub fn contract() -> &'static Contract {
    &CONTRACT
}

/// The contract's document as JSON, with its references as they are.
#[must_use]
pub fn document() -> &'static serde_json::Value {
    &LOADED.document
}

/// A witness between the tests and one service.
///
/// When it is dropped, it panics if it has seen a violation; a test that fails already is only
/// told.
pub struct Witness {
    tee: Tee,
    log: Arc<Log>,
}

impl Witness {
    /// A witness of the service at this address.
    ///
    /// # Panics
    ///
    /// When there is no address left to listen on.
    pub async fn start(service: SocketAddr) -> Self {
        // Tests run on threads that have their names.
        let test = std::thread::current().name().unwrap_or("?").to_owned();
        Self::with(service, Log::recorded(contract(), test)).await
    }

    /// A witness whose exchanges are in no record: of a service that a test has made up, which
    /// says nothing of the real one.
    ///
    /// # Panics
    ///
    /// When there is no address left to listen on.
    pub async fn start_unrecorded(service: SocketAddr) -> Self {
        Self::with(service, Log::unrecorded(contract())).await
    }

    async fn with(service: SocketAddr, log: Log) -> Self {
        let log = Arc::new(log);
        let tee = Tee::before(service, Arc::clone(&log))
            .await
            .expect("the witness can listen");
        Self { tee, log }
    }

    /// Where the service is to be reached, so that it is witnessed.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.tee.address()
    }

    /// Takes no new connections, as a service that is about to stop does.
    pub fn refuse(&self) {
        self.tee.refuse();
    }

    /// Waits for the last words of a service that was stopped, for at most this long.
    pub async fn until_closed(&mut self, timeout: Duration) {
        let ended = tokio::time::timeout(timeout, self.tee.ended()).await;
        assert!(
            ended.is_ok(),
            "the service has stopped and left connections open"
        );
    }

    /// Every violation that was seen and not asked for before. Who asks has to see to them:
    /// they no longer fail the test.
    #[must_use]
    pub fn take_violations(&self) -> Vec<String> {
        self.log.verdict()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.tee.refuse();
        let violations = self.log.verdict();
        if violations.is_empty() {
            return;
        }
        let mut text = format!(
            "the service has broken the contract {} times:\n{}",
            violations.len(),
            violations[..violations.len().min(SHOWN)].join("\n")
        );
        if violations.len() > SHOWN {
            text += "\n…";
        }
        if std::thread::panicking() {
            eprintln!("{text}");
        } else if tokio::task::try_id().is_some() {
            // The runtime catches the panic of a task, and a test need not look at it. What
            // ends the whole process cannot be overlooked.
            eprintln!("{text}");
            std::process::abort();
        } else {
            panic!("{text}");
        }
    }
}

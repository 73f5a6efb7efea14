//! Ctrl-C and `kill`: the first asks the server to stop, the second ends it at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What shells report for a process that SIGINT has ended.
const INTERRUPTED: i32 = 130;

/// Becomes true when the server is asked to stop.
#[derive(Debug)]
pub(crate) struct StopRequest {
    asked: watch::Receiver<bool>,
}

impl StopRequest {
    /// Listens for SIGINT and SIGTERM from here on. A second one ends the process at once.
    pub(crate) fn listen() -> io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (ask, asked) = watch::channel(false);
        tokio::spawn(async move {
            next(&mut interrupt, &mut terminate).await;
            // Nobody may be waiting yet; the value stays.
            ask.send_replace(true);
            next(&mut interrupt, &mut terminate).await;
            // A private cluster ends by itself when this process is gone.
            std::process::exit(INTERRUPTED);
        });
        Ok(Self { asked })
    }

    /// Returns when the server is asked to stop, or has been.
    pub(crate) async fn asked(&mut self) {
        // It fails only when the task that listens is gone, which ends with the process;
        // stopping is right then too.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

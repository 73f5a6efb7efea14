//! What becomes of Dropshot's lines.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;

/// A log that is kept.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Writes every event here.
    pub(crate) fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + 'static {
        let writer = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish()
    }

    /// What has been written.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the log holds after `log` has run.
fn logged(log: impl FnOnce(&Logger)) -> String {
    let captured = Captured::default();
    tracing::subscriber::with_default(captured.subscriber(), || log(&dropshot_logger()));
    captured.text()
}

#[test]
fn a_line_for_each_request_is_left_out() {
    let log = logged(|logger| slog::info!(logger, "request completed"; "response_code" => 200));
    assert_eq!(log, "");
}

#[test]
fn a_warning_is_passed_on_with_its_own_values() {
    let log = logged(|logger| slog::warn!(logger, "accept error"; "error" => "no more files"));
    assert!(log.contains("WARN dropshot: accept error"), "{log}");
    assert!(log.contains("error=no more files"), "{log}");
}

#[test]
fn an_error_is_passed_on() {
    let log = logged(|logger| slog::error!(logger, "handler panicked; propagating panic"));
    assert!(log.contains("ERROR dropshot: handler panicked"), "{log}");
}

#[test]
fn the_address_of_a_request_is_left_out() {
    let log = logged(|logger| {
        let request = logger.new(slog::o!("uri" => "/bookings?email=sarah.chen@example.com"));
        slog::warn!(request, "accept error"; "latency_us" => 12);
    });
    assert!(log.contains("latency_us=12"), "{log}");
    assert!(!log.contains("sarah.chen"), "{log}");
}

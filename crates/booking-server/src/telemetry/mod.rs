//! Where the log goes: to stderr, one line an event, so that stdout stays for people.
//!
//! Dropshot logs to `slog`. Its warnings and errors are passed on to `tracing`; its line
//! for each request is not, because the contract's runtime logs each request already. The
//! values that Dropshot attaches to every line of a request are left out as well: the URI
//! among them can hold a guest's address.
//!
//! A client that goes before its answer comes is no fault of the server, and under load
//! there are many. Dropshot warns of each twice: when the client goes, and when the handler
//! has ended. The first is left out, and the second becomes one line for who debugs, which
//! says what was not delivered.

use std::fmt::{Arguments, Write as _};

use slog::{Drain, KV, Key, Level, Logger, OwnedKVList, Record, Serializer};
use tracing::level_filters::LevelFilter;

use crate::config::LogFormat;

/// How Dropshot's line begins when a client has gone.
const CLIENT_GONE: &str = "request handling cancelled";

/// How Dropshot's line begins when the answer to a client that has gone is ready.
const ANSWER_TOO_LATE: &str = "request completed after handler was already cancelled";

/// Sends the log of this process to stderr from here on. A second call changes nothing.
pub fn start(level: LevelFilter, format: LogFormat) {
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr);
    let subscriber: Box<dyn tracing::Subscriber + Send + Sync> = match format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    };
    // It fails only where a log is set up already, and then that one is as good.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// What Dropshot logs to.
pub fn dropshot_logger() -> Logger {
    Logger::root(ToTracing, slog::o!())
}

/// Passes warnings and errors on to `tracing`.
struct ToTracing;

impl Drain for ToTracing {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &Record<'_>, logger: &OwnedKVList) -> Result<(), slog::Never> {
        let message = record.msg().to_string();
        match record.level() {
            Level::Critical | Level::Error => {
                tracing::error!(target: "dropshot", details = details(record), "{message}");
            }
            Level::Warning if message.starts_with(CLIENT_GONE) => {}
            Level::Warning if message.starts_with(ANSWER_TOO_LATE) => {
                tracing::debug!(
                    status = value(&record.kv(), record, "response_code"),
                    method = value(logger, record, "method"),
                    request_id = value(logger, record, "req_id"),
                    "the client has gone: the answer was not delivered"
                );
            }
            Level::Warning => {
                tracing::warn!(target: "dropshot", details = details(record), "{message}");
            }
            Level::Info | Level::Debug | Level::Trace => {}
        }
        Ok(())
    }

    fn is_enabled(&self, level: Level) -> bool {
        level.is_at_least(Level::Warning)
    }
}

/// The values of this one record, without those of its logger.
fn details(record: &Record<'_>) -> Option<String> {
    let mut details = String::new();
    visit(&record.kv(), record, |key, value| {
        let separator = if details.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(details, "{separator}{key}={value}");
    });
    (!details.is_empty()).then_some(details)
}

/// The value of one key.
fn value(
    values: &impl KV,
    record: &Record<'_>,
    wanted: &str,
) -> Option<tracing::field::DisplayValue<String>> {
    let mut found = None;
    visit(values, record, |key, value| {
        if key == wanted {
            found = Some(tracing::field::display(value.to_string()));
        }
    });
    found
}

fn visit(values: &impl KV, record: &Record<'_>, visitor: impl FnMut(Key, &Arguments<'_>)) {
    // A value that cannot be shown is left out.
    let _ = values.serialize(record, &mut Visit(visitor));
}

struct Visit<F>(F);

impl<F: FnMut(Key, &Arguments<'_>)> Serializer for Visit<F> {
    fn emit_arguments(&mut self, key: Key, value: &Arguments<'_>) -> slog::Result {
        (self.0)(key, value);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;

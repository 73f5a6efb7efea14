//! Where the log goes: to stderr, one line an event, so that stdout stays for people.
//!
//! Dropshot logs to `slog`. Its warnings and errors are passed on to `tracing`; its line
//! for each request is not, because the contract's runtime logs each request already. The
//! values that Dropshot attaches to every line of a request are left out as well: the URI
//! among them can hold a guest's address.

use std::fmt::{Arguments, Write as _};

use slog::{Drain, Level, Logger, OwnedKVList, Record, Serializer};
use tracing::level_filters::LevelFilter;

use crate::boot::config::LogFormat;

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

    fn log(&self, record: &Record<'_>, _: &OwnedKVList) -> Result<(), slog::Never> {
        match record.level() {
            Level::Critical | Level::Error => {
                tracing::error!(target: "dropshot", details = details(record), "{}", record.msg());
            }
            Level::Warning => {
                tracing::warn!(target: "dropshot", details = details(record), "{}", record.msg());
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
    let mut details = Details(String::new());
    // Writing to a string does not fail, and a value that cannot be shown is left out.
    let _ = slog::KV::serialize(&record.kv(), record, &mut details);
    (!details.0.is_empty()).then_some(details.0)
}

struct Details(String);

impl Serializer for Details {
    fn emit_arguments(&mut self, key: slog::Key, value: &Arguments<'_>) -> slog::Result {
        let separator = if self.0.is_empty() { "" } else { " " };
        write!(self.0, "{separator}{key}={value}")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;

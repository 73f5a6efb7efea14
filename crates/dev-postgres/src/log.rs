//! PostgreSQL's log file: kept from growing for ever, and quoted in errors.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Error;

/// How much of a log an error shows.
const LOG_TAIL_BYTES: u64 = 4096;

/// Keeps the previous run's log, and only that.
pub(crate) fn rotate(log: &Path) -> Result<(), Error> {
    if log.exists() {
        std::fs::rename(log, log.with_extension("log.1"))
            .map_err(Error::io("rotate the log", log))?;
    }
    Ok(())
}

/// The end of a log, for an error.
pub(crate) fn tail(log: &Path) -> String {
    let read = || {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        std::io::Result::Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.is_empty() => "(nothing)".to_owned(),
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim_end().to_owned(),
        Err(error) => format!("(cannot be read: {error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_previous_log_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("postgres.log");
        rotate(&log).unwrap();
        for run in ["first", "second", "third"] {
            std::fs::write(&log, run).unwrap();
            rotate(&log).unwrap();
        }
        let kept = std::fs::read_to_string(directory.path().join("postgres.log.1")).unwrap();
        assert_eq!(kept, "third");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_error_shows_the_end_of_a_long_log() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        std::fs::write(&log, format!("{}the end\n", "x".repeat(100_000))).unwrap();
        let shown = tail(&log);
        assert!(shown.ends_with("the end") && shown.len() <= 4096);
        assert!(tail(&directory.path().join("missing")).contains("cannot be read"));
    }
}

//! The record of a run: what every test has seen, for whoever wants to know afterwards what
//! the suite as a whole has reached. Without the variable nothing is written.
//!
//! This is the one module of the package that reads the environment.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use contract_witness::{RECORD_VARIABLE as VARIABLE, Record};

static FILE: LazyLock<Option<File>> = LazyLock::new(|| {
    let directory = PathBuf::from(std::env::var_os(VARIABLE).filter(|value| !value.is_empty())?);
    // Processes may have the same number one after the other: nothing is written over.
    let path = directory.join(format!("{}.jsonl", std::process::id()));
    let file = File::options().create(true).append(true).open(&path);
    Some(
        file.unwrap_or_else(|error| panic!("{VARIABLE}: cannot write {}: {error}", path.display())),
    )
});

/// Adds one line, at once: a test that ends badly takes nothing of it along.
pub(super) fn write(record: &Record) {
    let Some(mut file) = FILE.as_ref() else {
        return;
    };
    let mut line = serde_json::to_vec(record).expect("a record is plain data");
    line.push(b'\n');
    file.write_all(&line)
        .unwrap_or_else(|error| panic!("{VARIABLE}: cannot write the record: {error}"));
}

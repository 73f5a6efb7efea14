//! What the tests have written down.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use contract_witness::Record;

use crate::finding::Failure;

/// How the files of a record are called.
const EXTENSION: &str = "jsonl";

/// Reads every line of every file of a record. The files are read in the order of their names,
/// so that the same record gives the same findings.
pub(super) fn read(directory: &Path, mut take: impl FnMut(Record)) -> Result<(), Failure> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory).map_err(Failure::io("list", directory))? {
        let path = entry.map_err(Failure::io("list", directory))?.path();
        if path.extension().is_some_and(|found| found == EXTENSION) {
            files.push(path);
        }
    }
    files.sort();
    for path in files {
        let file = File::open(&path).map_err(Failure::io("read", &path))?;
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(Failure::io("read", &path))?;
            let record = serde_json::from_str(&line).map_err(|error| {
                let location = format!("{}:{}", path.display(), index + 1);
                Failure::tool(
                    "the record of the tests",
                    format!("{location} is no line of a record: {error}"),
                )
            })?;
            take(record);
        }
    }
    Ok(())
}

//! One run of schemathesis.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::exercised::Exercised;
use super::{Task, report};
use crate::child::Guarded;
use crate::finding::Failure;
use crate::layout::Layout;

/// What decides about Python or about Hypothesis where a flag does not.
const VARIABLES: [&str; 6] = [
    "CI",
    "PYTHONHOME",
    "PYTHONPATH",
    "SCHEMATHESIS_BASE_URL",
    "SCHEMATHESIS_COVERAGE",
    "SCHEMATHESIS_REPORT",
];

/// A run before it is started.
pub(super) struct Run<'a> {
    pub(super) layout: &'a Layout,
    /// The Python in which schemathesis is installed.
    pub(super) python: &'a Path,
    /// Where the operations are, with the base path.
    pub(super) url: String,
    pub(super) task: Task,
    /// What it writes: its log, its reports, and whatever else it likes to keep.
    pub(super) directory: PathBuf,
}

impl Run<'_> {
    /// Runs schemathesis to its end, which must come while time is left.
    pub(super) fn start(&self, left: Duration) -> Result<ExitStatus, Failure> {
        match fs::remove_dir_all(&self.directory) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::io("remove", &self.directory)(source));
            }
            _ => {}
        }
        fs::create_dir_all(&self.directory).map_err(Failure::io("make", &self.directory))?;
        let log = self.log();
        let output = File::create(&log).map_err(Failure::io("write", &log))?;
        let errors = output.try_clone().map_err(Failure::io("write", &log))?;
        Guarded::new("schemathesis", self.python, self.arguments())
            .without(&VARIABLES)
            .env("SCHEMATHESIS_HOOKS", self.layout.conform().join("hooks.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // The server is asked directly.
            .env("NO_PROXY", "*")
            .env("no_proxy", "*")
            .directory(&self.directory)
            .run(output, errors, left)
    }

    /// Takes in what it reports.
    pub(super) fn read(
        &self,
        status: ExitStatus,
        exercised: &mut Exercised,
    ) -> Result<(), Failure> {
        let before = exercised.wrong();
        // 0 is without failures, 1 with some; anything else is none of its reports.
        if matches!(status.code(), Some(0 | 1)) {
            self.read_reports(exercised)?;
            if status.success() || exercised.wrong() > before {
                return Ok(());
            }
        }
        let log = self.log();
        let said = fs::read_to_string(&log).map_err(Failure::io("read", &log))?;
        let cause = format!("{status}, and no failure is named:\n{}", said.trim());
        Err(Failure::tool("schemathesis", cause))
    }

    fn arguments(&self) -> Vec<String> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut arguments = vec![
            "-m".to_owned(),
            "schemathesis.cli".to_owned(),
            "--config-file".to_owned(),
            text(self.layout.conform().join("schemathesis.toml")),
            "run".to_owned(),
            text(self.layout.contract()),
            "--continue-on-failure".to_owned(),
            "--no-color".to_owned(),
        ];
        for (name, value) in [
            ("--url", self.url.clone()),
            ("--checks", "all".to_owned()),
            ("--phases", self.task.phases.join(",")),
            ("--seed", self.task.seed.to_string()),
            ("--max-examples", self.task.examples.to_string()),
            ("--workers", "1".to_owned()),
            ("--report", "ndjson,json".to_owned()),
            ("--report-ndjson-path", text(self.events())),
            ("--report-json-path", text(self.summary())),
        ] {
            arguments.extend([name.to_owned(), value]);
        }
        for operation in &self.task.operations {
            arguments.extend(["--include-operation-id".to_owned(), operation.clone()]);
        }
        arguments
    }

    fn read_reports(&self, exercised: &mut Exercised) -> Result<(), Failure> {
        let unreadable = |source: serde_json::Error| {
            let cause = format!("its report is not what it should be: {source}");
            Failure::tool("schemathesis", cause)
        };
        let path = self.summary();
        let summary = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        let summary = serde_json::from_str(&summary).map_err(unreadable)?;
        let log = self.layout.shown(&self.log());
        exercised.summary(summary, self.task.phases, self.task.examples, &log);
        let path = self.events();
        let events = File::open(&path).map_err(Failure::io("read", &path))?;
        for line in BufReader::new(events).lines() {
            let line = line.map_err(Failure::io("read", &path))?;
            if let Some(scenario) = report::scenario(&line).map_err(unreadable)? {
                exercised.scenario(&scenario);
            }
        }
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log.txt")
    }

    fn events(&self) -> PathBuf {
        self.directory.join("events.ndjson")
    }

    fn summary(&self) -> PathBuf {
        self.directory.join("summary.json")
    }
}

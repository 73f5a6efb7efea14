//! The command line: each command with its arguments, and its help.
//!
//! It knows what can be asked for, and none of the modules that do it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::Format;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct CommandLine {
    /// How findings are printed
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value_t
    )]
    pub(crate) format: Format,

    /// Another checkout than the one that this program was built in
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What was asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the server traits and the client from the contract
    #[command(after_help = "Exit codes: 0 done, 1 the command itself failed, \
        4 generated output is stale or left over, 5 the contract has findings.")]
    Generate(Generate),

    /// Check generated code, the contract, the database and the crate table
    #[command(
        after_help = "Exit codes: 0 clean, 1 the command itself failed, 4 stale, \
        5 contract, 6 breaking, 8 database, 9 architecture; with several at once, the lowest."
    )]
    Check(Check),

    /// Judge every change of the contract since a git ref or a file
    ///
    /// Each change is breaking, dangerous or harmless, and it is said for whom. A break is allowed
    /// by the version alone: a new major in `info.version` and in the URL of the server, or a new
    /// minor while the major is 0.
    #[command(
        after_help = "Exit codes: 0 no break, or one that the version allows; 1 the command \
        itself failed, 5 the contract is no YAML, 6 a break."
    )]
    Breaking {
        /// What the contract was: a tag, branch or commit, or a file
        #[arg(long, value_name = "REF|FILE")]
        against: String,
    },

    /// Ask the running service, on a private database, whether it keeps the contract
    #[command(
        after_help = "Exit codes: 0 it does, 1 the command itself failed, 5 the contract is \
        refused, 7 it does not."
    )]
    Conform(Conform),

    /// Prove the checks: make mistakes in a copy of the tree, and see each caught
    #[command(
        after_help = "Exit codes: 0 every mistake is caught and no harmless change is \
        reported, 1 otherwise."
    )]
    Mutate(Mutate),

    /// Measure the service against what a user would build instead
    ///
    /// Builds the service and its peers, fills a durable private PostgreSQL, which it keeps, and
    /// measures them in turns. Every figure is a ratio within one run: no figure is a finding.
    #[command(after_help = "Exit codes: 0 measured, 1 the command itself failed.")]
    Bench(Bench),

    /// The database's schema: what follows from the migrations
    #[command(subcommand)]
    Schema(Schema),
}

/// The arguments of `generate`.
#[derive(Debug, Default, Args)]
pub(crate) struct Generate {
    /// Write nothing; list what differs from what would be made
    #[arg(long)]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) other: Option<Other>,
}

/// Another contract than this repository's.
#[derive(Debug, Args)]
#[group(requires_all = ["spec", "out"])]
pub(crate) struct Other {
    /// Another contract than booking-api.yaml
    #[arg(long, required = false, value_name = "FILE")]
    pub(crate) spec: PathBuf,

    /// The directory of the crate that is made from --spec
    #[arg(long, required = false, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// The arguments of `check`.
#[derive(Debug, Default, Args)]
pub(crate) struct Check {
    /// Compare this running database with the migrations, too; it is only read
    #[arg(long, value_name = "DATABASE_URL")]
    pub(crate) live: Option<String>,
}

/// The arguments of `conform`.
#[derive(Debug, Default, Args)]
pub(crate) struct Conform {
    /// One part instead of all
    #[arg(long, value_name = "PART", value_enum)]
    pub(crate) only: Option<Part>,

    /// A server that is built already, instead of that of the checkout
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) server: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) record: Record,
}

/// The arguments of `mutate`.
#[derive(Debug, Args)]
pub(crate) struct Mutate {
    /// Only a few, one of each kind
    #[arg(long)]
    pub(crate) quick: bool,

    /// Only those whose name has this text in it
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
}

/// The arguments of `bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// A smaller database and short runs: it shows that everything works, and its figures say little
    #[arg(long)]
    pub(crate) quick: bool,

    /// The JSON of an earlier run: name every ratio that has fallen by more than noise
    #[arg(long, value_name = "OLD.json")]
    pub(crate) compare: Option<PathBuf>,

    /// The cost of growth instead: measure the service on a second database that is ten times as large
    /// in this dimension, too. It is kept as well
    #[arg(long, value_name = "DIMENSION", value_enum)]
    pub(crate) growth: Option<Growth>,
}

/// What there is ten times as much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Growth {
    /// Restaurants, with their bookings
    Restaurants,
    /// Days with bookings
    Days,
    /// Tables of a restaurant, and bookings a day
    Bookings,
}

impl Growth {
    /// The name that `--growth` takes.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The record of a run of the tests that is there already.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Record {
    /// Where `cargo test` has written its record, instead of a run of the tests for this
    #[arg(id = "record", long = "record", value_name = "DIR", env = contract_witness::RECORD_VARIABLE)]
    directory: Option<OsString>,
}

/// What `schema` does.
#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// Write schema.sql and schema.rs as the migrations have it
    #[command(
        after_help = "Exit codes: 0 done, 1 the command itself failed, 8 the migrations do \
        not run or cannot be written down."
    )]
    Dump,

    /// Remember every migration as released: from then on it never changes
    #[command(
        after_help = "Exit codes: 0 done, 1 the command itself failed, 8 something that is \
        released is not what it was."
    )]
    Release,
}

/// One way in which `conform` asks the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// What Redocly and Spectral find in the contract
    Linters,
    /// Which routes it has
    Routes,
    /// What the tests have made it say
    Suite,
    /// Requests that are made from the contract
    Schemathesis,
}

impl Part {
    /// The name that `--only` takes.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Generate {
    /// `generate --check`.
    pub(crate) const fn check() -> Self {
        Self {
            check: true,
            other: None,
        }
    }

    /// `generate`.
    pub(crate) const fn write() -> Self {
        Self {
            check: false,
            other: None,
        }
    }
}

impl Conform {
    /// One part, with nothing given.
    pub(crate) fn only(part: Part) -> Self {
        Self {
            only: Some(part),
            ..Self::default()
        }
    }
}

impl Record {
    /// The directory, if there is one. An empty variable counts as unset, as it does in the tests
    /// that write the record.
    pub(crate) fn directory(&self) -> Option<&Path> {
        let directory = self.directory.as_ref()?;
        (!directory.is_empty()).then(|| Path::new(directory))
    }
}

impl From<PathBuf> for Record {
    fn from(directory: PathBuf) -> Self {
        Self {
            directory: Some(directory.into()),
        }
    }
}

impl Command {
    /// What is said when nothing was found.
    pub(crate) const fn success(&self) -> &'static str {
        match self {
            Self::Generate(Generate { check: true, .. }) => "generated code is up to date",
            Self::Generate(Generate { check: false, .. }) => "generated",
            Self::Schema(Schema::Release) => "every migration is released",
            Self::Schema(Schema::Dump) => "schema.sql and schema.rs are what the migrations build",
            Self::Breaking { .. } => "no caller is broken, or the version says so",
            Self::Bench(_) => "measured",
            Self::Mutate(_) => "every mistake is caught, and nothing else is reported",
            Self::Check(_) => {
                "clean: generated code and documents are up to date, the contract lints and breaks no \
                 caller, the database's descriptions agree, the crate table holds"
            }
            Self::Conform(_) => "the running service keeps the contract's word",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<CommandLine, ErrorKind> {
        CommandLine::try_parse_from(line.split(' ')).map_err(|error| error.kind())
    }

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn another_contract_has_a_place_for_its_crate() {
        let missing = ErrorKind::MissingRequiredArgument;
        assert_eq!(parse("x generate --spec a.yaml").unwrap_err(), missing);
        assert_eq!(parse("x generate --out b").unwrap_err(), missing);
        let line = parse("x generate --spec a.yaml --out b").unwrap();
        let Command::Generate(Generate { other, .. }) = line.command else {
            panic!("{line:?}");
        };
        let other = other.unwrap();
        assert_eq!((other.spec, other.out), ("a.yaml".into(), "b".into()));
        let line = parse("x generate --check").unwrap();
        assert!(
            matches!(
                line.command,
                Command::Generate(Generate { other: None, .. })
            ),
            "{line:?}"
        );
    }

    #[test]
    fn an_empty_directory_is_none() {
        let record = Record::from(PathBuf::new());
        assert_eq!(record.directory(), None);
        let record = Record::from(PathBuf::from("a"));
        assert_eq!(record.directory(), Some(Path::new("a")));
    }
}

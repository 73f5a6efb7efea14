//! The command line.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::conform::Part;
use crate::report::Format;

/// The whole command line.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// What was asked for.
    pub(crate) command: Command,
    /// In which form findings are printed.
    pub(crate) format: Format,
    /// Another checkout than the one that this program was built in.
    pub(crate) root: Option<PathBuf>,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Command {
    /// `generate`.
    Generate(Generate),
    /// `check`.
    Check,
    /// `conform`.
    Conform(Conform),
    /// `schema dump`.
    SchemaDump,
}

/// The arguments of `generate`.
#[derive(Debug)]
pub(crate) struct Generate {
    /// Compare only, and write nothing.
    pub(crate) check: bool,
    /// Another contract, and where its crate goes.
    pub(crate) other: Option<Other>,
}

/// The arguments of `conform`.
#[derive(Debug)]
pub(crate) struct Conform {
    /// The one part that is run instead of all.
    pub(crate) only: Option<Part>,
}

impl Conform {
    fn of(matches: &ArgMatches) -> Self {
        let only = matches.get_one::<String>("only");
        Self {
            only: only.and_then(|name| Part::ALL.into_iter().find(|part| part.name() == name)),
        }
    }
}

/// Another contract than this repository's.
#[derive(Debug)]
pub(crate) struct Other {
    /// The contract.
    pub(crate) spec: PathBuf,
    /// The directory of the crate.
    pub(crate) out: PathBuf,
}

impl Generate {
    /// `generate --check`.
    pub(crate) const fn check() -> Self {
        Self {
            check: true,
            other: None,
        }
    }

    fn of(matches: &ArgMatches) -> Self {
        let path = |name| matches.get_one::<PathBuf>(name).cloned();
        Self {
            check: matches.get_flag("check"),
            other: path("spec")
                .zip(path("out"))
                .map(|(spec, out)| Other { spec, out }),
        }
    }
}

impl Command {
    /// What is said when nothing was found.
    pub(crate) const fn success(&self) -> &'static str {
        match self {
            Self::Generate(Generate { check: true, .. }) => "generated code is up to date",
            Self::Generate(Generate { check: false, .. }) => "generated",
            Self::SchemaDump => "schema.sql and schema.rs are what the migrations build",
            Self::Check => {
                "clean: generated code is up to date, the contract lints, the crate table holds"
            }
            Self::Conform(_) => "the running service keeps the contract's word",
        }
    }
}

/// Reads the arguments; ends the program with exit code 2 where they make no sense.
pub(crate) fn parse() -> Invocation {
    let matches = definition().get_matches();
    let (command, matches) = match matches.subcommand() {
        Some(("generate", matches)) => (Command::Generate(Generate::of(matches)), matches),
        Some(("conform", matches)) => (Command::Conform(Conform::of(matches)), matches),
        Some(("schema", matches)) => (Command::SchemaDump, matches),
        // The definition requires a subcommand and knows no other but `check`.
        other => (
            Command::Check,
            other.map_or(&matches, |(_, matches)| matches),
        ),
    };
    let format = matches.get_one::<String>("format");
    Invocation {
        command,
        format: format.map(|name| Format::named(name)).unwrap_or_default(),
        root: matches.get_one::<PathBuf>("root").cloned(),
    }
}

/// The names of the commands, for documents that use them.
pub(crate) fn subcommands() -> BTreeSet<String> {
    let definition = definition();
    let commands = definition.get_subcommands();
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
}

fn definition() -> clap::Command {
    clap::Command::new("cargo xtask")
        .bin_name("cargo xtask")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .global(true)
                .value_parser(PossibleValuesParser::new(Format::NAMES))
                .default_value(Format::NAMES[0])
                .help("How findings are printed"),
        )
        .arg(
            Arg::new("root")
                .long("root")
                .value_name("DIR")
                .global(true)
                .value_parser(value_parser!(PathBuf))
                .help("Another checkout than the one that this program was built in"),
        )
        .subcommand(
            clap::Command::new("generate")
                .about("Make the server traits and the client from the contract")
                .after_help(
                    "Exit codes: 0 done, 1 the command itself failed, \
                     4 generated output is stale or left over, 5 the contract has findings.",
                )
                .arg(
                    Arg::new("check")
                        .long("check")
                        .action(ArgAction::SetTrue)
                        .help("Write nothing; list what differs from what would be made"),
                )
                .arg(
                    Arg::new("spec")
                        .long("spec")
                        .value_name("FILE")
                        .requires("out")
                        .value_parser(value_parser!(PathBuf))
                        .help("Another contract than booking-api.yaml"),
                )
                .arg(
                    Arg::new("out")
                        .long("out")
                        .value_name("DIR")
                        .requires("spec")
                        .value_parser(value_parser!(PathBuf))
                        .help("The directory of the crate that is made from --spec"),
                ),
        )
        .subcommand(schema())
        .subcommand(
            clap::Command::new("check")
                .about("Check generated code, the contract and the crate table")
                .after_help(
                    "Exit codes: 0 clean, 1 the command itself failed, 4 stale, 5 contract, \
                     9 architecture; with several at once, the lowest.",
                ),
        )
        .subcommand(conform())
}

fn conform() -> clap::Command {
    clap::Command::new("conform")
        .about("Ask the running service, on a private database, whether it keeps the contract")
        .after_help("Exit codes: 0 it does, 1 the command itself failed, 7 it does not.")
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("PART")
                .value_parser(PossibleValuesParser::new(Part::ALL.map(Part::name)))
                .help("One part instead of all"),
        )
}

fn schema() -> clap::Command {
    clap::Command::new("schema")
        .about("The database's schema: what follows from the migrations")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            clap::Command::new("dump")
                .about("Write schema.sql and schema.rs as the migrations have it")
                .after_help(
                    "Exit codes: 0 done, 1 the command itself failed, \
                     8 the migrations do not run or cannot be written down.",
                ),
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_is_consistent() {
        super::definition().debug_assert();
    }
}

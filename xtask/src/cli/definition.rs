//! What the command line knows: each command with its arguments and its help.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, value_parser};

use crate::conform::Part;
use crate::report::Format;

/// The commands, their arguments, and their help.
pub(super) fn definition() -> clap::Command {
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
        .subcommand(generate())
        .subcommand(check())
        .subcommand(breaking())
        .subcommand(conform())
        .subcommand(mutate())
        .subcommand(schema())
}

fn generate() -> clap::Command {
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
        )
}

fn check() -> clap::Command {
    clap::Command::new("check")
        .about("Check generated code, the contract, the database and the crate table")
        .arg(
            Arg::new("live")
                .long("live")
                .value_name("DATABASE_URL")
                .help("Compare this running database with the migrations, too; it is only read"),
        )
        .after_help(
            "Exit codes: 0 clean, 1 the command itself failed, 4 stale, 5 contract, \
                     6 breaking, 8 database, 9 architecture; with several at once, the lowest.",
        )
}

fn breaking() -> clap::Command {
    clap::Command::new("breaking")
        .about("Judge every change of the contract since a git ref or a file")
        .long_about(
            "Judges every change of the contract since a git ref or a file: breaking, \
                     dangerous or harmless, and for whom. A break is allowed by the version \
                     alone: a new major in `info.version` and in the URL of the server, or a \
                     new minor while the major is 0.",
        )
        .after_help(
            "Exit codes: 0 no break, or one that the version allows; 1 the command \
                     itself failed, 5 the contract is no YAML, 6 a break.",
        )
        .arg(
            Arg::new("against")
                .long("against")
                .value_name("REF|FILE")
                .required(true)
                .help("What the contract was: a tag, branch or commit, or a file"),
        )
}

fn mutate() -> clap::Command {
    clap::Command::new("mutate")
        .about("Prove the checks: make mistakes in a copy of the tree, and see each caught")
        .after_help(
            "Exit codes: 0 every mistake is caught and no harmless change is reported, \
                     1 otherwise.",
        )
        .arg(
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("Only a few, one of each kind"),
        )
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("TEXT")
                .help("Only those whose name has this text in it"),
        )
}

fn conform() -> clap::Command {
    clap::Command::new("conform")
        .about("Ask the running service, on a private database, whether it keeps the contract")
        .after_help(
            "Exit codes: 0 it does, 1 the command itself failed, 5 the contract is refused, \
             7 it does not.",
        )
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("PART")
                .value_parser(PossibleValuesParser::new(Part::ALL.map(Part::name)))
                .help("One part instead of all"),
        )
        .arg(
            Arg::new("server")
                .long("server")
                .value_name("PROGRAM")
                .value_parser(value_parser!(PathBuf))
                .help("A server that is built already, instead of that of the checkout"),
        )
        .arg(
            Arg::new("exchanges")
                .long("exchanges")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help(
                    "What tests have written down with BOOKING_TESTS_EXCHANGES=DIR, instead of \
                     a run of them",
                ),
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
        .subcommand(
            clap::Command::new("release")
                .about("Remember every migration as released: from then on it never changes")
                .after_help(
                    "Exit codes: 0 done, 1 the command itself failed, \
                     8 something that is released is not what it was.",
                ),
        )
}

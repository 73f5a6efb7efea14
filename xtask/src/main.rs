//! The repository's commands, `cargo xtask …`: generate, check, breaking, schema, conform, mutate,
//! bench.
//!
//! A command reads a checkout, compares what must agree, and turns what it has found into text
//! and an exit code. What a contract means is the generator's to say (`booking-codegen`), what an
//! answer is worth the witness's (`contract-witness`). It may use nothing that is generated, so
//! that it builds when the generated code is broken; the service and its tests it runs as
//! processes.

mod architecture;
mod bench;
mod breaking;
mod check;
mod child;
mod cli;
mod conform;
mod contract;
mod database;
mod documents;
mod finding;
mod generate;
mod git;
mod layout;
mod mutate;
mod outputs;
mod program;
mod published;
mod report;

use std::process::ExitCode;

use clap::Parser;
use cli::{Command, CommandLine, Schema};
use database::ReleasedBaseline;
use finding::{Failure, Finding};
use layout::Layout;
use published::Published;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    // A defect of this program must not look like a finding: a panic's own exit code is 101, and
    // its trace is no JSON.
    let outcome =
        std::panic::catch_unwind(|| run(&command_line)).unwrap_or_else(|_| Err(Failure::Defect));
    match outcome {
        Ok(findings) => report::findings(
            command_line.format,
            &findings,
            command_line.command.success(),
        ),
        Err(failure) => report::failure(command_line.format, &failure),
    }
}

fn run(command_line: &CommandLine) -> Result<Vec<Finding>, Failure> {
    let layout = match &command_line.root {
        None => Layout::of_this_repository(),
        Some(root) => Layout::new(root)?,
    };
    match &command_line.command {
        Command::Generate(arguments) => generate::run(&layout, arguments),
        Command::Check(arguments) => check::run(&layout, arguments),
        Command::Conform(arguments) => conform::run(&layout, arguments),
        Command::Schema(Schema::Dump) => database::dump(&layout),
        Command::Breaking { against } => breaking::against(&layout, against),
        Command::Bench(arguments) => bench::run(&layout, arguments).map(|()| Vec::new()),
        Command::Mutate(arguments) => mutate::run(&layout, arguments).map(|()| Vec::new()),
        Command::Schema(Schema::Release) => {
            let baseline =
                ReleasedBaseline::from_published(&layout, &Published::from_git(&layout)?)?;
            database::release(&layout, &baseline)
        }
    }
}

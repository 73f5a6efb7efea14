//! The repository's commands: `cargo xtask generate`, `cargo xtask check`.
//!
//! A thin command line: it reads files, calls the generator, compares, prints, and turns what
//! was found into an exit code. It may use nothing that is generated, so that it builds when
//! the generated code is broken.

mod architecture;
mod breaking;
mod check;
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
mod published;
mod report;

use std::process::ExitCode;

use cli::{Command, Invocation};
use database::Earlier;
use finding::{Failure, Finding};
use layout::Layout;
use published::Published;

fn main() -> ExitCode {
    let invocation = cli::parse();
    // A defect of this program must not look like a finding: a panic's own exit code is 101, and
    // its trace is no JSON.
    let outcome =
        std::panic::catch_unwind(|| run(&invocation)).unwrap_or_else(|_| Err(Failure::Defect));
    match outcome {
        Ok(findings) => {
            report::findings(invocation.format, &findings, invocation.command.success())
        }
        Err(failure) => report::failure(invocation.format, &failure),
    }
}

fn run(invocation: &Invocation) -> Result<Vec<Finding>, Failure> {
    let layout = match &invocation.root {
        None => Layout::of_this_repository(),
        Some(root) => Layout::of(root)?,
    };
    match &invocation.command {
        Command::Generate(arguments) => generate::run(&layout, arguments),
        Command::Check(arguments) => check::run(&layout, arguments),
        Command::Conform(arguments) => conform::run(&layout, arguments),
        Command::SchemaDump => database::dump(&layout),
        Command::Breaking(name) => breaking::against(&layout, name),
        Command::Mutate(arguments) => mutate::run(&layout, arguments).map(|()| Vec::new()),
        Command::SchemaRelease => {
            let earlier = Earlier::of(&layout, &Published::of(&layout)?)?;
            database::release(&layout, &earlier)
        }
    }
}

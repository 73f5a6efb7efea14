//! The repository's commands: `cargo xtask generate`, `cargo xtask check`.
//!
//! A thin command line: it reads files, calls the generator, compares, prints, and turns what
//! was found into an exit code. It may use nothing that is generated, so that it builds when
//! the generated code is broken.

mod architecture;
mod cli;
mod finding;
mod generate;
mod layout;
mod outputs;

use std::process::ExitCode;

use cli::Command;
use finding::{Failure, Finding};
use layout::Layout;

fn main() -> ExitCode {
    let command = cli::parse();
    match run(&command) {
        Ok(findings) => report(&command, &findings),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<Vec<Finding>, Failure> {
    let layout = Layout::of_this_repository();
    match command {
        Command::Generate(arguments) => generate::run(&layout, arguments),
        Command::Check => {
            let mut findings = generate::run(&layout, &cli::Generate::check())?;
            findings.extend(architecture::check(&layout)?);
            Ok(findings)
        }
    }
}

/// Prints every finding; the exit code is the lowest of their kinds.
fn report(command: &Command, findings: &[Finding]) -> ExitCode {
    for finding in findings {
        eprintln!("{finding}");
    }
    match findings
        .iter()
        .map(|finding| finding.kind.exit_code())
        .min()
    {
        None => {
            println!("{}", command.success());
            ExitCode::SUCCESS
        }
        Some(code) => ExitCode::from(code),
    }
}

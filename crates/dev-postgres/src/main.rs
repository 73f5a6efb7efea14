//! A private PostgreSQL at hand, without the service:
//! `cargo run -p dev-postgres [-- DATA-DIRECTORY]`.
//!
//! Starts a cluster, temporary unless a data directory is given, prints its URL, and
//! stops it when its input ends (Ctrl-D) or it is interrupted or killed.

use std::error::Error;
use std::io::{Read, Write};
use std::process::ExitCode;

use dev_postgres::{Cluster, ClusterOptions, TemporaryCluster};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => {
            let cluster = TemporaryCluster::start()?;
            serve(&cluster.url("postgres"))?;
        }
        (Some(directory), None) => {
            let cluster = Cluster::start(ClusterOptions::new(directory))?;
            serve(&cluster.url("postgres"))?;
            cluster.stop()?;
        }
        (Some(_), Some(_)) => return Err("usage: dev-postgres [DATA-DIRECTORY]".into()),
    }
    Ok(())
}

/// Prints the URL and waits for the end of the input.
fn serve(url: &str) -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{url}")?;
    output.flush()?;
    std::io::stdin().lock().read_to_end(&mut Vec::new())?;
    Ok(())
}

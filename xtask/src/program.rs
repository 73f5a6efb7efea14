//! Programs of this repository that a command builds and runs.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cargo_metadata::{Message, MetadataCommand};

use crate::child::Running;
use crate::finding::Failure;
use crate::layout::Layout;

/// The directory of everything built.
pub(crate) fn target_directory(layout: &Layout) -> Result<PathBuf, Failure> {
    let metadata = MetadataCommand::new()
        .manifest_path(layout.root().join("Cargo.toml"))
        .no_deps()
        .exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// Builds the program of a package, which has its name, and says where it is. What the compiler says
/// goes to standard error.
pub(crate) fn build(
    manifest: &Path,
    package: &str,
    arguments: &[&str],
) -> Result<PathBuf, Failure> {
    let what = format!("cargo build --package {package}");
    let failed = |cause: String| Failure::tool(&what, cause);
    let mut cargo = Command::new("cargo")
        .args(["build", "--locked", "--package", package, "--bin", package])
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(manifest)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| failed(format!("it cannot be run: {source}")))?;
    let mut program = None;
    if let Some(output) = cargo.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            let message = message.map_err(|source| failed(source.to_string()))?;
            if let Message::CompilerArtifact(artifact) = message
                && artifact.target.name == package
            {
                program = artifact.executable.or(program);
            }
        }
    }
    let status = cargo.wait().map_err(|source| failed(source.to_string()))?;
    match program {
        Some(program) if status.success() => Ok(program.into_std_path_buf()),
        _ => Err(failed("it does not build".to_owned())),
    }
}

/// Where a server listens, as it says itself within this time: `http://127.0.0.1:54321`.
pub(crate) fn address(process: &mut Running, limit: Duration) -> Option<String> {
    let output = process.output()?;
    let (said, heard) = mpsc::channel();
    // It reads to the end, for a server whose pipe is full would wait.
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = announced(&line) {
                // Nobody listens any more after the limit.
                let _ = said.send(address.to_owned());
            }
        }
    });
    // It ends at once when the server does.
    heard.recv_timeout(limit).ok()
}

/// The address in `listening  http://127.0.0.1:54321/api/v1`.
fn announced(line: &str) -> Option<&str> {
    let url = line.trim().strip_prefix("listening")?.trim();
    let host = url.strip_prefix("http://")?;
    let end = host.find('/').unwrap_or(host.len());
    Some(&url[..url.len() - host.len() + end])
}

/// What decides about the server where a flag does not.
pub(crate) fn variables() -> Vec<OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let ours = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("BOOKING_") || name == "DATABASE_URL"
    };
    names.filter(ours).collect()
}

/// Has the server's program bring the schema of its database up to date, as the superuser.
pub(crate) fn migrate(server: &Path, url: &str) -> Result<(), Failure> {
    let what = "booking-server migrate";
    let mut command = Command::new(server);
    for variable in variables() {
        command.env_remove(variable);
    }
    let output = command
        .args(["migrate", "--migration-database-url", url])
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Failure::tool(what, format!("it cannot be run: {source}")))?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::tool(what, said.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_that_is_announced() {
        let line = "  listening  http://127.0.0.1:4711/api/v1";
        assert_eq!(announced(line), Some("http://127.0.0.1:4711"));
        assert_eq!(announced("  reference  http://127.0.0.1:4711/docs"), None);
    }
}

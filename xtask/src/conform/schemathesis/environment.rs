//! Schemathesis in a virtual environment below `target/`, made once and used again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::finding::Failure;
use crate::layout::Layout;

/// What is missing where Python is not as it must be.
const ADVICE: &str = "install Python 3.11 or later with its venv module \
                      (Debian and Ubuntu: `apt-get install python3-venv`)";

/// Says the version of Python, or fails where a virtual environment could not be made.
const PROBE: &str = "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')";

/// The oldest Python that schemathesis runs with.
const OLDEST: (u32, u32) = (3, 11);

/// Where the environment is.
pub(super) fn directory(below: &Path) -> PathBuf {
    below.join("venv")
}

/// What is installed, and by which Python: written last, so that an environment that was left
/// half made is made again.
fn marker(directory: &Path) -> PathBuf {
    directory.join("installed.txt")
}

/// The Python of the environment, in which schemathesis is installed as the committed
/// requirements say.
pub(super) fn prepare(layout: &Layout, below: &Path) -> Result<PathBuf, Failure> {
    let requirements = layout.conform().join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(Failure::io("read", &requirements))?;
    let version = python_version()?;
    let wanted = format!("# Python {version}\n{wanted}");
    let directory = directory(below);
    let python = directory.join("bin/python");
    let installed = fs::read_to_string(marker(&directory)).unwrap_or_default();
    if installed == wanted && runs(&python) {
        return Ok(python);
    }
    match fs::remove_dir_all(&directory) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::io("remove", &directory)(source));
        }
        _ => {}
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&directory);
    succeed("python3 -m venv", &mut make, ADVICE)?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args([
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--only-binary",
            ":all:",
        ])
        .args(["--no-deps", "--require-hashes", "--requirement"])
        .arg(&requirements);
    let advice = "schemathesis is installed from PyPI: is the network there?";
    succeed("pip install", &mut install, advice)?;
    let marker = marker(&directory);
    fs::write(&marker, wanted).map_err(Failure::io("write", &marker))?;
    Ok(python)
}

/// The version of the Python that makes environments.
fn python_version() -> Result<String, Failure> {
    let mut probe = Command::new("python3");
    probe.args(["-c", PROBE]);
    let output = succeed("python3", &mut probe, ADVICE)?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if parse_version(&version).is_some_and(|version| version >= OLDEST) {
        Ok(version)
    } else {
        let cause = format!("its version is {version}: {ADVICE}");
        Err(Failure::tool("python3", cause))
    }
}

/// The numbers of `3.11`.
fn parse_version(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether the environment's Python is still there: the system's may have been replaced.
fn runs(python: &Path) -> bool {
    let outcome = Command::new(python).args(["-c", "import sys"]).output();
    outcome.is_ok_and(|output| output.status.success())
}

/// Runs a command to its end; where it fails, says why and what to do.
fn succeed(name: &str, command: &mut Command, advice: &str) -> Result<Output, Failure> {
    let output = command.output().map_err(|source| {
        let cause = format!("it cannot be run: {source}: {advice}");
        Failure::tool(name, cause)
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("it does not say why");
    let cause = format!("{}: {}: {advice}", output.status, reason.trim());
    Err(Failure::tool(name, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse_version("3.9").unwrap() < OLDEST);
        assert!(parse_version("3.11").unwrap() >= OLDEST);
        assert_eq!(parse_version("three"), None);
    }

    #[test]
    fn a_program_that_is_missing_is_named_with_what_to_do() {
        let mut command = Command::new("no-such-program-anywhere");
        let failure = succeed("python3", &mut command, ADVICE).unwrap_err();
        let message = failure.to_string();
        assert!(
            message.starts_with("python3: it cannot be run"),
            "{message}"
        );
        assert!(message.ends_with(ADVICE), "{message}");
    }

    #[test]
    fn a_program_that_fails_says_why_with_its_last_line() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first >&2; echo last >&2; exit 9"]);
        let failure = succeed("pip install", &mut command, "do this").unwrap_err();
        let message = failure.to_string();
        assert_eq!(message, "pip install: exit status: 9: last: do this");
    }
}

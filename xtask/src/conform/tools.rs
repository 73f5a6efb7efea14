//! Programs of others that the contract and the service are held against: schemathesis, and the
//! linters that run with Node.js. They are installed below `target/`, once, as the committed lists
//! say, each file by its hash.

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

/// The virtual environment of Python with schemathesis and Node.js.
#[derive(Debug)]
pub(super) struct Python {
    directory: PathBuf,
}

impl Python {
    /// The environment below this directory, made if it is not there or holds something else.
    pub(super) fn prepare(layout: &Layout, below: &Path) -> Result<Self, Failure> {
        let requirements = layout.conform().join("requirements.txt");
        let wanted = read(&requirements)?;
        let version = python_version()?;
        let python = Self {
            directory: below.join("venv"),
        };
        let runs = |program: PathBuf| {
            // The system's Python, to which the environment leads, may have been replaced.
            let outcome = Command::new(program).arg("--version").output();
            outcome.is_ok_and(|output| output.status.success())
        };
        let contents = format!("# Python {version}\n{wanted}");
        if is_installed(&python.directory, &contents) && runs(python.program("python")) {
            return Ok(python);
        }
        install(&python.directory, &contents, || {
            let mut make = Command::new("python3");
            make.args(["-m", "venv"]).arg(&python.directory);
            succeed("python3 -m venv", &mut make, ADVICE)?;
            let mut install = Command::new(python.program("python"));
            install
                .args(["-m", "pip", "install", "--quiet", "--no-input"])
                .args(["--disable-pip-version-check", "--no-cache-dir"])
                .args(["--only-binary", ":all:", "--no-deps", "--require-hashes"])
                .arg("--requirement")
                .arg(&requirements);
            let advice = "schemathesis and Node.js are installed from PyPI: is the network there?";
            succeed("pip install", &mut install, advice)
        })?;
        Ok(python)
    }

    /// A program of the environment.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join("bin").join(name)
    }
}

/// The packages of npm below this directory, installed if they are not there or are others: the
/// directory that holds `node_modules`.
pub(super) fn node_packages(
    layout: &Layout,
    python: &Python,
    below: &Path,
) -> Result<PathBuf, Failure> {
    let directory = below.join("node");
    let lists = ["package.json", "package-lock.json"];
    let mut contents = String::new();
    for list in lists {
        contents += &read(&layout.conform().join(list))?;
    }
    if !is_installed(&directory, &contents) {
        install(&directory, &contents, || {
            fs::create_dir_all(&directory).map_err(Failure::io("make", &directory))?;
            for list in lists {
                let to = directory.join(list);
                fs::copy(layout.conform().join(list), &to).map_err(Failure::io("write", &to))?;
            }
            let mut install = Command::new(python.program("npm"));
            install
                .args(["ci", "--loglevel=error", "--no-audit", "--no-fund"])
                .arg("--ignore-scripts")
                .current_dir(&directory);
            let advice = "the linters are installed from npm: is the network there?";
            succeed("npm ci", &mut install, advice)
        })?;
    }
    Ok(directory)
}

/// What is installed in a directory: written last, so that one that was left half made is made
/// again.
fn marker(directory: &Path) -> PathBuf {
    directory.join("installed.txt")
}

fn is_installed(directory: &Path, contents: &str) -> bool {
    fs::read_to_string(marker(directory)).is_ok_and(|installed| installed == contents)
}

/// Installs into a directory that holds nothing else.
fn install(
    directory: &Path,
    contents: &str,
    installing: impl FnOnce() -> Result<Output, Failure>,
) -> Result<(), Failure> {
    match fs::remove_dir_all(directory) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::io("remove", directory)(source));
        }
        _ => {}
    }
    installing()?;
    let marker = marker(directory);
    fs::write(&marker, contents).map_err(Failure::io("write", &marker))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io("read", path))
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

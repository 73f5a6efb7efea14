//! Commands, read by the definitions that run them.

use std::collections::BTreeSet;
use std::fs;

use cargo_metadata::{MetadataCommand, Package};
use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Flaw;
use super::markdown::Code;
use crate::cli::CommandLine;
use crate::layout::Layout;

/// The commands of cargo that documents may use, with those of its usual components.
const CARGO: [&str; 15] = [
    "add", "bench", "build", "check", "clean", "clippy", "doc", "fmt", "install", "metadata",
    "nextest", "run", "test", "tree", "update",
];

/// What separates commands on a line of a shell.
const SEPARATORS: [&str; 5] = ["&&", "||", "|", ";", "&"];

/// What commands are held against.
pub(super) struct Commands<'a> {
    files: &'a [String],
    /// The members of the workspace; none where cargo cannot read it, which is told elsewhere.
    members: Option<Vec<Package>>,
    /// The flags of the server, as the table of the README has them; a test of `tests/` holds it
    /// against the server. None where there is no such table.
    flags: BTreeSet<String>,
}

/// The package that `cargo run` runs, and the flags of it that are no settings.
const SERVER: &str = "booking-server";
const NO_SETTINGS: [&str; 3] = ["--help", "--version", "--routes"];

impl<'a> Commands<'a> {
    pub(super) fn new(layout: &Layout, files: &'a [String]) -> Self {
        let mut command = MetadataCommand::new();
        command
            .manifest_path(layout.root().join("Cargo.toml"))
            .no_deps();
        let readme = fs::read_to_string(layout.root().join("README.md")).unwrap_or_default();
        let rows = readme.lines().filter_map(|line| line.strip_prefix("| `--"));
        let names = rows.filter_map(|row| row.split([' ', '`']).next());
        Self {
            files,
            flags: names.map(|name| format!("--{name}")).collect(),
            members: command.exec().ok().map(|metadata| metadata.packages),
        }
    }

    /// The commands of a block of a shell, of a session in one (`$ …`), or in a sentence.
    pub(super) fn check(&self, code: &Code) -> Vec<Flaw> {
        let flaw = |line: usize, message: String| Flaw {
            rule: "document-command",
            line,
            message,
            help: "write the command as it is now",
        };
        let mut flaws = Vec::new();
        let in_sentence = code.info.is_none();
        for (line, command) in lines(code) {
            let Some(words) = shlex::split(&command) else {
                flaws.push(flaw(
                    line,
                    format!("this is no command of a shell: {command}"),
                ));
                continue;
            };
            for words in words.split(|word| SEPARATORS.contains(&word.as_str())) {
                if let Err(message) = self.command(words, in_sentence) {
                    flaws.push(flaw(line, message));
                }
            }
        }
        flaws
    }

    fn command(&self, words: &[String], in_sentence: bool) -> Result<(), String> {
        let is_variable = |word: &&String| word.contains('=') && !word.starts_with('-');
        let set = words.iter().take_while(is_variable).count();
        let words: Vec<&str> = words[set..].iter().map(String::as_str).collect();
        match words.as_slice() {
            ["cargo", "xtask", arguments @ ..] => xtask(arguments, in_sentence),
            ["cargo", command, arguments @ ..] if !command.starts_with('-') => {
                if !CARGO.contains(command) {
                    return Err(format!("cargo has no command {command}"));
                }
                self.cargo(arguments)?;
                match arguments.iter().position(|argument| *argument == "--") {
                    Some(at) if *command == "run" => {
                        self.server(&arguments[..at], &arguments[at..])
                    }
                    _ => Ok(()),
                }
            }
            [program, flags @ ..] if program.rsplit('/').next() == Some(SERVER) => {
                self.server(&[], flags)
            }
            ["bash" | "sh", script, ..] if !script.starts_with('-') => {
                if self.files.iter().any(|file| file == script) {
                    Ok(())
                } else {
                    Err(format!("there is no script {script}"))
                }
            }
            _ => Ok(()),
        }
    }

    /// The flags of the server, if that is what is run.
    fn server(&self, run: &[&str], flags: &[&str]) -> Result<(), String> {
        let chosen = ["-p", "--package", "--example", "--bin"];
        let is_other = run.iter().any(|word| chosen.contains(word)) && !run.contains(&SERVER);
        let is_known = |name: &str| NO_SETTINGS.contains(&name) || self.flags.contains(name);
        let names = flags
            .iter()
            .map(|flag| flag.split('=').next().unwrap_or(flag));
        let mut names = names.filter(|name| name.len() > 2 && name.starts_with("--"));
        match names.find(|name| !is_other && !self.flags.is_empty() && !is_known(name)) {
            Some(name) => Err(format!("the server has no flag {name}")),
            None => Ok(()),
        }
    }

    /// The packages, targets and features that a command of cargo names.
    fn cargo(&self, arguments: &[&str]) -> Result<(), String> {
        let Some(members) = &self.members else {
            return Ok(());
        };
        let ours = arguments.iter().take_while(|argument| **argument != "--");
        let words: Vec<&str> = ours.flat_map(|argument| argument.splitn(2, '=')).collect();
        let named = |flags: &[&str]| -> Vec<&str> {
            let pairs = words.windows(2).filter(|pair| flags.contains(&pair[0]));
            pairs.map(|pair| pair[1]).collect()
        };
        let packages = named(&["-p", "--package"]);
        let is_meant =
            |member: &&Package| packages.is_empty() || packages.contains(&member.name.as_str());
        let meant: Vec<&Package> = members.iter().filter(is_meant).collect();
        for name in &packages {
            if !meant.iter().any(|member| member.name == *name) {
                return Err(format!("the workspace has no package {name}"));
            }
        }
        let targets: Vec<_> = meant.iter().flat_map(|package| &package.targets).collect();
        for kind in ["example", "bin", "test", "bench"] {
            for name in named(&[&format!("--{kind}")]) {
                let mut kinds = targets.iter().filter(|target| target.name == name);
                if !kinds.any(|target| target.kind.iter().any(|found| found.to_string() == kind)) {
                    return Err(format!("there is no {kind} {name}"));
                }
            }
        }
        for feature in named(&["-F", "--features"])
            .iter()
            .flat_map(|names| names.split(','))
        {
            let name = feature.rsplit('/').next().unwrap_or(feature);
            if !meant
                .iter()
                .any(|package| package.features.contains_key(name))
            {
                return Err(format!("there is no feature {name}"));
            }
        }
        Ok(())
    }
}

/// Held against the definition itself. A sentence may name a command without its arguments.
fn xtask(arguments: &[&str], in_sentence: bool) -> Result<(), String> {
    // What is left out may be the value of a flag, or the rest of the command.
    let is_rest = |at: usize| {
        let before = at.checked_sub(1).map(|before| arguments[before]);
        arguments[at] == "…" && !before.is_some_and(|before| before.starts_with("--"))
    };
    let end = (0..arguments.len()).find(|at| is_rest(*at));
    let whole = &arguments[..end.unwrap_or(arguments.len())];
    let words = ["cargo xtask"].iter().chain(whole);
    let Err(error) = CommandLine::command().try_get_matches_from(words) else {
        return Ok(());
    };
    let is_fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => in_sentence || end.is_some(),
        _ => false,
    };
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default();
    let first = first.trim_start_matches("error: ");
    if is_fine {
        Ok(())
    } else {
        Err(format!("`cargo xtask {}`: {first}", arguments.join(" ")))
    }
}

/// The commands of a piece of code, each with its line; one that goes on is put together.
fn lines(code: &Code) -> Vec<(usize, String)> {
    let is_session = match code.info().first() {
        Some(&("sh" | "bash")) => false,
        Some(&("text" | "console")) => true,
        None if code.info.is_none() && code.text.starts_with("cargo ") => false,
        _ => return Vec::new(),
    };
    let mut commands = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in code.text.lines().enumerate() {
        let (at, command) = match (open.take(), line.trim().strip_prefix("$ ")) {
            (Some((at, begun)), _) => match begun.strip_suffix('\\') {
                Some(begun) => (at, format!("{begun} {line}")),
                None => (at, format!("{begun}\n{line}")),
            },
            (None, Some(command)) if is_session => (number, command.to_owned()),
            (None, _) if is_session => continue,
            (None, _) => (number, line.trim().to_owned()),
        };
        if command.ends_with('\\') || shlex::split(&command).is_none() {
            open = Some((at, command));
        } else {
            commands.push((at, command));
        }
    }
    commands.extend(open);
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Held against this workspace itself.
    fn check(info: Option<&str>, text: &str) -> Vec<usize> {
        let layout = Layout::of_this_repository();
        let files = [".ci/run".to_owned()];
        let code = Code {
            line: 1,
            info: info.map(str::to_owned),
            text: text.to_owned(),
        };
        let found = Commands::new(&layout, &files).check(&code);
        found.iter().map(|flaw| flaw.line).collect()
    }

    #[test]
    fn commands_that_exist_are_fine_wherever_they_stand() {
        let none: [usize; 0] = [];
        for (info, text) in [
            (None, "cargo xtask breaking"),
            (None, "cargo xtask generate --spec … --out …"),
            (None, "cargo xtask"),
            (
                Some("sh"),
                "cargo run   # serve\ncargo test --workspace && bash .ci/run",
            ),
            (
                Some("sh"),
                "A=b cargo xtask breaking \\\n  --against v0.1.0",
            ),
            (Some("sh"), "cargo run -p xtask --bin xtask -- --whatever"),
            (
                Some("text"),
                "$ cargo xtask check\nerror: cargo verify it's",
            ),
            (Some("sh"), "cargo run -- --listen 127.0.0.1:1 --routes"),
            (Some("sh"), "cargo run -p xtask -- --nothing"),
            (
                Some("sh"),
                "curl -d '{\n  \"it\": 1\n}' http://localhost; cargo run",
            ),
            (Some("sh"), "git tag v0.2.0; psql --nothing"),
            (None, "cargo.toml isn't"),
            (Some("json"), "cargo verify"),
        ] {
            assert_eq!(check(info, text), none, "{text}");
        }
    }

    #[test]
    fn what_a_command_does_not_know_is_found_at_its_line() {
        for (info, text, line) in [
            (None, "cargo xtask verify", 0),
            (None, "cargo verify", 0),
            (
                Some("sh"),
                "cargo xtask check\ncargo xtask check --quick",
                1,
            ),
            (Some("sh"), "cargo xtask breaking", 0),
            (Some("text"), "…\n$ cargo run -p nobody", 1),
            (Some("sh"), "cargo run -p xtask --example nothing", 0),
            (Some("sh"), "cargo run --features=nothing", 0),
            (Some("sh"), "cargo run -- --listn=1", 0),
            (Some("sh"), "booking-server --nothing", 0),
            (Some("sh"), "bash .ci/walk", 0),
            (Some("sh"), "echo 'open", 0),
        ] {
            assert_eq!(check(info, text), [line], "{text}");
        }
    }
}

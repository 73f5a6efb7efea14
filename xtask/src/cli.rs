//! The command line.

mod definition;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ArgMatches;

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
    Check(Check),
    /// `conform`.
    Conform(Conform),
    /// `schema dump`.
    SchemaDump,
    /// `schema release`.
    SchemaRelease,
    /// `breaking`, against a git ref or a file.
    Breaking(String),
    /// `mutate`.
    Mutate(Mutate),
}

/// The arguments of `mutate`.
#[derive(Debug)]
pub(crate) struct Mutate {
    /// Only the few that every run of the tests makes.
    pub(crate) quick: bool,
    /// Only those whose name has this text in it.
    pub(crate) only: Option<String>,
}

/// The arguments of `check`.
#[derive(Debug, Default)]
pub(crate) struct Check {
    /// The URL of a running database.
    pub(crate) live: Option<String>,
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
    /// A server that is built already, instead of that of the checkout.
    pub(crate) server: Option<PathBuf>,
    /// A record of the tests that is there already, instead of a run of them.
    pub(crate) exchanges: Option<PathBuf>,
}

impl Check {
    fn of(matches: &ArgMatches) -> Self {
        // Where no subcommand was given, which the definition does not let happen, there is no
        // such argument either.
        let live = matches.try_get_one::<String>("live").ok().flatten();
        Self {
            live: live.cloned(),
        }
    }
}

impl Conform {
    /// One part, with nothing given.
    pub(crate) const fn only(part: Part) -> Self {
        Self {
            only: Some(part),
            server: None,
            exchanges: None,
        }
    }

    fn of(matches: &ArgMatches) -> Self {
        let only = matches.get_one::<String>("only");
        Self {
            only: only.and_then(|name| Part::ALL.into_iter().find(|part| part.name() == name)),
            server: matches.get_one("server").cloned(),
            exchanges: matches.get_one("exchanges").cloned(),
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

    /// `generate`.
    pub(crate) const fn write() -> Self {
        Self {
            check: false,
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
            Self::SchemaRelease => "every migration is released",
            Self::SchemaDump => "schema.sql and schema.rs are what the migrations build",
            Self::Breaking(_) => "no caller is broken, or the version says so",
            Self::Mutate(_) => "every mistake is caught, and nothing else is reported",
            Self::Check(_) => {
                "clean: generated code and documents are up to date, the contract lints and breaks no \
                 caller, the database's descriptions agree, the crate table holds"
            }
            Self::Conform(_) => "the running service keeps the contract's word",
        }
    }
}

/// Reads the arguments; ends the program with exit code 2 where they make no sense.
pub(crate) fn parse() -> Invocation {
    let matches = definition::definition().get_matches();
    let (command, matches) = match matches.subcommand() {
        Some(("generate", matches)) => (Command::Generate(Generate::of(matches)), matches),
        Some(("conform", matches)) => (Command::Conform(Conform::of(matches)), matches),
        Some(("schema", matches)) => match matches.subcommand() {
            Some(("release", matches)) => (Command::SchemaRelease, matches),
            // The definition requires a subcommand and knows two.
            other => (
                Command::SchemaDump,
                other.map_or(matches, |(_, matches)| matches),
            ),
        },
        Some(("breaking", matches)) => (
            // The definition requires it.
            Command::Breaking(text(matches, "against").unwrap_or_default()),
            matches,
        ),
        Some(("mutate", matches)) => (
            Command::Mutate(Mutate {
                quick: matches.get_flag("quick"),
                only: text(matches, "only"),
            }),
            matches,
        ),
        // The definition requires a subcommand and knows no other but `check`.
        other => {
            let matches = other.map_or(&matches, |(_, matches)| matches);
            (Command::Check(Check::of(matches)), matches)
        }
    };
    let format = matches.get_one::<String>("format");
    Invocation {
        command,
        format: format.map(|name| Format::named(name)).unwrap_or_default(),
        root: matches.get_one::<PathBuf>("root").cloned(),
    }
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

/// The names of the commands, for documents that use them.
pub(crate) fn subcommands() -> BTreeSet<String> {
    let definition = definition::definition();
    let commands = definition.get_subcommands();
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_is_consistent() {
        super::definition::definition().debug_assert();
    }
}

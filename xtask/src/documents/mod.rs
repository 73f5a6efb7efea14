//! The documents for people, as far as a program can hold them to what exists.
//!
//! Nothing is guessed from how a word looks. What is checked is what says of itself what it is:
//!
//! - a Rust block names the file that it is an excerpt of, ` ```rust crates/…/lib.rs `, and stands
//!   in it line by line ([`excerpt`]), so that the compiler has read it;
//! - a command of cargo, in a block or in a sentence, is read by the definition that runs it
//!   ([`command`]);
//! - a JSON block that says which operation it belongs to, ` ```json createBooking request ` or
//!   ` ```json getBooking 200 `, is held against the contract, and so is the path that `curl` is
//!   given ([`body`]); the tests of `tests/` send the requests to the service;
//! - a path in a sentence leads to a file ([`excerpt`]);
//! - a name that the published contract had, and this one has no longer, is named no more
//!   ([`removed`]).
//!
//! Everything else is prose, and for people.

mod body;
mod command;
mod excerpt;
mod markdown;
mod removed;

use booking_codegen::ir::Contract;

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;
use crate::mutate;
use crate::published::Published;

use command::Commands;
use excerpt::Files;
use markdown::Code;
use removed::Removed;

/// What is told in the words of its day, and not in today's.
const HISTORY: &str = "docs/decisions.md";

/// Reads every Markdown file of the repository.
pub(crate) fn check(
    layout: &Layout,
    contract: &Contract,
    published: Option<&Published>,
) -> Result<Vec<Finding>, Failure> {
    let files = layout.files()?;
    // The documents of the small repository are held to that one.
    let is_ours = |path: &&String| path.ends_with(".md") && !path.starts_with(mutate::FIXTURE);
    let documents: Vec<&String> = files.iter().filter(is_ours).collect();
    let commands = Commands::new(layout, &files);
    let files = Files::new(layout, &files);
    let removed = Removed::since(layout, published)?;
    let mut findings = Vec::new();
    for path in documents {
        let text = match layout.text(&layout.root().join(path), Kind::Stale)? {
            Ok(text) => text,
            Err(no_text) => {
                findings.push(no_text);
                continue;
            }
        };
        for code in markdown::code(&text) {
            let mut found = files.check(&code);
            found.extend(commands.check(&code));
            found.extend(body::check(&code, contract));
            if path != HISTORY {
                found.extend(removed.check(&code));
            }
            findings.extend(found.into_iter().map(|flaw| flaw.at(path, &code)));
        }
    }
    Ok(findings)
}

/// What is wrong with a piece of code.
#[derive(Debug, PartialEq, Eq)]
struct Flaw {
    rule: &'static str,
    /// How many lines below the first one of the code it is.
    line: usize,
    message: String,
    help: &'static str,
}

impl Flaw {
    fn at(self, path: &str, code: &Code) -> Finding {
        Finding::error(Kind::Stale, self.rule, self.message)
            .at(Location::line(path, code.line + self.line))
            .help(self.help)
    }
}

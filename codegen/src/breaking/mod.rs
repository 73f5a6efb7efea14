//! What a change of the contract does to callers that exist already.
//!
//! Two contracts are compared as documents: the older one may have been written under other
//! rules, and what today's generator refuses must still be judged. Every difference between
//! them is an *edit* of a set, and one law turns edits into verdicts:
//!
//! ```text
//! documents → pairs of things → edits (wider, narrower, …) ─┐
//!                    where callers meet them (request, …) ──┴→ law → changes
//! ```
//!
//! Nothing falls through: what no rule understands cannot be proven compatible, and is breaking.

mod answer;
mod body;
mod change;
mod contract;
mod defaults;
mod document;
mod edit;
mod law;
mod link;
mod number;
mod operation;
mod parameter;
mod refinements;
mod schema;
mod security;
mod server;
mod treatment;
mod version;
mod view;
mod walk;

pub use change::{Change, Comparison, ContractLocation, Hurts, Side, Verdict};
pub use defaults::defaults;
pub use document::Document;
pub use treatment::known_keys;
pub use version::{Allowance, allowance};

use edit::Documents;
use walk::Walk;

/// Every change between two contracts that callers could meet, judged.
///
/// Whether the version allows a break is another question: see [`allowance`].
#[must_use]
pub fn compare(old: &Document, new: &Document) -> Comparison {
    let mut walk = Walk::new(Documents { old, new });
    contract::compare(&mut walk);
    walk.finish()
}

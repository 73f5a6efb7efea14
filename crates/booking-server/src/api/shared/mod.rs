//! What the operations of several tags share.

mod bounds;
mod entity_tag;
mod errors;
mod identity;
mod paging;

pub(super) use bounds::{IntoDomain, ToContract};
pub(super) use entity_tag::{
    entity_tag, entity_tag_with, expected_versions, is_held, required_versions,
};
pub(super) use errors::hashing_error;
pub(crate) use errors::{IntoError, internal_error, store_error, unavailable};
pub(super) use identity::{
    attempt, challenge, new_password, no_store, request_context, unauthenticated, user,
};
pub(super) use paging::Paging;

use contract_runtime::RuleViolation;

/// A value of ours that the contract does not allow, on its way out: the data or the contract is
/// wrong, and the caller is not to blame.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be answered: it {reason}")]
pub(super) struct BreaksContract {
    what: &'static str,
    reason: String,
}

impl BreaksContract {
    /// Says of which value a violation is.
    pub(super) fn at(what: &'static str) -> impl FnOnce(RuleViolation) -> Self {
        move |violation| Self {
            what,
            reason: violation.message,
        }
    }
}

//! The typed client of the ReserveEasy booking API.
//!
//! `generated` is made from `booking-api.yaml` by `cargo xtask generate`. It knows nothing of the
//! server's code: the contract is all that the two have in common.

#[rustfmt::skip]
#[expect(
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    missing_docs,
    reason = "progenitor writes most of this file, in its own style"
)]
mod generated;

pub use generated::*;

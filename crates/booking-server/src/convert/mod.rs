//! Between the contract's types and the domain's: into the domain with a request, back out with
//! an answer. After a conversion nothing validates again.

mod booking;
mod entity_tag;
mod paging;
mod refusals;
mod restaurant;
mod time;

pub(crate) use booking::{booking, booking_change, booking_id, new_booking, party, status_filter};
pub(crate) use entity_tag::{entity_tag, expected_versions, is_held};
pub(crate) use paging::{Paging, PagingRefusal};
pub(crate) use refusals::{broken, refusal_of};
pub(crate) use restaurant::{availability, restaurant};

use contract_runtime::Broken;

/// A value of the house that its contract does not allow, on its way out: the data or the
/// contract is wrong, and the caller is not to blame.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be answered: it {broken}")]
pub(crate) struct BreaksContract {
    what: &'static str,
    broken: Broken,
}

impl BreaksContract {
    /// Says of which value `broken` is.
    fn of(what: &'static str) -> impl FnOnce(Broken) -> Self {
        move |broken| Self { what, broken }
    }
}

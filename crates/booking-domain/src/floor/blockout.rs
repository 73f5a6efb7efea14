//! What is not used for a while: a table, an area, or the whole house.

use jiff::civil::DateTime;

use crate::bounded::{bounded_text, is_single_line};
use crate::ids::{BlockoutId, DiningAreaId, TableId};

bounded_text! {
    /// Why something is not used, for the staff to read: `Private party`.
    BlockoutReason, 1..=200, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

/// What a blockout keeps from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockoutScope {
    /// Everything.
    Restaurant,
    /// The tables of one area.
    Area(DiningAreaId),
    /// One table.
    Table(TableId),
}

/// A time in which something is not used, on the restaurant's wall clock: half-open. What already
/// stands in it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blockout {
    /// Number of the blockout.
    pub id: BlockoutId,
    /// What is not used.
    pub scope: BlockoutScope,
    /// From when on, to the minute.
    pub starts: DateTime,
    /// Until when, to the minute; after [`Self::starts`].
    pub ends: DateTime,
    /// Why, 1–200 characters.
    pub reason: Option<BlockoutReason>,
}

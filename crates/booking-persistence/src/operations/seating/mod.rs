//! The operations tagged Seating: what a restaurant says of how it seats, part by part. Each kind of
//! part is listed, added, changed and taken away in the same way (`change.rs`), by statements of its
//! own (`part.rs`).

mod change;
mod list;
mod part;
mod plan;

pub use change::{
    ChangedPart, CreatePartRefusal, DeletePartRefusal, DeletedPart, PartNotFound,
    SeatingChangeRequest, SeatingVersionMismatch, UpdatePartRefusal, UsedByBookings,
};
pub use list::SeatingParts;
pub use part::{SeatingOperations, StoredPart, UseRefusal};
pub(super) use plan::LockedSeating;

//! The booking rules: who may sit where, and when.
//!
//! Pure functions over plain data. Time and randomness come in as values, and a decision is
//! made on a snapshot ([`ServiceDay`]) that somebody else has loaded and will write back in
//! the same transaction. This crate may not know HTTP, JSON, SQL, async, the clock or any
//! source of randomness; no other crate of ours may decide what is decided here.
//!
//! It is also the one place in which a restaurant's wall clock becomes an instant.

mod availability;
mod booking;
mod bounded;
mod cancel;
mod change;
mod customer;
mod ids;
mod party;
mod placement;
mod restaurant;
mod service_day;
mod slots;
mod status;

pub use availability::{AvailabilityRefusal, Slot, available_slots};
pub use booking::{Booking, BookingChange, CancellationReason, NewBooking, SpecialRequests};
pub use cancel::{CancelDecision, CancelRefusal, cancel};
pub use change::{ChangeDecision, ChangeRefusal, ChangedBooking, change};
pub use customer::{Customer, CustomerName, EmailAddress, PhoneNumber};
pub use ids::{BookingId, ConfirmationCode, RestaurantId, TableId};
pub use party::PartySize;
pub use placement::{PlaceRefusal, Placement, place};
pub use restaurant::{
    Address, BookingWindow, Coordinates, Cuisine, DiningTable, OpeningPeriod, Restaurant,
    RestaurantName, RestaurantSummary, RestaurantZone, SlotInterval, TimeZoneName, TurnTime,
    UnknownTimeZone,
};
pub use service_day::{Occupancy, ServiceDay};
pub use status::BookingStatus;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod properties;

//! The snapshot on which the domain decides, and how what is decided comes to stand.
//!
//! A decision is first made on what is read without any lock. What is refused then is refused, if
//! nothing has changed while it was read. What is granted is decided for good once the dates that it
//! touches are locked: as it is if they have the versions that were read, and anew if they have
//! others.

mod cache;
mod changed_day;
mod computed;
mod day_rule;
mod known_day;
mod moves;
mod packed_claims;
mod packed_slots;
mod placed_booking;
mod seating;
mod service_days;

pub(super) use cache::Attempts;
pub(crate) use cache::ServiceDayCache;
pub(super) use changed_day::ChangedDay;
pub(super) use day_rule::GuestRule;
pub(super) use known_day::KnownDay;
pub(super) use moves::MovedBooking;
pub(super) use placed_booking::{Begun, Decided, PlacedBooking, has_changed};
pub(super) use seating::load_seating;

#[cfg(test)]
mod tests;

//! The operations tagged Bookings, a module for each.

mod by_staff;
mod cancel_booking;
mod contacts;
mod create_booking;
mod expiry;
mod get_booking;
mod guests;
pub(crate) mod list_bookings;
mod notes;
mod overdue;
mod update_booking;
mod visit;
mod walk_in;

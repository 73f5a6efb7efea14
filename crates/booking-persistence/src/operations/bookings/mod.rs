//! The operations tagged Bookings.

mod booking_steps;
mod cancel_booking;
mod change_booking;
mod complete_bookings;
mod create_booking;
mod create_walk_in;
mod ended_bookings;
mod expire_bookings;
mod find_booking;
mod get_booking;
mod list_booking_events;
mod list_bookings;
mod made_booking;
mod overdue_bookings;
mod rotate_booking_secret;
mod update_booking;

pub use create_booking::CreatedBooking;
pub(super) use expire_bookings::expire_in_the_way;
pub(crate) use get_booking::BookingBatches;
pub use get_booking::BookingNotFound;
pub(super) use list_bookings::list;
pub use list_bookings::{BookingFilter, BookingSort};

use std::convert::Infallible;

use crate::access::AccessRefusal;

/// Why something is not done to a booking: there is none for this caller, they may do less, or a
/// rule refuses.
pub type BookingRefusal<R = Infallible> = AccessRefusal<BookingNotFound, R>;

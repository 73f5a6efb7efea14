//! The operations tagged Bookings.

mod cancel_booking;
mod change_booking;
mod create_booking;
mod get_booking;
mod list_bookings;
mod update_booking;

pub use get_booking::BookingNotFound;
pub use list_bookings::{BookingFilter, BookingSort};

use crate::error::OperationRefusal;

/// Why something is not done to a booking: there is none, or a rule refuses.
pub type BookingRefusal<R> = OperationRefusal<BookingNotFound, R>;

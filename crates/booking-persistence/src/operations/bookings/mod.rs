//! The operations tagged Bookings.

mod cancel_booking;
mod create_booking;
mod get_booking;
mod list_bookings;
mod update_booking;

pub use cancel_booking::CancelBookingRefusal;
pub use create_booking::CreateBookingRefusal;
pub use get_booking::BookingNotFound;
pub use list_bookings::{BookingFilter, BookingSort};
pub use update_booking::UpdateBookingRefusal;

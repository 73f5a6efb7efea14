//! Bookings: an operation in each module, and the row that they share.

mod cancel;
mod create;
mod list;
mod read;
mod row;
mod update;

pub use cancel::CancelBookingRefusal;
pub use create::CreateRefusal;
pub use list::{BookingFilter, BookingSort};
pub use read::BookingNotFound;
pub use update::UpdateRefusal;

use jiff::Timestamp;

/// What PostgreSQL keeps of an instant, so that a booking reads as it was answered.
fn stored(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

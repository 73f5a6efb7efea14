//! What the store can do: a module for each operation, by tag. Each loads what the decision
//! needs, has the domain decide, and stores what was decided; nothing else.

mod api_keys;
mod audit;
mod auth;
mod bookings;
mod database_time;
mod holds;
mod messages;
mod restaurants;
mod retention;
mod seating;
mod service_day;
mod staff;
mod users;

// What the server uses is named once, in the module of its tag.
pub use api_keys::*;
pub use auth::*;
pub(crate) use bookings::BookingBatches;
pub use bookings::*;
pub use holds::*;
pub use restaurants::*;
pub use seating::*;
pub(crate) use service_day::ServiceDayCache;
pub use users::*;

use jiff::Timestamp;

/// What PostgreSQL keeps of an instant, so that a booking reads as it was answered.
pub(crate) fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

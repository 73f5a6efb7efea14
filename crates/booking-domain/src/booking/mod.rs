//! A booking: the promise of a table.

mod cancel;
mod change;
mod create;
mod customer;
mod status;

pub use cancel::cancel;
pub use change::{ChangePlan, ChangeRefusal, TableRequest, plan_change};
pub use create::create;
pub use customer::{Customer, CustomerName, DialledPhoneNumber, EmailAddress, PhoneNumber};
pub use status::{BookingStatus, StatusRefusal};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::bounded::{bounded_text, is_multi_line};
use crate::floor::PartySize;
use crate::ids::{BookingId, ConfirmationCode, RestaurantId};
use crate::placement::Placement;
use crate::restaurant::RestaurantSummary;

bounded_text! {
    /// Wishes for the visit, for the restaurant to read. Several lines are fine.
    SpecialRequests,
    1..=500,
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    is_multi_line,
    personal: true
}

bounded_text! {
    /// Why a booking is cancelled, for the restaurant to read. Several lines are fine.
    CancellationReason,
    1..=500,
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    is_multi_line,
    personal: true
}

/// A booking as it stands: what was promised, and nothing that can change without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Public id, drawn at random.
    pub id: BookingId,
    /// Confirmation code, 6 characters, drawn at random.
    pub confirmation_code: ConfirmationCode,
    /// Status; only an active booking holds its table.
    pub status: BookingStatus,
    /// The restaurant that made the promise.
    pub restaurant: RestaurantId,
    /// The date that the restaurant's calendar shows when the party comes.
    pub date: Date,
    /// The time that the restaurant's wall clock shows when the party comes, to the minute.
    pub time: Time,
    /// Party size, 1–20 guests.
    pub party: PartySize,
    /// Contact details as given with this booking.
    pub customer: Customer,
    /// Wishes for the visit, 1–500 characters.
    pub special_requests: Option<SpecialRequests>,
    /// Reason of a cancellation, 1–500 characters, if one was given.
    pub cancellation_reason: Option<CancellationReason>,
    /// The table, and from when until when it is the party's.
    pub placement: Placement,
    /// When the booking was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// 1 when it was made, one more with every change.
    pub version: i32,
}

/// What callers see of a booking: joined with its restaurant when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingView {
    /// The booking.
    pub booking: Booking,
    /// Its restaurant.
    pub restaurant: RestaurantSummary,
}

/// What an existing booking becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is made once for a change, and taken apart at once"
)]
pub enum Decision {
    /// It is already as it is asked for, and stays as it is.
    Unchanged,
    /// It becomes this, with a version and an instant of its own.
    Changed(Booking),
}

/// A booking that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBooking {
    /// The restaurant.
    pub restaurant: RestaurantId,
    /// Date of the visit, in the restaurant's calendar.
    pub date: Date,
    /// Time of the visit, on the restaurant's wall clock.
    pub time: Time,
    /// Party size, 1–20 guests.
    pub party: PartySize,
    /// Contact details of the guest.
    pub customer: Customer,
    /// Wishes for the visit, 1–500 characters.
    pub special_requests: Option<SpecialRequests>,
}

/// The names of a new booking: drawn at random by the caller, who must be ready to draw
/// again when another booking has the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingReference {
    /// Public id.
    pub id: BookingId,
    /// Confirmation code.
    pub confirmation_code: ConfirmationCode,
}

/// What is to change about a booking. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingChange {
    /// Another date.
    pub date: Option<Date>,
    /// Another time.
    pub time: Option<Time>,
    /// Another number of guests.
    pub party: Option<PartySize>,
    /// Other wishes; `Some(None)` withdraws them.
    pub special_requests: Option<Option<SpecialRequests>>,
}

impl Booking {
    /// The booking with a new version, as of `now`.
    fn revised(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self
        }
    }
}

//! A booking: the promise of a table.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::bounded::{bounded_text, is_multi_line};
use crate::customer::Customer;
use crate::ids::{BookingId, ConfirmationCode, RestaurantId, TableId};
use crate::party::PartySize;
use crate::restaurant::RestaurantSummary;
use crate::status::BookingStatus;

bounded_text! {
    /// Wishes for the visit, for the restaurant to read. Several lines are fine.
    SpecialRequests,
    1..=500,
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    is_multi_line
}

bounded_text! {
    /// Why a booking is cancelled, for the restaurant to read. Several lines are fine.
    CancellationReason,
    1..=500,
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    is_multi_line
}

/// A booking as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// What it is called.
    pub id: BookingId,
    /// What its guest says on the telephone.
    pub confirmation_code: ConfirmationCode,
    /// Where it stands.
    pub status: BookingStatus,
    /// Where the table is.
    pub restaurant: RestaurantSummary,
    /// The date that the restaurant's calendar shows when the party comes.
    pub date: Date,
    /// The time that the restaurant's wall clock shows when the party comes.
    pub time: Time,
    /// How many come.
    pub party: PartySize,
    /// Who has booked.
    pub customer: Customer,
    /// What they wish for.
    pub special_requests: Option<String>,
    /// Why it was cancelled, if it was and if they said so.
    pub cancellation_reason: Option<String>,
    /// Their table.
    pub table: TableId,
    /// From when on it is theirs.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// When the booking was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often it has been written: 1 when it was made, one more with every change.
    pub version: i32,
}

/// A booking that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBooking {
    /// Where.
    pub restaurant: RestaurantId,
    /// On which date, in the restaurant's calendar.
    pub date: Date,
    /// When, on the restaurant's wall clock.
    pub time: Time,
    /// How many come.
    pub party: PartySize,
    /// Who books.
    pub customer: Customer,
    /// What they wish for.
    pub special_requests: Option<String>,
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
    pub special_requests: Option<Option<String>>,
}

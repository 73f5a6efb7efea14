//! A booking: the promise of a table.

mod cancel;
mod change;
mod confirm;
mod create;
mod customer;
mod event;
mod expiry;
mod guest_limit;
mod notes;
mod overdue;
mod status;
mod visit;
mod walk_in;

pub use cancel::{CancelRefusal, Cancellation, CancellationKind, cancel};
pub use change::{ChangePlan, ChangeRefusal, GuestRequest, TableRequest, plan_change};
pub use confirm::{confirm, decline};
pub use create::{BookingFacts, CreateRefusal, MadeBooking, create};
pub use customer::{
    Customer, CustomerChange, CustomerName, DialledPhoneNumber, EmailAddress, PhoneNumber,
};
pub use event::{BookingEvent, BookingField, BookingState};
pub use expiry::expire;
pub use guest_limit::{AlreadyBooked, LiveBooking};
pub use notes::{BookingNotes, BookingNotesChange, BookingSource, BookingTag, InternalNote};
pub use overdue::next_at_overdue_tables;
pub use status::{BookingStatus, Standing, StatusRefusal};
pub use visit::{
    ArrivalRefusal, COMPLETION_DELAY, EARLIEST_ARRIVAL, SeatRefusal, StepPlan, TableRefusal,
    TableStep, TooEarly, UNDO_PERIOD, UndoRefusal, Visit, complete, finish, mark_arrived,
    mark_no_show, seat, undo_step,
};
pub use walk_in::{NewWalkIn, walk_in};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::bounded::{bounded_text, is_multi_line};
use crate::calendar::{RestaurantCalendar, UtcOffset};
use crate::floor::PartySize;
use crate::ids::{BookingId, ConfirmationCode, HoldId, RestaurantId};
use crate::placement::{Placement, StaffRequest};
use crate::restaurant::RestaurantSummary;
use crate::service_day::{AreaWish, Claim};

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
    /// What the wall clock is ahead of UTC then.
    pub utc_offset: UtcOffset,
    /// Party size, 1–20 guests.
    pub party: PartySize,
    /// Where the party wants to sit.
    pub area: Option<AreaWish>,
    /// Contact details as given for this booking.
    pub customer: Customer,
    /// Wishes for the visit, 1–500 characters.
    pub special_requests: Option<SpecialRequests>,
    /// 1 when it was made, one more whenever what tells of its guest changes: contact details and wishes.
    pub contact_version: i32,
    /// The instant from which on it is cancelled, as long as it waits for the restaurant's word. No other
    /// booking has one.
    pub expires_at: Option<Timestamp>,
    /// How it came in. That never changes.
    pub source: BookingSource,
    /// What the restaurant has noted, as far as whoever reads the booking may know of it.
    pub notes: BookingNotes,
    /// How it was cancelled, if it was.
    pub cancellation: Option<Cancellation>,
    /// The tables, and from when until when they are the party's.
    pub placement: Placement,
    /// Whether the staff have said that it stays at its tables.
    pub is_pinned: bool,
    /// How far the party has come.
    pub visit: Visit,
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
    /// Whether it is shown to the restaurant, and not to its guest: with the tables.
    pub is_for_restaurant: bool,
    /// Whether its party sits though its turn is over.
    pub is_overdue: bool,
    /// The bookings whose overdue parties sit at tables of this one, which is the next there; only where
    /// they were looked for.
    pub overdue_bookings: Vec<BookingId>,
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
    /// What the wall clock is ahead of UTC then, where it shows the time twice.
    pub utc_offset: Option<UtcOffset>,
    /// The service date, where it is known.
    pub service_date: Option<Date>,
    /// Party size, 1–20 guests.
    pub party: PartySize,
    /// Where the party wants to sit.
    pub area: Option<AreaWish>,
    /// Contact details of the guest; only the restaurant may leave some out.
    pub customer: Customer,
    /// Wishes for the visit, 1–500 characters.
    pub special_requests: Option<SpecialRequests>,
    /// How it came in, where the restaurant says so.
    pub source: Option<BookingSource>,
    /// What the restaurant notes.
    pub notes: BookingNotes,
    /// What the staff say besides.
    pub staff: Option<StaffRequest>,
    /// The hold that becomes the booking.
    pub hold: Option<HoldId>,
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
    /// What the wall clock is ahead of UTC at the new time, where it shows it twice.
    pub utc_offset: Option<UtcOffset>,
    /// Another number of guests.
    pub party: Option<PartySize>,
    /// Other contact details; those that are `None` stay.
    pub customer: CustomerChange,
    /// Other wishes; `Some(None)` withdraws them.
    pub special_requests: Option<Option<SpecialRequests>>,
    /// Other notes of the restaurant's.
    pub notes: BookingNotesChange,
    /// What the staff say besides.
    pub staff: Option<StaffRequest>,
}

impl Booking {
    /// What is taken by it as long as it is active: its tables, from when it has them until they are
    /// free again.
    #[must_use]
    pub fn occupied(&self) -> Option<Placement> {
        self.status.is_active().then(|| Placement {
            starts_at: self.taken_from(),
            ..self.placement.clone()
        })
    }

    /// Whether it takes the same of its restaurant as `other`, which is itself at another time: whoever knows
    /// its [`Claim`] knows it still.
    #[must_use]
    pub fn takes_as_much_as(&self, other: &Self) -> bool {
        self.claim(0) == other.claim(0)
    }

    /// What it takes, if it takes anything, under the number `key`.
    #[must_use]
    pub fn claim(&self, key: i64) -> Option<Claim> {
        self.status.is_active().then(|| Claim {
            is_pinned: self.is_pinned,
            seated_at: self.visit.seated_at,
            expires_at: self.expires_at,
            ..Claim::new(key, &self.placement, self.party, self.area)
        })
    }

    /// The dates of the wall clock that may matter to it where nothing is known of the clock: all that do, and
    /// perhaps a neighbour.
    #[must_use]
    pub fn possible_dates(&self) -> Vec<Date> {
        let Placement {
            starts_at, free_at, ..
        } = self.placement;
        let span = (self.taken_from(), free_at);
        self.utc_offset.possible_dates(starts_at, span)
    }

    /// The dates of the wall clock that matter to it as long as it is active.
    #[must_use]
    pub fn touched_dates(&self, calendar: &RestaurantCalendar) -> Vec<Date> {
        let Placement {
            starts_at, free_at, ..
        } = self.placement;
        let mut dates = calendar.dates(self.taken_from(), free_at);
        dates.extend(calendar.touched_dates(starts_at, free_at));
        dates
    }

    /// The booking with a new version, as of `now`.
    fn revised(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version.saturating_add(1),
            ..self
        }
    }

    /// What of it tells of its guest: `contact_version` rises with it.
    const fn contact(&self) -> (&Customer, Option<&SpecialRequests>) {
        (&self.customer, self.special_requests.as_ref())
    }
}

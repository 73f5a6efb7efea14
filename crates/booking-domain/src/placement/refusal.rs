//! Why a party gets no table.

use crate::availability::Slot;

/// Why a party gets no table, and when it would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PlaceRefusal {
    /// Why.
    pub reason: PlaceReason,
    /// When it would get one.
    pub nearest: Box<NearestSlots>,
}

/// The nearest times at which a party would get a table, on the service date that has refused it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearestSlots {
    /// The last one before the time that was asked for.
    pub before: Option<Slot>,
    /// The first one after it.
    pub after: Option<Slot>,
}

/// Why a party gets no table. The first reason that holds, in this order, is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceReason {
    /// The time is not after now.
    #[error("the booking's date and time must be in the future")]
    InThePast,
    /// The wall clock does not show the time on that date, which is when it is set forward.
    #[error("the clock is set forward on this date, and skips this time")]
    TimeSkipped,
    /// The wall clock never has this offset from UTC when it shows the time.
    #[error("the restaurant's clock does not have this offset from UTC at this time")]
    WrongUtcOffset,
    /// The date is further ahead than guests can book.
    #[error("the restaurant takes bookings for up to {days} days ahead")]
    TooFarAhead {
        /// How far ahead they can.
        days: u16,
    },
    /// No service begins on the date, or nothing of the house is used at the time.
    #[error("the restaurant is closed then")]
    Closed,
    /// The restaurant has no slot at this time: no service has begun, its last seating is over, the
    /// turn would not end before it closes, or the time lies between two slots.
    #[error("the restaurant takes no bookings at this time")]
    OutsideServiceHours,
    /// The visit begins too soon for guests to book it.
    #[error("the restaurant takes bookings up to {minutes} minutes before the visit")]
    TooShortNotice {
        /// How long before at the latest.
        minutes: u16,
    },
    /// The party is larger than guests can book for, or than any table is.
    #[error("the restaurant takes bookings for up to {largest} guests")]
    PartyTooLarge {
        /// The largest party that gets a table.
        largest: i32,
    },
    /// The party is smaller than guests can book for, or than any table is for.
    #[error("the restaurant has no table for so small a party")]
    PartyTooSmall,
    /// So many parties, or guests, come at this time that the kitchen takes no more.
    #[error("too many guests come at this time already")]
    PacingLimitReached,
    /// The house is as full as it may be.
    #[error("the restaurant is full at this time")]
    CapacityReached,
    /// A table that the staff have chosen is not there.
    #[error("one of the tables is none of the restaurant's")]
    UnknownTable,
    /// Every table that fits is taken.
    #[error("no table for this party is free at this time")]
    TableNotAvailable,
}

impl PlaceReason {
    /// Whether others have what there is: the tables, the pacing of a service, or the covers of the house. This stays
    /// as long as slots do ([`crate::unchanged_until`]); other reasons end with instants that no slot depends on.
    #[must_use]
    pub const fn is_want_of_room(&self) -> bool {
        matches!(
            self,
            Self::CapacityReached | Self::PacingLimitReached | Self::TableNotAvailable
        )
    }
}

//! The snapshot on which a decision is made.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::RestaurantCalendar;
use crate::floor::{Blockout, Floor, PartySize};
use crate::ids::{DiningAreaId, TableId};
use crate::placement::Placement;

/// One service date of one restaurant, with everything that decides what is free.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDay {
    /// The restaurant's rules, services and wall clock.
    pub calendar: RestaurantCalendar,
    /// Its areas, tables and combinations.
    pub floor: Floor,
    /// Every blockout that overlaps [`RestaurantCalendar::span`], in any order; more do no harm.
    pub blockouts: Vec<Blockout>,
    /// The service date.
    pub date: Date,
    /// What every booking that overlaps [`RestaurantCalendar::span`] takes, in any order; more do no
    /// harm. Where a booking is to be moved, its own is not among them.
    pub claims: Vec<Claim>,
}

/// What a booking takes of a restaurant: its tables, and its part of pacing and capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The number by which the store knows the booking.
    pub key: i64,
    /// The service date.
    pub service_date: Date,
    /// How many guests.
    pub party: PartySize,
    /// The tables. None for a party that is to be seated anew: it counts in pacing and capacity all
    /// the same.
    pub tables: Vec<TableId>,
    /// When the party comes.
    pub starts_at: Timestamp,
    /// When its turn is over.
    pub ends_at: Timestamp,
    /// When its tables are free again.
    pub free_at: Timestamp,
    /// Where it wants to sit.
    pub area: Option<AreaWish>,
    /// Whether the staff have said that it stays at its tables.
    pub is_pinned: bool,
    /// When its party has sat down, where it has.
    pub seated_at: Option<Timestamp>,
}

impl Claim {
    /// From when on its tables are its party's: from its time on, or from when it has sat down.
    #[must_use]
    pub fn taken_from(&self) -> Timestamp {
        taken_from(self.seated_at, self.starts_at, self.free_at)
    }

    /// The tables, from when the party has them until they are free again.
    #[must_use]
    pub fn occupied(&self) -> Placement {
        Placement {
            service_date: self.service_date,
            tables: self.tables.clone(),
            starts_at: self.taken_from(),
            ends_at: self.ends_at,
            free_at: self.free_at,
        }
    }
}

/// From when on tables are a party's: from its time on, or from when it has sat down, be that before or
/// after it. Who sits down when the tables would have been free again has them by that it sits there.
pub(crate) fn taken_from(
    seated_at: Option<Timestamp>,
    starts_at: Timestamp,
    free_at: Timestamp,
) -> Timestamp {
    let seated_at = seated_at.filter(|seated_at| *seated_at < free_at);
    seated_at.unwrap_or(starts_at)
}

/// Where a party wants to sit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaWish {
    /// The area.
    pub area: DiningAreaId,
    /// Whether no other will do.
    pub is_required: bool,
}

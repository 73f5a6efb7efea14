//! The snapshot on which a decision is made.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::RestaurantCalendar;
use crate::floor::{Blockout, Floor, PartySize};
use crate::ids::{DiningAreaId, TableId};
use crate::placement::Placement;

/// The shortest time that the store tells apart.
pub(crate) const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// One service date of one restaurant, with everything that decides what is free.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDay {
    /// The restaurant's rules, services and wall clock.
    pub calendar: Arc<RestaurantCalendar>,
    /// Its areas, tables and combinations.
    pub floor: Arc<Floor>,
    /// Every blockout that overlaps [`RestaurantCalendar::span`], in any order; more do no harm.
    pub blockouts: Arc<[Blockout]>,
    /// The service date.
    pub date: Date,
    /// What every booking and every hold that overlaps [`RestaurantCalendar::span`] takes, in any order;
    /// more do no harm, nor do those that have expired. Where a booking is to be moved, or a hold to
    /// become a booking, its own is not among them. What parties take that sit still though their turn is
    /// over is among them, for whoever is to be seated now.
    pub claims: Vec<Claim>,
}

impl ServiceDay {
    /// The day as a party finds it that stands there: who sits at a table has it, and is in the house, for
    /// this moment at least, be their turn over or not.
    pub(crate) fn with_who_sits(&self, now: Timestamp) -> Self {
        let still = now.checked_add(MOMENT).unwrap_or(Timestamp::MAX);
        let mut day = self.clone();
        for claim in &mut day.claims {
            if claim.seated_at.is_some() {
                claim.ends_at = claim.ends_at.max(still);
                claim.free_at = claim.free_at.max(still);
            }
        }
        day
    }
}

/// What a booking or a hold takes of a restaurant: its tables, and its part of pacing and capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The number by which the store knows the booking or the hold; no two have the same.
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
    /// Whether it stays at its tables: the staff have said so, or it is a hold.
    pub is_pinned: bool,
    /// When its party has sat down, where it has.
    pub seated_at: Option<Timestamp>,
    /// The instant from which on it takes nothing any more, where there is one.
    pub expires_at: Option<Timestamp>,
    /// Whose it is.
    pub claimant: Claimant,
}

/// Whose a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claimant {
    /// A booking's.
    Booking,
    /// A hold's.
    Hold {
        /// Whether nobody knows who holds it: a guest without an account.
        is_anonymous: bool,
    },
}

impl Claim {
    /// What a booking of this party takes that nobody has pinned or seated, and that does not expire.
    pub(crate) fn new(
        key: i64,
        placement: &Placement,
        party: PartySize,
        area: Option<AreaWish>,
    ) -> Self {
        Self {
            key,
            service_date: placement.service_date,
            party,
            tables: placement.tables.clone(),
            starts_at: placement.starts_at,
            ends_at: placement.ends_at,
            free_at: placement.free_at,
            area,
            is_pinned: false,
            seated_at: None,
            expires_at: None,
            claimant: Claimant::Booking,
        }
    }

    /// Whether it takes anything at `now`, or has expired.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    /// Whether it has one of the tables at an instant of the same time.
    #[must_use]
    pub fn is_in_the_way_of(&self, placement: &Placement) -> bool {
        let is_taken = |table: &TableId| self.tables.contains(table);
        placement.tables.iter().any(is_taken)
            && self.overlaps((placement.starts_at, placement.free_at))
    }

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

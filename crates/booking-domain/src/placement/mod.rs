//! Placing a party: which tables it gets, and when.

mod refusal;
mod repack;
mod request;
mod room;
mod rules;
mod walk_in;

pub use refusal::{NearestSlots, PlaceReason, PlaceRefusal};
pub use repack::MAX_MOVES;
pub use request::{
    Booker, OverrideReason, PlaceRequest, RuleOverride, RuleOverrides, StaffRequest,
};
pub(crate) use room::Room;
pub(crate) use rules::{check_date, check_slot, free_areas};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::availability::nearest_slots;
use crate::calendar::CandidateSlot;
use crate::ids::TableId;
use crate::service_day::ServiceDay;

/// The tables and the time that a party gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The service date.
    pub service_date: Date,
    /// The tables: one, or those of a combination. None for a party that is to be seated anew.
    pub tables: Vec<TableId>,
    /// The first instant at which they are the party's.
    pub starts_at: Timestamp,
    /// When its turn is over.
    pub ends_at: Timestamp,
    /// The instant at which the tables are free again.
    pub free_at: Timestamp,
}

impl Placement {
    /// At these tables, for a turn from this slot on.
    pub(crate) fn from_slot(slot: &CandidateSlot<'_>, tables: Vec<TableId>) -> Self {
        Self {
            service_date: slot.service_date,
            tables,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            free_at: slot.free_at,
        }
    }
}

/// A party's placement, and what other parties make room for it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacementPlan {
    /// The placement.
    pub placement: Placement,
    /// The bookings that get other tables, at the times that they have: [`MAX_MOVES`] at most.
    pub moves: Vec<Move>,
    /// The rules that would have refused it, had the staff not overridden them.
    pub overridden: RuleOverrides,
}

/// Other tables for a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The number by which the store knows the booking.
    pub key: i64,
    /// Its tables from now on.
    pub tables: Vec<TableId>,
}

/// Places a party on the service date of `day`, which is that of the request
/// ([`crate::RestaurantCalendar::service_date`]).
///
/// It gets the tables that waste least. When nothing is free that fits, other bookings of the date
/// make room, if a few of them can move.
///
/// # Errors
/// See [`PlaceReason`]; with the nearest times at which the party would get a table.
pub fn place(
    day: &ServiceDay,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<PlacementPlan, PlaceRefusal> {
    let room = Room::new(day, now);
    rules::place(&room, request, now).map_err(|reason| PlaceRefusal {
        reason,
        nearest: nearest_slots(&room, request, now).into(),
    })
}

/// Places a party that stands there, at the minute that the request is for, which is this one: no slot is
/// needed, and a service has to take guests then. Whoever sits at a table has it.
///
/// # Errors
/// See [`PlaceReason`]; with the nearest times at which the party would get a table.
pub(crate) fn place_now(
    day: &ServiceDay,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<PlacementPlan, PlaceRefusal> {
    let day = day.with_who_sits(now);
    let room = Room::new(&day, now);
    walk_in::place(&room, request, now).map_err(|reason| PlaceRefusal {
        reason,
        nearest: nearest_slots(&room, request, now).into(),
    })
}

#[cfg(test)]
mod comparison;
#[cfg(test)]
mod tests;

//! What becomes of the bookings to come when the seating plan changes.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::SeatingPlan;
use super::conflict::{SeatingConflict, conflicts, service_day};
use crate::calendar::{CandidateSlot, RestaurantCalendar, UnknownTimeZone, UtcOffset};
use crate::floor::overlap;
use crate::ids::{BookingId, ConfirmationCode};
use crate::placement::{Booker, PlaceRequest, Room, RuleOverride, RuleOverrides, check_slot};
use crate::service_day::Claim;

/// A booking whose tables are not free again yet, as a change of the seating plan sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpcomingBooking {
    /// Public id.
    pub id: BookingId,
    /// Confirmation code.
    pub confirmation_code: ConfirmationCode,
    /// What the wall clock shows when the party comes. It was promised, and stands.
    pub wall: DateTime,
    /// What the wall clock is ahead of UTC then.
    pub utc_offset: UtcOffset,
    /// What it takes.
    pub claim: Claim,
}

/// A booking that a change of the seating plan catches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedBooking {
    /// The booking as it is after the change. One without tables is to be seated anew.
    pub booking: UpcomingBooking,
    /// What of the new plan it stands against, where it has not stood against it before, as it was
    /// seated before the change.
    pub conflicts: Vec<SeatingConflict>,
}

/// What a change of the seating plan does to the bookings to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeatingPlanChange {
    /// Those that the new plan catches, in the order in which they were given.
    pub affected: Vec<AffectedBooking>,
    /// Those that have other tables, other instants or another wish now, in that order, as they are
    /// now. They are among the affected ones, or make room for one of them.
    pub changed: Vec<UpcomingBooking>,
}

impl SeatingPlanChange {
    /// Those of the affected bookings that could not be left where they are.
    #[must_use]
    pub fn displaced(&self) -> Vec<AffectedBooking> {
        let is_displaced = |affected: &&AffectedBooking| {
            let conflicts = &affected.conflicts;
            conflicts.iter().any(|conflict| conflict.displaces())
        };
        self.affected.iter().filter(is_displaced).cloned().collect()
    }
}

impl SeatingConflict {
    /// Whether a booking cannot be left where it is.
    const fn displaces(self) -> bool {
        matches!(self, Self::Table | Self::PartySize | Self::Area)
    }
}

/// What becomes of the bookings to come, all of them and in order of time, when a plan takes the
/// place of another. Those that are over already are let be, unless another time zone has them still
/// to come.
///
/// Their wall clocks stand: in another time zone their instants are others. What no rule but a
/// table's or an area's stands against stays where it is. Whoever cannot stay is placed anew, by
/// moving others if need be; whoever fits nowhere has no table from then on, and counts in pacing
/// and capacity all the same. A required area that is gone is required no more.
///
/// # Errors
/// No time zone has the name of one of the plans.
pub fn change_seating_plan(
    current: &SeatingPlan,
    wanted: &SeatingPlan,
    bookings: &[UpcomingBooking],
    now: Timestamp,
) -> Result<SeatingPlanChange, UnknownTimeZone> {
    let is_moved = wanted.policy.time_zone != current.policy.time_zone;
    change((current, wanted), bookings, is_moved, now)
}

/// What becomes of the bookings to come when the rules of the plan's time zone are others than those
/// by which their instants were computed: what a corrected time zone does. Where they are the same,
/// nothing is changed.
///
/// # Errors
/// No time zone has the plan's name.
pub fn recompute_booking_times(
    plan: &SeatingPlan,
    bookings: &[UpcomingBooking],
    now: Timestamp,
) -> Result<SeatingPlanChange, UnknownTimeZone> {
    change((plan, plan), bookings, true, now)
}

fn change(
    (current, wanted): (&SeatingPlan, &SeatingPlan),
    bookings: &[UpcomingBooking],
    is_moved: bool,
    now: Timestamp,
) -> Result<SeatingPlanChange, UnknownTimeZone> {
    let calendar = wanted.calendar()?;
    let is_to_come = |booking: &UpcomingBooking| booking.claim.free_at > now;
    // Who has waited too long for the restaurant's word is cancelled, though nobody has written it yet.
    let live = bookings.iter().filter(|booking| booking.claim.is_live(now));
    let pairs = live.cloned().map(|before| {
        let mut after = before.clone();
        // Who sits already came when they came.
        if is_moved && before.claim.seated_at.is_none() {
            after.move_to(&calendar);
        }
        (before, after)
    });
    let (bookings, mut after): (Vec<_>, Vec<_>) = pairs
        .filter(|(before, after)| is_to_come(before) || is_to_come(after))
        .unzip();
    if current == wanted && after == bookings {
        return Ok(SeatingPlanChange::default());
    }
    let mut caught = conflicts(wanted, &after, now)?;
    if caught.iter().any(|conflicts| !conflicts.is_empty()) {
        let before = conflicts(current, &bookings, now)?;
        for (new, old) in caught.iter_mut().zip(before) {
            new.retain(|conflict| !old.contains(conflict));
        }
    }
    for index in overlapping(&after) {
        if !caught[index].contains(&SeatingConflict::Table) {
            caught[index].push(SeatingConflict::Table);
        }
    }
    // Who sits somewhere stays there as long as there is a table.
    let is_displaced = |index: &usize| {
        let is_seated = after[*index].claim.seated_at.is_some();
        caught[*index].iter().any(|conflict| match is_seated {
            true => *conflict == SeatingConflict::Table,
            false => conflict.displaces(),
        })
    };
    let displaced: Vec<usize> = (0..after.len()).filter(is_displaced).collect();
    seat_anew(wanted, &calendar, &mut after, &displaced, now);
    // What is gone is nobody's wish any more.
    for booking in &mut after {
        let wish = booking.claim.area;
        booking.claim.area = wish.filter(|wish| wanted.floor.has_area(wish.area));
    }
    let changed = after.iter().zip(&bookings);
    let changed = changed.filter(|(after, before)| after != before);
    let changed = changed.map(|(after, _)| after.clone()).collect();
    let affected = after.into_iter().zip(caught);
    let affected = affected.filter(|(_, conflicts)| !conflicts.is_empty());
    let affected = affected
        .map(|(booking, conflicts)| AffectedBooking { booking, conflicts })
        .collect();
    Ok(SeatingPlanChange { affected, changed })
}

impl UpcomingBooking {
    /// Sets its instants to those of its wall clock in another calendar. Its turn is as long as it
    /// was.
    pub(super) fn move_to(&mut self, calendar: &RestaurantCalendar) {
        let instants: Vec<_> = calendar.instants(self.wall).collect();
        // Of two, the one that has the offset which it had.
        let known = instants
            .iter()
            .find(|(_, offset)| UtcOffset::from(*offset) == self.utc_offset);
        let first = known.or(instants.first()).map(|(instant, _)| *instant);
        let Some(starts_at) = first.or_else(|| calendar.instant(self.wall)) else {
            return;
        };
        let later = starts_at.duration_since(self.claim.starts_at);
        let moved = |instant: Timestamp, by: SignedDuration| instant.checked_add(by).ok();
        let claim = &mut self.claim;
        let ends = (moved(claim.ends_at, later), moved(claim.free_at, later));
        if let (Some(ends_at), Some(free_at)) = ends {
            (claim.starts_at, claim.ends_at, claim.free_at) = (starts_at, ends_at, free_at);
            claim.expires_at = claim.expires_at.map(|expires_at| expires_at.min(starts_at));
            self.utc_offset = calendar.utc_offset(starts_at);
        }
    }
}

/// Those that have a table at the same time as one that was made before them.
fn overlapping(bookings: &[UpcomingBooking]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..bookings.len()).collect();
    order.sort_by_key(|index| bookings[*index].claim.key);
    let mut taken = std::collections::HashMap::<_, Vec<(Timestamp, Timestamp)>>::new();
    let mut found = Vec::new();
    for index in order {
        let claim = &bookings[index].claim;
        let span = (claim.taken_from(), claim.free_at);
        let is_taken = claim.tables.iter().any(|table| {
            let spans = taken.get(table).into_iter().flatten();
            spans.into_iter().any(|other| overlap(*other, span))
        });
        if is_taken {
            found.push(index);
            continue;
        }
        for table in &claim.tables {
            taken.entry(*table).or_default().push(span);
        }
    }
    found
}

/// Has all of these leave their tables, and seats one after the other, the earliest first.
fn seat_anew(
    plan: &SeatingPlan,
    calendar: &RestaurantCalendar,
    bookings: &mut [UpcomingBooking],
    displaced: &[usize],
    now: Timestamp,
) {
    let before: Vec<_> = displaced
        .iter()
        .map(|index| std::mem::take(&mut bookings[*index].claim.tables))
        .collect();
    for (index, tables) in displaced.iter().copied().zip(before) {
        let claim = bookings[index].claim.clone();
        let wish = claim.area.filter(|wish| plan.floor.has_area(wish.area));
        if wish != claim.area {
            // It is seated where it sat, if that is still there.
            bookings[index].claim.area = None;
        }
        let others = bookings.iter().map(|booking| &booking.claim);
        let others = others.filter(|other| other.key != claim.key);
        let day = service_day(plan, calendar, others, claim.service_date);
        let room = Room::new(&day, now);
        let wall = bookings[index].wall;
        let slot = CandidateSlot {
            service: None,
            service_date: claim.service_date,
            wall,
            offset: calendar.offset(claim.starts_at),
            starts_at: claim.taken_from(),
            paced_from: claim.taken_from(),
            ends_at: claim.ends_at,
            free_at: claim.free_at,
        };
        let request = PlaceRequest {
            date: wall.date(),
            time: wall.time(),
            utc_offset: Some(bookings[index].utc_offset),
            service_date: Some(claim.service_date),
            party: claim.party,
            area: wish,
            booker: Booker::Staff,
            overrides: RuleOverrides::default().with(RuleOverride::Capacity),
            tables: None,
            keep: Some(tables),
        };
        let Ok(placed) = check_slot(&room, &slot, &request, RuleOverrides::default(), now) else {
            continue;
        };
        bookings[index].claim.tables = placed.placement.tables;
        for moved in placed.moves {
            for other in bookings.iter_mut() {
                if other.claim.key == moved.key {
                    other.claim.tables.clone_from(&moved.tables);
                }
            }
        }
    }
}

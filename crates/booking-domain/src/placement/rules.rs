//! The rules by which a party is placed, each once: availability asks the same.

use std::collections::BTreeSet;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::repack::repack;
use super::request::{Booker, PlaceRequest, RuleOverride, RuleOverrides};
use super::room::Room;
use super::{PlaceReason, Placement, PlacementPlan};
use crate::calendar::{CandidateSlot, RestaurantCalendar, Service, UtcOffset};
use crate::floor::{Seating, SeatingQuery, overlap};
use crate::ids::DiningAreaId;

/// Places a party.
pub(crate) fn place(
    room: &Room<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<PlacementPlan, PlaceReason> {
    let day = room.day;
    let instants: Vec<_> = day.calendar.instants(request.wall()).collect();
    let is_past = match instants.last() {
        Some((last, _)) => *last <= now,
        None => request.wall() <= day.calendar.wall_clock(now),
    };
    if is_past {
        return Err(PlaceReason::InThePast);
    }
    if !request.keeps_its_time() {
        check_date(room, request, now)?;
    }
    let (starts_at, offset) = instant(&day.calendar, request, &instants)?;
    if starts_at <= now {
        return Err(PlaceReason::InThePast);
    }
    let slots = day.calendar.candidate_slots(day.date, request.party);
    if let Some(slot) = slots.into_iter().find(|slot| slot.starts_at == starts_at) {
        return check_slot(room, &slot, request, RuleOverrides::default(), now);
    }
    if !request.keeps_its_time() && !request.overrides(RuleOverride::Hours) {
        let is_closed = day.calendar.services_on(day.date).is_empty();
        return Err(if is_closed {
            PlaceReason::Closed
        } else {
            PlaceReason::OutsideServiceHours
        });
    }
    let time = (starts_at, offset);
    let slot = (day.calendar).slot_outside_hours(day.date, request.wall(), time, request.party);
    let slot = slot.ok_or(PlaceReason::OutsideServiceHours)?;
    let mut overridden = RuleOverrides::default();
    if !request.keeps_its_time() {
        overridden = overridden.with(RuleOverride::Hours);
    }
    check_slot(room, &slot, request, overridden, now)
}

/// Which of the instants at which the clock shows its time a request is for.
fn instant(
    calendar: &RestaurantCalendar,
    request: &PlaceRequest,
    instants: &[(Timestamp, Offset)],
) -> Result<(Timestamp, Offset), PlaceReason> {
    if instants.is_empty() {
        let is_skipped = calendar.skips(request.wall());
        return Err(if is_skipped {
            PlaceReason::TimeSkipped
        } else {
            PlaceReason::OutsideServiceHours
        });
    }
    let wanted = request.utc_offset;
    let is_wanted = |offset: Offset| wanted.is_none_or(|wanted| wanted == UtcOffset::from(offset));
    let mut instants = instants.iter().copied();
    let found = instants.find(|(_, offset)| is_wanted(*offset));
    found.ok_or(PlaceReason::WrongUtcOffset)
}

/// Whether guests can book on the date yet.
pub(crate) fn check_date(
    room: &Room<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<(), PlaceReason> {
    let calendar = &room.day.calendar;
    let is_open = room.day.date <= calendar.last_open_date(now);
    if request.booker == Booker::Guest && !is_open {
        let days = calendar.policy().booking_window.days();
        return Err(PlaceReason::TooFarAhead { days });
    }
    Ok(())
}

/// Places the party at a slot that is in the future, on a date that is open.
pub(crate) fn check_slot(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
    mut overridden: RuleOverrides,
    now: Timestamp,
) -> Result<PlacementPlan, PlaceReason> {
    let mut broken = |rule: RuleOverride, reason: PlaceReason| {
        if request.overrides(rule) {
            overridden = overridden.with(rule);
            Ok(())
        } else {
            Err(reason)
        }
    };
    if room.is_restaurant_blocked(slot.starts_at, slot.ends_at) {
        broken(RuleOverride::Blockouts, PlaceReason::Closed)?;
    }
    if request.booker == Booker::Guest {
        check_online_rules(room, slot, request, now)?;
    }
    let query = seating_query(slot, request, now);
    let mut seatings = room.day.floor.seatings(&query);
    if seatings.is_empty() {
        broken(RuleOverride::PartySize, no_seating(room, &query))?;
        seatings = room.day.floor.seatings(&SeatingQuery {
            is_any_party: true,
            ..query
        });
    }
    if let Some(service) = slot.service
        && exceeds_pacing(room, service, slot, request)
    {
        broken(RuleOverride::Pacing, PlaceReason::PacingLimitReached)?;
    }
    if exceeds_capacity(room, slot, request) {
        broken(RuleOverride::Capacity, PlaceReason::CapacityReached)?;
    }
    let span = (slot.starts_at, slot.free_at);
    let is_free = |seating: &&Seating| room.is_free(&seating.tables, span);
    let free: Vec<&Seating> = seatings.iter().filter(is_free).collect();
    let usable: Vec<&&Seating> = free
        .iter()
        .filter(|seating| !room.is_blocked(seating, span))
        .collect();
    let kept = usable.iter().find(|seating| seating.tables == request.keep);
    let unblocked = kept.or(usable.first());
    let (tables, moves) = if let Some(seating) = unblocked {
        (seating.tables.clone(), Vec::new())
    } else if let Some(repacked) = repack(room, &query, slot) {
        repacked
    } else {
        let seating = free.first().ok_or(PlaceReason::TableNotAvailable)?;
        broken(RuleOverride::Blockouts, PlaceReason::TableNotAvailable)?;
        (seating.tables.clone(), Vec::new())
    };
    Ok(PlacementPlan {
        placement: Placement {
            service_date: slot.service_date,
            tables,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            free_at: slot.free_at,
        },
        moves,
        overridden,
    })
}

fn check_online_rules(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<(), PlaceReason> {
    let policy = room.day.calendar.policy();
    let notice = policy.min_notice.minutes();
    if !request.keeps_its_time()
        && slot.starts_at.duration_since(now) < SignedDuration::from_mins(i64::from(notice))
    {
        return Err(PlaceReason::TooShortNotice { minutes: notice });
    }
    if policy.online_max_party < request.party {
        let largest = policy.online_max_party.get();
        return Err(PlaceReason::PartyTooLarge { largest });
    }
    if request.party < policy.online_min_party {
        return Err(PlaceReason::PartyTooSmall);
    }
    Ok(())
}

fn seating_query(slot: &CandidateSlot<'_>, request: &PlaceRequest, now: Timestamp) -> SeatingQuery {
    SeatingQuery {
        party: request.party,
        starts_at: slot.starts_at,
        now,
        is_online: request.booker == Booker::Guest,
        is_any_party: false,
        area: request.area.map(|wish| (wish.area, wish.is_required)),
    }
}

/// Why no table is for the party, whatever is free.
fn no_seating(room: &Room<'_>, query: &SeatingQuery) -> PlaceReason {
    let elsewhere = SeatingQuery {
        area: None,
        ..*query
    };
    if query.area.is_some() && !room.day.floor.seatings(&elsewhere).is_empty() {
        return PlaceReason::TableNotAvailable;
    }
    let any = SeatingQuery {
        is_any_party: true,
        ..elsewhere
    };
    let largest = room
        .day
        .floor
        .seatings(&any)
        .iter()
        .map(Seating::max_party)
        .max();
    match largest {
        Some(largest) if query.party <= largest => PlaceReason::PartyTooSmall,
        largest => PlaceReason::PartyTooLarge {
            largest: largest.map_or(0, crate::floor::PartySize::get),
        },
    }
}

fn exceeds_pacing(
    room: &Room<'_>,
    service: &Service,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
) -> bool {
    let minutes = room.day.calendar.policy().slot_interval.minutes();
    let length = SignedDuration::from_mins(i64::from(minutes));
    let starting = room.day.claims.iter().filter(|claim| {
        let after = claim.starts_at.duration_since(slot.starts_at);
        SignedDuration::ZERO <= after && after < length
    });
    let (parties, covers) = starting.fold((1, request.party.get()), |(parties, covers), claim| {
        (parties + 1, covers + claim.party.get())
    });
    let pacing = service.pacing;
    pacing
        .max_parties
        .is_some_and(|max| i32::from(max.get()) < parties)
        || pacing
            .max_covers
            .is_some_and(|max| i32::from(max.get()) < covers)
}

fn exceeds_capacity(room: &Room<'_>, slot: &CandidateSlot<'_>, request: &PlaceRequest) -> bool {
    let Some(max) = room.day.calendar.policy().max_covers else {
        return false;
    };
    let (starts_at, ends_at) = (slot.starts_at, slot.ends_at);
    let claims = room.day.claims.iter();
    let present: Vec<_> = claims
        .filter(|claim| overlap((claim.starts_at, claim.ends_at), (starts_at, ends_at)))
        .collect();
    // The house is fullest when somebody has just come.
    let instants = present.iter().map(|claim| claim.starts_at.max(starts_at));
    let covers = instants.chain([starts_at]).map(|instant| {
        let there = present
            .iter()
            .filter(|claim| claim.starts_at <= instant && instant < claim.ends_at);
        there.map(|claim| claim.party.get()).sum::<i32>()
    });
    covers.max().unwrap_or(0) + request.party.get() > i32::from(max.get())
}

/// The areas in which a table is free at a slot without anybody's moving.
pub(crate) fn free_areas(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> BTreeSet<DiningAreaId> {
    let span = (slot.starts_at, slot.free_at);
    let seatings = room.day.floor.seatings(&seating_query(slot, request, now));
    let free = seatings
        .into_iter()
        .filter(|seating| room.is_free(&seating.tables, span) && !room.is_blocked(seating, span));
    free.filter_map(|seating| seating.area).collect()
}

//! The rules by which a party is placed, each once: availability asks the same.

use std::collections::BTreeSet;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::repack::repack;
use super::request::{Booker, PlaceRequest, RuleOverride, RuleOverrides};
use super::room::Room;
use super::{Move, PlaceReason, Placement, PlacementPlan};
use crate::calendar::{CandidateSlot, Pacing, RestaurantCalendar, UtcOffset};
use crate::floor::{Seating, SeatingQuery};
use crate::ids::{DiningAreaId, TableId};

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
    // The staff seat somebody elsewhere who has come.
    let has_come = request.keeps_its_time() && request.booker == Booker::Staff;
    if is_past && !has_come {
        return Err(PlaceReason::InThePast);
    }
    if !request.keeps_its_time() {
        check_date(room, request, now)?;
    }
    let (starts_at, offset) = instant(&day.calendar, request, &instants)?;
    if starts_at <= now && !has_come {
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
    let seatings_for = |query: &SeatingQuery| match &request.tables {
        Some(tables) => room.day.floor.seatings_at(tables, query).into(),
        None => room.seatings(query),
    };
    if let Some(tables) = &request.tables
        && tables
            .iter()
            .any(|table| room.day.floor.table(*table).is_none())
    {
        return Err(PlaceReason::UnknownTable);
    }
    let mut seatings = seatings_for(&query);
    if seatings.is_empty() {
        let any = SeatingQuery {
            area: None,
            is_any_party: true,
            ..query
        };
        broken(
            RuleOverride::PartySize,
            no_seating(&query, &seatings_for(&any), |query| {
                !seatings_for(query).is_empty()
            }),
        )?;
        seatings = seatings_for(&SeatingQuery {
            is_any_party: true,
            ..query
        });
    }
    if let Some(service) = slot.service
        && service.pacing != Pacing::default()
    {
        let (parties, covers) = room.starting(slot.paced_from);
        if service
            .pacing
            .is_exceeded_by(parties + 1, covers + request.party.get())
        {
            broken(RuleOverride::Pacing, PlaceReason::PacingLimitReached)?;
        }
    }
    if let Some(max) = room.day.calendar.policy().max_covers {
        let covers = room.most_covers((slot.starts_at, slot.ends_at));
        if covers + request.party.get() > i32::from(max.get()) {
            broken(RuleOverride::Capacity, PlaceReason::CapacityReached)?;
        }
    }
    let span = (slot.starts_at, slot.free_at);
    let is_free = |seating: &&Seating| room.is_free(&seating.tables, span);
    let is_usable =
        |seating: &&Seating| is_free(seating) && !room.is_blocked(&seating.tables, span);
    let kept = request.keep.as_ref();
    let kept = kept.and_then(|kept| seatings.iter().find(|seating| seating.tables == *kept));
    let unblocked = kept.filter(is_usable);
    let unblocked = unblocked.or_else(|| seatings.iter().find(is_usable));
    let (tables, moves) = if let Some(seating) = unblocked {
        (seating.tables.clone(), Vec::new())
    } else if let Some(repacked) = moves_for(room, &query, slot, request) {
        repacked
    } else {
        let seating = seatings.iter().find(is_free);
        let seating = seating.ok_or(PlaceReason::TableNotAvailable)?;
        broken(RuleOverride::Blockouts, PlaceReason::TableNotAvailable)?;
        (seating.tables.clone(), Vec::new())
    };
    Ok(PlacementPlan {
        placement: Placement::from_slot(slot, tables),
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
        // Who has chosen the tables has chosen the area.
        area: request
            .area
            .filter(|_| request.tables.is_none())
            .map(|wish| (wish.area, wish.is_required)),
    }
}

/// Who makes room for the party. Nobody does where the staff have chosen its tables: they know who sits
/// there.
fn moves_for(
    room: &Room<'_>,
    query: &SeatingQuery,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
) -> Option<(Vec<TableId>, Vec<Move>)> {
    match request.tables {
        Some(_) => None,
        None => repack(room, query, slot),
    }
}

/// Why no table is for the party, whatever is free, where these are for other ones.
fn no_seating(
    query: &SeatingQuery,
    others: &[Seating],
    is_any: impl Fn(&SeatingQuery) -> bool,
) -> PlaceReason {
    let elsewhere = SeatingQuery {
        area: None,
        ..*query
    };
    if query.area.is_some() && is_any(&elsewhere) {
        return PlaceReason::TableNotAvailable;
    }
    let largest = others.iter().map(Seating::max_party).max();
    match largest {
        Some(largest) if query.party <= largest => PlaceReason::PartyTooSmall,
        largest => PlaceReason::PartyTooLarge {
            largest: largest.map_or(0, crate::floor::PartySize::get),
        },
    }
}

/// The areas in which a table is free at a slot without anybody's moving.
pub(crate) fn free_areas(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> BTreeSet<DiningAreaId> {
    let span = (slot.starts_at, slot.free_at);
    let seatings = room.seatings(&seating_query(slot, request, now));
    let mut areas = BTreeSet::new();
    for seating in seatings.iter() {
        if let Some(area) = seating.area
            && !areas.contains(&area)
            && room.is_free(&seating.tables, span)
            && !room.is_blocked(&seating.tables, span)
        {
            areas.insert(area);
        }
    }
    areas
}

//! What of a seating plan a booking stands against.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::SeatingPlan;
use super::change::UpcomingBooking;
use crate::bounded::text_enum;
use crate::calendar::{RestaurantCalendar, UnknownTimeZone};
use crate::floor::Floor;
use crate::placement::Room;
use crate::service_day::{Claim, ServiceDay};

text_enum! {
    /// What of a seating plan a booking stands against.
    SeatingConflict {
        /// No service takes guests then, or it ends before the visit does.
        ServiceHours = "service_hours",
        /// Its tables, their area or the house are not used then.
        Blockout = "blockout",
        /// A table of its own is gone, or another party's at its time.
        Table = "table",
        /// Its tables are for fewer guests, or are no combination any more.
        PartySize = "party_size",
        /// It has to be in an area in which its tables are not.
        Area = "area",
        /// More start at its time than may.
        Pacing = "pacing",
        /// More are in the house at its time than may.
        Capacity = "capacity",
    }
}

/// What each of these bookings, all that are to come, stands against, in their order.
pub(super) fn conflicts(
    plan: &SeatingPlan,
    bookings: &[UpcomingBooking],
    now: Timestamp,
) -> Result<Vec<Vec<SeatingConflict>>, UnknownTimeZone> {
    let calendar = plan.calendar()?;
    let mut by_date: HashMap<Date, Vec<usize>> = HashMap::new();
    for (index, booking) in bookings.iter().enumerate() {
        let date = booking.claim.service_date;
        by_date.entry(date).or_default().push(index);
    }
    let mut found = vec![Vec::new(); bookings.len()];
    for (date, indices) in by_date {
        let claims = bookings.iter().map(|booking| &booking.claim);
        let day = service_day(plan, &calendar, claims, date);
        let room = Room::new(&day, now);
        for index in indices {
            found[index] = conflicts_of(&room, &bookings[index]);
        }
    }
    Ok(found)
}

/// A service date of the plan, with those of these claims that matter to it.
pub(super) fn service_day<'a>(
    plan: &SeatingPlan,
    calendar: &RestaurantCalendar,
    claims: impl Iterator<Item = &'a Claim>,
    date: Date,
) -> ServiceDay {
    let span = calendar.span(date);
    let overlaps = |claim: &&Claim| span.is_some_and(|span| claim.overlaps(span));
    ServiceDay {
        calendar: calendar.clone().into(),
        floor: plan.floor.clone().into(),
        blockouts: plan.blockouts.clone().into(),
        date,
        claims: claims.filter(overlaps).cloned().collect(),
    }
}

/// What a booking that is among the claims of the room stands against.
fn conflicts_of(room: &Room<'_>, booking: &UpcomingBooking) -> Vec<SeatingConflict> {
    let (claim, wall) = (&booking.claim, booking.wall);
    let calendar = &room.day.calendar;
    let floor = &room.day.floor;
    let is_within = calendar.is_within_hours(claim.service_date, wall, claim.ends_at);
    let is_blocked = room.is_restaurant_blocked(claim.starts_at, claim.ends_at)
        || room.is_blocked(&claim.tables, (claim.starts_at, claim.free_at));
    let service = calendar.service_at(wall);
    let service = service.filter(|(date, _)| *date == claim.service_date);
    let (parties, covers) = room.starting(claim.starts_at);
    let is_too_many = service.is_some_and(|(_, it)| it.pacing.is_exceeded_by(parties, covers));
    let max = calendar.policy().max_covers;
    let is_too_full = max.is_some_and(|max| {
        i32::from(max.get()) < room.most_covers((claim.starts_at, claim.ends_at))
    });
    let mut tables = claim.tables.iter();
    let is_gone = tables.any(|table| floor.table(*table).is_none());
    let found = [
        (!is_within, SeatingConflict::ServiceHours),
        (is_blocked, SeatingConflict::Blockout),
        (is_gone, SeatingConflict::Table),
        (!fits(floor, claim), SeatingConflict::PartySize),
        (!is_where_it_has_to_be(floor, claim), SeatingConflict::Area),
        (is_too_many, SeatingConflict::Pacing),
        (is_too_full, SeatingConflict::Capacity),
    ];
    let found = found.into_iter().filter(|(is_so, _)| *is_so);
    found.map(|(_, conflict)| conflict).collect()
}

/// Whether a party fits at the tables that it has. One that has none sits nowhere badly.
fn fits(floor: &Floor, claim: &Claim) -> bool {
    match claim.tables.as_slice() {
        [] => true,
        [table] => {
            let table = floor.table(*table);
            table.is_none_or(|table| claim.party <= table.max_party)
        }
        tables => floor.combinations.iter().any(|combination| {
            claim.party <= combination.max_party
                && combination.tables.len() == tables.len()
                && tables
                    .iter()
                    .all(|table| combination.tables.contains(table))
        }),
    }
}

fn is_where_it_has_to_be(floor: &Floor, claim: &Claim) -> bool {
    claim.area.is_none_or(|wish| {
        !wish.is_required
            || claim.tables.is_empty()
            || floor.area_of(&claim.tables) == Some(wish.area)
    })
}

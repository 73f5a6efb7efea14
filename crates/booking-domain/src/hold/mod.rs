//! A hold: tables that are kept for somebody who is about to book them.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::booking::NewBooking;
use crate::calendar::UtcOffset;
use crate::floor::PartySize;
use crate::ids::{HoldId, RestaurantId, TableId};
use crate::placement::{
    Booker, Move, PlaceRefusal, PlaceRequest, Placement, PlacementPlan, Room, RuleOverrides, place,
};
use crate::service_day::{AreaWish, Claim, Claimant, ServiceDay};

/// How many live holds one caller has in one restaurant at most.
pub const MAX_LIVE_HOLDS: usize = 3;

/// A hold as it stands. It cannot be extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Public id, drawn at random.
    pub id: HoldId,
    /// The restaurant.
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
    /// The tables, and from when until when they are kept for the party.
    pub placement: Placement,
    /// Whether nobody knows who holds it: a guest without an account.
    pub is_anonymous: bool,
    /// The instant from which on it keeps nothing any more.
    pub expires_at: Timestamp,
}

impl Hold {
    /// What it takes, under the number `key`. Nobody has it make room.
    #[must_use]
    pub fn claim(&self, key: i64) -> Claim {
        Claim {
            is_pinned: true,
            expires_at: Some(self.expires_at),
            claimant: Claimant::Hold {
                is_anonymous: self.is_anonymous,
            },
            ..Claim::new(key, &self.placement, self.party, self.area)
        }
    }
}

/// A hold that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
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
}

/// Who asks for a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// By whose rules.
    pub booker: Booker,
    /// Whether nobody knows them.
    pub is_anonymous: bool,
    /// How many live holds they have in the restaurant.
    pub live_holds: usize,
}

/// A hold that is made, and what others make room for it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeHold {
    /// The hold.
    pub hold: Hold,
    /// The bookings that get other tables.
    pub moves: Vec<Move>,
}

/// Why there is no hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoldRefusal {
    /// The party gets no table.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
    /// The caller has as many as one may have.
    #[error("there are {MAX_LIVE_HOLDS} holds already: use one, release one or wait")]
    TooManyOfCaller,
    /// Those whom nobody knows hold half of what the slot has.
    #[error("half of what is left at this time is held already: book without a hold, or wait")]
    SlotHeld,
}

/// Why a hold does not become the booking that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoldUseRefusal {
    /// It has expired, was used or released, or never was.
    #[error("there is no such hold any more")]
    Expired,
    /// It is for something else.
    #[error("the hold is for something else")]
    Mismatch(HoldTerm),
}

/// What a hold binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldTerm {
    /// The restaurant.
    Restaurant,
    /// The date of the visit.
    Date,
    /// The time of the visit.
    Time,
    /// Which of two instants is meant.
    UtcOffset,
    /// The service date.
    ServiceDate,
    /// The party.
    Party,
    /// Where it wants to sit.
    Area,
}

impl NewHold {
    /// What is asked for of the service date that decides.
    #[must_use]
    pub fn place_request(&self, booker: Booker) -> PlaceRequest {
        PlaceRequest {
            date: self.date,
            time: self.time,
            utc_offset: self.utc_offset,
            service_date: self.service_date,
            party: self.party,
            area: self.area,
            booker,
            overrides: RuleOverrides::default(),
            tables: None,
            keep: None,
        }
    }
}

/// The hold that is asked for, on its service date (`day`), if the party gets a table.
///
/// # Errors
/// [`HoldRefusal`].
pub fn hold(
    day: &ServiceDay,
    new: &NewHold,
    holder: Holder,
    id: HoldId,
    now: Timestamp,
) -> Result<MadeHold, HoldRefusal> {
    if holder.live_holds >= MAX_LIVE_HOLDS {
        return Err(HoldRefusal::TooManyOfCaller);
    }
    let plan = place(day, &new.place_request(holder.booker), now)?;
    if holder.is_anonymous && takes_too_much(&Room::new(day, now), &plan, new.party) {
        return Err(HoldRefusal::SlotHeld);
    }
    let seconds = i64::from(day.calendar.policy().hold_time.seconds());
    let expires_at = now.checked_add(SignedDuration::from_secs(seconds));
    let hold = Hold {
        id,
        restaurant: new.restaurant,
        date: new.date,
        time: new.time,
        utc_offset: day.calendar.utc_offset(plan.placement.starts_at),
        party: new.party,
        area: new.area.filter(|wish| day.floor.has_area(wish.area)),
        placement: plan.placement,
        is_anonymous: holder.is_anonymous,
        expires_at: expires_at.unwrap_or(Timestamp::MAX),
    };
    Ok(MadeHold {
        hold,
        moves: plan.moves,
    })
}

/// Whether those whom nobody knows would hold more than half of what the slot has beside what others
/// have taken of it: of the tables that guests can book, of its pacing, and of the house. One may always
/// be held.
fn takes_too_much(room: &Room<'_>, plan: &PlacementPlan, party: PartySize) -> bool {
    let placement = &plan.placement;
    let span = (placement.starts_at, placement.free_at);
    let (held, taken): (Vec<&Claim>, Vec<&Claim>) =
        room.claims_in(span).partition(|claim| is_anonymous(claim));
    if held.is_empty() {
        return false;
    }
    let of = |claims: &[&Claim]| -> BTreeSet<TableId> {
        let tables = claims.iter().flat_map(|claim| claim.tables.iter().copied());
        tables.collect()
    };
    let taken = of(&taken);
    let mut held = of(&held);
    held.extend(&placement.tables);
    let bookable = room.day.floor.tables.iter().filter(|table| {
        table.is_bookable_online && (held.contains(&table.id) || !taken.contains(&table.id))
    });
    let is_over_half = |held: i32, others: i32, limit: u16| held * 2 > i32::from(limit) - others;
    let mut is_too_much = held.len() * 2 > bookable.count();
    let policy = room.day.calendar.policy();
    let slots = room
        .day
        .calendar
        .candidate_slots(placement.service_date, party);
    let slot = slots
        .iter()
        .find(|slot| slot.starts_at == placement.starts_at);
    if let Some(service) = slot.and_then(|slot| slot.service) {
        let (parties, covers) = room.starting_of(placement.starts_at, is_anonymous);
        let (all_parties, all_covers) = room.starting(placement.starts_at);
        if parties > 0 {
            let pacing = &service.pacing;
            is_too_much |= pacing
                .max_parties
                .is_some_and(|limit| is_over_half(parties + 1, all_parties - parties, limit.get()));
            is_too_much |= pacing.max_covers.is_some_and(|limit| {
                is_over_half(covers + party.get(), all_covers - covers, limit.get())
            });
        }
    }
    let span = (placement.starts_at, placement.ends_at);
    is_too_much
        | policy.max_covers.is_some_and(|limit| {
            let held = room.most_covers_of(span, is_anonymous);
            let others = room.most_covers_of(span, |claim| !is_anonymous(claim));
            held > 0 && is_over_half(held + party.get(), others, limit.get())
        })
}

fn is_anonymous(claim: &Claim) -> bool {
    claim.claimant == Claimant::Hold { is_anonymous: true }
}

impl Hold {
    /// Whether the booking that is asked for is the one that it was made for.
    ///
    /// # Errors
    /// [`HoldUseRefusal`].
    pub fn check_use(&self, new: &NewBooking, now: Timestamp) -> Result<(), HoldUseRefusal> {
        if self.expires_at <= now {
            return Err(HoldUseRefusal::Expired);
        }
        let is_other = |asked: Option<Date>| asked.is_some_and(|date| date != self.service_date());
        let terms = [
            (HoldTerm::Restaurant, new.restaurant != self.restaurant),
            (HoldTerm::Date, new.date != self.date),
            (HoldTerm::Time, new.time != self.time),
            (
                HoldTerm::UtcOffset,
                new.utc_offset.is_some_and(|it| it != self.utc_offset),
            ),
            (HoldTerm::ServiceDate, is_other(new.service_date)),
            (HoldTerm::Party, new.party != self.party),
            (
                HoldTerm::Area,
                new.area.is_some_and(|it| self.area != Some(it)),
            ),
        ];
        match terms.into_iter().find(|(_, is_other)| *is_other) {
            Some((term, _)) => Err(HoldUseRefusal::Mismatch(term)),
            None => Ok(()),
        }
    }

    /// The service date.
    #[must_use]
    pub const fn service_date(&self) -> Date {
        self.placement.service_date
    }

    /// The dates of the wall clock that may matter to it where nothing is known of the clock: all that do, and
    /// perhaps a neighbour.
    #[must_use]
    pub fn possible_dates(&self) -> Vec<Date> {
        let Placement {
            starts_at, free_at, ..
        } = self.placement;
        self.utc_offset
            .possible_dates(starts_at, (starts_at, free_at))
    }

    /// What the booking that it becomes asks for: what was promised stands, and the tables are kept as
    /// long as they still do.
    #[must_use]
    pub fn place_request(&self, request: PlaceRequest) -> PlaceRequest {
        PlaceRequest {
            utc_offset: Some(self.utc_offset),
            service_date: Some(self.service_date()),
            area: self.area,
            keep: Some(self.placement.tables.clone()),
            ..request
        }
    }
}

#[cfg(test)]
mod tests;

//! A party that comes without a booking.

use jiff::Timestamp;

use super::create::book;
use super::{
    BookingNotes, BookingReference, BookingSource, Customer, MadeBooking, NewBooking,
    SpecialRequests, Visit,
};
use crate::calendar::RestaurantCalendar;
use crate::floor::PartySize;
use crate::ids::{RestaurantId, TableId};
use crate::placement::{
    Booker, OverrideReason, PlaceRefusal, PlaceRequest, RuleOverrides, place_now,
};
use crate::service_day::{AreaWish, ServiceDay};

/// A party that stands there and is to be seated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWalkIn {
    /// The restaurant.
    pub restaurant: RestaurantId,
    /// Party size, 1–20 guests.
    pub party: PartySize,
    /// The tables at which it is to sit; those that waste least for `None`.
    pub tables: Option<Vec<TableId>>,
    /// Where it wants to sit.
    pub area: Option<AreaWish>,
    /// Who comes, as far as that is known.
    pub customer: Customer,
    /// Wishes for the visit, 1–500 characters.
    pub special_requests: Option<SpecialRequests>,
    /// What the restaurant notes.
    pub notes: BookingNotes,
    /// The rules that do not bind.
    pub overrides: RuleOverrides,
    /// Why they do not.
    pub reason: Option<OverrideReason>,
}

impl NewWalkIn {
    /// What is asked for of the service date that decides: tables for this minute, by the staff's rules.
    #[must_use]
    pub fn place_request(&self, calendar: &RestaurantCalendar, now: Timestamp) -> PlaceRequest {
        let (wall, utc_offset) = calendar.minute(now);
        PlaceRequest {
            date: wall.date(),
            time: wall.time(),
            utc_offset: Some(utc_offset),
            service_date: None,
            party: self.party,
            area: self.area,
            booker: Booker::Staff,
            overrides: self.overrides,
            tables: self.tables.clone(),
            keep: None,
        }
    }
}

/// The booking of a party that stands there, on its service date (`day`), if it gets a table: it is
/// confirmed, and the party sits.
///
/// # Errors
/// [`PlaceRefusal`].
pub fn walk_in(
    day: &ServiceDay,
    new: &NewWalkIn,
    reference: BookingReference,
    now: Timestamp,
) -> Result<MadeBooking, PlaceRefusal> {
    let request = new.place_request(&day.calendar, now);
    let plan = place_now(day, &request, now)?;
    let new = NewBooking {
        restaurant: new.restaurant,
        date: request.date,
        time: request.time,
        utc_offset: request.utc_offset,
        service_date: None,
        party: new.party,
        area: new.area,
        customer: new.customer.clone(),
        special_requests: new.special_requests.clone(),
        source: Some(BookingSource::WalkIn),
        notes: new.notes.clone(),
        staff: None,
        hold: None,
    };
    let mut made = book(day, new, (request.area, plan), reference, now);
    made.booking.visit = Visit {
        arrived_at: Some(now),
        seated_at: Some(now),
        finished_at: None,
    };
    Ok(made)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, time};
    use jiff::{SignedDuration, ToSpan};
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{booking, calendar_of, claim, day, party, table, table_id};
    use crate::{BookingStatus, Claim, MaxCovers, MaxParties, Pacing, PlaceReason, RuleOverride};

    /// On the day of the fixtures, 31 seconds after this minute.
    fn at(day: &ServiceDay, time: Time) -> Timestamp {
        let minute = day.calendar.instant(day.date.to_datetime(time));
        minute.expect("it exists") + SignedDuration::from_secs(31)
    }

    fn two() -> NewWalkIn {
        NewWalkIn {
            restaurant: booking().restaurant,
            party: party(2),
            tables: None,
            area: None,
            customer: Customer::default(),
            special_requests: None,
            notes: BookingNotes::default(),
            overrides: RuleOverrides::default(),
            reason: None,
        }
    }

    fn made(day: &ServiceDay, new: &NewWalkIn, now: Timestamp) -> Result<MadeBooking, PlaceReason> {
        let expected = booking();
        let reference = BookingReference {
            id: expected.id,
            confirmation_code: expected.confirmation_code,
        };
        walk_in(day, new, reference, now).map_err(|refusal| refusal.reason)
    }

    fn tables(made: &MadeBooking) -> Vec<i64> {
        let tables = made.booking.placement.tables.iter();
        tables.map(|table| table.get()).collect()
    }

    /// A party that sat down two hours before seven, and is not finished.
    fn overdue(day: &ServiceDay, tables: &[i64]) -> Claim {
        let turn = claim(day, tables, time(19, 0, 0, 0));
        Claim {
            starts_at: turn.starts_at - 2.hours(),
            ends_at: turn.ends_at - 2.hours(),
            free_at: turn.free_at - 2.hours(),
            seated_at: Some(turn.starts_at - 2.hours()),
            ..turn
        }
    }

    #[test]
    fn a_walk_in_is_confirmed_and_sits_from_this_minute_on() {
        let day = day(vec![table(1, 1, 4)]);
        let now = at(&day, time(19, 7, 0, 0));
        let made = made(&day, &two(), now).expect("the table is free");
        let booking = &made.booking;
        assert_eq!(booking.status, BookingStatus::Confirmed);
        assert_eq!(booking.source, BookingSource::WalkIn);
        assert_eq!((booking.date, booking.time), (day.date, time(19, 7, 0, 0)));
        let minute = now - SignedDuration::from_secs(31);
        assert_eq!(booking.placement.starts_at, minute);
        assert_eq!(booking.placement.ends_at, minute + 90.minutes());
        let visit = booking.visit;
        assert_eq!((visit.arrived_at, visit.seated_at), (Some(now), Some(now)));
        assert_eq!(booking.occupied().map(|it| it.starts_at), Some(now));
        assert_eq!(booking.customer, Customer::default());
        assert!(made.overridden.is_empty());
    }

    #[test]
    fn a_walk_in_gets_no_table_at_which_somebody_sits_still() {
        let mut day = day(vec![table(1, 1, 4), table(2, 1, 6)]);
        let now = at(&day, time(19, 7, 0, 0));
        day.claims.push(overdue(&day, &[1]));
        assert!(day.claims[0].free_at < now, "its turn is over");
        assert_eq!(tables(&made(&day, &two(), now).expect("one is free")), [2]);
        let there = NewWalkIn {
            tables: Some(vec![table_id(1)]),
            ..two()
        };
        let refused = made(&day, &there, now);
        assert_eq!(refused, Err(PlaceReason::TableNotAvailable));
    }

    #[test]
    fn who_sits_still_is_in_the_house() {
        let mut day = day(vec![table(1, 1, 4), table(2, 1, 4)]);
        let now = at(&day, time(19, 7, 0, 0));
        let mut policy = day.calendar.policy().clone();
        policy.max_covers = MaxCovers::new(3);
        day.calendar = calendar_of(&policy).into();
        assert!(made(&day, &two(), now).is_ok());
        day.claims.push(overdue(&day, &[1]));
        let refused = made(&day, &two(), now);
        assert_eq!(refused, Err(PlaceReason::CapacityReached));
    }

    #[test]
    fn a_walk_in_needs_its_table_for_the_whole_turn_or_others_make_room() {
        let mut day = day(vec![table(1, 1, 4), table(2, 1, 6)]);
        day.claims.push(claim(&day, &[1], time(20, 0, 0, 0)));
        let now = at(&day, time(19, 7, 0, 0));
        let there = NewWalkIn {
            tables: Some(vec![table_id(1)]),
            ..two()
        };
        let refused = made(&day, &there, now);
        assert_eq!(refused, Err(PlaceReason::TableNotAvailable));
        assert_eq!(tables(&made(&day, &two(), now).expect("one is free")), [2]);
        // The larger one is taken until eight, so that the later booking moves there.
        let large = claim(&day, &[2], time(18, 30, 0, 0));
        day.claims.push(large);
        let made = made(&day, &two(), now).expect("there is room");
        assert_eq!(tables(&made), [1]);
        let moved: Vec<_> = made.moves.iter().map(|moved| &moved.tables[..]).collect();
        assert_eq!(moved, [[table_id(2)]]);
    }

    #[test]
    fn a_service_takes_walk_ins_until_it_ends_and_the_staff_beyond() {
        let day = day(vec![table(1, 1, 4)]);
        for (minute, expected) in [
            (time(17, 59, 0, 0), Err(PlaceReason::OutsideServiceHours)),
            (time(18, 0, 0, 0), Ok(RuleOverrides::default())),
            (time(22, 59, 0, 0), Ok(RuleOverrides::default())),
            (time(23, 0, 0, 0), Err(PlaceReason::OutsideServiceHours)),
        ] {
            let now = at(&day, minute);
            let decided = made(&day, &two(), now).map(|made| made.overridden);
            assert_eq!(decided, expected, "{minute}");
            let hours = RuleOverrides::default().with(RuleOverride::Hours);
            let overriding = NewWalkIn {
                overrides: hours,
                ..two()
            };
            let decided = made(&day, &overriding, now).map(|made| made.overridden);
            // What was not in the way was not overridden.
            assert_eq!(decided, Ok(expected.map_or(hours, |none| none)), "{minute}");
        }
    }

    #[test]
    fn a_walk_in_counts_among_those_of_the_interval_in_which_it_comes() {
        let mut day = day(vec![table(1, 1, 4), table(2, 1, 4)]);
        let policy = day.calendar.policy().clone();
        let mut dinner = crate::fixtures::service_period(time(18, 0, 0, 0), time(23, 0, 0, 0));
        dinner.service.pacing = Pacing {
            max_parties: MaxParties::new(1),
            max_covers: None,
        };
        day.calendar = crate::fixtures::calendar_with(&policy, vec![dinner]).into();
        day.claims.push(claim(&day, &[1], time(19, 0, 0, 0)));
        for (minute, expected) in [
            (time(19, 0, 0, 0), Err(PlaceReason::PacingLimitReached)),
            (time(19, 29, 0, 0), Err(PlaceReason::PacingLimitReached)),
            (time(19, 30, 0, 0), Ok(vec![2])),
        ] {
            let decided = made(&day, &two(), at(&day, minute)).map(|made| tables(&made));
            assert_eq!(decided, expected, "{minute}");
        }
    }

    proptest! {
        #[test]
        fn a_walk_in_never_gets_a_table_that_somebody_has_now(
            minute in 18_i8..23,
            parties in prop::collection::vec(
                (1_i64..=5, -180_i64..=180, prop::bool::ANY, prop::bool::ANY), 0..8
            ),
            chosen in prop::option::of(1_i64..=5),
        ) {
            let mut day = day((1..=5).map(|id| table(id, 1, 4)).collect());
            let now = at(&day, time(minute, 17, 0, 0));
            for (table, begins, is_seated, is_pinned) in parties {
                let turn = claim(&day, &[table], time(19, 0, 0, 0));
                let starts_at = now + begins.minutes();
                day.claims.push(Claim {
                    starts_at,
                    ends_at: starts_at + 90.minutes(),
                    free_at: starts_at + 90.minutes(),
                    // Who sits has sat down.
                    seated_at: (is_seated && begins < 0).then_some(starts_at),
                    is_pinned,
                    ..turn
                });
            }
            let asked = NewWalkIn {
                tables: chosen.map(|table| vec![table_id(table)]),
                ..two()
            };
            let Ok(made) = made(&day, &asked, now) else {
                return Ok(());
            };
            let placement = &made.booking.placement;
            for claim in &day.claims {
                let is_moved = made.moves.iter().any(|moved| moved.key == claim.key);
                let has_a_table = claim.tables.iter().any(|it| placement.tables.contains(it));
                let sits = claim.seated_at.is_some();
                let is_in_the_way = claim.is_in_the_way_of(placement);
                prop_assert!(!(has_a_table && sits), "{claim:?} sits there");
                prop_assert!(is_moved || !is_in_the_way, "{claim:?} has it");
                prop_assert!(!(is_moved && sits), "{claim:?} sits, and was moved");
            }
        }
    }
}

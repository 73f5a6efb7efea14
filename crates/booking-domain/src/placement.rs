//! Placing a party: which table it gets, and when.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use crate::calendar::{CandidateSlot, RestaurantCalendar};
use crate::floor::{DiningTable, Occupancy, PartySize};
use crate::ids::TableId;

/// The snapshot on which one decision is made: one calendar date of one restaurant, with
/// everything that decides whether a table is free.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDay {
    /// The restaurant's booking policy and wall clock.
    pub calendar: RestaurantCalendar,
    /// All of the restaurant's tables, in any order.
    pub tables: Vec<DiningTable>,
    /// The date, in the restaurant's calendar.
    pub date: Date,
    /// Every occupancy that overlaps [`RestaurantCalendar::span`], in any order; more do no
    /// harm. Where a booking is to be moved, its own is not among them.
    pub occupancies: Vec<Occupancy>,
}

/// The table and the time that a party gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The table.
    pub table: TableId,
    /// The first instant at which it is the party's.
    pub starts_at: Timestamp,
    /// The instant at which it is free again.
    pub ends_at: Timestamp,
}

/// Why a party gets no table. The first reason that holds, in this order, is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceRefusal {
    /// The date, or the time on it, is not after now.
    #[error("the booking's date and time must be in the future")]
    InThePast,
    /// The date is further ahead than the restaurant takes bookings.
    #[error("the restaurant takes bookings for up to {days} days ahead")]
    OutsideBookingWindow {
        /// How far ahead it takes them.
        days: u16,
    },
    /// The restaurant has no slot at this time: it is closed, it closes before the turn ends,
    /// or the time lies between two slots.
    #[error("the restaurant takes no bookings at this time")]
    NotABookableTime,
    /// No table is large enough, at any time. (Or none takes a party so small.)
    #[error("the restaurant has no table for a party of this size")]
    NoTableForParty {
        /// The largest party that it has a table for.
        largest: i32,
    },
    /// Every table that fits is taken.
    #[error("no table for this party is free at this time")]
    NoTableFree,
}

/// Places a party at `time` on the date of `day`.
///
/// It gets the smallest free table that fits: the one with the smallest `max_party`, and of
/// several such the one with the smallest number.
///
/// # Errors
/// See [`PlaceRefusal`].
pub fn place(
    day: &ServiceDay,
    time: Time,
    party: PartySize,
    now: Timestamp,
) -> Result<Placement, PlaceRefusal> {
    check_date(day, now)?;
    let slot = day
        .calendar
        .candidate_slots(day.date)
        .into_iter()
        .find(|slot| slot.time == time);
    let Some(slot) = slot else {
        // A time that is no slot may be past as well, which says more to whoever asks.
        return Err(if is_past(day, time, now) {
            PlaceRefusal::InThePast
        } else {
            PlaceRefusal::NotABookableTime
        });
    };
    if slot.starts_at <= now {
        return Err(PlaceRefusal::InThePast);
    }
    let fitting = fitting_tables(day, party);
    if fitting.is_empty() {
        let largest = day.tables.iter().map(|table| table.max_party.get()).max();
        return Err(PlaceRefusal::NoTableForParty {
            largest: largest.unwrap_or(0),
        });
    }
    first_free(&fitting, &day.occupancies, slot)
        .map(|table| Placement {
            table: table.id,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
        })
        .ok_or(PlaceRefusal::NoTableFree)
}

/// Whether the date is neither past nor too far ahead.
pub(crate) fn check_date(day: &ServiceDay, now: Timestamp) -> Result<(), PlaceRefusal> {
    let today = day.calendar.today(now);
    if day.date < today {
        return Err(PlaceRefusal::InThePast);
    }
    let days = day.calendar.policy().booking_window.days();
    let last = today.checked_add(i64::from(days).days());
    // Where the calendar ends before the window does, every date is within.
    if last.is_ok_and(|last| day.date > last) {
        return Err(PlaceRefusal::OutsideBookingWindow { days });
    }
    Ok(())
}

/// The tables that a party gets, in the order in which it gets them.
pub(crate) fn fitting_tables(day: &ServiceDay, party: PartySize) -> Vec<&DiningTable> {
    let mut fitting: Vec<&DiningTable> = day
        .tables
        .iter()
        .filter(|table| table.fits(party))
        .collect();
    fitting.sort_by_key(|table| (table.max_party, table.id));
    fitting
}

/// The first table that is free for a whole turn.
pub(crate) fn first_free<'a>(
    fitting: &[&'a DiningTable],
    busy: &[Occupancy],
    slot: CandidateSlot,
) -> Option<&'a DiningTable> {
    fitting.iter().copied().find(|table| {
        !busy.iter().any(|occupancy| {
            occupancy.table == table.id && occupancy.overlaps(slot.starts_at, slot.ends_at)
        })
    })
}

fn is_past(day: &ServiceDay, time: Time, now: Timestamp) -> bool {
    day.date.to_datetime(time) <= day.calendar.wall_clock(now)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::BookingWindow;
    use crate::fixtures::{NOW, calendar_of, day, occupied, party, policy, table};

    #[test]
    fn the_smallest_table_that_fits_is_taken_first() {
        let day = day(vec![
            table(1, 1, 8),
            table(2, 1, 4),
            table(3, 1, 4),
            table(4, 1, 2),
        ]);
        let placed = place(&day, time(19, 0, 0, 0), party(3), NOW).expect("there is room");
        assert_eq!(placed.table.get(), 2);
    }

    #[test]
    fn a_large_table_is_kept_from_a_small_party() {
        let day = day(vec![table(1, 5, 8)]);
        let refused = place(&day, time(19, 0, 0, 0), party(2), NOW);
        assert_eq!(refused, Err(PlaceRefusal::NoTableForParty { largest: 8 }));
    }

    #[test]
    fn a_turn_that_begins_when_another_ends_is_no_overlap() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.occupancies = vec![occupied(&day, 1, time(18, 0, 0, 0))]; // until 19:30
        assert!(place(&day, time(19, 30, 0, 0), party(2), NOW).is_ok());
        let refused = place(&day, time(19, 0, 0, 0), party(2), NOW);
        assert_eq!(refused, Err(PlaceRefusal::NoTableFree));
    }

    #[test]
    fn an_occupancy_of_another_table_is_in_nobodys_way() {
        let mut day = day(vec![table(1, 1, 4), table(2, 1, 6)]);
        day.occupancies = vec![occupied(&day, 1, time(19, 0, 0, 0))];
        let placed = place(&day, time(19, 0, 0, 0), party(2), NOW).expect("there is room");
        assert_eq!(placed.table.get(), 2);
    }

    #[test]
    fn a_time_between_two_slots_is_not_bookable() {
        let day = day(vec![table(1, 1, 4)]);
        let refused = place(&day, time(19, 10, 0, 0), party(2), NOW);
        assert_eq!(refused, Err(PlaceRefusal::NotABookableTime));
    }

    #[test]
    fn the_past_is_refused_by_date_and_by_time() {
        // It is 18:30 in Berlin on 8 February 2027.
        let mut day = day(vec![table(1, 1, 4)]);
        for (date, at) in [
            (date(2027, 2, 7), time(19, 0, 0, 0)),
            (date(2027, 2, 8), time(18, 30, 0, 0)),
            (date(2027, 2, 8), time(3, 0, 0, 0)),
            (Date::MIN, time(19, 0, 0, 0)),
        ] {
            day.date = date;
            assert_eq!(
                place(&day, at, party(2), NOW),
                Err(PlaceRefusal::InThePast),
                "{date}"
            );
        }
        day.date = date(2027, 2, 8);
        assert!(place(&day, time(19, 0, 0, 0), party(2), NOW).is_ok());
    }

    #[test]
    fn today_is_the_restaurants_today() {
        // In Auckland it is already 06:30 on 9 February.
        let mut day = day(vec![table(1, 1, 4)]);
        day.calendar = calendar_of(&policy("Pacific/Auckland"));
        day.date = date(2027, 2, 8);
        let refused = place(&day, time(19, 0, 0, 0), party(2), NOW);
        assert_eq!(refused, Err(PlaceRefusal::InThePast));
    }

    #[test]
    fn the_booking_window_ends_after_its_last_day() {
        let mut day = day(vec![table(1, 1, 4)]);
        let mut policy = policy("Europe/Berlin");
        policy.booking_window = BookingWindow::from_days(7).expect("it is in range");
        day.calendar = calendar_of(&policy);
        day.date = date(2027, 2, 15);
        assert!(place(&day, time(19, 0, 0, 0), party(2), NOW).is_ok());
        for date in [date(2027, 2, 16), Date::MAX] {
            day.date = date;
            let refused = place(&day, time(19, 0, 0, 0), party(2), NOW);
            assert_eq!(refused, Err(PlaceRefusal::OutsideBookingWindow { days: 7 }));
        }
    }
}

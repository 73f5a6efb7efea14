//! What can be booked on a date.

use jiff::Timestamp;
use jiff::civil::Time;

use crate::floor::PartySize;
use crate::placement::{PlaceRefusal, ServiceDay, check_date, first_free, fitting_tables};

/// A time at which a party would get a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// On the restaurant's wall clock.
    pub time: Time,
    /// The instant of `time`.
    pub starts_at: Timestamp,
}

/// Why availability cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityRefusal {
    /// The date is past at the restaurant.
    #[error("the date must not be in the past")]
    InThePast,
}

/// Every slot of the date of `day` at which [`crate::place`] would place the party, in order
/// of time. A date on which nothing can be booked has none: it may be full, the restaurant
/// closed, the party too large, or the date too far ahead.
///
/// # Errors
/// See [`AvailabilityRefusal`].
pub fn available_slots(
    day: &ServiceDay,
    party: PartySize,
    now: Timestamp,
) -> Result<Vec<Slot>, AvailabilityRefusal> {
    match check_date(day, now) {
        Err(PlaceRefusal::InThePast) => return Err(AvailabilityRefusal::InThePast),
        Err(_) => return Ok(Vec::new()),
        Ok(()) => {}
    }
    let fitting = fitting_tables(day, party);
    let mut slots: Vec<Slot> = day
        .calendar
        .candidate_slots(day.date)
        .into_iter()
        .filter(|slot| slot.starts_at > now)
        .filter(|slot| first_free(&fitting, &day.occupancies, *slot).is_some())
        .map(|slot| Slot {
            time: slot.time,
            starts_at: slot.starts_at,
        })
        .collect();
    slots.dedup_by_key(|slot| slot.time);
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::{NOW, day, occupied, party, table};

    fn times(day: &ServiceDay, guests: i64) -> Vec<String> {
        available_slots(day, party(guests), NOW)
            .expect("the date is not past")
            .iter()
            .map(|slot| slot.time.strftime("%H:%M").to_string())
            .collect()
    }

    #[test]
    fn what_overlaps_a_booking_is_not_offered() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.occupancies = vec![occupied(&day, 1, time(19, 30, 0, 0))];
        assert_eq!(times(&day, 2), ["18:00", "21:00", "21:30"]);
    }

    #[test]
    fn of_today_only_what_is_ahead_is_offered() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.date = date(2027, 2, 8); // it is 18:30
        assert_eq!(times(&day, 2)[0], "19:00");
    }

    #[test]
    fn a_past_date_is_refused() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.date = date(2027, 2, 7);
        let refused = available_slots(&day, party(2), NOW);
        assert_eq!(refused, Err(AvailabilityRefusal::InThePast));
    }

    #[test]
    fn too_far_ahead_and_too_large_is_nothing_to_offer() {
        let mut day = day(vec![table(1, 1, 4)]);
        assert!(times(&day, 5).is_empty());
        day.date = date(2029, 2, 8);
        assert!(times(&day, 2).is_empty());
    }
}

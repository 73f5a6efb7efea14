//! Parties that sit longer than their turns.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::visit::COMPLETION_DELAY;
use super::{Booking, BookingStatus};
use crate::ids::BookingId;
use crate::seating_plan::UpcomingBooking;
use crate::service_day::Claim;

impl Booking {
    /// Whether its party sits though its turn is over. It keeps its tables until it is finished.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status == BookingStatus::Confirmed
            && self.visit.seated_at.is_some()
            && self.placement.ends_at <= now
    }

    /// Whether it may be the next at the tables of an overdue party: it is active, has tables, and its own
    /// party does not sit.
    #[must_use]
    pub fn can_wait_for_tables(&self) -> bool {
        self.status.is_active()
            && self.visit.seated_at.is_none()
            && !self.placement.tables.is_empty()
    }
}

/// Who is the next at each table of an overdue party, by the numbers of the bookings, with the ids of those
/// whose parties they wait for. `others` are what the bookings take that begin after the first of the
/// overdue ones; more do no harm. Whoever begins when the overdue booking would count as completed by
/// itself waits for nobody.
#[must_use]
pub fn next_at_overdue_tables(
    overdue: &[UpcomingBooking],
    others: &[Claim],
    now: Timestamp,
) -> BTreeMap<i64, Vec<BookingId>> {
    let mut next: BTreeMap<i64, Vec<BookingId>> = BTreeMap::new();
    for UpcomingBooking { id, claim, .. } in overdue {
        let end = claim.free_at.checked_add(COMPLETION_DELAY);
        let end = end.unwrap_or(Timestamp::MAX);
        let waits = |other: &&Claim| {
            other.seated_at.is_none()
                && other.is_live(now)
                && claim.starts_at < other.starts_at
                && other.starts_at < end
        };
        let waiting: Vec<&Claim> = others.iter().filter(waits).collect();
        for table in &claim.tables {
            let at_table = waiting.iter().filter(|other| other.tables.contains(table));
            let Some(first) = at_table.min_by_key(|other| (other.starts_at, other.key)) else {
                continue;
            };
            let waits_for = next.entry(first.key).or_default();
            if !waits_for.contains(id) {
                waits_for.push(id.clone());
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{Time, time};

    use super::*;
    use crate::booking::{Visit, finish};
    use crate::fixtures::{booking, claim, day};
    use crate::{ConfirmationCode, Decision};

    /// A party that came at seven and sits at table 1 until it is finished.
    fn seated() -> Booking {
        let booking = booking();
        let starts_at = booking.placement.starts_at;
        Booking {
            visit: Visit {
                arrived_at: Some(starts_at),
                seated_at: Some(starts_at),
                finished_at: None,
            },
            ..booking
        }
    }

    /// The same as a change of the seating plan sees it, at these tables.
    fn overdue(tables: &[i64]) -> UpcomingBooking {
        let booking = seated();
        let day = day(Vec::new());
        UpcomingBooking {
            id: booking.id.clone(),
            confirmation_code: ConfirmationCode::from_random([7; 32]),
            wall: booking.date.to_datetime(booking.time),
            utc_offset: booking.utc_offset,
            claim: Claim {
                key: 100,
                seated_at: booking.visit.seated_at,
                ..claim(&day, tables, booking.time)
            },
        }
    }

    fn at(key: i64, tables: &[i64], time: Time) -> Claim {
        Claim {
            key,
            ..claim(&day(Vec::new()), tables, time)
        }
    }

    const NEXT: Time = time(20, 30, 0, 0);

    #[test]
    fn a_party_is_overdue_from_the_end_of_its_turn_until_it_is_finished() {
        let booking = seated();
        let end = booking.placement.ends_at;
        assert!(!booking.is_overdue(end - 1.microsecond()));
        assert!(booking.is_overdue(end));
        let Ok(Decision::Changed(finished)) = finish(&booking, end) else {
            panic!("it sits");
        };
        assert!(!finished.is_overdue(end));
        let expected = Booking {
            visit: Visit::default(),
            ..booking
        };
        assert!(!expected.is_overdue(end));
    }

    #[test]
    fn only_the_first_at_a_table_waits_for_the_party_that_sits_there() {
        let overdue = [overdue(&[1, 2])];
        let now = overdue[0].claim.ends_at;
        let mut others = vec![
            at(1, &[1], time(21, 30, 0, 0)),
            at(2, &[1], NEXT),
            at(3, &[2], time(21, 0, 0, 0)),
            at(4, &[3], NEXT),
            at(5, &[1], time(18, 0, 0, 0)),
        ];
        let who = |others: &[Claim]| {
            let next = next_at_overdue_tables(&overdue, others, now);
            let waits_for = vec![overdue[0].id.clone()];
            assert!(next.values().all(|ids| *ids == waits_for));
            next.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(who(&others), [2, 3]);
        // Who sits already waits for nobody, and who has expired does not come.
        others[1].seated_at = Some(now);
        others[2].expires_at = Some(now);
        assert_eq!(who(&others), [1]);
        assert!(next_at_overdue_tables(&[], &others, now).is_empty());
    }

    #[test]
    fn whoever_comes_once_the_party_counts_as_gone_waits_for_nobody() {
        let overdue = [overdue(&[1])];
        let now = overdue[0].claim.ends_at;
        let mut other = at(1, &[1], NEXT);
        other.starts_at = overdue[0].claim.free_at + COMPLETION_DELAY;
        assert!(next_at_overdue_tables(&overdue, &[other.clone()], now).is_empty());
        other.starts_at -= 1.microsecond();
        assert_eq!(next_at_overdue_tables(&overdue, &[other], now).len(), 1);
    }

    #[test]
    fn whoever_has_several_tables_waits_for_all_who_sit_there() {
        let first = overdue(&[1]);
        let second = UpcomingBooking {
            id: BookingId::from_random([8; 32]),
            ..overdue(&[2])
        };
        let now = first.claim.ends_at;
        let ids = vec![first.id.clone(), second.id.clone()];
        let next = next_at_overdue_tables(&[first, second], &[at(1, &[1, 2], NEXT)], now);
        assert_eq!(next, BTreeMap::from([(1, ids)]));
    }
}

//! Changing a booking.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::booking::{Booking, BookingChange};
use crate::party::PartySize;
use crate::placement::{PlaceRefusal, Placement, place_beside};
use crate::service_day::ServiceDay;
use crate::status::BookingStatus;

/// What to do when a booking is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeDecision {
    /// Everything is already as it is asked for.
    Unchanged,
    /// It becomes this.
    Changed(ChangedBooking),
}

/// What a booking becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedBooking {
    /// Its date.
    pub date: Date,
    /// Its time.
    pub time: Time,
    /// How many come.
    pub party: PartySize,
    /// What they wish for.
    pub special_requests: Option<String>,
    /// Their table, and for how long it is theirs.
    pub placement: Placement,
}

/// Why a booking cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// It is over.
    #[error("a {status} booking cannot be changed")]
    NotChangeable {
        /// Where it stands.
        status: BookingStatus,
    },
    /// The party gets no table as it wishes.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
}

/// Decides what a booking becomes. `day` is that of the new date: the change's, or else the
/// booking's own.
///
/// A new date, time or party size is a new request for a table, by the same rules as a new
/// booking; the booking's own table is free for it. When the party only becomes smaller or
/// larger and its own table fits and takes it at the same time, it stays where it is: nobody
/// is moved without need. Wishes can change as long as the booking is active, even when its
/// time has come.
///
/// # Errors
/// See [`ChangeRefusal`].
pub fn change(
    booking: &Booking,
    change: &BookingChange,
    day: &ServiceDay,
    now: Timestamp,
) -> Result<ChangeDecision, ChangeRefusal> {
    if !booking.status.is_active() {
        let status = booking.status;
        return Err(ChangeRefusal::NotChangeable { status });
    }
    let date = change.date.unwrap_or(booking.date);
    let time = change.time.unwrap_or(booking.time);
    let party = change.party.unwrap_or(booking.party);
    let special_requests = match &change.special_requests {
        Some(requests) => requests.clone(),
        None => booking.special_requests.clone(),
    };
    let moves = (date, time) != (booking.date, booking.time);
    let resized = party != booking.party;
    if !moves && !resized && special_requests == booking.special_requests {
        return Ok(ChangeDecision::Unchanged);
    }
    let stays = Placement {
        table: booking.table,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
    };
    let placement = if moves || (resized && !own_table_fits(booking, party, day, now)) {
        place_beside(day, time, party, now, Some(&booking.id))?
    } else {
        stays
    };
    Ok(ChangeDecision::Changed(ChangedBooking {
        date,
        time,
        party,
        special_requests,
        placement,
    }))
}

/// Whether a party of another size can stay at its table at its time.
fn own_table_fits(booking: &Booking, party: PartySize, day: &ServiceDay, now: Timestamp) -> bool {
    booking.starts_at > now
        && day
            .tables
            .iter()
            .any(|table| table.id == booking.table && table.fits(party))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;
    use crate::fixtures::{NOW, booking, day, occupied, occupied_by, party, table};

    /// Two tables; the booking is for two at 19:00 on the smaller one.
    fn house() -> (Booking, ServiceDay) {
        let booking = booking();
        let mut day = day(vec![table(1, 1, 4), table(2, 3, 8)]);
        day.occupancies = vec![occupied_by(&day, 1, booking.time, &booking.id)];
        (booking, day)
    }

    fn changed(decision: Result<ChangeDecision, ChangeRefusal>) -> ChangedBooking {
        match decision {
            Ok(ChangeDecision::Changed(changed)) => changed,
            other => panic!("it should change: {other:?}"),
        }
    }

    #[test]
    fn nothing_asked_for_changes_nothing() {
        let (booking, day) = house();
        let same = BookingChange {
            time: Some(booking.time),
            special_requests: Some(booking.special_requests.clone()),
            ..BookingChange::default()
        };
        for asked in [BookingChange::default(), same] {
            assert_eq!(
                change(&booking, &asked, &day, NOW),
                Ok(ChangeDecision::Unchanged)
            );
        }
    }

    #[test]
    fn a_booking_may_move_into_its_own_time() {
        let (booking, day) = house();
        let later = BookingChange {
            time: Some(time(19, 30, 0, 0)),
            ..BookingChange::default()
        };
        let changed = changed(change(&booking, &later, &day, NOW));
        assert_eq!(changed.placement.table.get(), 1);
    }

    #[test]
    fn a_party_that_still_fits_stays_at_its_table() {
        let (mut booking, mut day) = house();
        day.tables.push(table(3, 1, 2));
        booking.party = party(4);
        let fewer = BookingChange {
            party: Some(party(2)),
            ..BookingChange::default()
        };
        let changed = changed(change(&booking, &fewer, &day, NOW));
        assert_eq!(changed.placement.table.get(), 1);
    }

    #[test]
    fn a_party_that_outgrows_its_table_moves_or_is_refused() {
        let (booking, mut day) = house();
        let more = BookingChange {
            party: Some(party(6)),
            ..BookingChange::default()
        };
        assert_eq!(
            changed(change(&booking, &more, &day, NOW))
                .placement
                .table
                .get(),
            2
        );
        day.occupancies.push(occupied(&day, 2, time(18, 30, 0, 0)));
        let refused = change(&booking, &more, &day, NOW);
        assert_eq!(
            refused,
            Err(ChangeRefusal::Place(PlaceRefusal::NoTableFree))
        );
    }

    #[test]
    fn wishes_can_be_withdrawn_while_the_guests_are_at_table() {
        let (mut booking, day) = house();
        booking.special_requests = Some("Window seat".to_owned());
        let withdrawn = BookingChange {
            special_requests: Some(None),
            ..BookingChange::default()
        };
        let now = booking.starts_at;
        let changed = changed(change(&booking, &withdrawn, &day, now));
        assert_eq!(changed.special_requests, None);
        assert_eq!(changed.placement.starts_at, booking.starts_at);
    }

    #[test]
    fn what_is_over_cannot_change() {
        let (mut booking, day) = house();
        for status in BookingStatus::ALL
            .into_iter()
            .filter(|status| !status.is_active())
        {
            booking.status = status;
            let refused = change(&booking, &BookingChange::default(), &day, NOW);
            assert_eq!(refused, Err(ChangeRefusal::NotChangeable { status }));
        }
    }
}

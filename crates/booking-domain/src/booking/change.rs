//! Changing a booking.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Booking, BookingChange, Decision, StatusRefusal};
use crate::floor::PartySize;
use crate::placement::{PlaceRefusal, ServiceDay, place};

/// Why a booking cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Its version is none of those that the caller expects.
    #[error("the booking has changed in the meantime")]
    VersionMismatch,
    /// It is over.
    #[error(transparent)]
    Status(#[from] StatusRefusal),
    /// It needs a table, and the restaurant gives none to anybody.
    #[error("the restaurant takes no bookings at the moment")]
    RestaurantClosed,
    /// The party gets no table as it wishes.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
}

/// What a change comes to, as far as the booking alone can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is made once for a change, and taken apart at once"
)]
pub enum ChangePlan {
    /// It is decided, and needs no table.
    Decided(Decision),
    /// It needs a table: the day of its date decides.
    NeedsTable(TableRequest),
}

/// A change for which a table must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRequest {
    /// The booking as it stands.
    current: Booking,
    /// The booking as it is asked for; the placement is still the old one.
    wanted: Booking,
}

/// Plans what a booking becomes, if its version is one of `expected`; any will do for `None`.
///
/// Wishes can change as long as the booking is active, even when its time has come. A new date,
/// time or party size is a new request for a table, by the same rules as a new booking; the
/// booking's own table is free for it.
///
/// # Errors
/// [`ChangeRefusal::VersionMismatch`] and [`ChangeRefusal::Status`].
pub fn plan_change(
    booking: &Booking,
    change: &BookingChange,
    expected: Option<&[i32]>,
    now: Timestamp,
) -> Result<ChangePlan, ChangeRefusal> {
    if expected.is_some_and(|versions| !versions.contains(&booking.version)) {
        return Err(ChangeRefusal::VersionMismatch);
    }
    if !booking.status.is_active() {
        return Err(booking.status.refuses("changed").into());
    }
    let wanted = Booking {
        date: change.date.unwrap_or(booking.date),
        time: change.time.unwrap_or(booking.time),
        party: change.party.unwrap_or(booking.party),
        special_requests: change
            .special_requests
            .clone()
            .unwrap_or_else(|| booking.special_requests.clone()),
        ..booking.clone()
    };
    if wanted == *booking {
        return Ok(ChangePlan::Decided(Decision::Unchanged));
    }
    let table = |booking: &Booking| (booking.date, booking.time, booking.party);
    if table(&wanted) == table(booking) {
        let changed = wanted.revised(now);
        return Ok(ChangePlan::Decided(Decision::Changed(changed)));
    }
    Ok(ChangePlan::NeedsTable(TableRequest {
        current: booking.clone(),
        wanted,
    }))
}

impl TableRequest {
    /// The date whose day decides.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.wanted.date
    }

    /// The changed booking, if the party gets a table on `day`, which is that of [`Self::date`]
    /// without what the booking itself occupies.
    ///
    /// When the party only becomes smaller or larger and its own table fits and takes it at the
    /// same time, it stays where it is: nobody is moved without need.
    ///
    /// # Errors
    /// See [`PlaceRefusal`].
    pub fn decide(self, day: &ServiceDay, now: Timestamp) -> Result<Booking, PlaceRefusal> {
        let Self { current, wanted } = self;
        let start = |booking: &Booking| -> (Date, Time) { (booking.date, booking.time) };
        let stays =
            start(&current) == start(&wanted) && own_table_fits(&current, wanted.party, day, now);
        let placement = if stays {
            current.placement
        } else {
            place(day, wanted.time, wanted.party, now)?
        };
        Ok(Booking {
            placement,
            ..wanted
        }
        .revised(now))
    }
}

/// Whether a party of another size can stay at its table at its time.
fn own_table_fits(booking: &Booking, party: PartySize, day: &ServiceDay, now: Timestamp) -> bool {
    booking.placement.starts_at > now
        && day
            .tables
            .iter()
            .any(|table| table.id == booking.placement.table && table.fits(party))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::time;

    use super::*;
    use crate::fixtures::{NOW, booking, booking_in, day, occupied, party, table};
    use crate::{BookingStatus, SpecialRequests};

    /// Two tables; the booking is for two at 19:00 on the smaller one.
    fn booked() -> (Booking, ServiceDay) {
        (booking(), day(vec![table(1, 1, 4), table(2, 3, 8)]))
    }

    /// What becomes of the booking on that day.
    fn change(
        booking: &Booking,
        change: &BookingChange,
        day: &ServiceDay,
        now: Timestamp,
    ) -> Result<Booking, ChangeRefusal> {
        match plan_change(booking, change, None, now)? {
            ChangePlan::Decided(Decision::Unchanged) => Ok(booking.clone()),
            ChangePlan::Decided(Decision::Changed(changed)) => Ok(changed),
            ChangePlan::NeedsTable(request) => Ok(request.decide(day, now)?),
        }
    }

    fn requests(text: &str) -> Option<SpecialRequests> {
        SpecialRequests::parse(text)
    }

    #[test]
    fn nothing_asked_for_changes_nothing() {
        let (booking, _) = booked();
        let same = BookingChange {
            time: Some(booking.time),
            special_requests: Some(booking.special_requests.clone()),
            ..BookingChange::default()
        };
        for asked in [BookingChange::default(), same] {
            assert_eq!(
                plan_change(&booking, &asked, None, NOW),
                Ok(ChangePlan::Decided(Decision::Unchanged))
            );
        }
    }

    #[test]
    fn a_change_is_the_next_version_and_merges_what_is_not_asked_for() {
        let (booking, day) = booked();
        let later = NOW + 1.minute();
        let asked = BookingChange {
            party: Some(party(4)),
            ..BookingChange::default()
        };
        let expected = Booking {
            party: party(4),
            updated_at: later,
            version: booking.version + 1,
            ..booking.clone()
        };
        assert_eq!(change(&booking, &asked, &day, later), Ok(expected));
    }

    #[test]
    fn another_version_than_expected_changes_nothing() {
        let (booking, _) = booked();
        let planned = |expected: &[i32]| {
            plan_change(&booking, &BookingChange::default(), Some(expected), NOW)
        };
        for expected in [&[][..], &[2], &[2, 3]] {
            assert_eq!(planned(expected), Err(ChangeRefusal::VersionMismatch));
        }
        assert!(planned(&[2, 1]).is_ok());
    }

    #[test]
    fn a_booking_may_move_into_its_own_time() {
        let (booking, day) = booked();
        let later = BookingChange {
            time: Some(time(19, 30, 0, 0)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &later, &day, NOW).expect("it is free");
        assert_eq!(changed.placement.table.get(), 1);
        assert_ne!(changed.placement, booking.placement);
    }

    #[test]
    fn a_party_that_still_fits_stays_at_its_table() {
        let (mut booking, mut day) = booked();
        day.tables.push(table(3, 1, 2));
        booking.party = party(4);
        let fewer = BookingChange {
            party: Some(party(2)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &fewer, &day, NOW).expect("it fits");
        assert_eq!(changed.placement, booking.placement);
    }

    #[test]
    fn a_party_that_outgrows_its_table_moves_or_is_refused() {
        let (booking, mut day) = booked();
        let more = BookingChange {
            party: Some(party(6)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &more, &day, NOW).expect("the other is free");
        assert_eq!(changed.placement.table.get(), 2);
        day.occupancies.push(occupied(&day, 2, time(18, 30, 0, 0)));
        let refused = change(&booking, &more, &day, NOW);
        assert_eq!(
            refused,
            Err(ChangeRefusal::Place(PlaceRefusal::NoTableFree))
        );
    }

    #[test]
    fn wishes_need_no_table_and_can_be_withdrawn_while_the_guests_are_at_it() {
        let (mut booking, _) = booked();
        booking.special_requests = requests("Window seat");
        let withdrawn = BookingChange {
            special_requests: Some(None),
            ..BookingChange::default()
        };
        let now = booking.placement.starts_at;
        let expected = Booking {
            special_requests: None,
            updated_at: now,
            version: 2,
            ..booking.clone()
        };
        assert_eq!(
            plan_change(&booking, &withdrawn, None, now),
            Ok(ChangePlan::Decided(Decision::Changed(expected)))
        );
    }

    #[test]
    fn what_is_over_cannot_change() {
        let mut statuses = BookingStatus::ALL.to_vec();
        statuses.retain(|status| !status.is_active());
        for status in statuses {
            let booking = booking_in(status);
            let refused = plan_change(&booking, &BookingChange::default(), None, NOW);
            assert_eq!(
                refused,
                Err(ChangeRefusal::Status(status.refuses("changed")))
            );
        }
    }
}

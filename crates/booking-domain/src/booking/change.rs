//! Changing a booking.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{
    Booking, BookingChange, BookingField, BookingStatus, Decision, MadeBooking, StatusRefusal,
};
use crate::calendar::{RestaurantCalendar, UtcOffset};
use crate::floor::PartySize;
use crate::placement::{
    Booker, PlaceReason, PlaceRefusal, PlaceRequest, Room, RuleOverrides, StaffRequest, place,
};
use crate::policy::BookingPolicy;
use crate::service_day::ServiceDay;

/// Why a booking cannot change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Its version is none of those that the caller expects.
    #[error("the booking has changed in the meantime")]
    VersionMismatch,
    /// It is over.
    #[error(transparent)]
    Status(#[from] StatusRefusal),
    /// Its party is there, and the time of its visit is no question any more.
    #[error("a booking whose party has come keeps its date and time")]
    PartyHasCome {
        /// Which of them another one was asked for.
        field: BookingField,
    },
    /// It needs a table, and the restaurant gives none to anybody.
    #[error("the restaurant takes no bookings at the moment")]
    RestaurantClosed,
    /// It is too late for guests.
    #[error("guests can change a booking up to {minutes} minutes before the visit")]
    CutoffPassed {
        /// How long before at the latest.
        minutes: u16,
    },
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
    /// Which of two times is meant, where it was said.
    utc_offset: Option<UtcOffset>,
    /// What the staff say besides.
    staff: StaffRequest,
}

/// Plans what a booking becomes, if its version is one of `expected`; any will do for `None`.
///
/// Contact details and wishes can change as long as the booking is active, even when its time has come. A
/// new date, time or party size is a new request for a table, by the same rules as a new booking; the
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
    let mut staff = change.staff.clone().unwrap_or_default();
    let mut wanted = Booking {
        date: change.date.unwrap_or(booking.date),
        time: change.time.unwrap_or(booking.time),
        party: change.party.unwrap_or(booking.party),
        customer: booking.customer.merged(&change.customer),
        special_requests: change
            .special_requests
            .clone()
            .unwrap_or_else(|| booking.special_requests.clone()),
        is_pinned: staff.is_pinned.unwrap_or(booking.is_pinned),
        ..booking.clone()
    };
    let is_other_contact = wanted.contact() != booking.contact();
    wanted.contact_version = booking
        .contact_version
        .saturating_add(is_other_contact.into());
    let is_elsewhere = staff
        .tables
        .as_ref()
        .is_some_and(|tables| *tables != booking.placement.tables);
    let is_other_offset = change
        .utc_offset
        .is_some_and(|offset| offset != booking.utc_offset);
    if wanted == *booking && !is_other_offset && !is_elsewhere {
        return Ok(ChangePlan::Decided(Decision::Unchanged));
    }
    let is_same_time = (wanted.date, wanted.time) == (booking.date, booking.time);
    let has_come = booking.visit.arrived_at.is_some();
    if has_come && (!is_same_time || is_other_offset) {
        let field = if wanted.date != booking.date {
            BookingField::Date
        } else if wanted.time != booking.time {
            BookingField::Time
        } else {
            BookingField::UtcOffset
        };
        return Err(ChangeRefusal::PartyHasCome { field });
    }
    // Who sits stays there, unless the staff say otherwise.
    if booking.visit.seated_at.is_some() && staff.tables.is_none() {
        staff.tables = Some(booking.placement.tables.clone());
    }
    // Where some have not come, or have left, the rest stay where they are.
    let is_party_settled =
        wanted.party == booking.party || (has_come && wanted.party < booking.party);
    if is_same_time && is_party_settled && !is_other_offset && !is_elsewhere {
        let changed = wanted.revised(now);
        return Ok(ChangePlan::Decided(Decision::Changed(changed)));
    }
    Ok(ChangePlan::NeedsTable(TableRequest {
        current: booking.clone(),
        wanted,
        utc_offset: change
            .utc_offset
            .or(is_same_time.then_some(booking.utc_offset)),
        staff,
    }))
}

impl TableRequest {
    /// What is asked for of the service date that decides.
    #[must_use]
    pub fn place_request(&self, booker: Booker) -> PlaceRequest {
        let wanted = &self.wanted;
        let time = (wanted.date, wanted.time, self.utc_offset);
        let request = self.current.moved_to(time, wanted.party, booker);
        PlaceRequest {
            overrides: self.staff.overrides,
            tables: self.staff.tables.clone(),
            ..request
        }
    }

    /// The changed booking, if the party gets a table on `day`, which is that of
    /// [`Self::place_request`] without what the booking itself takes.
    ///
    /// When the party only becomes smaller or larger and its own tables still do at the same time, it
    /// stays where it is: nobody is moved without need. What guests have changed waits for the
    /// restaurant's word if it is another time or a larger party, and such a party needs it.
    ///
    /// # Errors
    /// See [`ChangeRefusal`].
    pub fn decide(
        self,
        day: &ServiceDay,
        booker: Booker,
        now: Timestamp,
    ) -> Result<MadeBooking, ChangeRefusal> {
        check_cutoff(&day.calendar, &self.current, booker, now)?;
        let other = self.staff.tables.as_ref();
        let other = other.filter(|tables| **tables != self.current.placement.tables);
        if let Some(tables) = other
            && self.current.visit.seated_at.is_some()
            && Room::new(day, now).has_seated_party(tables)
        {
            return Err(PlaceRefusal::from(PlaceReason::TableNotAvailable).into());
        }
        let plan = place(day, &self.place_request(booker), now)?;
        let Self {
            current, wanted, ..
        } = self;
        let (policy, starts_at) = (day.calendar.policy(), plan.placement.starts_at);
        let status = current.status_at((starts_at, wanted.party), policy, booker);
        let booking = Booking {
            status,
            expires_at: current.expiry_at((starts_at, wanted.party), policy, booker, now),
            utc_offset: day.calendar.utc_offset(plan.placement.starts_at),
            placement: plan.placement,
            ..wanted
        };
        Ok(MadeBooking {
            booking: booking.revised(now),
            moves: plan.moves,
            overridden: plan.overridden,
        })
    }
}

impl Booking {
    /// What is asked for when the booking is to be at this time, for so many guests.
    pub(crate) fn moved_to(
        &self,
        (date, time, utc_offset): (Date, Time, Option<UtcOffset>),
        party: PartySize,
        booker: Booker,
    ) -> PlaceRequest {
        let is_same_time =
            (date, time, utc_offset) == (self.date, self.time, Some(self.utc_offset));
        PlaceRequest {
            date,
            time,
            utc_offset,
            service_date: is_same_time.then_some(self.placement.service_date),
            party,
            area: self.area,
            booker,
            overrides: RuleOverrides::default(),
            tables: None,
            keep: is_same_time.then(|| self.placement.tables.clone()),
        }
    }

    /// The status of the booking once it is at this time, for so many guests.
    pub(crate) fn status_at(
        &self,
        (starts_at, party): (Timestamp, PartySize),
        policy: &BookingPolicy,
        booker: Booker,
    ) -> BookingStatus {
        if self.is_to_be_confirmed_at((starts_at, party), policy, booker) {
            BookingStatus::Pending
        } else {
            self.status
        }
    }

    /// Whether the restaurant has to confirm it anew once it is at this time, for so many guests.
    pub(super) fn is_to_be_confirmed_at(
        &self,
        (starts_at, party): (Timestamp, PartySize),
        policy: &BookingPolicy,
        booker: Booker,
    ) -> bool {
        let is_more = starts_at != self.placement.starts_at || self.party < party;
        self.visit.arrived_at.is_none()
            && booker == Booker::Guest
            && is_more
            && policy.needs_confirmation(party)
    }

    /// Whether nothing can move the booking any more: it is over, or it is too late for guests.
    pub(crate) fn stays(
        &self,
        calendar: &RestaurantCalendar,
        booker: Booker,
        now: Timestamp,
    ) -> bool {
        !self.status.is_active()
            || self.visit.arrived_at.is_some()
            || check_cutoff(calendar, self, booker, now).is_err()
    }
}

fn check_cutoff(
    calendar: &RestaurantCalendar,
    booking: &Booking,
    booker: Booker,
    now: Timestamp,
) -> Result<(), ChangeRefusal> {
    match calendar.policy().change_cutoff {
        Some(cutoff)
            if booker == Booker::Guest && cutoff.has_passed(booking.placement.starts_at, now) =>
        {
            let minutes = cutoff.minutes();
            Err(ChangeRefusal::CutoffPassed { minutes })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::time;

    use super::*;
    use crate::fixtures::{NOW, booking, booking_in, calendar_of, claim, day, party, table};
    use crate::{Claim, Cutoff, PlaceReason, SpecialRequests};

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
            ChangePlan::NeedsTable(request) => Ok(request.decide(day, Booker::Guest, now)?.booking),
        }
    }

    fn tables(booking: &Booking) -> Vec<i64> {
        booking.placement.tables.iter().map(|id| id.get()).collect()
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
        assert_eq!(tables(&changed), [1]);
        assert_ne!(changed.placement, booking.placement);
    }

    #[test]
    fn a_party_that_still_fits_stays_at_its_table() {
        let (mut booking, mut day) = booked();
        day.floor.tables.push(table(3, 1, 2));
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
        assert_eq!(tables(&changed), [2]);
        day.claims.push(Claim {
            is_pinned: true,
            ..claim(&day, &[2], time(18, 30, 0, 0))
        });
        let refused = change(&booking, &more, &day, NOW);
        let reason = match refused {
            Err(ChangeRefusal::Place(refusal)) => refusal.reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason, PlaceReason::TableNotAvailable);
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
            contact_version: 2,
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

    #[test]
    fn guests_change_up_to_the_cutoff_and_may_have_to_wait_for_a_word() {
        let (booking, mut day) = booked();
        let mut policy = day.calendar.policy().clone();
        policy.change_cutoff = Cutoff::from_minutes(60);
        policy.confirmation_min_party = Some(party(4));
        day.calendar = calendar_of(&policy);
        let more = BookingChange {
            party: Some(party(4)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &more, &day, NOW).expect("it fits");
        assert_eq!(changed.status, BookingStatus::Pending);
        let late = booking.placement.starts_at - 59.minutes();
        let refused = change(&booking, &more, &day, late);
        assert_eq!(refused, Err(ChangeRefusal::CutoffPassed { minutes: 60 }));
        let fewer = BookingChange {
            party: Some(party(1)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &fewer, &day, NOW).expect("it fits");
        assert_eq!(changed.status, BookingStatus::Confirmed);
    }

    #[test]
    fn what_was_promised_stands_when_the_hours_have_changed() {
        let (booking, mut day) = booked();
        let policy = day.calendar.policy().clone();
        day.calendar = crate::fixtures::calendar_with(&policy, Vec::new());
        let more = BookingChange {
            party: Some(party(3)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &more, &day, NOW).expect("it fits");
        assert_eq!(changed.placement, booking.placement);
    }

    #[test]
    fn the_staff_seat_a_party_elsewhere_and_pin_it_also_when_it_has_come() {
        let (booking, day) = booked();
        let staff = |tables: Option<&[i64]>, is_pinned| BookingChange {
            staff: Some(StaffRequest {
                tables: tables
                    .map(|it| it.iter().copied().map(crate::fixtures::table_id).collect()),
                is_pinned,
                ..StaffRequest::default()
            }),
            ..BookingChange::default()
        };
        let by_staff = |asked: &BookingChange, now: Timestamp| match plan_change(
            &booking, asked, None, now,
        )? {
            ChangePlan::Decided(Decision::Unchanged) => Ok(booking.clone()),
            ChangePlan::Decided(Decision::Changed(changed)) => Ok(changed),
            ChangePlan::NeedsTable(request) => {
                let mut day = day.clone();
                day.floor.tables.push(table(3, 1, 4));
                Ok(request.decide(&day, Booker::Staff, now)?.booking)
            }
        };
        let pinned: Result<Booking, ChangeRefusal> = by_staff(&staff(None, Some(true)), NOW);
        let pinned = pinned.expect("it is theirs to say");
        assert!(pinned.is_pinned && pinned.placement == booking.placement);
        for now in [NOW, booking.placement.starts_at + 10.minutes()] {
            let moved = by_staff(&staff(Some(&[3]), None), now).expect("it is free");
            assert_eq!(tables(&moved), [3]);
            assert_eq!(moved.placement.starts_at, booking.placement.starts_at);
        }
        assert_eq!(by_staff(&staff(Some(&[1]), None), NOW), Ok(booking.clone()));
    }

    #[test]
    fn a_party_that_has_come_shrinks_without_being_asked_and_waits_for_no_word() {
        let (mut booking, mut day) = booked();
        booking.party = party(4);
        booking.visit.arrived_at = Some(NOW);
        let mut policy = day.calendar.policy().clone();
        policy.confirmation_min_party = Some(party(2));
        day.calendar = calendar_of(&policy);
        // No rule of a table counts: they are there.
        day.floor.tables.clear();
        let fewer = BookingChange {
            party: Some(party(3)),
            ..BookingChange::default()
        };
        let late = booking.placement.starts_at + 10.minutes();
        let changed = change(&booking, &fewer, &day, late).expect("they are there");
        assert_eq!(changed.placement, booking.placement);
        let (_, mut day) = booked();
        day.calendar = calendar_of(&policy);
        booking.party = party(2);
        let more = BookingChange {
            party: Some(party(4)),
            ..BookingChange::default()
        };
        let changed = change(&booking, &more, &day, NOW).expect("it is for four");
        assert_eq!(changed.status, BookingStatus::Confirmed);
    }

    #[test]
    fn who_sits_is_moved_to_no_table_where_somebody_sits_still() {
        let (mut booking, mut day) = booked();
        let now = booking.placement.starts_at;
        booking.visit.arrived_at = Some(now);
        booking.visit.seated_at = Some(now);
        let overdue = claim(&day, &[2], time(19, 0, 0, 0));
        day.claims.push(Claim {
            starts_at: overdue.starts_at - 2.hours(),
            ends_at: overdue.ends_at - 2.hours(),
            free_at: overdue.free_at - 2.hours(),
            seated_at: Some(overdue.starts_at - 2.hours()),
            ..overdue
        });
        let elsewhere = BookingChange {
            staff: Some(StaffRequest {
                tables: Some(vec![crate::fixtures::table_id(2)]),
                overrides: RuleOverrides::default().with(crate::RuleOverride::PartySize),
                ..StaffRequest::default()
            }),
            ..BookingChange::default()
        };
        let Ok(ChangePlan::NeedsTable(request)) = plan_change(&booking, &elsewhere, None, now)
        else {
            panic!("it is another table");
        };
        let refused = request.decide(&day, Booker::Staff, now);
        let expected = PlaceRefusal::from(PlaceReason::TableNotAvailable);
        assert_eq!(refused, Err(ChangeRefusal::Place(expected)));
    }
}

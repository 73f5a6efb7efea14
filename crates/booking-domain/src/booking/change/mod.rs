//! Changing a booking.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::guest_limit::GuestBounds;
use super::{
    AlreadyBooked, Booking, BookingChange, BookingField, BookingNotesChange, BookingStatus,
    Customer, Decision, LiveBooking, MadeBooking, StatusRefusal,
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
    /// Only the restaurant keeps a booking of somebody of whom it knows less.
    #[error("guests give their name, their email address and their telephone number")]
    ContactRequired {
        /// What would be missing.
        field: BookingField,
    },
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
    /// Its guest has as many bookings as one may have.
    #[error("{refusal}")]
    AlreadyBooked {
        /// What is too much.
        refusal: AlreadyBooked,
        /// The change by which it would be.
        field: BookingField,
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
    /// It becomes somebody else's: what that guest has booked decides.
    NeedsGuest(GuestRequest),
    /// It needs a table: the day of its date decides.
    NeedsTable(TableRequest),
}

/// A change after which a booking is another guest's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestRequest {
    /// The booking after the change.
    wanted: Booking,
    overrides: RuleOverrides,
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

impl BookingChange {
    /// Refuses a guest who withdraws what guests say of themselves.
    ///
    /// # Errors
    /// [`ChangeRefusal::ContactRequired`].
    pub const fn check_contact(&self, is_by_guest: bool) -> Result<(), ChangeRefusal> {
        match self.customer.withdrawn() {
            Some(field) if is_by_guest => Err(ChangeRefusal::ContactRequired { field }),
            _ => Ok(()),
        }
    }

    /// Whether something is said that only the restaurant knows, its staff or its programs.
    #[must_use]
    pub fn is_of_restaurant(&self) -> bool {
        self.notes != BookingNotesChange::default()
    }
}

/// Plans what a booking becomes, if its version is one of `expected`; any will do for `None`.
///
/// Contact details, wishes and notes can change as long as the booking is active, even when its time has come. A
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
        customer: booking.customer.changed(&change.customer),
        special_requests: change
            .special_requests
            .clone()
            .unwrap_or_else(|| booking.special_requests.clone()),
        notes: booking.notes.changed(&change.notes),
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
        let wanted = wanted.revised(now);
        return Ok(
            match wanted.customer.is_other_guest_than(&booking.customer) {
                true => ChangePlan::NeedsGuest(GuestRequest {
                    wanted,
                    overrides: staff.overrides,
                }),
                false => ChangePlan::Decided(Decision::Changed(wanted)),
            },
        );
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

impl GuestRequest {
    /// Who the guest is then.
    #[must_use]
    pub const fn customer(&self) -> &Customer {
        &self.wanted.customer
    }

    /// The changed booking, if the guest, whose other live bookings `live` are, may have it; and the rule
    /// that the staff have overridden, if they have. A restaurant without a `calendar` takes no bookings, and
    /// bounds none.
    ///
    /// # Errors
    /// [`AlreadyBooked`].
    pub fn decide(
        self,
        calendar: Option<&RestaurantCalendar>,
        live: &[LiveBooking],
        booker: Booker,
    ) -> Result<(Booking, RuleOverrides), ChangeRefusal> {
        let Booking {
            date,
            time,
            utc_offset,
            party,
            ..
        } = self.wanted;
        let time = (date, time, Some(utc_offset));
        let request = PlaceRequest {
            overrides: self.overrides,
            ..self.wanted.moved_to(time, party, booker)
        };
        let overridden =
            calendar.map(|calendar| calendar.check_guest(live, GuestBounds::All, &request));
        let overridden = overridden.transpose().map_err(|refusal| {
            let field = BookingField::CustomerEmail;
            ChangeRefusal::AlreadyBooked { refusal, field }
        })?;
        Ok((self.wanted, overridden.unwrap_or_default()))
    }
}

impl TableRequest {
    /// Who the guest is then.
    #[must_use]
    pub const fn customer(&self) -> &Customer {
        &self.wanted.customer
    }

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
    /// [`Self::place_request`] without what the booking itself takes, and if its guest, whose other live
    /// bookings `live` are, may have it.
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
        live: &[LiveBooking],
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
        let request = self.place_request(booker);
        let of_guest = match self.guest_bounds(&day.calendar) {
            Some((bounds, field)) => (day.calendar)
                .check_guest(live, bounds, &request)
                .map_err(|refusal| ChangeRefusal::AlreadyBooked { refusal, field })?,
            None => RuleOverrides::default(),
        };
        let plan = place(day, &request, now)?;
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
            overridden: plan.overridden.and(of_guest),
        })
    }

    /// Which of the bounds on a guest's bookings the change could break, and by what of it. What was granted
    /// stands, though a bound is lower now.
    fn guest_bounds(&self, calendar: &RestaurantCalendar) -> Option<(GuestBounds, BookingField)> {
        let (wanted, current) = (&self.wanted, &self.current);
        if wanted.customer.is_other_guest_than(&current.customer) {
            return Some((GuestBounds::All, BookingField::CustomerEmail));
        }
        let service =
            |booking: &Booking| calendar.service_of(booking.date.to_datetime(booking.time));
        let field = match wanted.date == current.date {
            true => BookingField::Time,
            false => BookingField::Date,
        };
        (service(wanted) != service(current)).then_some((GuestBounds::Service, field))
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
mod tests;

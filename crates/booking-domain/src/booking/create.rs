//! Making a booking.

use jiff::Timestamp;

use super::guest_limit::GuestBounds;
use super::{
    AlreadyBooked, Booking, BookingField, BookingReference, BookingStatus, LiveBooking, NewBooking,
    Visit,
};
use crate::hold::{Hold, HoldUseRefusal};
use crate::placement::{
    Booker, Move, PlaceReason, PlaceRefusal, PlaceRequest, RuleOverrides, place,
};
use crate::service_day::ServiceDay;

/// A booking that is made, and what others make room for it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBooking {
    /// The booking.
    pub booking: Booking,
    /// The bookings that get other tables.
    pub moves: Vec<Move>,
    /// The rules that would have refused it, had the staff not overridden them.
    pub overridden: RuleOverrides,
}

/// What decides on a new booking beside its service date.
#[derive(Debug, Clone, Copy)]
pub struct BookingFacts<'a> {
    /// By whose rules.
    pub booker: Booker,
    /// The hold that is named, if there is one.
    pub hold: Option<&'a Hold>,
    /// The live bookings that its guest has in the restaurant.
    pub live: &'a [LiveBooking],
}

/// Why a booking is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// Only the restaurant books for somebody of whom it knows less.
    #[error("guests give their name, their email address and their telephone number")]
    ContactRequired {
        /// What is missing.
        field: BookingField,
    },
    /// The guest has as many bookings as one may have.
    #[error(transparent)]
    AlreadyBooked(#[from] AlreadyBooked),
    /// The party gets no table.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
    /// The hold is no good for it.
    #[error(transparent)]
    Hold(#[from] HoldUseRefusal),
}

impl NewBooking {
    /// Refuses a guest who does not say who they are.
    ///
    /// # Errors
    /// [`CreateRefusal::ContactRequired`].
    pub const fn check_contact(&self, is_by_guest: bool) -> Result<(), CreateRefusal> {
        match self.customer.missing() {
            Some(field) if is_by_guest => Err(CreateRefusal::ContactRequired { field }),
            _ => Ok(()),
        }
    }

    /// What is asked for of the service date that decides.
    #[must_use]
    pub fn place_request(&self, facts: BookingFacts<'_>) -> PlaceRequest {
        let staff = self.staff.as_ref();
        let request = PlaceRequest {
            date: self.date,
            time: self.time,
            utc_offset: self.utc_offset,
            service_date: self.service_date,
            party: self.party,
            area: self.area,
            booker: facts.booker,
            overrides: staff.map_or_else(RuleOverrides::default, |staff| staff.overrides),
            tables: staff.and_then(|staff| staff.tables.clone()),
            keep: None,
        };
        match facts.hold {
            Some(hold) => hold.place_request(request),
            None => request,
        }
    }
}

/// The booking that is asked for, on its service date (`day`), if the party gets a table. It is
/// confirmed at once, or waits for the restaurant's word where its policy says so for guests.
///
/// # Errors
/// [`CreateRefusal`].
pub fn create(
    day: &ServiceDay,
    new: NewBooking,
    facts: BookingFacts<'_>,
    reference: BookingReference,
    now: Timestamp,
) -> Result<MadeBooking, CreateRefusal> {
    if new.hold.is_some() {
        let hold = facts.hold.ok_or(HoldUseRefusal::Expired)?;
        hold.check_use(&new, now)?;
    }
    let request = new.place_request(facts);
    let booker = request.booker;
    // Before the tables are looked at: no other slot would do either, or none of the service.
    let of_guest = (day.calendar).check_guest(facts.live, GuestBounds::All, &request)?;
    let plan = place(day, &request, now)?;
    let is_pinned = new.staff.as_ref().and_then(|staff| staff.is_pinned);
    let needs_confirmation =
        booker == Booker::Guest && day.calendar.policy().needs_confirmation(new.party);
    let starts_at = plan.placement.starts_at;
    let expiry = || day.calendar.policy().expiry(starts_at, now);
    let utc_offset = day.calendar.utc_offset(starts_at);
    let booking = Booking {
        id: reference.id,
        confirmation_code: reference.confirmation_code,
        status: if needs_confirmation {
            BookingStatus::Pending
        } else {
            BookingStatus::Confirmed
        },
        restaurant: new.restaurant,
        date: new.date,
        time: new.time,
        utc_offset,
        party: new.party,
        // Whoever only would have liked an area that there is not, any more, sits elsewhere.
        area: request.area.filter(|wish| day.floor.has_area(wish.area)),
        customer: new.customer,
        special_requests: new.special_requests,
        contact_version: 1,
        expires_at: needs_confirmation.then(expiry),
        cancellation: None,
        placement: plan.placement,
        is_pinned: is_pinned.unwrap_or(false),
        visit: Visit::default(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(MadeBooking {
        booking,
        moves: plan.moves,
        overridden: plan.overridden.and(of_guest),
    })
}

impl From<PlaceReason> for PlaceRefusal {
    fn from(reason: PlaceReason) -> Self {
        Self {
            reason,
            nearest: Box::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, booking, day, table};

    fn made(guests: i64, day: &ServiceDay) -> Result<MadeBooking, CreateRefusal> {
        let expected = booking();
        let new = NewBooking {
            restaurant: expected.restaurant,
            date: expected.date,
            time: expected.time,
            utc_offset: None,
            service_date: None,
            party: crate::fixtures::party(guests),
            area: None,
            customer: expected.customer,
            special_requests: None,
            staff: None,
            hold: None,
        };
        let reference = BookingReference {
            id: expected.id,
            confirmation_code: expected.confirmation_code,
        };
        let facts = BookingFacts {
            booker: Booker::Guest,
            hold: None,
            live: &[],
        };
        create(day, new, facts, reference, NOW)
    }

    #[test]
    fn a_new_booking_is_confirmed_in_its_first_version() {
        let made = made(2, &day(vec![table(1, 1, 4)])).expect("there is room");
        assert_eq!(made.booking, booking());
        assert!(made.moves.is_empty() && made.overridden.is_empty());
    }

    #[test]
    fn a_party_that_gets_no_table_makes_no_booking() {
        let refused = made(2, &day(vec![table(1, 5, 8)])).expect_err("it is too small");
        let reason = PlaceReason::PartyTooSmall;
        assert!(matches!(refused, CreateRefusal::Place(refusal) if refusal.reason == reason));
    }

    #[test]
    fn a_large_party_waits_for_the_restaurants_word() {
        let mut day = day(vec![table(1, 1, 8)]);
        let mut policy = day.calendar.policy().clone();
        policy.confirmation_min_party = Some(crate::fixtures::party(6));
        day.calendar = crate::fixtures::calendar_of(&policy);
        let waits = |guests| {
            let booking = made(guests, &day).expect("there is room").booking;
            (booking.status, booking.expires_at)
        };
        assert_eq!(waits(5), (BookingStatus::Confirmed, None));
        let tomorrow = NOW + jiff::ToSpan::hours(24);
        assert_eq!(waits(6), (BookingStatus::Pending, Some(tomorrow)));
    }
}

//! Making a booking.

use jiff::Timestamp;

use super::guest_limit::GuestBounds;
use super::{
    AlreadyBooked, Booking, BookingField, BookingNotes, BookingReference, BookingSource,
    BookingStatus, LiveBooking, NewBooking, Visit,
};
use crate::hold::{Hold, HoldUseRefusal};
use crate::placement::{
    Booker, Move, PlaceReason, PlaceRefusal, PlaceRequest, PlacementPlan, RuleOverrides, place,
};
use crate::service_day::{AreaWish, ServiceDay};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingFacts<'a> {
    /// By whose rules.
    pub booker: Booker,
    /// Whether its guest makes it, with or without an account, and not the restaurant for them.
    pub is_by_guest: bool,
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

    /// Whether something is said that only the restaurant knows, its staff or its programs.
    #[must_use]
    pub fn is_of_restaurant(&self) -> bool {
        self.source.is_some() || self.notes != BookingNotes::default()
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
    let needs_confirmation =
        booker == Booker::Guest && day.calendar.policy().needs_confirmation(new.party);
    let assumed = BookingSource::assumed(facts.is_by_guest, booker);
    let new = NewBooking {
        source: Some(new.source.unwrap_or(assumed)),
        ..new
    };
    let mut made = book(day, new, (request.area, plan), reference, now);
    made.overridden = made.overridden.and(of_guest);
    if needs_confirmation {
        let booking = &mut made.booking;
        let expires_at = (day.calendar.policy()).expiry(booking.placement.starts_at, now);
        booking.status = BookingStatus::Pending;
        booking.expires_at = Some(expires_at);
    }
    Ok(made)
}

/// What is written of a booking once its party is placed, which wishes for an area.
pub(super) fn book(
    day: &ServiceDay,
    new: NewBooking,
    (area, plan): (Option<AreaWish>, PlacementPlan),
    reference: BookingReference,
    now: Timestamp,
) -> MadeBooking {
    let is_pinned = new.staff.as_ref().and_then(|staff| staff.is_pinned);
    let utc_offset = day.calendar.utc_offset(plan.placement.starts_at);
    let booking = Booking {
        id: reference.id,
        confirmation_code: reference.confirmation_code,
        status: BookingStatus::Confirmed,
        restaurant: new.restaurant,
        date: new.date,
        time: new.time,
        utc_offset,
        party: new.party,
        // Whoever only would have liked an area that there is not, any more, sits elsewhere.
        area: area.filter(|wish| day.floor.has_area(wish.area)),
        customer: new.customer,
        special_requests: new.special_requests,
        contact_version: 1,
        expires_at: None,
        source: new.source.unwrap_or(BookingSource::Web),
        notes: new.notes,
        cancellation: None,
        placement: plan.placement,
        is_pinned: is_pinned.unwrap_or(false),
        visit: Visit::default(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    MadeBooking {
        booking,
        moves: plan.moves,
        overridden: plan.overridden,
    }
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
            source: None,
            notes: BookingNotes::default(),
            staff: None,
            hold: None,
        };
        let reference = BookingReference {
            id: expected.id,
            confirmation_code: expected.confirmation_code,
        };
        let facts = BookingFacts {
            booker: Booker::Guest,
            is_by_guest: true,
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
        day.calendar = crate::fixtures::calendar_of(&policy).into();
        let waits = |guests| {
            let booking = made(guests, &day).expect("there is room").booking;
            (booking.status, booking.expires_at)
        };
        assert_eq!(waits(5), (BookingStatus::Confirmed, None));
        let tomorrow = NOW + jiff::ToSpan::hours(24);
        assert_eq!(waits(6), (BookingStatus::Pending, Some(tomorrow)));
    }
}

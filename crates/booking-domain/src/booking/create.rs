//! Making a booking.

use jiff::Timestamp;

use super::{Booking, BookingField, BookingReference, BookingStatus, NewBooking, Visit};
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

/// Why a booking is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// Only the restaurant books for somebody of whom it knows less.
    #[error("guests give their name, their email address and their telephone number")]
    ContactRequired {
        /// What is missing.
        field: BookingField,
    },
    /// The party gets no table as it wishes.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
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
    pub fn place_request(&self, booker: Booker) -> PlaceRequest {
        let staff = self.staff.as_ref();
        PlaceRequest {
            date: self.date,
            time: self.time,
            utc_offset: self.utc_offset,
            service_date: self.service_date,
            party: self.party,
            area: self.area,
            booker,
            overrides: staff.map_or_else(RuleOverrides::default, |staff| staff.overrides),
            tables: staff.and_then(|staff| staff.tables.clone()),
            keep: None,
        }
    }
}

/// The booking that is asked for, on its service date (`day`), if the party gets a table. It is
/// confirmed at once, or waits for the restaurant's word where its policy says so for guests.
///
/// # Errors
/// See [`PlaceRefusal`].
pub fn create(
    day: &ServiceDay,
    new: NewBooking,
    booker: Booker,
    reference: BookingReference,
    now: Timestamp,
) -> Result<MadeBooking, PlaceRefusal> {
    let plan = place(day, &new.place_request(booker), now)?;
    let is_pinned = new.staff.as_ref().and_then(|staff| staff.is_pinned);
    let needs_confirmation =
        booker == Booker::Guest && day.calendar.policy().needs_confirmation(new.party);
    let utc_offset = day.calendar.utc_offset(plan.placement.starts_at);
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
        area: new.area.filter(|wish| day.floor.has_area(wish.area)),
        customer: new.customer,
        special_requests: new.special_requests,
        contact_version: 1,
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
        overridden: plan.overridden,
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

    fn made(guests: i64, day: &ServiceDay) -> Result<MadeBooking, PlaceRefusal> {
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
        };
        let reference = BookingReference {
            id: expected.id,
            confirmation_code: expected.confirmation_code,
        };
        create(day, new, Booker::Guest, reference, NOW)
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
        assert_eq!(refused.reason, PlaceReason::PartyTooSmall);
    }

    #[test]
    fn a_large_party_waits_for_the_restaurants_word() {
        let mut day = day(vec![table(1, 1, 8)]);
        let mut policy = day.calendar.policy().clone();
        policy.confirmation_min_party = Some(crate::fixtures::party(6));
        day.calendar = crate::fixtures::calendar_of(&policy);
        let status = |guests| made(guests, &day).expect("there is room").booking.status;
        assert_eq!(status(5), BookingStatus::Confirmed);
        assert_eq!(status(6), BookingStatus::Pending);
    }
}

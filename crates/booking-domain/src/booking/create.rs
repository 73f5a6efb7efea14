//! Making a booking.

use jiff::Timestamp;

use super::{Booking, BookingReference, BookingStatus, NewBooking};
use crate::placement::{PlaceRefusal, ServiceDay, place};

/// The booking that is asked for, on its date (`day`), if the party gets a table: it is confirmed
/// at once, in its first version.
///
/// # Errors
/// See [`PlaceRefusal`].
pub fn create(
    day: &ServiceDay,
    new: NewBooking,
    reference: BookingReference,
    now: Timestamp,
) -> Result<Booking, PlaceRefusal> {
    let placement = place(day, new.time, new.party, now)?;
    Ok(Booking {
        id: reference.id,
        confirmation_code: reference.confirmation_code,
        status: BookingStatus::Confirmed,
        restaurant: new.restaurant,
        date: day.date,
        time: new.time,
        party: new.party,
        customer: new.customer,
        special_requests: new.special_requests,
        cancellation_reason: None,
        placement,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, booking, day, table};

    #[test]
    fn a_new_booking_is_confirmed_in_its_first_version() {
        let expected = booking();
        let new = NewBooking {
            restaurant: expected.restaurant,
            date: expected.date,
            time: expected.time,
            party: expected.party,
            customer: expected.customer.clone(),
            special_requests: None,
        };
        let reference = BookingReference {
            id: expected.id.clone(),
            confirmation_code: expected.confirmation_code.clone(),
        };
        let made = create(
            &day(vec![table(1, 1, 4)]),
            new.clone(),
            reference.clone(),
            NOW,
        );
        assert_eq!(made, Ok(expected));
        let refused = create(&day(vec![table(1, 5, 8)]), new, reference, NOW);
        assert_eq!(refused, Err(PlaceRefusal::NoTableForParty { largest: 8 }));
    }
}

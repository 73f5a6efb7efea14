//! `updateBooking`.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    Booker, BookingChange, BookingId, BookingView, ChangePlan, ChangeRefusal, Customer,
    LiveBooking, PlaceRefusal, ServiceDay, plan_change,
};
use jiff::Timestamp;

use super::BookingRefusal;
use super::change_booking::{By, Change, place_anew};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{ConstraintViolation, FromViolation, lock_guest};
use crate::error::{LoadError, StoreError, TransactionError};
use crate::operations::service_day::load_seating;
use crate::store::Store;
use crate::tables::bookings::LockedBooking;
use crate::tables::live_bookings;

impl FromViolation for ChangeRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        PlaceRefusal::from_violation(violation).map(Self::Place)
    }
}

/// Locks the guest, and gives their other live bookings in the restaurant: one round trip.
async fn lock_live_bookings<R>(
    connection: &AsyncPgConnection,
    locked: &LockedBooking,
    guest: &Customer,
    now: Timestamp,
) -> Result<Vec<LiveBooking>, TransactionError<BookingRefusal<R>>> {
    let (restaurant, key) = (locked.booking.restaurant, Some(locked.key));
    let ((), live) = tokio::try_join!(
        biased;
        async { Ok::<_, LoadError>(lock_guest(connection, restaurant, guest).await?) },
        live_bookings::of_guest(connection, restaurant, guest, key, now),
    )?;
    Ok(live)
}

impl Store {
    /// Changes a booking, as of now, if its version is one that the caller expects; any
    /// will do for `None`. A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn update_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        (change, expected): (&BookingChange, Option<&[i32]>),
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<ChangeRefusal>>> {
        let decide = async |connection: &AsyncPgConnection, locked: &LockedBooking, by: By<'_>| {
            let (booker, now) = (by.actor.booker, by.now);
            let is_of_restaurant = by.actor.is_of_restaurant;
            let is_forbidden = (change.staff.is_some() && booker != Booker::Staff)
                || (change.is_of_restaurant() && !is_of_restaurant);
            if is_forbidden {
                return Err(TransactionError::forbidden());
            }
            change
                .check_contact(!is_of_restaurant)
                .map_err(TransactionError::refused)?;
            let plan = plan_change(&locked.booking, change, expected, now)
                .map_err(TransactionError::refused)?;
            match plan {
                // Contact details and wishes alone need neither lock nor policy.
                ChangePlan::Decided(decision) => Ok(decision.into()),
                ChangePlan::NeedsGuest(request) => {
                    let restaurant = locked.booking.restaurant;
                    let live = lock_live_bookings(connection, locked, request.customer(), now);
                    let date = locked.booking.date;
                    let seating = async { Ok(load_seating(connection, restaurant, date).await?) };
                    let (live, seating) = tokio::try_join!(biased; live, seating)?;
                    let calendar = seating.as_ref().map(|seating| &*seating.calendar);
                    let (booking, overridden) = request
                        .decide(calendar, &live, booker)
                        .map_err(TransactionError::refused)?;
                    Ok(Change::Booking(booking.into(), overridden))
                }
                ChangePlan::NeedsTable(request) => {
                    let live = lock_live_bookings(connection, locked, request.customer(), now);
                    let wanted = (
                        &request.place_request(booker),
                        ChangeRefusal::RestaurantClosed,
                    );
                    let change = |day: &ServiceDay, live: &Vec<LiveBooking>| {
                        request.clone().decide(day, live, booker, now)
                    };
                    // Who has sat for longer than their turn matters to whoever sits: see createWalkIn.
                    let is_seated = locked.booking.visit.seated_at.is_some();
                    let cache = by.cache.filter(|_| !is_seated);
                    let booking = (locked, cache);
                    place_anew(connection, booking, wanted, live, change).await
                }
            }
        };
        let reason = change
            .staff
            .as_ref()
            .and_then(|staff| staff.reason.as_ref());
        self.change_booking(("update_booking", reason), caller, id, context, decide)
            .await
    }
}

//! How a booking that is there becomes another: lock, decide, write, and show.

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{Booking, BookingId, BookingView, Decision, Scope, StatusRefusal};

use super::{BookingNotFound, BookingRefusal};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{FromViolation, Visibility, show_restaurant};
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::audit_events::NewEvent;
use crate::tables::bookings::LockedBooking;
use crate::tables::{audit_events, bookings, occupancies, restaurants};

impl FromViolation for StatusRefusal {}

impl Store {
    /// Has `decide` say what becomes of a booking, as of now, while nobody else changes it; writes
    /// and records that, and gives what callers see of it.
    ///
    /// Five round trips when `decide` needs none: begin, the booking, its restaurant, the writes,
    /// commit.
    pub(super) async fn change_booking<R: FromViolation>(
        &self,
        operation: &'static str,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
        decide: impl AsyncFnOnce(
            &AsyncPgConnection,
            &LockedBooking,
            Timestamp,
        ) -> Result<Decision, TransactionError<BookingRefusal<R>>>
        + Clone,
    ) -> Result<BookingView, StoreError<BookingRefusal<R>>> {
        let now = to_the_microsecond(context.now);
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let transaction = seeing.transact(operation, async |connection| {
            let locked = bookings::lock(connection, caller, id, now).await?;
            let locked = locked.ok_or(TransactionError::no_access(BookingNotFound))?;
            let (locked, actor) = locked.open(caller, Scope::BookingsWrite)?;
            let shown = async { Ok(show_restaurant(connection, locked.booking.restaurant).await?) };
            // First, so that what is refused by the booking alone asks for nothing else.
            let decision = decide(connection, &locked, now);
            let restaurant = async {
                restaurants::find_summary(connection, locked.booking.restaurant)
                    .await?
                    .ok_or_else(|| Corrupt::new("bookings.restaurant_id", locked.key).into())
            };
            let ((), decision, restaurant) = tokio::try_join!(biased; shown, decision, restaurant)?;
            let booking = match decision {
                Decision::Unchanged => locked.booking,
                Decision::Changed(changed) => {
                    let event = NewEvent {
                        restaurant: changed.restaurant,
                        actor: &actor,
                        action: operation,
                        subject: Some(id.as_str()),
                        context,
                    };
                    write(connection, &locked, &changed, &event).await?;
                    changed
                }
            };
            Ok(BookingView {
                booking,
                restaurant,
            })
        });
        transaction.await
    }
}

/// Writes what a booking has become, what of its table follows from that, and who did it, in one
/// round trip.
async fn write<R>(
    connection: &AsyncPgConnection,
    locked: &LockedBooking,
    changed: &Booking,
    event: &NewEvent<'_>,
) -> Result<(), TransactionError<R>> {
    let row = bookings::update(connection, locked.key, changed);
    let occupancy = write_occupancy(connection, locked, changed);
    // An active booking holds exactly one table.
    let recorded = audit_events::insert(connection, event);
    match tokio::try_join!(biased; occupancy, row, recorded)? {
        (1, 1, ()) => Ok(()),
        _ => Err(Corrupt::new("occupancies.booking_id", locked.key).into()),
    }
}

/// An active booking holds the table of its placement, and no other booking holds any. Gives the
/// number of rows that stand or are gone: 1.
async fn write_occupancy(
    connection: &AsyncPgConnection,
    locked: &LockedBooking,
    changed: &Booking,
) -> QueryResult<usize> {
    let (key, current) = (locked.key, &locked.booking);
    let (restaurant, placement) = (changed.restaurant, &changed.placement);
    match (current.status.is_active(), changed.status.is_active()) {
        (true, true) if current.placement == *placement => Ok(1),
        (true, true) => occupancies::update(connection, restaurant, key, placement).await,
        (true, false) => occupancies::delete(connection, restaurant, key).await,
        (false, true) => occupancies::insert(connection, restaurant, key, placement).await,
        (false, false) => Ok(1),
    }
}

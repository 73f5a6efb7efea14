//! `getBooking`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{Booking, BookingId, BookingView, Principal, Scope, UserId};

use super::BookingRefusal;
use super::overdue_bookings::{OverdueBookings, may_wait};
use crate::access::{BookingCaller, CallerRow, RequestContext};
use crate::connection::{Batches, FromViolation, Visibility};
use crate::error::{Internal, StoreError, TransactionError};
use crate::store::Store;
use crate::tables::guest_bookings::{self, GuestRow};
use crate::tables::restaurant_staff::{self, Employed};
use crate::tables::{booking_notes, bookings};

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl FromViolation for BookingNotFound {}

/// The bookings that people wait for: whoever holds a secret, and users.
pub(crate) type BookingBatches =
    Batches<(BookingId, Option<UserId>), Option<(Arc<GuestRow>, CallerRow)>>;

const OPERATION: &str = "get_booking";

impl Store {
    /// One booking, for whomever it concerns. For its restaurant, one that is due within hours is looked at
    /// beside those who are overdue at its tables.
    ///
    /// One round trip, in which those of others are read, too; for a restaurant one or two more.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn get_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal>> {
        let user = match caller.principal() {
            // The row that says what a key may is seen by that key alone.
            Some(Principal::ApiKey { .. }) => {
                return self.get_booking_by_key(caller, id, context).await;
            }
            principal => principal.and_then(Principal::user).cloned(),
        };
        let found = self
            .bookings()
            .read(self, (id.clone(), user), find_together);
        let missing = StoreError::Refused(BookingRefusal::NotFound(BookingNotFound));
        let (found, known) = found.await?.ok_or(missing)?;
        let guarded = Arc::unwrap_or_clone(found).guarded(id, known, context.now);
        let guarded = guarded.map_err(Internal::from)?;
        let ((key, mut view), by) = guarded.open(caller, Scope::BookingsRead)?;
        view.is_for_restaurant = by.is_of_restaurant;
        if by.is_of_restaurant {
            let seeing = self.seeing(Visibility::of_restaurant(view.booking.restaurant));
            let reading = seeing.read(OPERATION, async |connection| {
                let restaurant = view.booking.restaurant;
                let notes = async { Ok(booking_notes::find(connection, restaurant, key).await?) };
                let overdue = overdue_bookings(connection, key, &view.booking, context.now);
                tokio::try_join!(biased; notes, overdue)
            });
            (view.booking.notes, view.overdue_bookings) = reading.await?;
        }
        Ok(view)
    }

    async fn get_booking_by_key(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal>> {
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let reading = seeing.read(OPERATION, async |connection| {
            let found = bookings::find(connection, caller, id, context.now).await?;
            let found = found.ok_or(TransactionError::no_access(BookingNotFound))?;
            let ((key, mut view), by) = found.open(caller, Scope::BookingsRead)?;
            view.is_for_restaurant = by.is_of_restaurant;
            // A key opens the bookings of its own restaurant, all of which it sees.
            view.overdue_bookings =
                overdue_bookings(connection, key, &view.booking, context.now).await?;
            Ok(view)
        });
        reading.await
    }
}

/// Who sits at the tables of a booking for longer than their turn: two round trips, or none where it is not due
/// within hours.
async fn overdue_bookings(
    connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
    now: Timestamp,
) -> Result<Vec<BookingId>, TransactionError<BookingRefusal>> {
    if !may_wait(booking, now) {
        return Ok(Vec::new());
    }
    let overdue = OverdueBookings::load(connection, booking.restaurant, now).await?;
    let mut next = overdue.next(connection).await?;
    Ok(next.remove(&key).unwrap_or_default())
}

async fn find_together(
    store: Store,
    keys: Vec<(BookingId, Option<UserId>)>,
) -> Result<Vec<Option<(Arc<GuestRow>, CallerRow)>>, StoreError<Infallible>> {
    let ids: Vec<&str> = keys.iter().map(|(id, _)| id.as_str()).collect();
    let users = keys.iter().filter_map(|(_, user)| user.as_ref());
    let mut users: Vec<&str> = users.map(UserId::as_str).collect();
    users.sort_unstable();
    users.dedup();
    let seeing = store.seeing(Visibility::of_bookings(&ids, &users));
    let reading = seeing.read(OPERATION, async |connection| {
        let rows = async { Ok(guest_bookings::find(connection, &ids).await?) };
        let employments = async {
            match users.is_empty() {
                true => Ok(Vec::new()),
                false => Ok(restaurant_staff::employments(connection, &users).await?),
            }
        };
        tokio::try_join!(biased; rows, employments)
    });
    let (rows, employments): (Vec<GuestRow>, Vec<Employed>) = reading.await?;
    let rows = rows.into_iter();
    let rows = rows.map(|row| (row.id().to_owned(), Arc::new(row)));
    // Several may wait for one booking.
    let rows: HashMap<String, Arc<GuestRow>> = rows.collect();
    let found = keys.iter().map(|(id, user)| {
        let row = rows.get(id.as_str())?;
        let of_user = |it: &&Employed| user.as_ref().is_some_and(|user| it.user == user.as_str());
        let mut employments = employments.iter().filter(of_user).peekable();
        let account = employments.peek().map(|it| it.account);
        let here = employments.find(|it| it.restaurant == Some(row.restaurant()));
        let role = here.and_then(|it| it.role.clone());
        Some((Arc::clone(row), (account, role, None)))
    });
    Ok(found.collect())
}

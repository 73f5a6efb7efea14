//! `getBooking`.

use std::collections::HashMap;
use std::convert::Infallible;

use booking_domain::{BookingId, BookingView, Principal, Scope, UserId};

use super::BookingRefusal;
use super::overdue_bookings::{OverdueBookings, may_wait};
use crate::access::{BookingCaller, CallerRow, RequestContext};
use crate::connection::{Batches, FromViolation, Visibility, show_restaurant};
use crate::error::{Internal, StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings::{self, GuestRow};
use crate::tables::restaurant_staff::{self, Employed};

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl FromViolation for BookingNotFound {}

/// The bookings that guests wait for: whoever holds a secret, and users, who may work for the restaurant
/// besides.
pub(crate) type BookingBatches =
    Batches<(BookingId, Option<UserId>), Option<(GuestRow, CallerRow)>>;

const OPERATION: &str = "get_booking";

impl Store {
    /// One booking, for whomever it concerns. For its restaurant, one that is due within hours is looked at
    /// beside those who are overdue at its tables.
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
        if caller.principal().is_none_or(|it| it.user().is_some())
            && let Some(view) = self.get_booking_as_guest(caller, id, context).await?
        {
            return Ok(view);
        }
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let reading = seeing.read(OPERATION, async |connection| {
            let found = bookings::find(connection, caller, id, context.now).await?;
            let found = found.ok_or(TransactionError::no_access(BookingNotFound))?;
            let ((key, mut view), by) = found.open(caller, Scope::BookingsRead)?;
            view.is_for_restaurant = by.is_of_restaurant;
            if by.is_of_restaurant && may_wait(&view.booking, context.now) {
                let restaurant = view.booking.restaurant;
                let shown = async { Ok(show_restaurant(connection, restaurant).await?) };
                let overdue = OverdueBookings::load(connection, restaurant, context.now);
                let ((), overdue) = tokio::try_join!(biased; shown, overdue)?;
                let mut next = overdue.next(connection).await?;
                view.overdue_bookings = next.remove(&key).unwrap_or_default();
            }
            Ok(view)
        });
        reading.await
    }

    /// The same for guests, many of whom are read for at once; `None` for somebody of the restaurant, who sees
    /// more.
    async fn get_booking_as_guest(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<Option<BookingView>, StoreError<BookingRefusal>> {
        let key = (
            id.clone(),
            caller.principal().and_then(Principal::user).cloned(),
        );
        let found = self.bookings().read(self, key, find_as_guests);
        let missing = StoreError::Refused(BookingRefusal::NotFound(BookingNotFound));
        let (found, known) = found.await?.ok_or(missing)?;
        let guarded = found.guarded(id, known, context.now);
        let (view, by) = guarded
            .map_err(Internal::from)?
            .open(caller, Scope::BookingsRead)?;
        Ok(Some(view).filter(|_| !by.is_of_restaurant))
    }
}

async fn find_as_guests(
    store: Store,
    keys: Vec<(BookingId, Option<UserId>)>,
) -> Result<Vec<Option<(GuestRow, CallerRow)>>, StoreError<Infallible>> {
    let ids: Vec<&str> = keys.iter().map(|(id, _)| id.as_str()).collect();
    let users = keys.iter().filter_map(|(_, user)| user.as_ref());
    let mut users: Vec<&str> = users.map(UserId::as_str).collect();
    users.sort_unstable();
    users.dedup();
    let seeing = store.seeing(Visibility::of_bookings(&ids, &users));
    let reading = seeing.read(OPERATION, async |connection| {
        let rows = async { Ok(bookings::find_as_guests(connection, &ids).await?) };
        let employments = async {
            match users.is_empty() {
                true => Ok(Vec::new()),
                false => Ok(restaurant_staff::employments(connection, &users).await?),
            }
        };
        tokio::try_join!(biased; rows, employments)
    });
    let (rows, employments): (Vec<GuestRow>, Vec<Employed>) = reading.await?;
    let rows: HashMap<&str, &GuestRow> = rows.iter().map(|row| (row.id(), row)).collect();
    // Several may wait for one booking.
    let found = keys.iter().map(|(id, user)| {
        let row = *rows.get(id.as_str())?;
        let of_user = |it: &&Employed| user.as_ref().is_some_and(|user| it.user == user.as_str());
        let mut employments = employments.iter().filter(of_user).peekable();
        let account = employments.peek().map(|it| it.account);
        let here = employments.find(|it| it.restaurant == Some(row.restaurant()));
        let role = here.and_then(|it| it.role.clone());
        Some((row.clone(), (account, role, None)))
    });
    Ok(found.collect())
}

//! Listing bookings.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{Booking, BookingStatus, EmailAddress, RestaurantId};

use super::row::BookingRow;
use crate::cursor::{Cursor, Digest, instant_at, position_of, wall_at};
use crate::error::{Failure, StoreError};
use crate::page::{CursorOfAnotherList, Page, Window, intact};
use crate::restaurants::SummaryRow;
use crate::schema::{bookings, restaurants, users};
use crate::store::Store;

/// Which bookings to list: those that meet everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingFilter {
    /// Those at this restaurant.
    pub restaurant: Option<RestaurantId>,
    /// Those in one of these states; in any, if there are none.
    pub statuses: Vec<BookingStatus>,
    /// Those on this date or later, in the restaurant's calendar.
    pub date_from: Option<Date>,
    /// Those on this date or earlier, in the restaurant's calendar.
    pub date_to: Option<Date>,
    /// Those of the customer with this address, whatever its case.
    pub email: Option<EmailAddress>,
}

/// The order of a list. Bookings that tie are in the order in which they were made, or in the
/// opposite one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BookingSort {
    /// By the date and time for which the table is booked, earliest first.
    BookingDateAsc,
    /// The same, latest first.
    BookingDateDesc,
    /// By when the booking was made, earliest first.
    CreatedAtAsc,
    /// The same, latest first.
    CreatedAtDesc,
}

impl BookingSort {
    /// Every order.
    pub const ALL: [Self; 4] = [
        Self::BookingDateAsc,
        Self::BookingDateDesc,
        Self::CreatedAtAsc,
        Self::CreatedAtDesc,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::BookingDateAsc => "booking_date_asc",
            Self::BookingDateDesc => "booking_date_desc",
            Self::CreatedAtAsc => "created_at_asc",
            Self::CreatedAtDesc => "created_at_desc",
        }
    }

    fn position(self, row: &BookingRow) -> i64 {
        match self {
            Self::BookingDateAsc | Self::BookingDateDesc => {
                position_of(row.booking_date.to_datetime(row.booking_time))
            }
            Self::CreatedAtAsc | Self::CreatedAtDesc => row.created_at.as_microsecond(),
        }
    }
}

impl BookingFilter {
    /// The states' names, each once, in an order that does not depend on how they were given.
    fn status_names(&self) -> Vec<&'static str> {
        BookingStatus::ALL
            .into_iter()
            .filter(|status| self.statuses.contains(status))
            .map(BookingStatus::as_str)
            .collect()
    }

    fn digest(&self, sort: BookingSort) -> u64 {
        let text = |value: Option<String>, digest: Digest| digest.text(value.as_deref());
        let digest = Digest::of("bookings").text(Some(sort.name()));
        let digest = text(self.restaurant.map(|id| id.to_string()), digest);
        let digest = text(self.date_from.map(|date| date.to_string()), digest);
        let digest = text(self.date_to.map(|date| date.to_string()), digest);
        let digest = text(self.email.as_ref().map(EmailAddress::normalized), digest);
        digest.text(Some(&self.status_names().join(","))).finish()
    }
}

/// Narrows any boxed query on bookings; a macro, for Diesel gives each its own type.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        if let Some(restaurant) = $filter.restaurant {
            query = query.filter(bookings::restaurant_id.eq(restaurant.get()));
        }
        let statuses = $filter.status_names();
        if !statuses.is_empty() {
            query = query.filter(bookings::status.eq_any(statuses));
        }
        if let Some(date) = $filter.date_from {
            query = query.filter(bookings::booking_date.ge(date.to_diesel()));
        }
        if let Some(date) = $filter.date_to {
            query = query.filter(bookings::booking_date.le(date.to_diesel()));
        }
        if let Some(email) = &$filter.email {
            let user = users::table
                .filter(users::email.eq(email.normalized()))
                .select(users::user_id);
            query = query.filter(bookings::user_id.eq_any(user));
        }
        query
    }};
}

/// Orders a query by these columns and lets it begin after a place in that order. The first
/// comparison follows from the others; with it, the database finds the place in its index.
macro_rules! ordered {
    ($query:expr, $after:expr, $direction:ident, $from:ident, $past:ident, created_at) => {{
        let mut query = $query;
        if let Some((instant, id)) = $after {
            let instant = instant.to_diesel();
            query = query.filter(bookings::created_at.$from(instant)).filter(
                bookings::created_at
                    .$past(instant)
                    .or(bookings::booking_id.$past(id)),
            );
        }
        query.order((
            bookings::created_at.$direction(),
            bookings::booking_id.$direction(),
        ))
    }};
    ($query:expr, $after:expr, $direction:ident, $from:ident, $past:ident, booking_date) => {{
        let mut query = $query;
        if let Some((wall, id)) = $after {
            let (date, time) = (wall.date().to_diesel(), wall.time().to_diesel());
            query = query.filter(bookings::booking_date.$from(date)).filter(
                bookings::booking_date
                    .$past(date)
                    .or(bookings::booking_time.$past(time).or(bookings::booking_time
                        .eq(time)
                        .and(bookings::booking_id.$past(id)))),
            );
        }
        query.order((
            bookings::booking_date.$direction(),
            bookings::booking_time.$direction(),
            bookings::booking_id.$direction(),
        ))
    }};
}

impl Store {
    /// The bookings that pass the filter, in an order.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn list_bookings(
        &self,
        filter: &BookingFilter,
        sort: BookingSort,
        window: &Window,
    ) -> Result<Page<Booking>, StoreError<CursorOfAnotherList>> {
        self.operate(|pool| async move {
            let connection = pool.connection().await?;
            let outcome = list(&connection, filter, sort, window).await;
            pool.finish(connection, outcome)
        })
        .await
    }
}

async fn list(
    mut connection: &AsyncPgConnection,
    filter: &BookingFilter,
    sort: BookingSort,
    window: &Window,
) -> Result<Page<Booking>, Failure<CursorOfAnotherList>> {
    let list = filter.digest(sort);
    let cursor = window.cursor(list).map_err(Failure::Refused)?;
    let query = narrowed!(
        bookings::table
            .inner_join(restaurants::table)
            .select((BookingRow::as_select(), SummaryRow::as_select()))
            .into_boxed(),
        filter
    );
    let query = match sort {
        BookingSort::BookingDateAsc => {
            ordered!(query, place(cursor, wall_at)?, asc, ge, gt, booking_date)
        }
        BookingSort::BookingDateDesc => {
            ordered!(query, place(cursor, wall_at)?, desc, le, lt, booking_date)
        }
        BookingSort::CreatedAtAsc => {
            ordered!(query, place(cursor, instant_at)?, asc, ge, gt, created_at)
        }
        BookingSort::CreatedAtDesc => {
            ordered!(query, place(cursor, instant_at)?, desc, le, lt, created_at)
        }
    };
    let rows = query
        .limit(window.rows())
        .offset(window.offset())
        .load::<(BookingRow, SummaryRow)>(&mut connection);
    let total = narrowed!(bookings::table.count().into_boxed(), filter);
    let total = async {
        match window.counts() {
            true => total.get_result(&mut &*connection).await.map(Some),
            false => Ok(None),
        }
    };
    let (mut rows, total) = tokio::try_join!(biased; rows, total)?;
    let next = window.next(&mut rows, |(row, _)| Cursor {
        list,
        position: sort.position(row),
        id: row.booking_id,
    });
    let items = rows
        .into_iter()
        .filter_map(|(booking, restaurant)| intact(booking.at(restaurant.into())))
        .collect();
    Ok(Page { items, total, next })
}

/// The place that a cursor means, if there is a cursor.
fn place<T>(
    cursor: Option<&Cursor>,
    at: impl Fn(i64) -> Option<T>,
) -> Result<Option<(T, i64)>, Failure<CursorOfAnotherList>> {
    cursor
        .map(|cursor| {
            at(cursor.position)
                .map(|place| (place, cursor.id))
                .ok_or(Failure::Refused(CursorOfAnotherList))
        })
        .transpose()
}

//! `listBookings`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{
    BookingSource, BookingStatus, BookingView, ConfirmationCode, EmailAddress, Principal,
    RestaurantId, Scope, UserId,
};

use super::overdue_bookings::OverdueBookings;
use crate::access::{Guarded, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::{StoreError, TransactionError};
use crate::lists::{
    Cursor, CursorOfAnotherList, Digest, Page, Window, instant_at, keyset, position_of, wall_at,
};
use crate::schema::{accounts, bookings, restaurants, users};
use crate::store::Store;
use crate::tables::booking_contacts::of_booking;
use crate::tables::booking_expiry;
use crate::tables::booking_notes::{NotesRow, notes_of_booking};
use crate::tables::bookings::{BookingRow, view};
use crate::tables::restaurants::SummaryRow;

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
    /// Those that came in one of these ways; in any, if there are none.
    pub sources: Vec<BookingSource>,
    /// Those that are to come and have no table.
    pub without_tables: bool,
    /// Those whose parties sit though their turns are over.
    pub overdue: bool,
    /// The one with this code.
    pub confirmation_code: Option<ConfirmationCode>,
    /// Those that this user has made while logged in, or that were made with their address.
    pub user: Option<UserId>,
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

    /// As what those are stored that are asked for: what has expired is pending until somebody writes that
    /// it is cancelled.
    fn stored_names(&self) -> Vec<&'static str> {
        let mut names = self.status_names();
        let is_asked = |status| self.statuses.contains(&status);
        if is_asked(BookingStatus::Cancelled) && !is_asked(BookingStatus::Pending) {
            names.push(BookingStatus::Pending.as_str());
        }
        names
    }

    /// The ways' names, likewise.
    fn source_names(&self) -> Vec<&'static str> {
        let sources = BookingSource::ALL.iter();
        sources
            .filter(|source| self.sources.contains(source))
            .map(|source| source.as_str())
            .collect()
    }

    fn digest(&self, sort: BookingSort) -> u64 {
        let text = |value: Option<String>, digest: Digest| digest.text(value.as_deref());
        let digest = Digest::new("bookings").text(Some(sort.name()));
        let digest = text(self.restaurant.map(|id| id.to_string()), digest);
        let digest = text(self.date_from.map(|date| date.to_string()), digest);
        let digest = text(self.date_to.map(|date| date.to_string()), digest);
        let digest = text(self.email.as_ref().map(EmailAddress::normalized), digest);
        let code = self.confirmation_code.as_ref();
        let digest = text(code.map(ConfirmationCode::to_string), digest);
        let digest = digest.text(self.without_tables.then_some("without tables"));
        let digest = digest.text(self.overdue.then_some("overdue"));
        let digest = text(self.user.as_ref().map(UserId::to_string), digest);
        let digest = match self.source_names() {
            // As before there were any, so that the cursors of before go on.
            names if names.is_empty() => digest,
            names => digest.text(Some(&names.join(","))),
        };
        digest.text(Some(&self.status_names().join(","))).finish()
    }
}

/// Narrows any boxed query on bookings, as they are at an instant; a macro, for Diesel gives each its own
/// type.
macro_rules! narrowed {
    ($query:expr, $filter:expr, $now:expr) => {{
        let mut query = $query;
        if let Some(restaurant) = $filter.restaurant {
            query = query.filter(bookings::restaurant_id.eq(restaurant.get()));
        }
        if !$filter.statuses.is_empty() {
            query = query.filter(bookings::status.eq_any($filter.stored_names()));
            let is_asked = |status| $filter.statuses.contains(&status);
            let is_pending = is_asked(BookingStatus::Pending);
            if is_pending != is_asked(BookingStatus::Cancelled) {
                let is_written = bookings::status.ne("pending");
                query = match is_pending {
                    true => query.filter(is_written.or(booking_expiry::expiry().gt($now))),
                    false => query.filter(is_written.or(booking_expiry::expiry().le($now))),
                };
            }
        }
        let sources = $filter.source_names();
        if !sources.is_empty() {
            query = query.filter(bookings::source.eq_any(sources));
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
                .select(users::user_id.nullable());
            query = query.filter(bookings::user_id.eq_any(user));
        }
        if $filter.without_tables {
            query = query
                .filter(bookings::status.eq_any(["pending", "confirmed"]))
                .filter(
                    bookings::status
                        .ne("pending")
                        .or(booking_expiry::expiry().gt($now)),
                )
                .filter(bookings::table_ids.eq(Vec::<i64>::new()));
        }
        if $filter.overdue {
            query = query
                .filter(bookings::status.eq("confirmed"))
                .filter(bookings::seated_at.is_not_null())
                .filter(bookings::ends_at.le($now));
        }
        if let Some(code) = &$filter.confirmation_code {
            query = query.filter(bookings::confirmation_code.eq(code.as_str()));
        }
        if let Some(user) = &$filter.user {
            // One value, found before the bookings are, so that both indexes can be asked for it.
            let user = accounts::table
                .filter(accounts::public_id.eq(user.as_str()))
                .select(accounts::user_id)
                .single_value();
            let with_their_address = bookings::user_id.eq(user);
            query = query.filter(with_their_address.or(bookings::account_user_id.eq(user)));
        }
        query
    }};
}

impl Store {
    /// The bookings of a restaurant that pass the filter, in an order, for its staff.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn list_bookings(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        (filter, sort, window): (&BookingFilter, BookingSort, &Window),
        context: &RequestContext,
    ) -> Result<Page<BookingView>, StoreError<RestaurantAccessRefusal<CursorOfAnotherList>>> {
        let request = StaffRequest {
            operation: "list_bookings",
            principal,
            restaurant,
            required: Scope::BookingsRead,
            context,
        };
        let filter = BookingFilter {
            restaurant: Some(restaurant),
            ..filter.clone()
        };
        self.read_as_staff(request, async |connection| {
            let now = context.now;
            let listing = async {
                let page = list(connection, &filter, sort, window, now).await;
                page.map_err(TransactionError::into_rule)
            };
            let overdue = async { Ok(OverdueBookings::load(connection, restaurant, now).await?) };
            let (page, overdue) = tokio::try_join!(biased; listing, overdue)?;
            let mut next = overdue.next(connection).await?;
            let page = page.try_map(|(key, view)| {
                Ok(BookingView {
                    is_for_restaurant: true,
                    overdue_bookings: next.remove(&key).unwrap_or_default(),
                    ..view
                })
            })?;
            Ok(Guarded::new(restaurant, page))
        })
        .await
    }
}

/// The bookings that pass the filter at `now`, with their rows' numbers, in an order, whoever asks.
pub(crate) async fn list(
    mut connection: &AsyncPgConnection,
    filter: &BookingFilter,
    sort: BookingSort,
    window: &Window,
    now: Timestamp,
) -> Result<Page<(i64, BookingView)>, TransactionError<CursorOfAnotherList>> {
    let instant = now.to_diesel();
    let list = filter.digest(sort);
    let query = narrowed!(
        bookings::table
            .inner_join(restaurants::table)
            .left_join(of_booking())
            .left_join(notes_of_booking())
            .select((
                BookingRow::as_select(),
                Option::<NotesRow>::as_select(),
                SummaryRow::as_select()
            ))
            .into_boxed(),
        filter,
        instant
    );
    let by_date = || {
        window.place(list, |position| {
            wall_at(position).map(|wall| (wall.date().to_diesel(), wall.time().to_diesel()))
        })
    };
    let by_creation = || {
        window.place(list, |position| {
            instant_at(position).map(ToDiesel::to_diesel)
        })
    };
    let query = match sort {
        BookingSort::BookingDateAsc => keyset!(query, after ((date, time), id) = by_date()?, asc [
            bookings::booking_date => date,
            bookings::booking_time => time,
            bookings::booking_id => id
        ]),
        BookingSort::BookingDateDesc => {
            keyset!(query, after ((date, time), id) = by_date()?, desc [
                bookings::booking_date => date,
                bookings::booking_time => time,
                bookings::booking_id => id
            ])
        }
        BookingSort::CreatedAtAsc => keyset!(query, after (instant, id) = by_creation()?, asc [
            bookings::created_at => instant,
            bookings::booking_id => id
        ]),
        BookingSort::CreatedAtDesc => keyset!(query, after (instant, id) = by_creation()?, desc [
            bookings::created_at => instant,
            bookings::booking_id => id
        ]),
    };
    let rows = query.limit(window.rows()).offset(window.offset()).load::<(
        BookingRow,
        Option<NotesRow>,
        SummaryRow,
    )>(&mut connection);
    let mut counting = connection;
    let total = narrowed!(bookings::table.count().into_boxed(), filter, instant);
    let total = total.get_result(&mut counting);
    let page = window.load(rows, total, |(row, _, _)| Cursor {
        list,
        position: sort.position(row),
        id: row.booking_id,
    });
    Ok(page
        .await?
        .try_map(|row| Ok((row.0.booking_id, view(row, now)?)))?)
}

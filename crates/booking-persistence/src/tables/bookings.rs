//! The table `bookings`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_diesel::ToDiesel;

use booking_domain::{
    AreaWish, Booking, BookingId, BookingSource, BookingStatus, BookingView, Cancellation,
    CancellationKind, CancellationReason, ConfirmationCode, DiningAreaId, EmailAddress, PartySize,
    Placement, RestaurantId, RestaurantName, TableId, UserId, UtcOffset, Visit,
};

use super::active_bookings::IsActive;
use super::booking_contacts::{ContactRow, of_booking};
use super::booking_notes::{NotesRow, notes_of_booking};
use super::restaurants::SummaryRow;
use super::{nextval, parsed, restaurant_id, to_the_minute};
use crate::access::{BookingCaller, BookingRights, CallerRow, GuardedBooking, caller_columns};
use crate::error::{Corrupt, LoadError};
use crate::schema::{accounts, booking_contacts, bookings, restaurants, users};

/// A booking as it is read.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct BookingRow {
    pub(super) restaurant_id: i64,
    pub(crate) booking_id: i64,
    pub(super) public_id: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    pub(crate) booking_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    pub(crate) booking_time: Time,
    party_size: i32,
    status: String,
    confirmation_code: String,
    cancellation_reason: Option<String>,
    cancellation_kind: Option<String>,
    table_ids: Vec<Option<i64>>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    starts_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    ends_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    free_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    service_date: Date,
    utc_offset_minutes: i32,
    area_id: Option<i64>,
    is_area_required: bool,
    is_pinned: bool,
    arrived_at: Option<jiff_diesel::Timestamp>,
    seated_at: Option<jiff_diesel::Timestamp>,
    finished_at: Option<jiff_diesel::Timestamp>,
    expires_at: Option<jiff_diesel::Timestamp>,
    contact_version: i32,
    #[diesel(embed)]
    contact: Option<ContactRow>,
    source: String,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub(crate) created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    updated_at: Timestamp,
}

impl BookingRow {
    /// The booking as it is at `now`, whether or not it is written yet that it has expired.
    fn at(self, notes: Option<NotesRow>, now: Timestamp) -> Result<Booking, Corrupt> {
        Ok(self.stored(notes)?.at(now))
    }

    /// The booking as it is written: only for whoever writes that it has expired.
    fn stored(self, notes: Option<NotesRow>) -> Result<Booking, Corrupt> {
        let row = self;
        let key = row.booking_id;
        let contact = parsed(row.contact, "bookings.contact_version", key)?;
        let (customer, special_requests) = contact.parse(key)?;
        let status = parsed(BookingStatus::parse(&row.status), "bookings.status", key)?;
        let expires_at = row.expires_at.map(|it| it.to_jiff());
        let cancellation = (status == BookingStatus::Cancelled)
            .then(|| cancellation(row.cancellation_kind, row.cancellation_reason, key))
            .transpose()?;
        Ok(Booking {
            id: parsed(BookingId::parse(row.public_id), "bookings.public_id", key)?,
            confirmation_code: parsed(
                ConfirmationCode::parse(row.confirmation_code),
                "bookings.confirmation_code",
                key,
            )?,
            status,
            restaurant: restaurant_id(row.restaurant_id, "bookings.restaurant_id")?,
            date: row.booking_date,
            time: parsed(
                to_the_minute(row.booking_time),
                "bookings.booking_time",
                key,
            )?,
            utc_offset: parsed(
                UtcOffset::from_minutes(row.utc_offset_minutes),
                "bookings.utc_offset_minutes",
                key,
            )?,
            party: parsed(PartySize::new(row.party_size), "bookings.party_size", key)?,
            area: area_wish(row.area_id, row.is_area_required, key)?,
            customer,
            special_requests,
            contact_version: row.contact_version,
            expires_at: expiry(status, expires_at, row.starts_at),
            source: parsed(BookingSource::parse(&row.source), "bookings.source", key)?,
            notes: notes
                .map(|notes| notes.parse(key))
                .transpose()?
                .unwrap_or_default(),
            cancellation,
            placement: Placement {
                service_date: row.service_date,
                tables: tables(&row.table_ids, key)?,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                free_at: row.free_at,
            },
            is_pinned: row.is_pinned,
            visit: Visit {
                arrived_at: row.arrived_at.map(|it| it.to_jiff()),
                seated_at: row.seated_at.map(|it| it.to_jiff()),
                finished_at: row.finished_at.map(|it| it.to_jiff()),
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

fn cancellation(
    kind: Option<String>,
    reason: Option<String>,
    key: i64,
) -> Result<Cancellation, Corrupt> {
    // A program of before, beside this one, does not say.
    let kind = kind.map_or(Some(CancellationKind::Guest), |kind| {
        CancellationKind::parse(&kind)
    });
    let reason = reason.map(CancellationReason::parse);
    let reason = reason.map(|reason| parsed(reason, "bookings.cancellation_reason", key));
    Ok(Cancellation {
        kind: parsed(kind, "bookings.cancellation_kind", key)?,
        reason: reason.transpose()?,
    })
}

/// The instant from which on a booking of this status is cancelled, if it waits for the restaurant's word.
pub(super) fn expiry(
    status: BookingStatus,
    expires_at: Option<Timestamp>,
    starts_at: Timestamp,
) -> Option<Timestamp> {
    // A program of before, beside this one, does not say.
    let expires_at = expires_at.map_or(starts_at, |expires_at| expires_at.min(starts_at));
    (status == BookingStatus::Pending).then_some(expires_at)
}

pub(super) fn tables(ids: &[Option<i64>], key: i64) -> Result<Vec<TableId>, Corrupt> {
    let tables = ids.iter().map(|id| id.and_then(TableId::new));
    tables
        .map(|id| parsed(id, "bookings.table_ids", key))
        .collect()
}

pub(super) fn area_wish(
    area: Option<i64>,
    is_required: bool,
    key: i64,
) -> Result<Option<AreaWish>, Corrupt> {
    let area = area.map(|area| parsed(DiningAreaId::new(area), "bookings.area_id", key));
    Ok(area.transpose()?.map(|area| AreaWish { area, is_required }))
}

/// A booking, what is noted of it, and its restaurant, as callers see them at `now`.
pub(crate) fn view(
    (booking, notes, restaurant): (BookingRow, Option<NotesRow>, SummaryRow),
    now: Timestamp,
) -> Result<BookingView, Corrupt> {
    let booking = booking.at(notes, now)?;
    Ok(BookingView {
        is_overdue: booking.is_overdue(now),
        overdue_bookings: Vec::new(),
        booking,
        restaurant: restaurant.try_into()?,
        is_for_restaurant: false,
    })
}

/// What of the rows says who may open a booking: see [`BookingRights`].
type RightsRow = (i32, Option<i64>, Option<i64>, bool, CallerRow);

fn rights(id: &BookingId, row: RightsRow) -> BookingRights {
    let (secret_rotation, user, account, is_suspended, caller) = row;
    BookingRights {
        id: id.clone(),
        secret_rotation,
        owners: [user, account],
        is_suspended,
        caller,
    }
}

/// The booking with this id and its row's number, as callers see it, if there is one, and what it says of
/// the one who asks.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    caller: &BookingCaller<'_>,
    id: &BookingId,
    now: Timestamp,
) -> Result<Option<GuardedBooking<(i64, BookingView)>>, LoadError> {
    let row: Option<(BookingRow, Option<NotesRow>, SummaryRow, RightsRow)> = bookings::table
        .inner_join(restaurants::table)
        .left_join(of_booking())
        .left_join(notes_of_booking())
        .filter(bookings::public_id.eq(id.as_str()))
        .select((
            BookingRow::as_select(),
            Option::<NotesRow>::as_select(),
            SummaryRow::as_select(),
            (
                bookings::secret_rotation,
                bookings::user_id,
                bookings::account_user_id,
                restaurants::suspended_at.is_not_null(),
                caller_columns!(caller.principal(), now, bookings::restaurant_id),
            ),
        ))
        .first(&mut connection)
        .await
        .optional()?;
    let found = row.map(|(booking, notes, restaurant, row)| {
        let view = (booking.booking_id, view((booking, notes, restaurant), now)?);
        Ok::<_, Corrupt>(GuardedBooking::new(rights(id, row), view))
    });
    Ok(found.transpose()?)
}

/// A booking whose row nobody else changes until the transaction ends.
pub(crate) struct LockedBooking {
    /// The row's own number, within its restaurant.
    pub(crate) key: i64,
    /// The booking, as it is at the time for which it was locked.
    pub(crate) booking: Booking,
    /// How often its secret was replaced.
    pub(crate) secret_rotation: i32,
}

/// Locks the booking with this id, if there is one.
pub(crate) async fn lock(
    connection: &AsyncPgConnection,
    caller: &BookingCaller<'_>,
    id: &BookingId,
    now: Timestamp,
) -> Result<Option<GuardedBooking<LockedBooking>>, LoadError> {
    // First, and by itself: what is asked behind the lock is as it is when the wait is over, so that who
    // was removed meanwhile comes too late. Both are sent at once.
    let mut locking = connection;
    let locked = bookings::table
        .filter(bookings::public_id.eq(id.as_str()))
        .select(bookings::booking_id)
        .for_no_key_update()
        .first::<i64>(&mut locking);
    let locked = async { Ok(locked.await.optional()?) };
    let (locked, found) =
        tokio::try_join!(biased; locked, find_keyed(connection, caller, id, now))?;
    let found = found.filter(|_| locked.is_some());
    Ok(found.map(|found| {
        found.map(|rights, (key, booking)| LockedBooking {
            key,
            booking,
            secret_rotation: rights.secret_rotation,
        })
    }))
}

/// Locks the confirmed bookings of a restaurant whose tables were free before this instant and which
/// nobody else holds, the earliest first, so many at the most.
pub(crate) async fn lock_ended(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(i64, Booking)>, LoadError> {
    let mut locking = connection;
    let keys: Vec<i64> = bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        // As the index has it, which knows when they begin.
        .filter(IsActive)
        .filter(bookings::status.eq(BookingStatus::Confirmed.as_str()))
        .filter(bookings::starts_at.lt(before.to_diesel()))
        .filter(bookings::free_at.le(before.to_diesel()))
        .order(bookings::starts_at)
        .limit(limit)
        .select(bookings::booking_id)
        .for_no_key_update()
        .skip_locked()
        .load(&mut locking)
        .await?;
    stored(connection, restaurant, &keys).await
}

/// Bookings that are locked, with their numbers, the earliest first: as they are written behind their
/// locks, and with their contacts, which no lock is for.
pub(super) async fn stored(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    keys: &[i64],
) -> Result<Vec<(i64, Booking)>, LoadError> {
    let rows: Vec<(BookingRow, Option<NotesRow>)> = bookings::table
        .left_join(of_booking())
        .left_join(notes_of_booking())
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(bookings::booking_id.eq_any(keys))
        .order(bookings::starts_at)
        .select((BookingRow::as_select(), Option::<NotesRow>::as_select()))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let stored = rows.map(|(row, notes)| Ok::<_, Corrupt>((row.booking_id, row.stored(notes)?)));
    Ok(stored.collect::<Result<_, _>>()?)
}

/// The booking with this id and its row's number, if there is one, and what it says of the one who
/// asks.
pub(crate) async fn find_keyed(
    mut connection: &AsyncPgConnection,
    caller: &BookingCaller<'_>,
    id: &BookingId,
    now: Timestamp,
) -> Result<Option<GuardedBooking<(i64, Booking)>>, LoadError> {
    let suspended = restaurants::table
        .filter(restaurants::restaurant_id.eq(bookings::restaurant_id))
        .filter(restaurants::suspended_at.is_not_null())
        .select(restaurants::restaurant_id);
    let row: Option<(BookingRow, Option<NotesRow>, RightsRow)> = bookings::table
        .left_join(of_booking())
        .left_join(notes_of_booking())
        .filter(bookings::public_id.eq(id.as_str()))
        .select((
            BookingRow::as_select(),
            Option::<NotesRow>::as_select(),
            (
                bookings::secret_rotation,
                bookings::user_id,
                bookings::account_user_id,
                exists(suspended),
                caller_columns!(caller.principal(), now, bookings::restaurant_id),
            ),
        ))
        .first(&mut connection)
        .await
        .optional()?;
    let found = row.map(|(booking, notes, row)| {
        let booking = (booking.booking_id, booking.at(notes, now)?);
        Ok::<_, Corrupt>(GuardedBooking::new(rights(id, row), booking))
    });
    Ok(found.transpose()?)
}

/// Makes a booking one with the address of this user, or of none.
pub(crate) async fn update_user(
    mut connection: &AsyncPgConnection,
    locked: &LockedBooking,
    user: Option<i64>,
) -> QueryResult<usize> {
    diesel::update(bookings::table.find((locked.booking.restaurant.get(), locked.key)))
        .set(bookings::user_id.eq(user))
        .execute(&mut connection)
        .await
}

/// Replaces the secret of a booking.
pub(crate) async fn update_secret_rotation(
    mut connection: &AsyncPgConnection,
    locked: &LockedBooking,
    rotation: i32,
) -> QueryResult<usize> {
    diesel::update(bookings::table.find((locked.booking.restaurant.get(), locked.key)))
        .set(bookings::secret_rotation.eq(rotation))
        .execute(&mut connection)
        .await
}

/// The bookings with this code that were made with this address, one in each restaurant, and the
/// restaurants' names.
pub(crate) async fn find_by_code(
    mut connection: &AsyncPgConnection,
    code: &ConfirmationCode,
    email: &EmailAddress,
) -> Result<Vec<(BookingId, EmailAddress, RestaurantName)>, LoadError> {
    let rows: Vec<(i64, String, Option<String>, String)> = bookings::table
        .inner_join(restaurants::table)
        .inner_join(users::table)
        .inner_join(of_booking())
        .filter(bookings::confirmation_code.eq(code.as_str()))
        .filter(users::email.eq(email.normalized()))
        .select((
            bookings::booking_id,
            bookings::public_id,
            booking_contacts::email,
            restaurants::name,
        ))
        .load(&mut connection)
        .await?;
    let found = rows.into_iter().map(|(key, id, email, restaurant)| {
        let email = email.and_then(EmailAddress::parse);
        let restaurant = RestaurantName::parse(restaurant);
        Ok::<_, Corrupt>((
            parsed(BookingId::parse(id), "bookings.public_id", key)?,
            parsed(email, "booking_contacts.email", key)?,
            parsed(restaurant, "restaurants.name", key)?,
        ))
    });
    Ok(found.collect::<Result<_, _>>()?)
}

/// What of a booking can change.
#[derive(AsChangeset, Insertable)]
// A column of a struct may be left to its default, and no such statement is kept prepared.
#[diesel(
    table_name = bookings,
    treat_none_as_null = true,
    treat_none_as_default_value = false
)]
struct ChangingColumns<'a> {
    booking_date: jiff_diesel::Date,
    booking_time: jiff_diesel::Time,
    party_size: i32,
    status: &'static str,
    cancellation_reason: Option<&'a str>,
    cancellation_kind: Option<&'static str>,
    table_ids: Vec<i64>,
    starts_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
    free_at: jiff_diesel::Timestamp,
    service_date: jiff_diesel::Date,
    utc_offset_minutes: i32,
    area_id: Option<i64>,
    is_area_required: bool,
    is_pinned: bool,
    arrived_at: Option<jiff_diesel::Timestamp>,
    seated_at: Option<jiff_diesel::Timestamp>,
    finished_at: Option<jiff_diesel::Timestamp>,
    expires_at: Option<jiff_diesel::Timestamp>,
    contact_version: i32,
    version: i32,
    updated_at: jiff_diesel::Timestamp,
}

impl<'a> From<&'a Booking> for ChangingColumns<'a> {
    fn from(booking: &'a Booking) -> Self {
        Self {
            booking_date: booking.date.to_diesel(),
            booking_time: booking.time.to_diesel(),
            party_size: booking.party.get(),
            status: booking.status.as_str(),
            cancellation_reason: booking
                .cancellation
                .as_ref()
                .and_then(|it| it.reason.as_ref())
                .map(CancellationReason::as_str),
            cancellation_kind: booking.cancellation.as_ref().map(|it| it.kind.as_str()),
            table_ids: numbers(&booking.placement.tables),
            starts_at: booking.placement.starts_at.to_diesel(),
            ends_at: booking.placement.ends_at.to_diesel(),
            free_at: booking.placement.free_at.to_diesel(),
            service_date: booking.placement.service_date.to_diesel(),
            utc_offset_minutes: booking.utc_offset.minutes(),
            area_id: booking.area.map(|wish| wish.area.get()),
            is_area_required: booking.area.is_some_and(|wish| wish.is_required),
            is_pinned: booking.is_pinned,
            arrived_at: booking.visit.arrived_at.map(ToDiesel::to_diesel),
            seated_at: booking.visit.seated_at.map(ToDiesel::to_diesel),
            finished_at: booking.visit.finished_at.map(ToDiesel::to_diesel),
            expires_at: booking.expires_at.map(ToDiesel::to_diesel),
            contact_version: booking.contact_version,
            version: booking.version,
            updated_at: booking.updated_at.to_diesel(),
        }
    }
}

pub(super) fn numbers(tables: &[TableId]) -> Vec<i64> {
    tables.iter().map(|id| id.get()).collect()
}

/// Draws the number of a booking that is about to be written, so that all that refers to it can be
/// sent behind it.
pub(crate) async fn draw_key(mut connection: &AsyncPgConnection) -> QueryResult<i64> {
    diesel::select(nextval("bookings_booking_id_seq"))
        .get_result(&mut connection)
        .await
}

/// Writes a new booking under its number, with the address of this user if it has one, which was made by
/// another one or the same if somebody was logged in.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    booking: &Booking,
    (key, user): (i64, Option<i64>),
    made_by: Option<&UserId>,
) -> QueryResult<usize> {
    // Found by the same statement; nothing is equal to NULL.
    let made_by = accounts::table
        .filter(
            accounts::public_id
                .nullable()
                .eq(made_by.map(UserId::as_str)),
        )
        .select(accounts::user_id)
        .single_value();
    diesel::insert_into(bookings::table)
        .values((
            bookings::restaurant_id.eq(booking.restaurant.get()),
            bookings::booking_id.eq(key),
            bookings::public_id.eq(booking.id.as_str()),
            bookings::user_id.eq(user),
            bookings::account_user_id.eq(made_by),
            bookings::confirmation_code.eq(booking.confirmation_code.as_str()),
            bookings::source.eq(booking.source.as_str()),
            bookings::created_at.eq(booking.created_at.to_diesel()),
            ChangingColumns::from(booking),
        ))
        .execute(&mut connection)
        .await
}

/// Writes what a booking has become. Gives the number of rows: 1.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
) -> QueryResult<usize> {
    diesel::update(bookings::table.find((booking.restaurant.get(), key)))
        .set(ChangingColumns::from(booking))
        .execute(&mut connection)
        .await
}

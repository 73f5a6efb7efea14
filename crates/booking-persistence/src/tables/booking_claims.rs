//! What bookings take of a restaurant, of the table `bookings`: read without what tells of their guests,
//! and written when a booking moves.

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;

use booking_domain::{
    BookingId, BookingStatus, Claim, Claimant, ConfirmationCode, EARLIEST_ARRIVAL, Move, PartySize,
    RestaurantId, UpcomingBooking, UtcOffset,
};

use super::active_bookings::IsActive;
use super::booking_events::{StateColumns, state_columns};
use super::bookings::{area_wish, expiry, numbers, tables};
use super::{holds, parsed, to_the_minute};
use crate::error::{Corrupt, LoadError};
use crate::schema::bookings;

/// What a booking takes, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
struct ClaimRow {
    booking_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    service_date: Date,
    party_size: i32,
    table_ids: Vec<Option<i64>>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    starts_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    ends_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    free_at: Timestamp,
    area_id: Option<i64>,
    is_area_required: bool,
    is_pinned: bool,
    seated_at: Option<jiff_diesel::Timestamp>,
    status: String,
    expires_at: Option<jiff_diesel::Timestamp>,
}

impl TryFrom<ClaimRow> for Claim {
    type Error = Corrupt;

    fn try_from(row: ClaimRow) -> Result<Self, Corrupt> {
        let key = row.booking_id;
        let status = parsed(BookingStatus::parse(&row.status), "bookings.status", key)?;
        let expires_at = row.expires_at.map(|it| it.to_jiff());
        Ok(Self {
            key,
            service_date: row.service_date,
            party: parsed(PartySize::new(row.party_size), "bookings.party_size", key)?,
            tables: tables(&row.table_ids, key)?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            free_at: row.free_at,
            area: area_wish(row.area_id, row.is_area_required, key)?,
            is_pinned: row.is_pinned,
            seated_at: row.seated_at.map(|it| it.to_jiff()),
            expires_at: expiry(status, expires_at, row.starts_at),
            claimant: Claimant::Booking,
        })
    }
}

/// What a change of the seating plan sees of a booking, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
struct UpcomingRow {
    public_id: String,
    confirmation_code: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    booking_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    booking_time: Time,
    utc_offset_minutes: i32,
    #[diesel(embed)]
    claim: ClaimRow,
}

impl TryFrom<UpcomingRow> for UpcomingBooking {
    type Error = Corrupt;

    fn try_from(row: UpcomingRow) -> Result<Self, Corrupt> {
        let key = row.claim.booking_id;
        let code = ConfirmationCode::parse(row.confirmation_code);
        let time = parsed(
            to_the_minute(row.booking_time),
            "bookings.booking_time",
            key,
        )?;
        let offset = UtcOffset::from_minutes(row.utc_offset_minutes);
        Ok(Self {
            id: parsed(BookingId::parse(row.public_id), "bookings.public_id", key)?,
            confirmation_code: parsed(code, "bookings.confirmation_code", key)?,
            wall: row.booking_date.to_datetime(time),
            utc_offset: parsed(offset, "bookings.utc_offset_minutes", key)?,
            claim: row.claim.try_into()?,
        })
    }
}

/// No table is taken for longer by one party (`bookings_period_check`).
pub(super) const LONGEST_CLAIM: SignedDuration = SignedDuration::from_hours(28);

/// What of these restaurants is taken at any instant of `[from, to)`, by bookings and holds, each with its
/// restaurant's number. Those that have expired are among them, as
/// long as nobody has written it, and parties that sit still though their turn is over. One round trip.
pub(crate) async fn claims(
    connection: &AsyncPgConnection,
    restaurants: &[i64],
    span: (Timestamp, Timestamp),
) -> Result<Vec<(i64, Claim)>, LoadError> {
    let (mut claims, held) = tokio::try_join!(
        biased;
        of_bookings(connection, restaurants, span),
        holds::claims(connection, restaurants, span),
    )?;
    claims.extend(held);
    Ok(claims)
}

async fn of_bookings(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(i64, Claim)>, LoadError> {
    // The time of no row that is sought begins before, which the index needs to be told.
    let earliest = from.checked_sub(LONGEST_CLAIM).unwrap_or(Timestamp::MIN);
    // Who has sat down before their time.
    let latest = to.checked_add(EARLIEST_ARRIVAL).unwrap_or(Timestamp::MAX);
    let rows: Vec<(i64, ClaimRow)> = bookings::table
        .filter(bookings::restaurant_id.eq_any(restaurants))
        .filter(IsActive)
        .filter(bookings::starts_at.gt(earliest.to_diesel()))
        .filter(bookings::starts_at.lt(latest.to_diesel()))
        .filter(
            bookings::starts_at
                .lt(to.to_diesel())
                .or(bookings::seated_at.lt(to.to_diesel()).assume_not_null()),
        )
        .filter(
            bookings::free_at
                .gt(from.to_diesel())
                // Who sits still has the table, be the turn over or not.
                .or(bookings::seated_at.is_not_null()),
        )
        .select((bookings::restaurant_id, ClaimRow::as_select()))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let claims = rows.map(|(restaurant, row)| Ok::<_, Corrupt>((restaurant, row.try_into()?)));
    Ok(claims.collect::<Result<_, _>>()?)
}

/// The bookings of a restaurant whose tables are not free before an instant, in order of time.
pub(crate) async fn upcoming(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    from: Timestamp,
) -> Result<Vec<UpcomingBooking>, LoadError> {
    let earliest = from.checked_sub(LONGEST_CLAIM).unwrap_or(Timestamp::MIN);
    let rows: Vec<UpcomingRow> = bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(IsActive)
        .filter(bookings::starts_at.gt(earliest.to_diesel()))
        .filter(bookings::free_at.gt(from.to_diesel()))
        .order((bookings::starts_at, bookings::booking_id))
        .select(UpcomingRow::as_select())
        .load(&mut connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(UpcomingBooking::try_from)
        .collect::<Result<_, _>>()?)
}

/// The bookings of a restaurant whose parties sit though their turns are over.
pub(crate) async fn overdue(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    now: Timestamp,
) -> Result<Vec<UpcomingBooking>, LoadError> {
    let rows: Vec<UpcomingRow> = bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(bookings::status.eq("confirmed"))
        .filter(bookings::seated_at.is_not_null())
        .filter(bookings::ends_at.le(now.to_diesel()))
        .order((bookings::ends_at, bookings::booking_id))
        .select(UpcomingRow::as_select())
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter().map(UpcomingBooking::try_from);
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the bookings of a restaurant take that begin within this time, its ends not counted.
pub(crate) async fn beginning(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Claim>, LoadError> {
    let rows: Vec<ClaimRow> = bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(IsActive)
        .filter(bookings::starts_at.gt(from.to_diesel()))
        .filter(bookings::starts_at.lt(to.to_diesel()))
        .select(ClaimRow::as_select())
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter().map(Claim::try_from);
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Locks those of these bookings that nobody else holds, by their numbers.
pub(crate) async fn lock_free(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    keys: &[i64],
) -> QueryResult<Vec<i64>> {
    bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(bookings::booking_id.eq_any(keys))
        .select(bookings::booking_id)
        .for_no_key_update()
        .skip_locked()
        .load(&mut connection)
        .await
}

/// Gives a booking other tables, by its number, and tells its public id, its version and what it is
/// then.
pub(crate) async fn update_tables(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    moved: &Move,
    now: Timestamp,
) -> QueryResult<(String, i32, StateColumns)> {
    diesel::update(bookings::table.find((restaurant.get(), moved.key)))
        .set((
            bookings::table_ids.eq(numbers(&moved.tables)),
            bookings::version.eq(bookings::version + 1),
            bookings::updated_at.eq(now.to_diesel()),
        ))
        .returning((
            bookings::public_id,
            bookings::version,
            state_columns!(bookings),
        ))
        .get_result(&mut connection)
        .await
}

/// Writes where and when a booking takes place, by its number, and tells its version and what it is
/// then.
pub(crate) async fn update_claim(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    booking: &UpcomingBooking,
    now: Timestamp,
) -> QueryResult<(i32, StateColumns)> {
    let claim = &booking.claim;
    let starts_at = claim.starts_at.to_diesel();
    // Whoever waits for the restaurant's word does so until it begins at the latest.
    let is_later = bookings::expires_at.gt(starts_at);
    diesel::update(bookings::table.find((restaurant.get(), claim.key)))
        .set((
            bookings::table_ids.eq(numbers(&claim.tables)),
            bookings::starts_at.eq(starts_at),
            bookings::expires_at
                .eq(case_when(is_later, Some(starts_at)).otherwise(bookings::expires_at)),
            bookings::ends_at.eq(claim.ends_at.to_diesel()),
            bookings::free_at.eq(claim.free_at.to_diesel()),
            bookings::utc_offset_minutes.eq(booking.utc_offset.minutes()),
            bookings::area_id.eq(claim.area.map(|wish| wish.area.get())),
            bookings::is_area_required.eq(claim.area.is_some_and(|wish| wish.is_required)),
            bookings::version.eq(bookings::version + 1),
            bookings::updated_at.eq(now.to_diesel()),
        ))
        .returning((bookings::version, state_columns!(bookings)))
        .get_result(&mut connection)
        .await
}

//! The table `holds`: tables that are kept while somebody fills in a form.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_diesel::ToDiesel;

use booking_domain::{
    Claim, Claimant, Hold, HoldId, PartySize, Placement, RestaurantId, UtcOffset,
};

use super::booking_claims::LONGEST_CLAIM;
use super::bookings::{area_wish, numbers, tables};
use super::{parsed, restaurant_id, to_the_minute};
use crate::error::{Corrupt, LoadError};
use crate::schema::holds;

/// What a hold takes, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = holds, check_for_backend(diesel::pg::Pg))]
struct ClaimRow {
    restaurant_id: i64,
    hold_id: i64,
    is_anonymous: bool,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    service_date: Date,
    party_size: i32,
    area_id: Option<i64>,
    is_area_required: bool,
    table_ids: Vec<Option<i64>>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    starts_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    ends_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    free_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = holds, check_for_backend(diesel::pg::Pg))]
struct HoldRow {
    public_id: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    booking_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    booking_time: Time,
    utc_offset_minutes: i32,
    #[diesel(embed)]
    claim: ClaimRow,
}

impl TryFrom<ClaimRow> for Claim {
    type Error = Corrupt;

    fn try_from(row: ClaimRow) -> Result<Self, Corrupt> {
        let key = row.hold_id;
        Ok(Self {
            key,
            service_date: row.service_date,
            party: parsed(PartySize::new(row.party_size), "holds.party_size", key)?,
            tables: tables(&row.table_ids, key)?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            free_at: row.free_at,
            area: area_wish(row.area_id, row.is_area_required, key)?,
            // Whoever holds them was promised these.
            is_pinned: true,
            seated_at: None,
            expires_at: Some(row.expires_at),
            claimant: Claimant::Hold {
                is_anonymous: row.is_anonymous,
            },
        })
    }
}

impl TryFrom<HoldRow> for (i64, Hold) {
    type Error = Corrupt;

    fn try_from(row: HoldRow) -> Result<Self, Corrupt> {
        let (key, is_anonymous) = (row.claim.hold_id, row.claim.is_anonymous);
        let restaurant = restaurant_id(row.claim.restaurant_id, "holds.restaurant_id")?;
        let expires_at = row.claim.expires_at;
        let claim = Claim::try_from(row.claim)?;
        let time = to_the_minute(row.booking_time);
        let offset = UtcOffset::from_minutes(row.utc_offset_minutes);
        let hold = Hold {
            id: parsed(HoldId::parse(row.public_id), "holds.public_id", key)?,
            restaurant,
            date: row.booking_date,
            time: parsed(time, "holds.booking_time", key)?,
            utc_offset: parsed(offset, "holds.utc_offset_minutes", key)?,
            party: claim.party,
            area: claim.area,
            placement: claim.occupied(),
            is_anonymous,
            expires_at,
        };
        Ok((key, hold))
    }
}

/// What holds take of these restaurants at any instant of `[from, to)`, each with its restaurant's number. Those that have expired are among them, as long as they are there.
pub(crate) async fn claims(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(i64, Claim)>, LoadError> {
    let earliest = from.checked_sub(LONGEST_CLAIM).unwrap_or(Timestamp::MIN);
    let rows: Vec<ClaimRow> = holds::table
        .filter(holds::restaurant_id.eq_any(restaurants))
        .filter(holds::starts_at.gt(earliest.to_diesel()))
        .filter(holds::starts_at.lt(to.to_diesel()))
        .filter(holds::free_at.gt(from.to_diesel()))
        .select(ClaimRow::as_select())
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let claims = rows.map(|row| Ok::<_, Corrupt>((row.restaurant_id, row.try_into()?)));
    Ok(claims.collect::<Result<_, _>>()?)
}

/// A hold of a restaurant with its number, be it expired or not.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    id: &HoldId,
) -> Result<Option<(i64, Hold)>, LoadError> {
    let row = holds::table
        .filter(holds::restaurant_id.eq(restaurant.get()))
        .filter(holds::public_id.eq(id.as_str()))
        .select(HoldRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// How many live holds somebody has in a restaurant at `now`.
pub(crate) async fn count_live(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    holder: &str,
    now: Timestamp,
) -> QueryResult<i64> {
    holds::table
        .filter(holds::restaurant_id.eq(restaurant.get()))
        .filter(holds::holder.eq(holder))
        .filter(holds::expires_at.gt(now.to_diesel()))
        .count()
        .get_result(&mut connection)
        .await
}

/// Writes a new hold under its number.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    hold: &Hold,
    key: i64,
    holder: &str,
) -> QueryResult<usize> {
    let Placement {
        service_date,
        tables,
        starts_at,
        ends_at,
        free_at,
    } = &hold.placement;
    diesel::insert_into(holds::table)
        .values((
            holds::restaurant_id.eq(hold.restaurant.get()),
            holds::hold_id.eq(key),
            holds::public_id.eq(hold.id.as_str()),
            holds::holder.eq(holder),
            holds::is_anonymous.eq(hold.is_anonymous),
            holds::booking_date.eq(hold.date.to_diesel()),
            holds::booking_time.eq(hold.time.to_diesel()),
            holds::utc_offset_minutes.eq(hold.utc_offset.minutes()),
            holds::service_date.eq(service_date.to_diesel()),
            holds::party_size.eq(hold.party.get()),
            holds::area_id.eq(hold.area.map(|wish| wish.area.get())),
            holds::is_area_required.eq(hold.area.is_some_and(|wish| wish.is_required)),
            holds::table_ids.eq(numbers(tables)),
            holds::starts_at.eq(starts_at.to_diesel()),
            holds::ends_at.eq(ends_at.to_diesel()),
            holds::free_at.eq(free_at.to_diesel()),
            holds::expires_at.eq(hold.expires_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Ends holds, by their numbers, and sets their tables free. Gives how many there were.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    keys: &[i64],
) -> QueryResult<usize> {
    diesel::delete(holds::table)
        .filter(holds::restaurant_id.eq(restaurant.get()))
        .filter(holds::hold_id.eq_any(keys))
        .execute(&mut connection)
        .await
}

/// Ends every hold of a restaurant.
pub(crate) async fn delete_all(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> QueryResult<usize> {
    diesel::delete(holds::table)
        .filter(holds::restaurant_id.eq(restaurant.get()))
        .execute(&mut connection)
        .await
}

//! The table `blockouts`: what is not used for a while.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::DateTime;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Blockout, BlockoutId, BlockoutReason, BlockoutScope, DiningAreaId, RestaurantId, TableId,
};

use super::parsed;
use crate::access::RestaurantAccess;
use crate::error::{Corrupt, LoadError};
use crate::schema::blockouts;

type BlockoutRow = (
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    jiff_diesel::DateTime,
    jiff_diesel::DateTime,
);

/// A blockout, as far as it decides what is free: its reason is the staff's.
fn blockout(row: BlockoutRow) -> Result<(i64, Blockout), Corrupt> {
    let (restaurant, key, area, table, starts, ends) = row;
    let area = area.map(|area| parsed(DiningAreaId::new(area), "blockouts.area_id", key));
    let table = table.map(|table| parsed(TableId::new(table), "blockouts.table_id", key));
    let scope = match (area.transpose()?, table.transpose()?) {
        (_, Some(table)) => BlockoutScope::Table(table),
        (Some(area), None) => BlockoutScope::Area(area),
        (None, None) => BlockoutScope::Restaurant,
    };
    let blockout = Blockout {
        id: parsed(BlockoutId::new(key), "blockouts.blockout_id", key)?,
        scope,
        starts: starts.to_jiff(),
        ends: ends.to_jiff(),
        reason: None,
    };
    Ok((restaurant, blockout))
}

/// What of a blockout changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($blockout:expr) => {{
        let (area, table) = match $blockout.scope {
            BlockoutScope::Restaurant => (None, None),
            BlockoutScope::Area(area) => (Some(area.get()), None),
            BlockoutScope::Table(table) => (None, Some(table.get())),
        };
        (
            blockouts::area_id.eq(area),
            blockouts::table_id.eq(table),
            blockouts::starts.eq($blockout.starts.to_diesel()),
            blockouts::ends.eq($blockout.ends.to_diesel()),
            blockouts::reason.eq($blockout.reason.as_ref().map(BlockoutReason::as_str)),
        )
    }};
}

/// The blockouts of these restaurants that have a part of this time, which their wall clocks show; each
/// with its restaurant's number, and without its reason.
pub(crate) async fn between(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
    (from, to): (DateTime, DateTime),
) -> Result<Vec<(i64, Blockout)>, LoadError> {
    let rows: Vec<BlockoutRow> = blockouts::table
        .filter(blockouts::restaurant_id.eq_any(restaurants))
        .filter(blockouts::ends.gt(from.to_diesel()))
        .filter(blockouts::starts.lt(to.to_diesel()))
        .order((blockouts::ends, blockouts::blockout_id))
        .select((
            blockouts::restaurant_id,
            blockouts::blockout_id,
            blockouts::area_id,
            blockouts::table_id,
            blockouts::starts,
            blockouts::ends,
        ))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(blockout).collect::<Result<_, _>>()?)
}

/// The blockouts of a restaurant that end after this time of its wall clock, with their reasons.
pub(crate) async fn of_restaurant(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    from: DateTime,
) -> Result<Vec<Blockout>, LoadError> {
    let rows: Vec<(BlockoutRow, Option<String>)> = blockouts::table
        .filter(blockouts::restaurant_id.eq(restaurant.get()))
        .filter(blockouts::ends.gt(from.to_diesel()))
        .order((blockouts::ends, blockouts::blockout_id))
        .select((
            (
                blockouts::restaurant_id,
                blockouts::blockout_id,
                blockouts::area_id,
                blockouts::table_id,
                blockouts::starts,
                blockouts::ends,
            ),
            blockouts::reason,
        ))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter().map(|(row, reason)| {
        let (_, of_row) = blockout(row)?;
        let key = of_row.id.get();
        let reason =
            reason.map(|text| parsed(BlockoutReason::parse(text), "blockouts.reason", key));
        Ok::<_, Corrupt>(Blockout {
            reason: reason.transpose()?,
            ..of_row
        })
    });
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a blockout.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    blockout: &Blockout,
) -> QueryResult<()> {
    diesel::insert_into(blockouts::table)
        .values((
            blockouts::restaurant_id.eq(access.restaurant().get()),
            blockouts::blockout_id.eq(blockout.id.get()),
            columns!(blockout),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Writes what a blockout has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    blockout: &Blockout,
) -> QueryResult<()> {
    diesel::update(blockouts::table.find((access.restaurant().get(), blockout.id.get())))
        .set(columns!(blockout))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Deletes a blockout.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: BlockoutId,
) -> QueryResult<()> {
    diesel::delete(blockouts::table.find((access.restaurant().get(), id.get())))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Deletes the blockouts of a table.
pub(crate) async fn delete_of_table(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    table: TableId,
) -> QueryResult<()> {
    diesel::delete(blockouts::table)
        .filter(blockouts::restaurant_id.eq(access.restaurant().get()))
        .filter(blockouts::table_id.eq(table.get()))
        .execute(&mut connection)
        .await
        .map(drop)
}

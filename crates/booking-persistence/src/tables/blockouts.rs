//! The table `blockouts`: what is not used for a while.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::DateTime;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Blockout, BlockoutId, BlockoutReason, BlockoutScope, DiningAreaId, RestaurantId, TableId,
};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::blockouts;

type BlockoutRow = (
    i64,
    Option<i64>,
    Option<i64>,
    jiff_diesel::DateTime,
    jiff_diesel::DateTime,
    Option<String>,
);

fn blockout(row: BlockoutRow) -> Result<Blockout, Corrupt> {
    let (key, area, table, starts, ends, reason) = row;
    let area = area.map(|area| parsed(DiningAreaId::new(area), "blockouts.area_id", key));
    let table = table.map(|table| parsed(TableId::new(table), "blockouts.table_id", key));
    let reason = reason.map(|text| parsed(BlockoutReason::parse(text), "blockouts.reason", key));
    let scope = match (area.transpose()?, table.transpose()?) {
        (_, Some(table)) => BlockoutScope::Table(table),
        (Some(area), None) => BlockoutScope::Area(area),
        (None, None) => BlockoutScope::Restaurant,
    };
    Ok(Blockout {
        id: parsed(BlockoutId::new(key), "blockouts.blockout_id", key)?,
        scope,
        starts: starts.to_jiff(),
        ends: ends.to_jiff(),
        reason: reason.transpose()?,
    })
}

/// The blockouts of a restaurant that have a part of this time, which its wall clock shows.
pub(crate) async fn between(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (from, to): (DateTime, DateTime),
) -> Result<Vec<Blockout>, LoadError> {
    let rows: Vec<BlockoutRow> = blockouts::table
        .filter(blockouts::restaurant_id.eq(restaurant.get()))
        .filter(blockouts::ends.gt(from.to_diesel()))
        .filter(blockouts::starts.lt(to.to_diesel()))
        .order((blockouts::ends, blockouts::blockout_id))
        .select((
            blockouts::blockout_id,
            blockouts::area_id,
            blockouts::table_id,
            blockouts::starts,
            blockouts::ends,
            blockouts::reason,
        ))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(blockout).collect::<Result<_, _>>()?)
}

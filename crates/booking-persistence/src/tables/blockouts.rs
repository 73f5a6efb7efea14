//! The table `blockouts`: what is not used for a while.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::DateTime;
use jiff_diesel::ToDiesel;

use booking_domain::{Blockout, BlockoutId, BlockoutScope, DiningAreaId, TableId};

use super::parsed;
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

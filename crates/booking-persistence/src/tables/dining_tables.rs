//! The table `dining_tables`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    DiningAreaId, DiningTable, DiningTableName, MinPartyLapse, NewDiningTable, PartySize,
    RestaurantId, TableId,
};

use super::parsed;
use crate::access::{PlatformAccess, RestaurantAccess};
use crate::error::{Corrupt, LoadError};
use crate::schema::dining_tables;

#[derive(Queryable, Selectable)]
#[diesel(table_name = dining_tables, check_for_backend(diesel::pg::Pg))]
struct TableRow {
    table_id: i64,
    name: String,
    area_id: Option<i64>,
    min_party: i32,
    max_party: i32,
    min_party_lapse_hours: Option<i32>,
    is_bookable_online: bool,
}

impl TryFrom<TableRow> for DiningTable {
    type Error = Corrupt;

    fn try_from(row: TableRow) -> Result<Self, Corrupt> {
        let key = row.table_id;
        let party = |size, column| parsed(PartySize::new(size), column, key);
        let area = |area| parsed(DiningAreaId::new(area), "dining_tables.area_id", key);
        let lapse = |hours| {
            let lapse = MinPartyLapse::from_hours(hours);
            parsed(lapse, "dining_tables.min_party_lapse_hours", key)
        };
        Ok(Self {
            id: parsed(TableId::new(key), "dining_tables.table_id", key)?,
            name: parsed(DiningTableName::parse(row.name), "dining_tables.name", key)?,
            area: row.area_id.map(area).transpose()?,
            min_party: party(row.min_party, "dining_tables.min_party")?,
            max_party: party(row.max_party, "dining_tables.max_party")?,
            min_party_lapse: row.min_party_lapse_hours.map(lapse).transpose()?,
            is_bookable_online: row.is_bookable_online,
        })
    }
}

/// What of a table changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($table:expr) => {
        (
            dining_tables::name.eq($table.name.as_str()),
            dining_tables::area_id.eq($table.area.map(DiningAreaId::get)),
            dining_tables::min_party.eq($table.min_party.get()),
            dining_tables::max_party.eq($table.max_party.get()),
            dining_tables::min_party_lapse_hours
                .eq($table.min_party_lapse.map(|lapse| i32::from(lapse.hours()))),
            dining_tables::is_bookable_online.eq($table.is_bookable_online),
        )
    };
}

/// All tables of these restaurants, each with its restaurant's number, by name.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> Result<Vec<(i64, DiningTable)>, LoadError> {
    let rows: Vec<(i64, TableRow)> = dining_tables::table
        .filter(dining_tables::restaurant_id.eq_any(restaurants))
        .filter(dining_tables::deleted_at.is_null())
        .order((dining_tables::restaurant_id, dining_tables::name))
        .select((dining_tables::restaurant_id, TableRow::as_select()))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    let tables = rows.map(|(restaurant, row)| Ok::<_, Corrupt>((restaurant, row.try_into()?)));
    Ok(tables.collect::<Result<_, _>>()?)
}

/// Adds the tables of a restaurant that was just entered.
pub(crate) async fn insert_all(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: RestaurantId,
    tables: &[NewDiningTable],
) -> QueryResult<usize> {
    let rows = tables.iter().map(|table| {
        (
            dining_tables::restaurant_id.eq(restaurant.get()),
            dining_tables::name.eq(table.name.as_str()),
            dining_tables::min_party.eq(table.min_party.get()),
            dining_tables::max_party.eq(table.max_party.get()),
        )
    });
    diesel::insert_into(dining_tables::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut connection)
        .await
}

/// Adds a table.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    table: &DiningTable,
) -> QueryResult<()> {
    diesel::insert_into(dining_tables::table)
        .values((
            dining_tables::restaurant_id.eq(access.restaurant().get()),
            dining_tables::table_id.eq(table.id.get()),
            columns!(table),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Writes what a table has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    table: &DiningTable,
) -> QueryResult<()> {
    diesel::update(dining_tables::table.find((access.restaurant().get(), table.id.get())))
        .set(columns!(table))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Marks a table as deleted: who has sat there still names it.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: TableId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(dining_tables::table.find((access.restaurant().get(), id.get())))
        .set(dining_tables::deleted_at.eq(now.to_diesel()))
        .execute(&mut connection)
        .await
        .map(drop)
}

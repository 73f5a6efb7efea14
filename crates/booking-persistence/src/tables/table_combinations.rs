//! The tables `table_combinations` and `combined_tables`: tables that are put together.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{
    PartySize, TableCombination, TableCombinationId, TableCombinationName, TableId,
};

use super::parsed;
use crate::access::RestaurantAccess;
use crate::error::{Corrupt, LoadError};
use crate::schema::{combined_tables, table_combinations};

/// What of a combination changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($combination:expr) => {
        (
            table_combinations::name.eq($combination.name.as_str()),
            table_combinations::min_party.eq($combination.min_party.get()),
            table_combinations::max_party.eq($combination.max_party.get()),
        )
    };
}

/// All combinations of these restaurants, each with its restaurant's number, by name.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> Result<Vec<(i64, TableCombination)>, LoadError> {
    let mut second = connection;
    let combinations = table_combinations::table
        .filter(table_combinations::restaurant_id.eq_any(restaurants))
        .order((table_combinations::restaurant_id, table_combinations::name))
        .select((
            table_combinations::restaurant_id,
            table_combinations::combination_id,
            table_combinations::name,
            table_combinations::min_party,
            table_combinations::max_party,
        ))
        .load::<(i64, i64, String, i32, i32)>(&mut connection);
    let tables = combined_tables::table
        .filter(combined_tables::restaurant_id.eq_any(restaurants))
        .order((combined_tables::combination_id, combined_tables::table_id))
        .select((
            (
                combined_tables::restaurant_id,
                combined_tables::combination_id,
            ),
            combined_tables::table_id,
        ))
        .load::<((i64, i64), i64)>(&mut second);
    let (combinations, tables) = tokio::try_join!(biased; combinations, tables)?;
    let mut combined: HashMap<(i64, i64), Vec<TableId>> = HashMap::new();
    for (key, table) in tables {
        let table = parsed(TableId::new(table), "combined_tables.table_id", key.1)?;
        combined.entry(key).or_default().push(table);
    }
    let combinations = combinations
        .into_iter()
        .map(|(restaurant, key, name, min, max)| {
            let id = TableCombinationId::new(key);
            let name = TableCombinationName::parse(name);
            let combination = TableCombination {
                id: parsed(id, "table_combinations.combination_id", key)?,
                name: parsed(name, "table_combinations.name", key)?,
                tables: combined.remove(&(restaurant, key)).unwrap_or_default(),
                min_party: parsed(PartySize::new(min), "table_combinations.min_party", key)?,
                max_party: parsed(PartySize::new(max), "table_combinations.max_party", key)?,
            };
            Ok::<_, Corrupt>((restaurant, combination))
        });
    Ok(combinations.collect::<Result<_, _>>()?)
}

/// Adds a combination, with its tables.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    combination: &TableCombination,
) -> QueryResult<()> {
    let (restaurant, key) = (access.restaurant().get(), combination.id.get());
    let inserting = diesel::insert_into(table_combinations::table)
        .values((
            table_combinations::restaurant_id.eq(restaurant),
            table_combinations::combination_id.eq(key),
            columns!(combination),
        ))
        .execute(&mut connection);
    let tables = insert_tables(connection, access, combination);
    tokio::try_join!(biased; inserting, tables).map(drop)
}

async fn insert_tables(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    combination: &TableCombination,
) -> QueryResult<usize> {
    let rows = combination.tables.iter().map(|table| {
        (
            combined_tables::restaurant_id.eq(access.restaurant().get()),
            combined_tables::combination_id.eq(combination.id.get()),
            combined_tables::table_id.eq(table.get()),
        )
    });
    diesel::insert_into(combined_tables::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut connection)
        .await
}

/// Writes what a combination has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    combination: &TableCombination,
) -> QueryResult<()> {
    let mut second = connection;
    let (restaurant, key) = (access.restaurant().get(), combination.id.get());
    let updating = diesel::update(table_combinations::table.find((restaurant, key)))
        .set(columns!(combination))
        .execute(&mut connection);
    let deleting = diesel::delete(combined_tables::table)
        .filter(combined_tables::restaurant_id.eq(restaurant))
        .filter(combined_tables::combination_id.eq(key))
        .execute(&mut second);
    let tables = insert_tables(connection, access, combination);
    tokio::try_join!(biased; updating, deleting, tables).map(drop)
}

/// Deletes a combination.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: TableCombinationId,
) -> QueryResult<()> {
    diesel::delete(table_combinations::table.find((access.restaurant().get(), id.get())))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Deletes the combinations that a table is one of.
pub(crate) async fn delete_with_table(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    table: TableId,
) -> QueryResult<()> {
    let restaurant = access.restaurant().get();
    let keys = combined_tables::table
        .filter(combined_tables::restaurant_id.eq(restaurant))
        .filter(combined_tables::table_id.eq(table.get()))
        .select(combined_tables::combination_id);
    diesel::delete(table_combinations::table)
        .filter(table_combinations::restaurant_id.eq(restaurant))
        .filter(table_combinations::combination_id.eq_any(keys))
        .execute(&mut connection)
        .await
        .map(drop)
}

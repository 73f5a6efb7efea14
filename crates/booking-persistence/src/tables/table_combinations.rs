//! The tables `table_combinations` and `combined_tables`: tables that are put together.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{
    PartySize, RestaurantId, TableCombination, TableCombinationId, TableCombinationName, TableId,
};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::{combined_tables, table_combinations};

/// All combinations of a restaurant, by name.
pub(crate) async fn of_restaurant(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Vec<TableCombination>, LoadError> {
    let mut second = connection;
    let combinations = table_combinations::table
        .filter(table_combinations::restaurant_id.eq(restaurant.get()))
        .order(table_combinations::name)
        .select((
            table_combinations::combination_id,
            table_combinations::name,
            table_combinations::min_party,
            table_combinations::max_party,
        ))
        .load::<(i64, String, i32, i32)>(&mut connection);
    let tables = combined_tables::table
        .filter(combined_tables::restaurant_id.eq(restaurant.get()))
        .order((combined_tables::combination_id, combined_tables::table_id))
        .select((combined_tables::combination_id, combined_tables::table_id))
        .load::<(i64, i64)>(&mut second);
    let (combinations, tables) = tokio::try_join!(biased; combinations, tables)?;
    let mut combined: HashMap<i64, Vec<TableId>> = HashMap::new();
    for (key, table) in tables {
        let table = parsed(TableId::new(table), "combined_tables.table_id", key)?;
        combined.entry(key).or_default().push(table);
    }
    let combinations = combinations.into_iter().map(|(key, name, min, max)| {
        let id = TableCombinationId::new(key);
        let name = TableCombinationName::parse(name);
        Ok::<_, Corrupt>(TableCombination {
            id: parsed(id, "table_combinations.combination_id", key)?,
            name: parsed(name, "table_combinations.name", key)?,
            tables: combined.remove(&key).unwrap_or_default(),
            min_party: parsed(PartySize::new(min), "table_combinations.min_party", key)?,
            max_party: parsed(PartySize::new(max), "table_combinations.max_party", key)?,
        })
    });
    Ok(combinations.collect::<Result<_, _>>()?)
}

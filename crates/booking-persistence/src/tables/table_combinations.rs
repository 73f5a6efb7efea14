//! The tables `table_combinations` and `combined_tables`: tables that are put together.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{
    PartySize, TableCombination, TableCombinationId, TableCombinationName, TableId,
};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::{combined_tables, table_combinations};

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

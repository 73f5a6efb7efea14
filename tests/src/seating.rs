//! Parts of how a restaurant seats, for operations that change or delete one.

use serde_json::Value;

use crate::examples::Examples;
use crate::service::TestService;

/// The names of the examples that [`TestService::with_seating`] sets, which are ids.
pub const SEATING_IDS: [&str; 8] = [
    "dining_area_id",
    "table_id",
    "combination_id",
    "service_period_id",
    "special_day_id",
    "blockout_id",
    "area_id",
    "table_ids",
];

impl TestService {
    /// The contract's examples, about a part of every kind that a restaurant has just got, and that
    /// stands in nobody's way: what is used and when, nobody books. Those that it had got so before
    /// are gone.
    ///
    /// # Panics
    ///
    /// When there is no such restaurant.
    pub async fn with_seating(&self, examples: &Examples, restaurant: i64, name: &str) -> Examples {
        self.sql(&format!(
            "DELETE FROM blockouts WHERE restaurant_id = {restaurant};
             DELETE FROM table_combinations
                WHERE restaurant_id = {restaurant} AND name LIKE 'Spare%';
             DELETE FROM service_periods
                WHERE restaurant_id = {restaurant} AND valid_from >= '3000-01-01';
             DELETE FROM special_days
                WHERE restaurant_id = {restaurant} AND date_from >= '3000-01-01';
             UPDATE dining_tables SET deleted_at = '2027-01-01Z'
                WHERE restaurant_id = {restaurant} AND name LIKE 'Spare%';
             DELETE FROM dining_areas WHERE restaurant_id = {restaurant} AND name LIKE 'Spare%'"
        ))
        .await;
        let rows = self
            .rows(&format!(
                "WITH it AS (SELECT {restaurant}::bigint AS restaurant, 'Spare {name}' AS name,
                    date '3000-01-01' + nextval('blockouts_blockout_id_seq')::integer AS date
                ), area AS (
                    INSERT INTO dining_areas
                        (restaurant_id, name, setting, is_accessible, has_high_chairs)
                    SELECT restaurant, name || ' 0', 'indoor', true, false FROM it RETURNING area_id
                ), dining_table AS (
                    INSERT INTO dining_tables
                        (restaurant_id, name, min_party, max_party, is_bookable_online)
                    SELECT restaurant, name || ' ' || number, 20, 20, false
                    FROM it, generate_series(1, 3) number RETURNING table_id
                ), combination AS (
                    INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
                    SELECT restaurant, name || ' 0', 20, 20 FROM it RETURNING combination_id
                ), combined AS (
                    INSERT INTO combined_tables
                    SELECT restaurant, combination_id, table_id FROM it, combination,
                        (SELECT table_id FROM dining_table ORDER BY table_id DESC LIMIT 2) both_tables
                ), period AS (
                    INSERT INTO service_periods
                        (restaurant_id, name, weekdays, valid_from, valid_to, first_seating, ends)
                    SELECT restaurant, name, 127, date, date, '07:30', '10:30' FROM it
                    RETURNING service_period_id
                ), special AS (
                    INSERT INTO special_days (restaurant_id, name, date_from, date_to)
                    SELECT restaurant, name, date, date FROM it RETURNING special_day_id
                ), blockout AS (
                    INSERT INTO blockouts (restaurant_id, area_id, starts, ends)
                    SELECT restaurant, area_id, date, date + 1 FROM it, area RETURNING blockout_id
                )
                SELECT json_build_object(
                    'dining_area_id', area_id, 'area_id', area_id,
                    'table_id', (SELECT min(table_id) FROM dining_table),
                    'table_ids', (SELECT json_agg(table_id) FROM (
                        SELECT table_id FROM dining_table ORDER BY table_id LIMIT 2) two),
                    'combination_id', combination_id, 'service_period_id', service_period_id,
                    'special_day_id', special_day_id, 'blockout_id', blockout_id,
                    'valid_from', date + 500000, 'valid_to', date + 500000,
                    'date_from', date + 500000, 'date_to', date + 500000)
                FROM it, area, combination, period, special, blockout"
            ))
            .await;
        let row = rows.first().expect("the restaurant is there");
        let parts: Value = serde_json::from_str(row).expect("it is JSON");
        let parts = parts.as_object().expect("it is an object").clone();
        let mut examples = parts
            .into_iter()
            .fold(examples.clone(), |examples, (name, value)| {
                examples.with(&name, value)
            });
        // What has a name of its own is changed to another one.
        let named = ["Area", "Table", "Combination"];
        if named.iter().any(|kind| name.contains(kind)) {
            examples = examples.with("name", format!("Spare {name}"));
        }
        examples
    }
}

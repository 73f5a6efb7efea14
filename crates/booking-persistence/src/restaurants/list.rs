//! Listing restaurants.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Varchar;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::Restaurant;

use super::row::{OpeningRow, RestaurantRow};
use crate::cursor::{Cursor, Digest};
use crate::error::{Failure, StoreError};
use crate::page::{CursorOfAnotherList, Page, Window, intact};
use crate::schema::{opening_hours, restaurants};
use crate::store::Store;

/// Which restaurants to list: those that meet everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestaurantFilter {
    /// A part of the name, whatever its case.
    pub q: Option<String>,
    /// The whole cuisine, whatever its case.
    pub cuisine: Option<String>,
}

diesel::define_sql_function! {
    /// The text in lower case, as the database's locale has it.
    fn lower(text: Varchar) -> Varchar;
}

impl RestaurantFilter {
    fn digest(&self) -> u64 {
        Digest::of("restaurants")
            .text(self.q.as_deref())
            .text(self.cuisine.as_deref())
            .finish()
    }
}

/// Narrows any boxed query on restaurants; a macro, for Diesel gives each its own type.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        if let Some(q) = &$filter.q {
            query = query.filter(restaurants::name.ilike(containing(q)));
        }
        if let Some(cuisine) = &$filter.cuisine {
            query = query.filter(lower(restaurants::cuisine).eq(lower(cuisine)));
        }
        query
    }};
}

/// The pattern of all texts that contain `part`, in which nothing stands for anything else.
fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

impl Store {
    /// The restaurants that pass the filter, by name.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn list_restaurants(
        &self,
        filter: &RestaurantFilter,
        window: &Window,
    ) -> Result<Page<Restaurant>, StoreError<CursorOfAnotherList>> {
        self.operate(|pool| async move {
            let connection = pool.connection().await?;
            let outcome = list(&connection, filter, window).await;
            pool.finish(connection, outcome)
        })
        .await
    }
}

async fn list(
    mut connection: &AsyncPgConnection,
    filter: &RestaurantFilter,
    window: &Window,
) -> Result<Page<Restaurant>, Failure<CursorOfAnotherList>> {
    let list = filter.digest();
    let mut query = narrowed!(
        restaurants::table
            .select(RestaurantRow::as_select())
            .into_boxed(),
        filter
    );
    if let Some(cursor) = window.cursor(list).map_err(Failure::Refused)? {
        // A name is too long for a cursor, which holds the number only.
        let name: String = restaurants::table
            .find(cursor.id)
            .select(restaurants::name)
            .first(&mut connection)
            .await
            .optional()?
            .ok_or(Failure::Refused(CursorOfAnotherList))?;
        query = query.filter(
            restaurants::name.ge(name.clone()).and(
                restaurants::name
                    .gt(name)
                    .or(restaurants::restaurant_id.gt(cursor.id)),
            ),
        );
    }
    let rows = query
        .order((restaurants::name, restaurants::restaurant_id))
        .limit(window.rows())
        .offset(window.offset())
        .load::<RestaurantRow>(&mut connection);
    let total = narrowed!(restaurants::table.count().into_boxed(), filter);
    let total = async {
        match window.counts() {
            true => total.get_result(&mut &*connection).await.map(Some),
            false => Ok(None),
        }
    };
    let (mut rows, total) = tokio::try_join!(biased; rows, total)?;
    let next = window.next(&mut rows, |row| Cursor {
        list,
        position: 0,
        id: row.restaurant_id,
    });
    Ok(Page {
        items: with_hours(connection, rows).await?,
        total,
        next,
    })
}

async fn with_hours(
    mut connection: &AsyncPgConnection,
    rows: Vec<RestaurantRow>,
) -> Result<Vec<Restaurant>, Failure<CursorOfAnotherList>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.restaurant_id).collect();
    let hours: Vec<OpeningRow> = opening_hours::table
        .filter(opening_hours::restaurant_id.eq_any(ids))
        .order((opening_hours::day, opening_hours::opens))
        .select(OpeningRow::as_select())
        .load(&mut connection)
        .await?;
    let mut of_restaurant: HashMap<i64, Vec<OpeningRow>> = HashMap::new();
    for row in hours {
        of_restaurant
            .entry(row.restaurant_id)
            .or_default()
            .push(row);
    }
    let restaurants = rows.into_iter().filter_map(|row| {
        let hours = of_restaurant.remove(&row.restaurant_id);
        intact(row.with_hours(hours.unwrap_or_default()))
    });
    Ok(restaurants.collect())
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn what_a_pattern_means_is_taken_literally() {
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
        assert_eq!(containing("Bella"), "%Bella%");
    }
}

//! `listRestaurants`.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Varchar;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use jiff::Timestamp;

use booking_domain::{BookingPolicy, RestaurantView, ServicePeriod};

use crate::error::{StoreError, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, keyset};
use crate::schema::{booking_policies, restaurants};
use crate::store::Store;
use crate::tables::booking_policies::PolicyRow;
use crate::tables::restaurants::ProfileRow;
use crate::tables::service_periods;

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
        Digest::new("restaurants")
            .text(self.q.as_deref())
            .text(self.cuisine.as_deref())
            .finish()
    }
}

/// Narrows any boxed query on restaurants to those that are not suspended and pass the filter; a macro, for Diesel gives each its own type.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let mut query = $query.filter(restaurants::suspended_at.is_null());
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
    /// The restaurants that take bookings and pass the filter, by name, with their hours as of `now`.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn list_restaurants(
        &self,
        filter: &RestaurantFilter,
        window: &Window,
        now: Timestamp,
    ) -> Result<Page<RestaurantView>, StoreError<CursorOfAnotherList>> {
        self.read("list_restaurants", async |connection| {
            list(connection, filter, window, now).await
        })
        .await
    }
}

async fn list(
    mut connection: &AsyncPgConnection,
    filter: &RestaurantFilter,
    window: &Window,
    now: Timestamp,
) -> Result<Page<RestaurantView>, TransactionError<CursorOfAnotherList>> {
    let list = filter.digest();
    // A name is too long for a cursor, which holds the number only.
    let after = match window.place(list, Some)? {
        Some((_, id)) => {
            let name = restaurants::table
                .find(id)
                .select(restaurants::name)
                .first::<String>(&mut connection)
                .await
                .optional()?;
            let name = name.ok_or(TransactionError::Refused(CursorOfAnotherList))?;
            Some((name, id))
        }
        None => None,
    };
    let query = narrowed!(
        restaurants::table
            .inner_join(booking_policies::table)
            .select((ProfileRow::as_select(), PolicyRow::as_select()))
            .into_boxed(),
        filter
    );
    let query = keyset!(query, after (name, id) = &after, asc [
        restaurants::name => name.as_str(),
        restaurants::restaurant_id => *id
    ]);
    let rows = query
        .limit(window.rows())
        .offset(window.offset())
        .load::<(ProfileRow, PolicyRow)>(&mut connection);
    let mut counting = connection;
    let total = narrowed!(
        restaurants::table
            .inner_join(booking_policies::table)
            .count()
            .into_boxed(),
        filter
    )
    .get_result(&mut counting);
    let page = window.load(rows, total, |(row, _)| Cursor {
        list,
        position: 0,
        id: row.restaurant_id,
    });
    let page = page.await?;
    let ids: Vec<i64> = page
        .items
        .iter()
        .map(|(row, _)| row.restaurant_id)
        .collect();
    let mut services: HashMap<i64, Vec<ServicePeriod>> = HashMap::new();
    for (restaurant, period) in service_periods::of_restaurants(connection, &ids).await? {
        services.entry(restaurant).or_default().push(period);
    }
    Ok(page.try_map(|(profile, policy)| {
        let services = services.remove(&profile.restaurant_id).unwrap_or_default();
        profile.with_policy(BookingPolicy::try_from(policy)?, &services, now)
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_means_is_taken_literally() {
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
        assert_eq!(containing("Bella"), "%Bella%");
    }
}

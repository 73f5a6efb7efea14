//! `listRestaurants`.

use diesel::prelude::*;
use diesel::sql_types::Varchar;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use jiff::Timestamp;

use booking_domain::{BookingPolicy, RestaurantView};

use crate::error::{StoreError, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, keyset};
use crate::schema::{booking_policies, restaurants};
use crate::store::Store;
use crate::tables::booking_policies::PolicyRow;
use crate::tables::restaurants::ProfileRow;
use crate::tables::{by_restaurant, service_periods};

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
    /// Takes the filter into a digest.
    pub(super) fn digest(&self, digest: Digest) -> Digest {
        digest.text(self.q.as_deref()).text(self.cuisine.as_deref())
    }
}

/// Narrows any boxed query on restaurants to those that are not suspended and pass the filter; a macro,
/// for Diesel gives each its own type.
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

pub(super) use narrowed;

/// The pattern of all texts that contain `part`, in which nothing stands for anything else.
pub(super) fn containing(part: &str) -> String {
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
    let list = filter.digest(Digest::new("restaurants")).finish();
    let after = place_by_name(connection, list, window).await?;
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
    let mut services = by_restaurant(service_periods::of_restaurants(connection, &ids).await?);
    Ok(page.try_map(|(profile, policy)| {
        let services = services.remove(&profile.restaurant_id).unwrap_or_default();
        profile.with_policy(BookingPolicy::try_from(policy)?, &services, now)
    })?)
}

/// The place after which a page of restaurants in the order of their names begins, if it names one. A name
/// is too long for a cursor, which holds the number only.
pub(super) async fn place_by_name(
    mut connection: &AsyncPgConnection,
    list: u64,
    window: &Window,
) -> Result<Option<(String, i64)>, TransactionError<CursorOfAnotherList>> {
    let Some((_, id)) = window.place(list, Some)? else {
        return Ok(None);
    };
    let name = restaurants::table
        .find(id)
        .select(restaurants::name)
        .first::<String>(&mut connection)
        .await
        .optional()?;
    let name = name.ok_or(TransactionError::Refused(CursorOfAnotherList))?;
    Ok(Some((name, id)))
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

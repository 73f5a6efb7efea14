//! Restaurants: how one is read; how they are listed is in `list.rs`.

mod list;
mod row;

pub use list::RestaurantFilter;
pub(crate) use row::SummaryRow;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{Restaurant, RestaurantId};

use self::row::{OpeningRow, RestaurantRow};
use crate::error::{Failure, StoreError};
use crate::schema::{opening_hours, restaurants};
use crate::store::Store;

/// There is no such restaurant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such restaurant")]
pub struct RestaurantNotFound;

impl Store {
    /// One restaurant.
    ///
    /// # Errors
    ///
    /// [`RestaurantNotFound`].
    pub async fn get_restaurant(
        &self,
        id: RestaurantId,
    ) -> Result<Restaurant, StoreError<RestaurantNotFound>> {
        self.operate(|pool| async move {
            let connection = pool.connection().await?;
            let outcome = find(&connection, id)
                .await
                .and_then(|restaurant| restaurant.ok_or(Failure::Refused(RestaurantNotFound)));
            pool.finish(connection, outcome)
        })
        .await
    }
}

/// The restaurant with this number, if there is one.
pub(crate) async fn find<R>(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
) -> Result<Option<Restaurant>, Failure<R>> {
    let restaurant = restaurants::table
        .find(id.get())
        .select(RestaurantRow::as_select())
        .first(&mut connection);
    let hours = opening_hours::table
        .filter(opening_hours::restaurant_id.eq(id.get()))
        .order((opening_hours::day, opening_hours::opens))
        .select(OpeningRow::as_select())
        .load(&mut connection);
    let (restaurant, hours) =
        tokio::try_join!(biased; async { restaurant.await.optional() }, hours)?;
    match restaurant {
        Some(row) => Ok(Some(row.with_hours(hours)?)),
        None => Ok(None),
    }
}

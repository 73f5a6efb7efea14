//! `getRestaurant`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{RestaurantId, RestaurantView};

use crate::connection::FromViolation;
use crate::error::{LoadError, StoreError, TransactionError};
use crate::schema::{booking_policies, restaurants};
use crate::store::Store;
use crate::tables::booking_policies::PolicyRow;
use crate::tables::opening_hours;
use crate::tables::restaurants::ProfileRow;

/// There is no such restaurant, or it takes no bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such restaurant")]
pub struct RestaurantNotFound;

impl FromViolation for RestaurantNotFound {}

impl Store {
    /// One restaurant that takes bookings.
    ///
    /// # Errors
    ///
    /// [`RestaurantNotFound`].
    pub async fn get_restaurant(
        &self,
        id: RestaurantId,
    ) -> Result<RestaurantView, StoreError<RestaurantNotFound>> {
        self.read("get_restaurant", async |connection| {
            let found = find(connection, id).await?;
            found.ok_or(TransactionError::Refused(RestaurantNotFound))
        })
        .await
    }
}

async fn find(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
) -> Result<Option<RestaurantView>, LoadError> {
    let row = restaurants::table
        .find(id.get())
        .filter(restaurants::suspended_at.is_null())
        .inner_join(booking_policies::table)
        .select((ProfileRow::as_select(), PolicyRow::as_select()))
        .first::<(ProfileRow, PolicyRow)>(&mut connection);
    let ids = [id.get()];
    let hours = opening_hours::of_restaurants(connection, &ids);
    let (row, hours) = tokio::try_join!(biased; async { row.await.optional() }, hours)?;
    let Some((profile, policy)) = row else {
        return Ok(None);
    };
    let policy = policy.with_hours(hours)?;
    Ok(Some(profile.with_policy(policy)?))
}

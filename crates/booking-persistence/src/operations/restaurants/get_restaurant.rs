//! `getRestaurant`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use jiff::Timestamp;

use booking_domain::{BookingPolicy, RestaurantId, RestaurantView};

use crate::connection::FromViolation;
use crate::error::{LoadError, StoreError, TransactionError};
use crate::schema::{booking_policies, restaurants};
use crate::store::Store;
use crate::tables::booking_policies::PolicyRow;
use crate::tables::restaurants::ProfileRow;
use crate::tables::service_periods;

/// There is no such restaurant, or it takes no bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such restaurant")]
pub struct RestaurantNotFound;

impl FromViolation for RestaurantNotFound {}

impl Store {
    /// One restaurant that takes bookings, with its hours as of `now`.
    ///
    /// # Errors
    ///
    /// [`RestaurantNotFound`].
    pub async fn get_restaurant(
        &self,
        id: RestaurantId,
        now: Timestamp,
    ) -> Result<RestaurantView, StoreError<RestaurantNotFound>> {
        self.read("get_restaurant", async |connection| {
            let found = find(connection, id, now).await?;
            found.ok_or(TransactionError::Refused(RestaurantNotFound))
        })
        .await
    }
}

async fn find(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
    now: Timestamp,
) -> Result<Option<RestaurantView>, LoadError> {
    let row = restaurants::table
        .find(id.get())
        .filter(restaurants::suspended_at.is_null())
        .inner_join(booking_policies::table)
        .select((ProfileRow::as_select(), PolicyRow::as_select()))
        .first::<(ProfileRow, PolicyRow)>(&mut connection);
    let row = async { Ok(row.await.optional()?) };
    let services = service_periods::of_restaurant(connection, id);
    let (row, services) = tokio::try_join!(biased; row, services)?;
    let view = row.map(|(profile, policy)| {
        profile.with_policy(BookingPolicy::try_from(policy)?, &services, now)
    });
    Ok(view.transpose()?)
}

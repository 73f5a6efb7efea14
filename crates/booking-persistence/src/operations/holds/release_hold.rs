//! `releaseHold`.

use booking_domain::{HoldId, RestaurantId};

use crate::access::RequestContext;
use crate::connection::{FromViolation, Visibility, lock_days};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::holds;

/// The restaurant has no such hold, or no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such hold, or it has expired")]
pub struct HoldNotFound;

impl FromViolation for HoldNotFound {}

impl Store {
    /// Sets free what a hold keeps, also where the restaurant takes no bookings at the moment. That the caller has its secret is theirs to know.
    ///
    /// # Errors
    ///
    /// [`HoldNotFound`].
    pub async fn release_hold(
        &self,
        restaurant: RestaurantId,
        id: &HoldId,
        context: &RequestContext,
    ) -> Result<(), StoreError<HoldNotFound>> {
        let seeing = self.seeing(Visibility::of_restaurant(restaurant));
        let transaction = seeing.transact("release_hold", async |connection| {
            let found = holds::find(connection, restaurant, id).await?;
            let live = found.filter(|(_, hold)| context.now < hold.expires_at);
            let (key, hold) = live.ok_or(TransactionError::Refused(HoldNotFound))?;
            let dates = hold.possible_dates();
            let keys = [key];
            let ((), deleted) = tokio::try_join!(
                biased;
                lock_days(connection, restaurant, &dates),
                holds::delete(connection, restaurant, &keys),
            )?;
            match deleted {
                0 => Err(TransactionError::Refused(HoldNotFound)),
                _ => Ok(()),
            }
        });
        transaction.await
    }
}

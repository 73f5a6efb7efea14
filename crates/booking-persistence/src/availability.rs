//! When a party can book.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    AvailabilityRefusal, PartySize, RestaurantId, RestaurantZone, Slot, available_slots,
};

use crate::error::{Failure, StoreError};
use crate::service_day::load_house;
use crate::store::Store;

/// The free times of one date for one party.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// Whose wall clock the times are of.
    pub time_zone: RestaurantZone,
    /// The times, earliest first.
    pub slots: Vec<Slot>,
}

/// Why no times are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityStoreRefusal {
    /// There is no such restaurant.
    #[error("there is no such restaurant")]
    RestaurantNotFound,
    /// The domain refuses.
    #[error(transparent)]
    Availability(#[from] AvailabilityRefusal),
}

impl Store {
    /// When a party can book a table on a date, seen from `now`. It promises nothing: others
    /// may book in the meantime.
    ///
    /// # Errors
    ///
    /// [`AvailabilityStoreRefusal`].
    pub async fn get_availability(
        &self,
        id: RestaurantId,
        date: Date,
        party: PartySize,
        now: Timestamp,
    ) -> Result<Availability, StoreError<AvailabilityStoreRefusal>> {
        let day = self
            .operate(|pool| async move {
                let connection = pool.connection().await?;
                let day = async {
                    let house = load_house(&connection, id).await?.ok_or(Failure::Refused(
                        AvailabilityStoreRefusal::RestaurantNotFound,
                    ))?;
                    house.day(&connection, date).await
                }
                .await;
                pool.finish(connection, day)
            })
            .await?;
        let slots = available_slots(&day, party, now)
            .map_err(|refusal| StoreError::Refused(refusal.into()))?;
        Ok(Availability {
            time_zone: day.restaurant.time_zone,
            slots,
        })
    }
}

//! `getAvailability`.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    AvailabilityRefusal, PartySize, RestaurantId, Slot, TimeZoneName, available_slots,
};

use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_restaurant_tables;
use crate::store::Store;

/// The free times of one date for one party.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// Whose wall clock the times are of.
    pub time_zone: TimeZoneName,
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

impl FromViolation for AvailabilityStoreRefusal {}

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
            .read("get_availability", async |connection| {
                let tables = load_restaurant_tables(connection, id).await?;
                let tables = tables.ok_or(TransactionError::Refused(
                    AvailabilityStoreRefusal::RestaurantNotFound,
                ))?;
                Ok(tables.load_service_day(connection, date).await?)
            })
            .await?;
        let slots = available_slots(&day, party, now)
            .map_err(|refusal| StoreError::Refused(refusal.into()))?;
        Ok(Availability {
            time_zone: day.calendar.policy().time_zone.clone(),
            slots,
        })
    }
}

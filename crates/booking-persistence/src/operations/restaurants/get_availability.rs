//! `getAvailability`.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    AvailabilityRefusal, PartySize, RestaurantId, Slot, TimeZoneName, available_slots,
};

use super::{RestaurantNotFound, RestaurantRefusal};
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

impl FromViolation for AvailabilityRefusal {}

impl Store {
    /// When a party can book a table on a date, seen from `now`. It promises nothing: others
    /// may book in the meantime.
    ///
    /// # Errors
    ///
    /// [`RestaurantRefusal`].
    pub async fn get_availability(
        &self,
        id: RestaurantId,
        date: Date,
        party: PartySize,
        now: Timestamp,
    ) -> Result<Availability, StoreError<RestaurantRefusal<AvailabilityRefusal>>> {
        let day = self
            .read("get_availability", async |connection| {
                let tables = load_restaurant_tables(connection, id).await?;
                let tables = tables.ok_or(TransactionError::not_found(RestaurantNotFound))?;
                Ok(tables.load_service_day(connection, date, None).await?)
            })
            .await?;
        let slots = available_slots(&day, party, now)
            .map_err(|refusal| StoreError::Refused(RestaurantRefusal::Rule(refusal)))?;
        Ok(Availability {
            time_zone: day.calendar.policy().time_zone.clone(),
            slots,
        })
    }
}

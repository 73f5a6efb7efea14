//! `getAvailability`.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    AvailabilityQuery, AvailabilityRefusal, RestaurantId, Slot, TimeZoneName, available_slots,
};

use super::{RestaurantNotFound, RestaurantRefusal};
use crate::connection::{FromViolation, Visibility};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_seating;
use crate::store::Store;

/// The free times of one service date for one party.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// Whose wall clock the times are of.
    pub time_zone: TimeZoneName,
    /// The times, earliest first.
    pub slots: Vec<Slot>,
}

impl FromViolation for AvailabilityRefusal {}

impl Store {
    /// When a party can book a table on a service date, seen from `now`. It promises nothing: others
    /// may book in the meantime.
    ///
    /// # Errors
    ///
    /// [`RestaurantRefusal`].
    pub async fn get_availability(
        &self,
        id: RestaurantId,
        date: Date,
        query: &AvailabilityQuery,
        now: Timestamp,
    ) -> Result<Availability, StoreError<RestaurantRefusal<AvailabilityRefusal>>> {
        let seeing = self.seeing(Visibility::of_restaurant(id));
        let reading = seeing.read("get_availability", async |connection| {
            let seating = load_seating(connection, id, date).await?;
            let seating = seating.ok_or(TransactionError::not_found(RestaurantNotFound))?;
            Ok(seating.load_service_day(connection, date).await?)
        });
        let day = reading.await?;
        let slots = available_slots(&day, query, now)
            .map_err(|refusal| StoreError::Refused(RestaurantRefusal::Rule(refusal)))?;
        Ok(Availability {
            time_zone: day.calendar.policy().time_zone.clone(),
            slots,
        })
    }
}

//! `getAvailability`.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{AvailabilityQuery, AvailabilityRefusal, RestaurantId, Slot, TimeZoneName};

use super::{AvailabilityCaller, AvailabilityRefused};
use crate::connection::FromViolation;
use crate::error::{OperationRefusal, StoreError};
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
    /// When a party can book a table on a service date, or a booking can move to it, seen from `now`. It
    /// promises nothing: others may book in the meantime.
    ///
    /// # Errors
    ///
    /// [`AvailabilityRefused`].
    pub async fn get_availability(
        &self,
        id: RestaurantId,
        date: Date,
        query: &AvailabilityQuery<'_>,
        asking: AvailabilityCaller<'_>,
        now: Timestamp,
    ) -> Result<Availability, StoreError<AvailabilityRefused<AvailabilityRefusal>>> {
        let asked = self.load_asked_days("get_availability", id, (date, 1), asking, now);
        let asked = asked.await?;
        let refused = |refusal| {
            let refusal = OperationRefusal::Rule(OperationRefusal::Rule(refusal));
            StoreError::Refused(refusal)
        };
        let own = asked.own();
        let slots = match asked.days.first() {
            Some(day) => self
                .cache()
                .slots(day, &asked.query(query), own, now)
                .map_err(refused)?,
            None => Vec::new(),
        };
        Ok(Availability {
            time_zone: asked.time_zone().clone(),
            slots,
        })
    }
}

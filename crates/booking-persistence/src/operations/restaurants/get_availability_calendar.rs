//! `getAvailabilityCalendar`.

use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{AvailabilityQuery, DayAvailability, RestaurantId, TimeZoneName};

use super::{AvailabilityCaller, AvailabilityRefused};
use crate::error::StoreError;
use crate::operations::service_day::KnownDay;
use crate::store::Store;

/// What some service dates come to for one party.
#[derive(Debug, Clone, PartialEq)]
pub struct AvailabilityCalendar {
    /// Whose calendar the dates are of.
    pub time_zone: TimeZoneName,
    /// The dates in order.
    pub days: Vec<(Date, DayAvailability)>,
}

impl Store {
    /// What so many service dates from `first` on come to for a party, or for a booking that can move to
    /// them, seen from `now`. As many round trips as one date takes.
    ///
    /// # Errors
    ///
    /// [`AvailabilityRefused`].
    pub async fn get_availability_calendar(
        &self,
        id: RestaurantId,
        dates: (Date, i64),
        query: &AvailabilityQuery<'_>,
        asking: AvailabilityCaller<'_>,
        now: Timestamp,
    ) -> Result<AvailabilityCalendar, StoreError<AvailabilityRefused>> {
        let asked = self.load_asked_days("get_availability_calendar", id, dates, asking, now);
        let asked = asked.await?;
        let (query, own) = (asked.query(query), asked.own());
        let status = |day: &KnownDay| self.cache().status(day, &query, own, now);
        let days = asked.days.iter();
        Ok(AvailabilityCalendar {
            days: days.map(|day| (day.date(), status(day))).collect(),
            time_zone: asked.time_zone().clone(),
        })
    }
}

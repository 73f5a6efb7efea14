//! `getAvailabilityCalendar`.

use std::convert::Infallible;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use booking_domain::{
    AvailabilityQuery, DayAvailability, RestaurantId, TimeZoneName, day_availability,
};

use super::{RestaurantNotFound, RestaurantRefusal};
use crate::connection::Visibility;
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_seating_between;
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
    /// What so many service dates from `first` on come to for a party, seen from `now`. As many round
    /// trips as one date takes.
    ///
    /// # Errors
    ///
    /// [`RestaurantNotFound`].
    pub async fn get_availability_calendar(
        &self,
        id: RestaurantId,
        (first, days): (Date, i64),
        query: &AvailabilityQuery,
        now: Timestamp,
    ) -> Result<AvailabilityCalendar, StoreError<RestaurantRefusal<Infallible>>> {
        let last = first.checked_add(days.days()).unwrap_or(Date::MAX);
        let seeing = self.seeing(Visibility::of_restaurant(id));
        let reading = seeing.read("get_availability_calendar", async |connection| {
            let seating = load_seating_between(connection, id, (first, last)).await?;
            let seating = seating.ok_or(TransactionError::not_found(RestaurantNotFound))?;
            let loaded = seating.load_service_days(connection, first, days).await?;
            Ok((seating.calendar.policy().time_zone.clone(), loaded))
        });
        let (time_zone, loaded) = reading.await?;
        let status = |day: &_| day_availability(day, query, now);
        Ok(AvailabilityCalendar {
            time_zone,
            days: loaded.iter().map(|day| (day.date, status(day))).collect(),
        })
    }
}

//! The service date of a booking that becomes another without being placed anew.

use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use jiff::civil::Date;

use booking_domain::Booking;

use super::cache::ServiceDayCache;
use super::known_day::KnownDay;
use super::placed_booking::has_changed;
use super::seating::Seating;
use super::service_days::range;
use crate::tables::booking_days::{self, DateRange, RangeVersions};

/// The service date of a booking that changes, as far as it is kept, be it still so or not. Whoever writes the change
/// keeps the day as it becomes, so that nobody has to read all of it again for one booking.
pub(in crate::operations) struct ChangedDay<'a> {
    cache: &'a ServiceDayCache,
    seating: Seating,
    day: Option<KnownDay>,
    /// The dates whose versions count.
    range: DateRange,
}

impl<'a> ChangedDay<'a> {
    /// The day of this booking, if it is kept how its restaurant seats.
    pub(in crate::operations) fn of(cache: &'a ServiceDayCache, booking: &Booking) -> Option<Self> {
        let date = booking.placement.service_date;
        let seating = cache.seating(booking.restaurant, date)?;
        Some(Self {
            cache,
            day: cache.day(&seating, date),
            range: range(booking.restaurant, date, date),
            seating,
        })
    }

    /// The dates that matter to a booking, if the restaurant seats as it is kept.
    pub(in crate::operations) fn dates(&self, booking: &Booking) -> Vec<Date> {
        booking.touched_dates(&self.seating.calendar)
    }

    /// The versions of what decides on it. To be sent once its dates are locked.
    pub(in crate::operations) async fn versions(
        &self,
        connection: &AsyncPgConnection,
    ) -> Result<Option<RangeVersions>, Error> {
        booking_days::versions(connection, self.range).await
    }

    /// The day as it is for everybody once the change is committed, by which the booking with this number becomes
    /// `changed`, if it was current when these dates were locked, of which it has these versions since.
    ///
    /// # Errors
    /// The restaurant does not seat as it is kept, or takes no bookings: other dates might have to be locked. How it
    /// seats is forgotten, so that nobody else is told so.
    pub(in crate::operations) fn after(
        &self,
        versions: Option<&RangeVersions>,
        locked: &[Date],
        (key, changed): (i64, &Booking),
    ) -> Result<Option<KnownDay>, Error> {
        let versions = versions.filter(|versions| versions.seating == self.seating.version);
        let Some(versions) = versions else {
            self.cache.forget_seating(self.seating.restaurant);
            return Err(has_changed());
        };
        let day = self.day.as_ref();
        let day = day.filter(|day| {
            changed.placement.service_date == day.date() && day.is_current_on(locked, versions)
        });
        Ok(day.map(|day| {
            let mut claims = day.service_day(&[key]).claims;
            claims.extend(changed.claim(key));
            day.after(locked, &claims)
        }))
    }
}

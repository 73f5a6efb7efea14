//! The service date of a booking that becomes another without being placed anew.

use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use jiff::civil::Date;

use booking_domain::Booking;

use super::cache::ServiceDayCache;
use super::known_day::KnownDay;
use super::service_days::range;
use crate::tables::booking_days::{self, DateRange, RangeVersions};

/// The service date of a booking that changes, as it is kept, be it still so or not. Whoever writes the change keeps
/// the day as it becomes, so that nobody has to read all of it again for one booking.
pub(in crate::operations) struct ChangedDay {
    day: KnownDay,
    /// The dates whose versions count.
    range: DateRange,
}

impl ChangedDay {
    /// The day of this booking, if it is kept.
    pub(in crate::operations) fn of(cache: &ServiceDayCache, booking: &Booking) -> Option<Self> {
        let date = booking.placement.service_date;
        let seating = cache.seating(booking.restaurant, date)?;
        Some(Self {
            day: cache.day(&seating, date)?,
            range: range(booking.restaurant, date, date),
        })
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
    pub(in crate::operations) fn after(
        &self,
        versions: &RangeVersions,
        locked: &[Date],
        (key, changed): (i64, &Booking),
    ) -> Option<KnownDay> {
        let stays = changed.placement.service_date == self.day.date();
        let is_current = stays && self.day.is_current_on(locked, versions);
        is_current.then(|| {
            let mut claims = self.day.service_day(&[key]).claims;
            claims.extend(changed.claim(key));
            self.day.after(locked, &claims)
        })
    }
}

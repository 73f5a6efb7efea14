//! The table `booking_policies`: how a restaurant takes bookings.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{
    BookingPolicy, BookingWindow, OpeningPeriod, RestaurantId, SlotInterval, TimeZoneName, TurnTime,
};

use super::opening_hours::{self, OpeningRow};
use super::parsed;
use crate::access::PlatformAccess;
use crate::error::{Corrupt, LoadError};
use crate::schema::{booking_policies, restaurants};

#[derive(Queryable, Selectable)]
#[diesel(table_name = booking_policies, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PolicyRow {
    restaurant_id: i64,
    time_zone: String,
    slot_interval_minutes: i32,
    turn_minutes: i32,
    booking_window_days: i32,
}

impl PolicyRow {
    /// The policy, with the restaurant's opening hours.
    pub(crate) fn with_hours(self, hours: Vec<OpeningRow>) -> Result<BookingPolicy, Corrupt> {
        let key = self.restaurant_id;
        Ok(BookingPolicy {
            time_zone: parsed(
                TimeZoneName::parse(self.time_zone),
                "booking_policies.time_zone",
                key,
            )?,
            opening_hours: hours
                .into_iter()
                .map(OpeningPeriod::try_from)
                .collect::<Result<_, _>>()?,
            slot_interval: parsed(
                SlotInterval::from_minutes(self.slot_interval_minutes),
                "booking_policies.slot_interval_minutes",
                key,
            )?,
            turn_time: parsed(
                TurnTime::from_minutes(self.turn_minutes),
                "booking_policies.turn_minutes",
                key,
            )?,
            booking_window: parsed(
                BookingWindow::from_days(self.booking_window_days),
                "booking_policies.booking_window_days",
                key,
            )?,
        })
    }
}

/// How the restaurant with this number takes bookings, if it takes any: one that is suspended takes
/// none.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Option<BookingPolicy>, LoadError> {
    let policy = booking_policies::table
        .find(restaurant.get())
        .inner_join(restaurants::table)
        .filter(restaurants::suspended_at.is_null())
        .select(PolicyRow::as_select())
        .first(&mut connection);
    let hours = [restaurant.get()];
    let hours = opening_hours::of_restaurants(connection, &hours);
    let (policy, hours) = tokio::try_join!(biased; async { policy.await.optional() }, hours)?;
    Ok(policy.map(|row| row.with_hours(hours)).transpose()?)
}

/// Adds how a restaurant that was just entered takes bookings.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: RestaurantId,
    policy: &BookingPolicy,
) -> QueryResult<usize> {
    diesel::insert_into(booking_policies::table)
        .values((
            booking_policies::restaurant_id.eq(restaurant.get()),
            booking_policies::time_zone.eq(policy.time_zone.as_str()),
            booking_policies::slot_interval_minutes.eq(i32::from(policy.slot_interval.minutes())),
            booking_policies::turn_minutes.eq(i32::from(policy.turn_time.minutes())),
            booking_policies::booking_window_days.eq(i32::from(policy.booking_window.days())),
        ))
        .execute(&mut connection)
        .await
}

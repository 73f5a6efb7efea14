//! The table `booking_days`: versions of what is taken on each date, which are its locks.

use std::fmt::Write as _;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::RestaurantId;

use crate::schema::booking_days;

/// The versions of some dates; a date of which nothing was ever taken has none, and stands for 0.
pub(crate) type DayVersions = Vec<(Date, i64)>;

/// The versions of these dates, by date.
pub(crate) async fn versions(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (from, to): (Date, Date),
) -> QueryResult<DayVersions> {
    let rows: Vec<(jiff_diesel::Date, i64)> = booking_days::table
        .filter(booking_days::restaurant_id.eq(restaurant.get()))
        .filter(booking_days::date.between(from.to_diesel(), to.to_diesel()))
        .order(booking_days::date)
        .select((booking_days::date, booking_days::version))
        .load(&mut connection)
        .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(date, version)| (date.to_jiff(), version))
        .collect())
}

/// Waits until no other transaction decides on these dates, which are in order, lets none decide
/// until this one ends, and gives each date its next version, which it returns. One round trip.
pub(crate) async fn lock(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    dates: &[Date],
) -> QueryResult<DayVersions> {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return Ok(DayVersions::new());
    };
    // As text, of a number and of dates: Diesel keeps no statement prepared that has ON CONFLICT, so
    // that it would cost a round trip of its own.
    let mut statement =
        String::from("INSERT INTO booking_days (restaurant_id, date, version) VALUES ");
    for (index, date) in dates.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(statement, "{comma}({restaurant}, '{date}', 1)");
    }
    statement.push_str(
        " ON CONFLICT (restaurant_id, date) DO UPDATE SET version = booking_days.version + 1",
    );
    let mut locking = connection;
    let (_, versions) = tokio::try_join!(
        biased;
        locking.batch_execute(&statement),
        versions(connection, restaurant, (*first, *last)),
    )?;
    let locked = versions.into_iter();
    Ok(locked.filter(|(date, _)| dates.contains(date)).collect())
}

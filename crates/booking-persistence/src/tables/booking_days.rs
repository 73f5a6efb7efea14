//! The table `booking_days`: versions of what is taken on each date, which are its locks.

use std::fmt::Write as _;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{RestaurantId, TimeZoneRelease};

use crate::schema::{booking_days, booking_policies, restaurants};

/// The versions of some dates; a date of which nothing was ever taken has none, and stands for 0.
pub(crate) type DayVersions = Vec<(Date, i64)>;

/// Some dates of a restaurant, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateRange {
    pub(crate) restaurant: RestaurantId,
    pub(crate) first: Date,
    pub(crate) last: Date,
}

/// The versions of all that decides on some dates of a restaurant that takes bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeVersions {
    /// Of how the restaurant seats.
    pub(crate) seating: i32,
    /// Whether its bookings' instants were computed by newer rules than this program's.
    pub(crate) is_release_newer: bool,
    /// Of what is taken.
    pub(crate) days: DayVersions,
}

/// The versions of some date ranges, each with the place of its range among them, from 1 on, and a row for
/// each date that has one.
#[derive(QueryId)]
struct VersionsOfRanges {
    restaurants: Vec<i64>,
    first_dates: Vec<jiff_diesel::Date>,
    last_dates: Vec<jiff_diesel::Date>,
    release: String,
}

type VersionsRow = (
    i64,
    i32,
    Option<bool>,
    Option<jiff_diesel::Date>,
    Option<i64>,
);

impl Query for VersionsOfRanges {
    type SqlType = (
        BigInt,
        Integer,
        Nullable<Bool>,
        Nullable<diesel::sql_types::Date>,
        Nullable<BigInt>,
    );
}

/// By hand: Diesel has no words for several arrays that are read side by side. `OFFSET 0` has each range looked
/// up by the index, however many there are.
impl QueryFragment<Pg> for VersionsOfRanges {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT number, seating_version, time_zone_release > ");
        out.push_bind_param::<Text, _>(&self.release)?;
        out.push_sql(", date, day.version FROM unnest(");
        out.push_bind_param::<Array<BigInt>, _>(&self.restaurants)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<diesel::sql_types::Date>, _>(&self.first_dates)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<diesel::sql_types::Date>, _>(&self.last_dates)?;
        out.push_sql(
            ") WITH ORDINALITY AS range (restaurant_id, first_date, last_date, number) \
             JOIN restaurants USING (restaurant_id) \
             JOIN booking_policies USING (restaurant_id) \
             LEFT JOIN LATERAL ( \
                SELECT date, version FROM booking_days \
                WHERE booking_days.restaurant_id = range.restaurant_id \
                    AND date BETWEEN first_date AND last_date \
                OFFSET 0 \
             ) day ON true \
             WHERE suspended_at IS NULL",
        );
        Ok(())
    }
}

/// The versions of all that decides on these dates; `None` for those of a restaurant that takes no
/// bookings. One statement, which sees all of it at one instant.
pub(crate) async fn versions_of(
    mut connection: &AsyncPgConnection,
    ranges: &[DateRange],
) -> QueryResult<Vec<Option<RangeVersions>>> {
    if let [range] = ranges {
        return Ok(vec![versions(connection, *range).await?]);
    }
    let query = VersionsOfRanges {
        restaurants: ranges.iter().map(|range| range.restaurant.get()).collect(),
        first_dates: ranges.iter().map(|it| it.first.to_diesel()).collect(),
        last_dates: ranges.iter().map(|it| it.last.to_diesel()).collect(),
        release: TimeZoneRelease::bundled().into_string(),
    };
    let rows: Vec<VersionsRow> = query.load(&mut connection).await?;
    let mut found: Vec<Option<RangeVersions>> = vec![None; ranges.len()];
    for (number, seating, is_newer, date, version) in rows {
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let Some(found) = found.get_mut(index) else {
            continue;
        };
        let days = Vec::new();
        let of_range = found.get_or_insert(RangeVersions {
            seating,
            is_release_newer: is_newer.unwrap_or(false),
            days,
        });
        of_range
            .days
            .extend(date.map(|it| it.to_jiff()).zip(version));
    }
    Ok(found)
}

type RangeRow = (i32, Option<bool>, Option<jiff_diesel::Date>, Option<i64>);

/// The versions of all that decides on these dates, if the restaurant takes bookings. The same as
/// [`versions_of`] for one range, in a statement that is planned once.
pub(crate) async fn versions(
    mut connection: &AsyncPgConnection,
    range: DateRange,
) -> QueryResult<Option<RangeVersions>> {
    let is_of_restaurant = booking_days::restaurant_id.eq(booking_policies::restaurant_id);
    let is_in_range = booking_days::date.between(range.first.to_diesel(), range.last.to_diesel());
    let release = TimeZoneRelease::bundled();
    let rows: Vec<RangeRow> = booking_policies::table
        .inner_join(restaurants::table)
        .left_join(booking_days::table.on(is_of_restaurant.and(is_in_range)))
        .filter(booking_policies::restaurant_id.eq(range.restaurant.get()))
        .filter(restaurants::suspended_at.is_null())
        .select((
            booking_policies::seating_version,
            booking_policies::time_zone_release.gt(release.as_str()),
            booking_days::date.nullable(),
            booking_days::version.nullable(),
        ))
        .load(&mut connection)
        .await?;
    let Some((seating, is_newer, ..)) = rows.as_slice().first() else {
        return Ok(None);
    };
    let (seating, is_release_newer) = (*seating, is_newer.unwrap_or(false));
    let days = rows.into_iter();
    let days = days.filter_map(|(.., date, version)| date.map(|it| it.to_jiff()).zip(version));
    Ok(Some(RangeVersions {
        seating,
        is_release_newer,
        days: days.collect(),
    }))
}

/// Waits until no other transaction decides on these dates, which are in order, lets none decide
/// until this one ends, and gives each date its next version. As text, which is sent at once, so that
/// whatever is pipelined behind it comes after the wait.
pub(crate) async fn lock(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    dates: &[Date],
) -> QueryResult<()> {
    match lock_statement(restaurant, dates) {
        Some(statement) => connection.batch_execute(&statement).await,
        None => Ok(()),
    }
}

/// The statement that locks these dates; none for none.
pub(crate) fn lock_statement(restaurant: RestaurantId, dates: &[Date]) -> Option<String> {
    if dates.is_empty() {
        return None;
    }
    let mut statement =
        String::from("INSERT INTO booking_days (restaurant_id, date, version) VALUES ");
    for (index, date) in dates.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(statement, "{comma}({restaurant}, '{date}', 1)");
    }
    statement.push_str(
        " ON CONFLICT (restaurant_id, date) DO UPDATE SET version = booking_days.version + 1",
    );
    Some(statement)
}

//! The table `service_periods`: when a restaurant takes guests, week by week.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;

use booking_domain::{
    NewServicePeriod, RestaurantId, ServicePeriod, ServicePeriodId, ServicePeriodName, Weekdays,
};

use super::parsed;
use super::service_columns::{ServiceRow, service, service_columns, service_values};
use crate::access::{PlatformAccess, RestaurantAccess};
use crate::error::{Corrupt, LoadError};
use crate::schema::service_periods;

type PeriodRow = (
    i64,
    i64,
    String,
    i16,
    jiff_diesel::NullableDate,
    jiff_diesel::NullableDate,
    ServiceRow,
);

fn period(row: PeriodRow) -> Result<(i64, ServicePeriod), Corrupt> {
    let (restaurant, key, name, weekdays, from, to, columns) = row;
    let weekdays = u8::try_from(weekdays).ok().and_then(Weekdays::from_bits);
    let id = ServicePeriodId::new(key);
    let period = ServicePeriod {
        id: parsed(id, "service_periods.service_period_id", key)?,
        name: parsed(ServicePeriodName::parse(name), "service_periods.name", key)?,
        weekdays: parsed(weekdays, "service_periods.weekdays", key)?,
        valid_from: from.into(),
        valid_to: to.into(),
        service: service(columns, key)?,
    };
    Ok((restaurant, period))
}

/// What of a service changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($period:expr) => {
        (
            service_periods::name.eq($period.name.as_str()),
            service_periods::weekdays.eq(i16::from($period.weekdays.bits())),
            service_periods::valid_from.eq($period.valid_from.map(ToDiesel::to_diesel)),
            service_periods::valid_to.eq($period.valid_to.map(ToDiesel::to_diesel)),
            service_values!(service_periods, &$period.service),
        )
    };
}

/// The services of these restaurants, each with its restaurant's number, by time.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> Result<Vec<(i64, ServicePeriod)>, LoadError> {
    let rows: Vec<PeriodRow> = service_periods::table
        .filter(service_periods::restaurant_id.eq_any(restaurants))
        .order((
            service_periods::restaurant_id,
            service_periods::first_seating,
            service_periods::service_period_id,
        ))
        .select((
            service_periods::restaurant_id,
            service_periods::service_period_id,
            service_periods::name,
            service_periods::weekdays,
            service_periods::valid_from,
            service_periods::valid_to,
            service_columns!(service_periods),
        ))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(period).collect::<Result<_, _>>()?)
}

/// The services of a restaurant, by time.
pub(crate) async fn of_restaurant(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Vec<ServicePeriod>, LoadError> {
    let periods = of_restaurants(connection, &[restaurant.get()]).await?;
    Ok(periods.into_iter().map(|(_, period)| period).collect())
}

/// Adds the services of a restaurant that was just entered.
pub(crate) async fn insert_all(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: RestaurantId,
    periods: &[NewServicePeriod],
) -> QueryResult<usize> {
    let rows = periods.iter().map(|period| {
        (
            service_periods::restaurant_id.eq(restaurant.get()),
            service_periods::name.eq(period.name.as_str()),
            service_periods::weekdays.eq(i16::from(period.weekdays.bits())),
            service_values!(service_periods, &period.service),
        )
    });
    diesel::insert_into(service_periods::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut connection)
        .await
}

/// Adds a service.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    period: &ServicePeriod,
) -> QueryResult<()> {
    diesel::insert_into(service_periods::table)
        .values((
            service_periods::restaurant_id.eq(access.restaurant().get()),
            service_periods::service_period_id.eq(period.id.get()),
            columns!(period),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Writes what a service has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    period: &ServicePeriod,
) -> QueryResult<()> {
    diesel::update(service_periods::table.find((access.restaurant().get(), period.id.get())))
        .set(columns!(period))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Deletes a service.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: ServicePeriodId,
) -> QueryResult<()> {
    diesel::delete(service_periods::table.find((access.restaurant().get(), id.get())))
        .execute(&mut connection)
        .await
        .map(drop)
}

//! The tables `special_days` and `special_day_services`: dates with hours of their own.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{Service, SpecialDay, SpecialDayId, SpecialDayName};

use super::parsed;
use super::service_columns::{ServiceRow, service, service_columns, service_values};
use crate::access::RestaurantAccess;
use crate::error::{Corrupt, LoadError};
use crate::schema::{special_day_services, special_days};

type DayRow = (i64, i64, String, jiff_diesel::Date, jiff_diesel::Date);

/// What of a special day changes; a macro, for Diesel gives each statement its type.
macro_rules! columns {
    ($day:expr) => {
        (
            special_days::name.eq($day.name.as_str()),
            special_days::date_from.eq($day.date_from.to_diesel()),
            special_days::date_to.eq($day.date_to.to_diesel()),
        )
    };
}

/// The special days of these restaurants that have one of these dates, each with its restaurant's
/// number, by date.
pub(crate) async fn between(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
    (from, to): (Date, Date),
) -> Result<Vec<(i64, SpecialDay)>, LoadError> {
    let (from, to) = (from.to_diesel(), to.to_diesel());
    let mut second = connection;
    let days = special_days::table
        .filter(special_days::restaurant_id.eq_any(restaurants))
        .filter(special_days::date_to.ge(from))
        .filter(special_days::date_from.le(to))
        .order((
            special_days::restaurant_id,
            special_days::date_from,
            special_days::special_day_id,
        ))
        .select((
            special_days::restaurant_id,
            special_days::special_day_id,
            special_days::name,
            special_days::date_from,
            special_days::date_to,
        ))
        .load::<DayRow>(&mut connection);
    let services = special_day_services::table
        .inner_join(
            special_days::table.on(special_days::restaurant_id
                .eq(special_day_services::restaurant_id)
                .and(special_days::special_day_id.eq(special_day_services::special_day_id))),
        )
        .filter(special_days::restaurant_id.eq_any(restaurants))
        .filter(special_days::date_to.ge(from))
        .filter(special_days::date_from.le(to))
        .order(special_day_services::first_seating)
        .select((
            (
                special_day_services::restaurant_id,
                special_day_services::special_day_id,
            ),
            service_columns!(special_day_services),
        ))
        .load::<((i64, i64), ServiceRow)>(&mut second);
    let (days, services) = tokio::try_join!(biased; days, services)?;
    let mut of_day: HashMap<(i64, i64), Vec<Service>> = HashMap::new();
    for (key, row) in services {
        of_day.entry(key).or_default().push(service(row, key.1)?);
    }
    let days = days.into_iter().map(|(restaurant, key, name, from, to)| {
        let day = SpecialDay {
            id: parsed(SpecialDayId::new(key), "special_days.special_day_id", key)?,
            name: parsed(SpecialDayName::parse(name), "special_days.name", key)?,
            date_from: from.to_jiff(),
            date_to: to.to_jiff(),
            services: of_day.remove(&(restaurant, key)).unwrap_or_default(),
        };
        Ok::<_, Corrupt>((restaurant, day))
    });
    Ok(days.collect::<Result<_, _>>()?)
}

/// Adds a special day, with its services.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    day: &SpecialDay,
) -> QueryResult<()> {
    let inserting = diesel::insert_into(special_days::table)
        .values((
            special_days::restaurant_id.eq(access.restaurant().get()),
            special_days::special_day_id.eq(day.id.get()),
            columns!(day),
        ))
        .execute(&mut connection);
    let services = insert_services(connection, access, day);
    tokio::try_join!(biased; inserting, services).map(drop)
}

async fn insert_services(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    day: &SpecialDay,
) -> QueryResult<usize> {
    let rows = day.services.iter().map(|service| {
        (
            special_day_services::restaurant_id.eq(access.restaurant().get()),
            special_day_services::special_day_id.eq(day.id.get()),
            service_values!(special_day_services, service),
        )
    });
    diesel::insert_into(special_day_services::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut connection)
        .await
}

/// Writes what a special day has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    day: &SpecialDay,
) -> QueryResult<()> {
    let mut second = connection;
    let (restaurant, key) = (access.restaurant().get(), day.id.get());
    let updating = diesel::update(special_days::table.find((restaurant, key)))
        .set(columns!(day))
        .execute(&mut connection);
    let deleting = diesel::delete(special_day_services::table)
        .filter(special_day_services::restaurant_id.eq(restaurant))
        .filter(special_day_services::special_day_id.eq(key))
        .execute(&mut second);
    let services = insert_services(connection, access, day);
    tokio::try_join!(biased; updating, deleting, services).map(drop)
}

/// Deletes a special day.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: SpecialDayId,
) -> QueryResult<()> {
    diesel::delete(special_days::table.find((access.restaurant().get(), id.get())))
        .execute(&mut connection)
        .await
        .map(drop)
}

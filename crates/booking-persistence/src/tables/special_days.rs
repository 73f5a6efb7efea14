//! The tables `special_days` and `special_day_services`: dates with hours of their own.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{Service, SpecialDay, SpecialDayId, SpecialDayName};

use super::parsed;
use super::service_columns::{ServiceRow, service, service_columns};
use crate::error::{Corrupt, LoadError};
use crate::schema::{special_day_services, special_days};

type DayRow = (i64, i64, String, jiff_diesel::Date, jiff_diesel::Date);

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

//! The tables `special_days` and `special_day_services`: dates with hours of their own.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{RestaurantId, Service, SpecialDay, SpecialDayId, SpecialDayName};

use super::parsed;
use super::service_columns::{ServiceRow, service, service_columns};
use crate::error::{Corrupt, LoadError};
use crate::schema::{special_day_services, special_days};

type DayRow = (i64, String, jiff_diesel::Date, jiff_diesel::Date);

/// The special days of a restaurant that have one of these dates, by date.
pub(crate) async fn between(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (from, to): (Date, Date),
) -> Result<Vec<SpecialDay>, LoadError> {
    let (from, to) = (from.to_diesel(), to.to_diesel());
    let mut second = connection;
    let days = special_days::table
        .filter(special_days::restaurant_id.eq(restaurant.get()))
        .filter(special_days::date_to.ge(from))
        .filter(special_days::date_from.le(to))
        .order((special_days::date_from, special_days::special_day_id))
        .select((
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
        .filter(special_days::restaurant_id.eq(restaurant.get()))
        .filter(special_days::date_to.ge(from))
        .filter(special_days::date_from.le(to))
        .order(special_day_services::first_seating)
        .select((
            special_day_services::special_day_id,
            service_columns!(special_day_services),
        ))
        .load::<(i64, ServiceRow)>(&mut second);
    let (days, services) = tokio::try_join!(biased; days, services)?;
    let mut of_day: HashMap<i64, Vec<Service>> = HashMap::new();
    for (key, row) in services {
        of_day.entry(key).or_default().push(service(row, key)?);
    }
    let days = days.into_iter().map(|(key, name, from, to)| {
        Ok::<_, Corrupt>(SpecialDay {
            id: parsed(SpecialDayId::new(key), "special_days.special_day_id", key)?,
            name: parsed(SpecialDayName::parse(name), "special_days.name", key)?,
            date_from: from.to_jiff(),
            date_to: to.to_jiff(),
            services: of_day.remove(&key).unwrap_or_default(),
        })
    });
    Ok(days.collect::<Result<_, _>>()?)
}

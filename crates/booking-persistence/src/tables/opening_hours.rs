//! The table `opening_hours`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::{Time, Weekday};
use jiff_diesel::ToDiesel;

use booking_domain::{OpeningPeriod, RestaurantId};

use super::{parsed, to_the_minute};
use crate::access::PlatformAccess;
use crate::error::Corrupt;
use crate::schema::opening_hours;

#[derive(Queryable, Selectable)]
#[diesel(table_name = opening_hours, check_for_backend(diesel::pg::Pg))]
pub(crate) struct OpeningRow {
    pub(crate) restaurant_id: i64,
    day: i16,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    opens: Time,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    closes: Time,
}

impl TryFrom<OpeningRow> for OpeningPeriod {
    type Error = Corrupt;

    fn try_from(row: OpeningRow) -> Result<Self, Corrupt> {
        let key = row.restaurant_id;
        let day = i8::try_from(row.day)
            .ok()
            .and_then(|day| Weekday::from_monday_one_offset(day).ok());
        Ok(Self {
            day: parsed(day, "opening_hours.day", key)?,
            opens: parsed(to_the_minute(row.opens), "opening_hours.opens", key)?,
            closes: parsed(to_the_minute(row.closes), "opening_hours.closes", key)?,
        })
    }
}

/// The periods of these restaurants, by day and time.
pub(crate) async fn of_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> QueryResult<Vec<OpeningRow>> {
    opening_hours::table
        .filter(opening_hours::restaurant_id.eq_any(restaurants))
        .order((opening_hours::day, opening_hours::opens))
        .select(OpeningRow::as_select())
        .load(&mut connection)
        .await
}

/// Adds when a restaurant that was just entered takes guests.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: RestaurantId,
    periods: &[OpeningPeriod],
) -> QueryResult<usize> {
    let rows = periods.iter().map(|period| {
        (
            opening_hours::restaurant_id.eq(restaurant.get()),
            opening_hours::day.eq(i16::from(period.day.to_monday_one_offset())),
            opening_hours::opens.eq(period.opens.to_diesel()),
            opening_hours::closes.eq(period.closes.to_diesel()),
        )
    });
    diesel::insert_into(opening_hours::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut connection)
        .await
}

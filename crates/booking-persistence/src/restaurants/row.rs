//! The rows of a restaurant.

use diesel::prelude::*;
use jiff::civil::{Time, Weekday};

use booking_domain::{OpeningPeriod, Restaurant, RestaurantId, RestaurantSummary, RestaurantZone};

use crate::error::Corrupt;
use crate::schema::{opening_hours, restaurants};

#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurants, check_for_backend(diesel::pg::Pg))]
pub(super) struct RestaurantRow {
    pub(super) restaurant_id: i64,
    name: String,
    cuisine: String,
    address: String,
    lat: f64,
    lng: f64,
    time_zone: String,
    slot_interval_minutes: i32,
    turn_minutes: i32,
    booking_window_days: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurants, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SummaryRow {
    restaurant_id: i64,
    name: String,
    address: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = opening_hours, check_for_backend(diesel::pg::Pg))]
pub(super) struct OpeningRow {
    pub(super) restaurant_id: i64,
    day: i16,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    opens: Time,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    closes: Time,
}

impl From<SummaryRow> for RestaurantSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: RestaurantId::new(row.restaurant_id),
            name: row.name,
            address: row.address,
        }
    }
}

impl RestaurantRow {
    pub(super) fn with_hours(self, hours: Vec<OpeningRow>) -> Result<Restaurant, Corrupt> {
        let id = self.restaurant_id;
        let small = |number: i32, column: &'static str| {
            u16::try_from(number).map_err(|_| Corrupt::new(column, id))
        };
        Ok(Restaurant {
            id: RestaurantId::new(id),
            time_zone: RestaurantZone::parse(&self.time_zone)
                .map_err(|_| Corrupt::new("restaurants.time_zone", id))?,
            opening_hours: hours
                .into_iter()
                .map(OpeningPeriod::try_from)
                .collect::<Result<_, _>>()?,
            slot_interval_minutes: small(
                self.slot_interval_minutes,
                "restaurants.slot_interval_minutes",
            )?,
            turn_minutes: small(self.turn_minutes, "restaurants.turn_minutes")?,
            booking_window_days: small(
                self.booking_window_days,
                "restaurants.booking_window_days",
            )?,
            name: self.name,
            cuisine: self.cuisine,
            address: self.address,
            lat: self.lat,
            lng: self.lng,
        })
    }
}

impl TryFrom<OpeningRow> for OpeningPeriod {
    type Error = Corrupt;

    fn try_from(row: OpeningRow) -> Result<Self, Corrupt> {
        let day = i8::try_from(row.day)
            .ok()
            .and_then(|day| Weekday::from_monday_one_offset(day).ok())
            .ok_or_else(|| Corrupt::new("opening_hours.day", row.restaurant_id))?;
        Ok(Self {
            day,
            opens: row.opens,
            closes: row.closes,
        })
    }
}

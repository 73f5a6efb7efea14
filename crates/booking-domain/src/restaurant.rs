//! A restaurant as the rules see it.

use jiff::civil::{Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::bounded::{bounded_integer, bounded_text, is_single_line};
use crate::ids::{RestaurantId, TableId};
use crate::party::PartySize;

bounded_text! {
    /// The name of a restaurant.
    RestaurantName, 1..=200, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

bounded_text! {
    /// What a restaurant cooks: `Italian`.
    Cuisine, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

bounded_text! {
    /// A postal address, for people.
    Address, 1..=500, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

bounded_text! {
    /// What a time zone of the IANA database is called: `America/New_York`. Whether the database
    /// has a zone of this name is asked only where its rules are needed.
    TimeZoneName, 1..=64, r"^[0-9A-Za-z_+-]+(/[0-9A-Za-z_+-]+)*$", |text| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        text.split('/').all(|part| !part.is_empty() && part.bytes().all(is_word))
    }
}

bounded_integer! {
    /// How far apart two bookable starts are, counted from the beginning of an opening period.
    SlotInterval(u16), 1..=1440, from_minutes, minutes
}

bounded_integer! {
    /// For how long a party has its table.
    TurnTime(u16), 1..=1440, from_minutes, minutes
}

bounded_integer! {
    /// How many days ahead of today bookings are taken; 0 is today only.
    BookingWindow(u16), 0..=3650, from_days, days
}

/// A place on Earth, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinates {
    latitude: f64,
    longitude: f64,
}

impl Coordinates {
    /// The latitude of the South Pole.
    pub const MIN_LATITUDE: f64 = -90.0;
    /// The latitude of the North Pole.
    pub const MAX_LATITUDE: f64 = 90.0;
    /// As far west as degrees are counted.
    pub const MIN_LONGITUDE: f64 = -180.0;
    /// As far east as degrees are counted.
    pub const MAX_LONGITUDE: f64 = 180.0;

    /// The place at this latitude and longitude; `None` outside of the ranges above.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_within = (Self::MIN_LATITUDE..=Self::MAX_LATITUDE).contains(&latitude)
            && (Self::MIN_LONGITUDE..=Self::MAX_LONGITUDE).contains(&longitude);
        is_within.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// Degrees north.
    #[must_use]
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    #[must_use]
    pub const fn longitude(self) -> f64 {
        self.longitude
    }
}

/// A restaurant, its opening hours and its booking rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Restaurant {
    /// Its number.
    pub id: RestaurantId,
    /// Its name.
    pub name: String,
    /// What it cooks.
    pub cuisine: String,
    /// Where it is, for people.
    pub address: String,
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lng: f64,
    /// Whose wall clock its dates and times are.
    pub time_zone: RestaurantZone,
    /// When it takes guests, in any order. A day may have several periods, or none.
    pub opening_hours: Vec<OpeningPeriod>,
    /// How far apart two starts are, in minutes, counted from the beginning of a period. At
    /// least 1.
    pub slot_interval_minutes: u16,
    /// For how long a party has its table, in minutes. At least 1.
    pub turn_minutes: u16,
    /// How many days ahead of today bookings are taken; 0 is today only.
    pub booking_window_days: u16,
}

/// What a booking tells of its restaurant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestaurantSummary {
    /// Its number.
    pub id: RestaurantId,
    /// Its name.
    pub name: String,
    /// Where it is, for people.
    pub address: String,
}

/// A weekly period in which guests are taken, on the restaurant's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningPeriod {
    /// The day on which it begins.
    pub day: Weekday,
    /// When it begins.
    pub opens: Time,
    /// When it ends. A time that is not after [`Self::opens`] is one of the next day.
    pub closes: Time,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiningTable {
    /// Its number.
    pub id: TableId,
    /// What the staff calls it.
    pub name: String,
    /// The smallest party that gets it.
    pub min_party: PartySize,
    /// The largest party that fits.
    pub max_party: PartySize,
}

impl DiningTable {
    /// Whether a party of this size gets this table.
    #[must_use]
    pub fn fits(&self, party: PartySize) -> bool {
        (self.min_party..=self.max_party).contains(&party)
    }
}

/// An IANA time zone, from the database that this program was built with: the same rules on
/// every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantZone {
    name: String,
    zone: TimeZone,
}

/// A name that is no IANA time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no IANA time zone, such as Europe/Berlin")]
pub struct UnknownTimeZone {
    name: String,
}

impl RestaurantZone {
    /// The zone with this name.
    ///
    /// # Errors
    /// The database has no such zone.
    pub fn parse(name: &str) -> Result<Self, UnknownTimeZone> {
        TimeZoneDatabase::bundled()
            .get(name)
            .map(|zone| Self {
                name: name.to_owned(),
                zone,
            })
            .map_err(|_| UnknownTimeZone {
                name: name.to_owned(),
            })
    }

    /// Its name: `America/New_York`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_an_iana_name() {
        assert!(RestaurantZone::parse("Australia/Lord_Howe").is_ok());
        let error = RestaurantZone::parse("Mars/Olympus").expect_err("there is none");
        assert!(error.to_string().contains("Mars/Olympus"));
    }
}

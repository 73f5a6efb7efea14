//! A restaurant as guests see it. What it takes bookings by is its policy.

use crate::bounded::{bounded_text, is_single_line};
use crate::ids::RestaurantId;
use crate::policy::BookingPolicy;

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

/// What a restaurant shows of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantProfile {
    /// Number of the restaurant.
    pub id: RestaurantId,
    /// Name, 1–200 characters.
    pub name: RestaurantName,
    /// Cuisine, 1–50 characters.
    pub cuisine: Cuisine,
    /// Postal address, 1–500 characters.
    pub address: Address,
    /// Place on the map.
    pub coordinates: Coordinates,
}

/// What callers see of a restaurant: joined when it is read. No decision needs all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantView {
    /// What it shows of itself.
    pub profile: RestaurantProfile,
    /// How it takes bookings.
    pub policy: BookingPolicy,
}

/// What callers see of a booking's restaurant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestaurantSummary {
    /// Number of the restaurant.
    pub id: RestaurantId,
    /// Name, 1–200 characters.
    pub name: RestaurantName,
    /// Postal address, 1–500 characters.
    pub address: Address,
}

#[cfg(test)]
mod tests {
    use super::Coordinates;

    #[test]
    fn a_place_is_on_earth() {
        assert!(Coordinates::new(-90.0, 180.0).is_some());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0)] {
            assert_eq!(Coordinates::new(latitude, longitude), None);
        }
    }
}

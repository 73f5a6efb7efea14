//! A restaurant as guests see it. What it takes bookings by is its policy.

use crate::bounded::{bounded_number, bounded_text, is_single_line};
use crate::ids::RestaurantId;
use crate::opening_hours::OpeningPeriod;
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

bounded_number! {
    /// Degrees north of the equator (WGS 84).
    Latitude, -90.0..=90.0, from_degrees, degrees
}

bounded_number! {
    /// Degrees east of Greenwich (WGS 84).
    Longitude, -180.0..=180.0, from_degrees, degrees
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
    /// Place on the map: degrees north.
    pub latitude: Latitude,
    /// Place on the map: degrees east.
    pub longitude: Longitude,
}

/// What callers see of a restaurant: joined when it is read. No decision needs all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantView {
    /// What it shows of itself.
    pub profile: RestaurantProfile,
    /// How it takes bookings.
    pub policy: BookingPolicy,
    /// When guests find it open, by day and time.
    pub opening_hours: Vec<OpeningPeriod>,
    /// 1 when it was made, one more with every change of either.
    pub version: i32,
}

/// What is to change about a restaurant's profile. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestaurantChange {
    /// Another name.
    pub name: Option<RestaurantName>,
    /// Another cuisine.
    pub cuisine: Option<Cuisine>,
    /// Another address.
    pub address: Option<Address>,
    /// Another latitude.
    pub latitude: Option<Latitude>,
    /// Another longitude.
    pub longitude: Option<Longitude>,
}

/// Why a restaurant does not change: its version is none of those that the caller expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the restaurant has changed in the meantime")]
pub struct ChangeRestaurantRefusal;

/// What a restaurant becomes, if its version is one of `expected`; any will do for `None`. A change
/// that changes nothing is `None`.
///
/// # Errors
/// [`ChangeRestaurantRefusal`].
pub fn change_restaurant(
    restaurant: &RestaurantView,
    change: &RestaurantChange,
    expected: Option<&[i32]>,
) -> Result<Option<RestaurantView>, ChangeRestaurantRefusal> {
    if expected.is_some_and(|versions| !versions.contains(&restaurant.version)) {
        return Err(ChangeRestaurantRefusal);
    }
    let current = &restaurant.profile;
    let change = change.clone();
    let wanted = RestaurantProfile {
        id: current.id,
        name: change.name.unwrap_or_else(|| current.name.clone()),
        cuisine: change.cuisine.unwrap_or_else(|| current.cuisine.clone()),
        address: change.address.unwrap_or_else(|| current.address.clone()),
        latitude: change.latitude.unwrap_or(current.latitude),
        longitude: change.longitude.unwrap_or(current.longitude),
    };
    Ok((wanted != *current).then(|| RestaurantView {
        profile: wanted,
        policy: restaurant.policy.clone(),
        opening_hours: restaurant.opening_hours.clone(),
        version: restaurant.version.saturating_add(1),
    }))
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
    /// Version of the restaurant, so that it is known when the two above may have changed.
    pub version: i32,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::policy;

    fn restaurant() -> RestaurantView {
        RestaurantView {
            profile: RestaurantProfile {
                id: RestaurantId::new(1_i64).expect("it is in range"),
                name: RestaurantName::parse("Bella Italia").expect("it is a name"),
                cuisine: Cuisine::parse("Italian").expect("it is a cuisine"),
                address: Address::parse("123 Main St").expect("it is an address"),
                latitude: Latitude::from_degrees(40.7).expect("it is on Earth"),
                longitude: Longitude::from_degrees(-74.0).expect("it is on Earth"),
            },
            policy: policy("Europe/Berlin"),
            opening_hours: Vec::new(),
            version: 1,
        }
    }

    fn any_change() -> impl Strategy<Value = RestaurantChange> {
        let text = || prop::option::of("[A-B]");
        let degrees = || prop::option::of(-2.0..2.0);
        (text(), text(), text(), degrees(), degrees()).prop_map(
            |(name, cuisine, address, latitude, longitude)| RestaurantChange {
                name: name.and_then(RestaurantName::parse),
                cuisine: cuisine.and_then(Cuisine::parse),
                address: address.and_then(Address::parse),
                latitude: latitude.and_then(Latitude::from_degrees),
                longitude: longitude.and_then(Longitude::from_degrees),
            },
        )
    }

    #[test]
    fn a_place_is_on_earth() {
        assert!(Latitude::from_degrees(-90.0).is_some());
        assert!(Longitude::from_degrees(180.0).is_some());
        for degrees in [180.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Latitude::from_degrees(degrees), None);
            assert_eq!(Longitude::from_degrees(degrees), None);
        }
        assert_eq!(Latitude::from_degrees(90.1), None);
    }

    #[test]
    fn change_of_a_version_that_nobody_expects_is_refused() {
        let change = RestaurantChange {
            cuisine: Cuisine::parse("Ligurian"),
            ..RestaurantChange::default()
        };
        let change = |expected| change_restaurant(&restaurant(), &change, expected);
        assert_eq!(change(Some(&[2, 3])), Err(ChangeRestaurantRefusal));
        assert_eq!(change(Some(&[])), Err(ChangeRestaurantRefusal));
        let changed = change(Some(&[3, 1])).expect("it is expected");
        assert_eq!(changed.map(|restaurant| restaurant.version), Some(2));
    }

    proptest! {
        #[test]
        fn change_is_made_once_and_touches_nothing_else(change in any_change()) {
            let before = restaurant();
            let changed = change_restaurant(&before, &change, None).expect("any version will do");
            let after = changed.clone().unwrap_or_else(|| before.clone());
            let (old, new) = (&before.profile, &after.profile);
            prop_assert_eq!(&new.name, change.name.as_ref().unwrap_or(&old.name));
            prop_assert_eq!(&new.cuisine, change.cuisine.as_ref().unwrap_or(&old.cuisine));
            prop_assert_eq!(&new.address, change.address.as_ref().unwrap_or(&old.address));
            prop_assert_eq!(new.latitude, change.latitude.unwrap_or(old.latitude));
            prop_assert_eq!(new.longitude, change.longitude.unwrap_or(old.longitude));
            prop_assert_eq!((new.id, &after.policy), (old.id, &before.policy));
            prop_assert_eq!(after.version, 1 + i32::from(changed.is_some()));
            prop_assert_eq!(change_restaurant(&after, &change, None), Ok(None));
        }
    }
}

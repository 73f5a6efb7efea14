//! Entering a restaurant.

use std::collections::HashSet;

use crate::calendar::{
    Service, ServicePeriod, ServicePeriodName, TimeZoneName, TurnTime, TurnTimes, Weekdays,
    check_service_periods,
};
use crate::floor::{DiningTableName, PartySize};
use crate::ids::RestaurantId;
use crate::opening_hours::{OpeningPeriod, services};
use crate::policy::{BookingPolicy, BookingWindow, SlotInterval};
use crate::restaurant::{
    Address, Cuisine, Latitude, Longitude, RestaurantName, RestaurantProfile, RestaurantView,
};

/// A restaurant that is to be entered. What of its policy is `None` is as in most restaurants
/// ([`BookingPolicy::DEFAULT_SLOT_INTERVAL`] and so on).
#[derive(Debug, Clone, PartialEq)]
pub struct NewRestaurant {
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
    /// Name of the time zone (IANA), in any case.
    pub time_zone: TimeZoneName,
    /// When it takes guests.
    pub opening_hours: Vec<OpeningPeriod>,
    /// Distance of two bookable starts, 5–60 minutes.
    pub slot_interval: Option<SlotInterval>,
    /// Length of a visit, 1–1,440 minutes.
    pub turn_time: Option<TurnTime>,
    /// Days ahead of today for which bookings are taken, 0–3,650.
    pub booking_window: Option<BookingWindow>,
    /// Its tables. Without any it takes no bookings.
    pub tables: Vec<NewDiningTable>,
}

/// A table that is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDiningTable {
    /// Name, 1–50 characters.
    pub name: DiningTableName,
    /// The smallest party that is seated at it.
    pub min_party: PartySize,
    /// The largest party that fits.
    pub max_party: PartySize,
}

/// Why a restaurant cannot be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewRestaurantRefusal {
    /// No time zone has the name.
    #[error("no time zone of the IANA database has this name")]
    UnknownTimeZone,
    /// Two periods overlap: which of them a guest is in would be unclear.
    #[error("two of the opening periods overlap")]
    OverlappingOpeningHours,
    /// Two tables have one name.
    #[error("two of the tables have the same name")]
    RepeatedTableName,
    /// No party fits at a table.
    #[error("the largest party of a table is smaller than its smallest")]
    EmptyPartyRange,
}

/// A restaurant as it is entered.
#[derive(Debug, Clone, PartialEq)]
pub struct EnteredRestaurant {
    /// What callers see of it.
    pub view: RestaurantView,
    /// Its weekly services.
    pub services: Vec<NewServicePeriod>,
    /// Its tables.
    pub tables: Vec<NewDiningTable>,
}

/// A weekly service that is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServicePeriod {
    /// Name, 1–50 characters.
    pub name: ServicePeriodName,
    /// The days on which it begins.
    pub weekdays: Weekdays,
    /// What it is like.
    pub service: Service,
}

/// A restaurant that was just entered, under this number.
///
/// # Errors
/// [`NewRestaurantRefusal`].
pub fn create_restaurant(
    new: NewRestaurant,
    id: RestaurantId,
) -> Result<EnteredRestaurant, NewRestaurantRefusal> {
    let time_zone = new.time_zone.canonical();
    let time_zone = time_zone.map_err(|_| NewRestaurantRefusal::UnknownTimeZone)?;
    let services = weekly_services(&new.opening_hours)?;
    let mut names = HashSet::new();
    if !new.tables.iter().all(|table| names.insert(&table.name)) {
        return Err(NewRestaurantRefusal::RepeatedTableName);
    }
    if new.tables.iter().any(|it| it.max_party < it.min_party) {
        return Err(NewRestaurantRefusal::EmptyPartyRange);
    }
    let policy = BookingPolicy::new(time_zone);
    let view = RestaurantView {
        profile: RestaurantProfile {
            id,
            name: new.name,
            cuisine: new.cuisine,
            address: new.address,
            latitude: new.latitude,
            longitude: new.longitude,
        },
        policy: BookingPolicy {
            slot_interval: new.slot_interval.unwrap_or(policy.slot_interval),
            turn_times: new.turn_time.map_or(policy.turn_times, TurnTimes::all),
            booking_window: new.booking_window.unwrap_or(policy.booking_window),
            ..policy
        },
        opening_hours: new.opening_hours,
        version: 1,
    };
    Ok(EnteredRestaurant {
        view,
        services,
        tables: new.tables,
    })
}

/// The services of these opening hours, each with a name that the staff can change.
fn weekly_services(hours: &[OpeningPeriod]) -> Result<Vec<NewServicePeriod>, NewRestaurantRefusal> {
    let mut periods = Vec::new();
    let mut services_of_period = Vec::new();
    for (index, (weekdays, service)) in (1_i64..).zip(services(hours)) {
        let (Some(name), Some(id)) = (
            ServicePeriodName::parse(format!("Service {index}")),
            crate::ServicePeriodId::new(index),
        ) else {
            continue;
        };
        services_of_period.push(NewServicePeriod {
            name: name.clone(),
            weekdays,
            service: service.clone(),
        });
        periods.push(ServicePeriod {
            id,
            name,
            weekdays,
            valid_from: None,
            valid_to: None,
            service,
        });
    }
    // The same period twice is one to the services, and two to whoever has written it.
    let is_repeated = (1..hours.len()).any(|index| hours[..index].contains(&hours[index]));
    if is_repeated || check_service_periods(&periods).is_err() {
        return Err(NewRestaurantRefusal::OverlappingOpeningHours);
    }
    Ok(services_of_period)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, time};

    use super::*;
    use crate::fixtures::party;

    fn new_restaurant() -> NewRestaurant {
        NewRestaurant {
            name: RestaurantName::parse("Bella Italia").expect("it is a name"),
            cuisine: Cuisine::parse("Italian").expect("it is a cuisine"),
            address: Address::parse("123 Main St").expect("it is an address"),
            latitude: Latitude::from_degrees(40.7).expect("it is on Earth"),
            longitude: Longitude::from_degrees(-74.0).expect("it is on Earth"),
            time_zone: TimeZoneName::parse("america/new_york").expect("it is a name"),
            opening_hours: Vec::new(),
            slot_interval: None,
            turn_time: None,
            booking_window: None,
            tables: vec![table("Window", 1, 2), table("Corner", 2, 2)],
        }
    }

    fn table(name: &str, min: i64, max: i64) -> NewDiningTable {
        NewDiningTable {
            name: DiningTableName::parse(name).expect("it is a name"),
            min_party: party(min),
            max_party: party(max),
        }
    }

    fn create(new: NewRestaurant) -> Result<RestaurantView, NewRestaurantRefusal> {
        let id = RestaurantId::new(7_i64).expect("it is in range");
        create_restaurant(new, id).map(|entered| entered.view)
    }

    #[test]
    fn what_is_not_given_is_as_in_most_restaurants() {
        let restaurant = create(new_restaurant()).expect("it can be entered");
        let policy = &restaurant.policy;
        let minutes = (
            policy.slot_interval.minutes(),
            policy.turn_times.base.minutes(),
        );
        assert_eq!((minutes, policy.booking_window.days()), ((15, 90), 365));
        assert_eq!((restaurant.profile.id.get(), restaurant.version), (7, 1));
        let hourly = NewRestaurant {
            slot_interval: SlotInterval::from_minutes(60),
            turn_time: TurnTime::from_minutes(120),
            booking_window: BookingWindow::from_days(0),
            ..new_restaurant()
        };
        let policy = create(hourly).expect("it can be entered").policy;
        let minutes = (
            policy.slot_interval.minutes(),
            policy.turn_times.base.minutes(),
        );
        assert_eq!((minutes, policy.booking_window.days()), ((60, 120), 0));
    }

    #[test]
    fn time_zone_is_kept_as_the_database_writes_it() {
        let policy = create(new_restaurant()).expect("it can be entered").policy;
        assert_eq!(policy.time_zone.as_str(), "America/New_York");
        let unknown = NewRestaurant {
            time_zone: TimeZoneName::parse("Mars/Olympus").expect("it is a name"),
            ..new_restaurant()
        };
        assert_eq!(create(unknown), Err(NewRestaurantRefusal::UnknownTimeZone));
    }

    #[test]
    fn tables_have_names_of_their_own_and_take_some_party() {
        for (wrong, refusal) in [
            (
                table("Window", 1, 4),
                NewRestaurantRefusal::RepeatedTableName,
            ),
            (table("Door", 3, 2), NewRestaurantRefusal::EmptyPartyRange),
        ] {
            let mut new = new_restaurant();
            new.tables.push(wrong);
            assert_eq!(create(new), Err(refusal));
        }
    }

    #[test]
    fn opening_periods_that_overlap_are_refused() {
        let (noon, three) = (time(12, 0, 0, 0), time(15, 0, 0, 0));
        let lunch = |day, opens| OpeningPeriod {
            day,
            opens,
            closes: three,
        };
        let mut new = new_restaurant();
        new.opening_hours = vec![lunch(Weekday::Monday, noon), lunch(Weekday::Tuesday, noon)];
        assert!(create(new.clone()).is_ok());
        let second = lunch(Weekday::Monday, time(14, 59, 0, 0));
        new.opening_hours.push(second);
        let refused = Err(NewRestaurantRefusal::OverlappingOpeningHours);
        assert_eq!(create(new), refused);
    }
}

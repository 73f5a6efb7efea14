//! Restaurants, and when they have a table.

use booking_api::types;
use booking_domain as domain;
use booking_persistence::AvailabilityCalendar;
use jiff::civil::{Date, Weekday};

use crate::api::bookings::convert::slot;
use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// A restaurant as it is answered.
pub(crate) fn restaurant(
    view: &domain::RestaurantView,
) -> Result<types::Restaurant, BreaksContract> {
    let domain::RestaurantView {
        profile, policy, ..
    } = view;
    let hours: Vec<types::OpeningPeriod> = view
        .opening_hours
        .iter()
        .map(opening_period)
        .collect::<Result<_, _>>()?;
    Ok(types::Restaurant {
        id: profile.id.to_contract(),
        name: profile.name.to_contract(),
        cuisine: profile.cuisine.to_contract(),
        address: profile.address.to_contract(),
        lat: types::Latitude::try_from(profile.latitude.degrees())
            .map_err(BreaksContract::at("lat"))?,
        lng: types::Longitude::try_from(profile.longitude.degrees())
            .map_err(BreaksContract::at("lng"))?,
        time_zone: policy.time_zone.to_contract(),
        opening_hours: types::OpeningHours::try_from(hours)
            .map_err(BreaksContract::at("opening_hours"))?,
        slot_interval_minutes: policy.slot_interval.to_contract(),
        turn_minutes: policy.turn_times.base.to_contract(),
    })
}

/// What createRestaurant asks for.
pub(crate) fn new_restaurant(body: types::NewRestaurant) -> domain::NewRestaurant {
    let table = |table: types::NewDiningTable| domain::NewDiningTable {
        name: table.name.into_domain(),
        min_party: table.min_party.into_domain(),
        max_party: table.max_party.into_domain(),
    };
    let tables = body.tables.into_iter().flatten();
    domain::NewRestaurant {
        name: body.name.into_domain(),
        cuisine: body.cuisine.into_domain(),
        address: body.address.into_domain(),
        latitude: body.lat.into_domain(),
        longitude: body.lng.into_domain(),
        time_zone: body.time_zone.into_domain(),
        opening_hours: body
            .opening_hours
            .into_iter()
            .map(wanted_opening_period)
            .collect(),
        slot_interval: body.slot_interval_minutes.map(IntoDomain::into_domain),
        turn_time: body.turn_minutes.map(IntoDomain::into_domain),
        booking_window: body.booking_window_days.map(IntoDomain::into_domain),
        tables: tables.map(table).collect(),
    }
}

/// What updateRestaurant asks for.
pub(crate) fn restaurant_change(body: types::RestaurantChange) -> domain::RestaurantChange {
    domain::RestaurantChange {
        name: body.name.map(IntoDomain::into_domain),
        cuisine: body.cuisine.map(IntoDomain::into_domain),
        address: body.address.map(IntoDomain::into_domain),
        latitude: body.lat.map(IntoDomain::into_domain),
        longitude: body.lng.map(IntoDomain::into_domain),
    }
}

/// The starts that a date has for a party.
pub(crate) fn availability(
    restaurant_id: types::RestaurantId,
    date: Date,
    party_size: types::PartySize,
    zone: &domain::TimeZoneName,
    slots: &[domain::Slot],
) -> Result<types::Availability, BreaksContract> {
    let slots: Vec<types::AvailableSlot> = slots.iter().map(slot).collect::<Result<_, _>>()?;
    Ok(types::Availability {
        restaurant_id,
        date: types::BookingDate::try_from(date).map_err(BreaksContract::at("date"))?,
        party_size,
        time_zone: zone.to_contract(),
        slots: types::AvailableSlots::try_from(slots).map_err(BreaksContract::at("slots"))?,
    })
}

/// What the dates of a calendar come to for a party.
pub(crate) fn calendar(
    restaurant_id: types::RestaurantId,
    party_size: types::PartySize,
    calendar: &AvailabilityCalendar,
) -> Result<types::AvailabilityCalendar, BreaksContract> {
    let day = |(date, availability): &(Date, domain::DayAvailability)| {
        Ok(types::AvailabilityDay {
            date: types::BookingDate::try_from(*date).map_err(BreaksContract::at("date"))?,
            status: match availability {
                domain::DayAvailability::Free => types::AvailabilityStatus::Free,
                domain::DayAvailability::FewLeft => types::AvailabilityStatus::FewLeft,
                domain::DayAvailability::Full => types::AvailabilityStatus::Full,
                domain::DayAvailability::Closed => types::AvailabilityStatus::Closed,
                domain::DayAvailability::NotOpenYet => types::AvailabilityStatus::NotOpenYet,
                domain::DayAvailability::Past => types::AvailabilityStatus::Past,
            },
        })
    };
    let days: Vec<types::AvailabilityDay> =
        calendar.days.iter().map(day).collect::<Result<_, _>>()?;
    Ok(types::AvailabilityCalendar {
        restaurant_id,
        party_size,
        time_zone: calendar.time_zone.to_contract(),
        days: types::AvailabilityDays::try_from(days).map_err(BreaksContract::at("days"))?,
    })
}

fn opening_period(period: &domain::OpeningPeriod) -> Result<types::OpeningPeriod, BreaksContract> {
    Ok(types::OpeningPeriod {
        day: day(period.day),
        opens: types::ClockTime::try_from(period.opens).map_err(BreaksContract::at("opens"))?,
        closes: types::ClockTime::try_from(period.closes).map_err(BreaksContract::at("closes"))?,
    })
}

/// A day of the week as it is answered.
pub(crate) const fn day(day: Weekday) -> types::DayOfWeek {
    match day {
        Weekday::Monday => types::DayOfWeek::Monday,
        Weekday::Tuesday => types::DayOfWeek::Tuesday,
        Weekday::Wednesday => types::DayOfWeek::Wednesday,
        Weekday::Thursday => types::DayOfWeek::Thursday,
        Weekday::Friday => types::DayOfWeek::Friday,
        Weekday::Saturday => types::DayOfWeek::Saturday,
        Weekday::Sunday => types::DayOfWeek::Sunday,
    }
}

/// A day of the week as it is asked for.
pub(crate) const fn weekday(day: types::DayOfWeek) -> Weekday {
    match day {
        types::DayOfWeek::Monday => Weekday::Monday,
        types::DayOfWeek::Tuesday => Weekday::Tuesday,
        types::DayOfWeek::Wednesday => Weekday::Wednesday,
        types::DayOfWeek::Thursday => Weekday::Thursday,
        types::DayOfWeek::Friday => Weekday::Friday,
        types::DayOfWeek::Saturday => Weekday::Saturday,
        types::DayOfWeek::Sunday => Weekday::Sunday,
    }
}

fn wanted_opening_period(period: types::OpeningPeriod) -> domain::OpeningPeriod {
    domain::OpeningPeriod {
        day: weekday(period.day),
        opens: period.opens.get(),
        closes: period.closes.get(),
    }
}

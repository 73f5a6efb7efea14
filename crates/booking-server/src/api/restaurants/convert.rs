//! Restaurants, and when they have a table.

use booking_api::types;
use booking_domain as domain;
use jiff::civil::{Date, Weekday};

use crate::api::shared::{BreaksContract, ToContract};

/// A restaurant as it is answered.
pub(crate) fn restaurant(
    view: &domain::RestaurantView,
) -> Result<types::Restaurant, BreaksContract> {
    let domain::RestaurantView { profile, policy } = view;
    let hours: Vec<types::OpeningPeriod> = policy
        .opening_hours
        .iter()
        .map(opening_period)
        .collect::<Result<_, _>>()?;
    Ok(types::Restaurant {
        id: profile.id.to_contract(),
        name: profile.name.to_contract(),
        cuisine: profile.cuisine.to_contract(),
        address: profile.address.to_contract(),
        lat: types::Latitude::try_from(profile.coordinates.latitude())
            .map_err(BreaksContract::at("lat"))?,
        lng: types::Longitude::try_from(profile.coordinates.longitude())
            .map_err(BreaksContract::at("lng"))?,
        time_zone: policy.time_zone.to_contract(),
        opening_hours: types::OpeningHours::try_from(hours)
            .map_err(BreaksContract::at("opening_hours"))?,
        slot_interval_minutes: policy.slot_interval.to_contract(),
        turn_minutes: policy.turn_time.to_contract(),
    })
}

/// The starts that a date has for a party.
pub(crate) fn availability(
    restaurant_id: types::RestaurantId,
    date: Date,
    party_size: types::PartySize,
    zone: &domain::TimeZoneName,
    slots: &[domain::Slot],
) -> Result<types::Availability, BreaksContract> {
    let slots: Vec<types::AvailableSlot> = slots
        .iter()
        .map(|slot| {
            Ok(types::AvailableSlot {
                booking_time: types::ClockTime::try_from(slot.time)
                    .map_err(BreaksContract::at("booking_time"))?,
                starts_at: types::Timestamp::try_from(slot.starts_at)
                    .map_err(BreaksContract::at("starts_at"))?,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(types::Availability {
        restaurant_id,
        date: types::BookingDate::try_from(date).map_err(BreaksContract::at("date"))?,
        party_size,
        time_zone: zone.to_contract(),
        slots: types::AvailableSlots::try_from(slots).map_err(BreaksContract::at("slots"))?,
    })
}

fn opening_period(period: &domain::OpeningPeriod) -> Result<types::OpeningPeriod, BreaksContract> {
    Ok(types::OpeningPeriod {
        day: day(period.day),
        opens: types::ClockTime::try_from(period.opens).map_err(BreaksContract::at("opens"))?,
        closes: types::ClockTime::try_from(period.closes).map_err(BreaksContract::at("closes"))?,
    })
}

const fn day(day: Weekday) -> types::DayOfWeek {
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

//! Small houses for the tests of this crate.

use jiff::civil::{Time, Weekday, date, time};
use jiff::{Timestamp, ToSpan};

use crate::{
    Booking, BookingId, BookingStatus, ConfirmationCode, Customer, DiningTable, EmailAddress,
    Occupancy, OpeningPeriod, PartySize, PhoneNumber, Restaurant, RestaurantId, RestaurantSummary,
    RestaurantZone, ServiceDay, TableId,
};

/// 8 February 2027, 17:30 in UTC, 18:30 in Berlin.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);

/// Open every day from 18:00 to 23:00; turns of 90 minutes, every half hour.
pub(crate) fn restaurant(zone: &str) -> Restaurant {
    with_hours(zone, time(18, 0, 0, 0), time(23, 0, 0, 0))
}

pub(crate) fn with_hours(zone: &str, opens: Time, closes: Time) -> Restaurant {
    let week = Weekday::Monday.cycle_forward().take(7);
    Restaurant {
        id: RestaurantId::new(1),
        name: "Testküche".to_owned(),
        cuisine: "German".to_owned(),
        address: "Hauptstraße 1, Berlin".to_owned(),
        lat: 52.5,
        lng: 13.4,
        time_zone: RestaurantZone::parse(zone).expect("the zone exists"),
        opening_hours: week
            .map(|day| OpeningPeriod { day, opens, closes })
            .collect(),
        slot_interval_minutes: 30,
        turn_minutes: 90,
        booking_window_days: 365,
    }
}

/// 15 February 2027 in Berlin, with nothing booked.
pub(crate) fn day(tables: Vec<DiningTable>) -> ServiceDay {
    ServiceDay {
        restaurant: restaurant("Europe/Berlin"),
        tables,
        date: date(2027, 2, 15),
        occupancies: Vec::new(),
    }
}

pub(crate) fn party(guests: i64) -> PartySize {
    PartySize::new(guests).expect("it is a party")
}

pub(crate) fn table(id: i64, min: i64, max: i64) -> DiningTable {
    DiningTable {
        id: TableId::new(id),
        name: format!("T{id}"),
        min_party: party(min),
        max_party: party(max),
    }
}

/// Another party's turn at a table, from `time` on.
pub(crate) fn occupied(day: &ServiceDay, table: i64, time: Time) -> Occupancy {
    occupied_by(day, table, time, &BookingId::from_random([9; 32]))
}

pub(crate) fn occupied_by(
    day: &ServiceDay,
    table: i64,
    time: Time,
    booking: &BookingId,
) -> Occupancy {
    let zone = day.restaurant.time_zone.zone();
    let starts_at = zone
        .to_timestamp(day.date.to_datetime(time))
        .expect("the time exists");
    let turn = i64::from(day.restaurant.turn_minutes).minutes();
    Occupancy {
        table: TableId::new(table),
        booking: booking.clone(),
        starts_at,
        ends_at: starts_at.checked_add(turn).expect("the end exists"),
    }
}

/// A confirmed booking for two on 15 February 2027 at 19:00 in Berlin, at table 1.
pub(crate) fn booking() -> Booking {
    let day = day(vec![]);
    let id = BookingId::from_random([7; 32]);
    let turn = occupied_by(&day, 1, time(19, 0, 0, 0), &id);
    Booking {
        id,
        confirmation_code: ConfirmationCode::from_random([7; 32]),
        status: BookingStatus::Confirmed,
        restaurant: RestaurantSummary {
            id: day.restaurant.id,
            name: day.restaurant.name.clone(),
            address: day.restaurant.address.clone(),
        },
        date: day.date,
        time: time(19, 0, 0, 0),
        party: party(2),
        customer: Customer {
            name: "Sarah Chen".to_owned(),
            email: EmailAddress::new("sarah.chen@example.com".to_owned()),
            phone: PhoneNumber::parse("+15551234567").expect("it is a number"),
        },
        special_requests: None,
        cancellation_reason: None,
        table: turn.table,
        starts_at: turn.starts_at,
        ends_at: turn.ends_at,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

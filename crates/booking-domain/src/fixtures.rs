//! Small restaurants for the tests of this crate.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday, date, time};

use crate::{
    Booking, BookingId, BookingPolicy, BookingStatus, BookingWindow, ConfirmationCode, Customer,
    CustomerName, DiningTable, EmailAddress, Occupancy, OpeningPeriod, PartySize, PhoneNumber,
    Placement, RestaurantCalendar, RestaurantId, ServiceDay, SlotInterval, TableId, TimeZoneName,
    TurnTime,
};

/// 8 February 2027, 17:30 in UTC, 18:30 in Berlin.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);

/// Open every day from 18:00 to 23:00; turns of 90 minutes, every half hour.
pub(crate) fn policy(zone: &str) -> BookingPolicy {
    policy_with_hours(zone, time(18, 0, 0, 0), time(23, 0, 0, 0))
}

pub(crate) fn policy_with_hours(zone: &str, opens: Time, closes: Time) -> BookingPolicy {
    let week = Weekday::Monday.cycle_forward().take(7);
    BookingPolicy {
        time_zone: TimeZoneName::parse(zone).expect("it is a name"),
        opening_hours: week
            .map(|day| OpeningPeriod { day, opens, closes })
            .collect(),
        slot_interval: SlotInterval::from_minutes(30).expect("it is in range"),
        turn_time: TurnTime::from_minutes(90).expect("it is in range"),
        booking_window: BookingWindow::from_days(365).expect("it is in range"),
    }
}

pub(crate) fn calendar_of(policy: &BookingPolicy) -> RestaurantCalendar {
    RestaurantCalendar::new(policy.clone()).expect("the zone exists")
}

/// 15 February 2027 in Berlin, with nothing booked.
pub(crate) fn day(tables: Vec<DiningTable>) -> ServiceDay {
    ServiceDay {
        calendar: calendar_of(&policy("Europe/Berlin")),
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
        min_party: party(min),
        max_party: party(max),
    }
}

/// Another party's turn at a table, from `time` on.
pub(crate) fn occupied(day: &ServiceDay, table: i64, time: Time) -> Occupancy {
    let slots = day.calendar.candidate_slots(day.date);
    let slot = slots.iter().find(|slot| slot.time == time);
    let slot = slot.expect("it is a slot");
    Occupancy {
        table: TableId::new(table),
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
    }
}

/// The same as [`booking`] in another status.
pub(crate) fn booking_in(status: BookingStatus) -> Booking {
    Booking {
        status,
        ..booking()
    }
}

/// A confirmed booking for two on 15 February 2027 at 19:00 in Berlin, at table 1.
pub(crate) fn booking() -> Booking {
    let day = day(vec![]);
    let turn = occupied(&day, 1, time(19, 0, 0, 0));
    Booking {
        id: BookingId::from_random([7; 32]),
        confirmation_code: ConfirmationCode::from_random([7; 32]),
        status: BookingStatus::Confirmed,
        restaurant: RestaurantId::new(1).expect("it is in range"),
        date: day.date,
        time: time(19, 0, 0, 0),
        party: party(2),
        customer: Customer {
            name: CustomerName::parse("Sarah Chen").expect("it is a name"),
            email: EmailAddress::parse("sarah.chen@example.com").expect("it is an address"),
            phone: PhoneNumber::parse("+15551234567").expect("it is a number"),
        },
        special_requests: None,
        cancellation_reason: None,
        placement: Placement {
            table: turn.table,
            starts_at: turn.starts_at,
            ends_at: turn.ends_at,
        },
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

//! Small restaurants for the tests of this crate.

use jiff::Timestamp;
use jiff::civil::{Time, date, time};

use crate::{
    Booking, BookingId, BookingNotes, BookingPolicy, BookingSource, BookingStatus, Cancellation,
    CancellationKind, Claim, ConfirmationCode, Customer, CustomerName, DiningTable,
    DiningTableName, EmailAddress, Floor, Pacing, PartySize, PhoneNumber, Placement, PlacementPlan,
    RestaurantCalendar, RestaurantId, Service, ServiceDay, ServiceHours, ServicePeriod,
    ServicePeriodId, ServicePeriodName, SlotInterval, TableCombination, TableCombinationId,
    TableCombinationName, TableId, TimeZoneName, Visit, Weekdays,
};

/// 8 February 2027, 17:30 in UTC, 18:30 in Berlin.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);

/// Turns of 90 minutes, every half hour.
pub(crate) fn policy(zone: &str) -> BookingPolicy {
    BookingPolicy {
        slot_interval: SlotInterval::from_minutes(30).expect("it is in range"),
        ..BookingPolicy::new(TimeZoneName::parse(zone).expect("it is a name"))
    }
}

/// On every day of the week.
pub(crate) fn service_period(first_seating: Time, ends: Time) -> ServicePeriod {
    ServicePeriod {
        id: ServicePeriodId::new(1_i64).expect("it is in range"),
        name: ServicePeriodName::parse("Dinner").expect("it is a name"),
        weekdays: Weekdays::ALL,
        valid_from: None,
        valid_to: None,
        service: Service {
            hours: ServiceHours::new(first_seating, None, ends).expect("they are hours"),
            turn_times: None,
            buffer: None,
            pacing: Pacing::default(),
        },
    }
}

/// Open every day from 18:00 to 23:00.
pub(crate) fn calendar_of(policy: &BookingPolicy) -> RestaurantCalendar {
    let dinner = service_period(time(18, 0, 0, 0), time(23, 0, 0, 0));
    calendar_with(policy, vec![dinner])
}

pub(crate) fn calendar_with(
    policy: &BookingPolicy,
    periods: Vec<ServicePeriod>,
) -> RestaurantCalendar {
    RestaurantCalendar::new(policy.clone(), periods, Vec::new()).expect("the zone exists")
}

/// 15 February 2027 in Berlin, with nothing booked.
pub(crate) fn day(tables: Vec<DiningTable>) -> ServiceDay {
    ServiceDay {
        calendar: calendar_of(&policy("Europe/Berlin")).into(),
        floor: Floor {
            tables,
            ..Floor::default()
        }
        .into(),
        blockouts: [].into(),
        date: date(2027, 2, 15),
        claims: Vec::new(),
    }
}

pub(crate) fn party(guests: i64) -> PartySize {
    PartySize::new(guests).expect("it is a party")
}

pub(crate) fn table_id(number: i64) -> TableId {
    TableId::new(number).expect("it is in range")
}

pub(crate) fn table(id: i64, min: i64, max: i64) -> DiningTable {
    DiningTable {
        id: table_id(id),
        name: DiningTableName::parse(format!("Table {id}")).expect("it is a name"),
        area: None,
        min_party: party(min),
        max_party: party(max),
        min_party_lapse: None,
        is_bookable_online: true,
    }
}

pub(crate) fn combination(id: i64, tables: &[i64], min: i64, max: i64) -> TableCombination {
    TableCombination {
        id: TableCombinationId::new(id).expect("it is in range"),
        name: TableCombinationName::parse(format!("Combination {id}")).expect("it is a name"),
        tables: tables.iter().copied().map(table_id).collect(),
        min_party: party(min),
        max_party: party(max),
    }
}

/// Another booking for two at these tables, from `time` on.
pub(crate) fn claim(day: &ServiceDay, tables: &[i64], time: Time) -> Claim {
    let slots = day.calendar.candidate_slots(day.date, party(2));
    let slot = slots.iter().find(|slot| slot.wall.time() == time);
    let slot = slot.expect("it is a slot");
    Claim {
        key: i64::try_from(day.claims.len()).expect("they are few") + 1,
        service_date: day.date,
        party: party(2),
        tables: tables.iter().copied().map(table_id).collect(),
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        free_at: slot.free_at,
        area: None,
        is_pinned: false,
        seated_at: None,
        expires_at: None,
        claimant: crate::Claimant::Booking,
    }
}

/// What the snapshot is once a plan is written.
pub(crate) fn with_plan(mut day: ServiceDay, party: PartySize, plan: &PlacementPlan) -> ServiceDay {
    for moved in &plan.moves {
        let claim = day.claims.iter_mut().find(|claim| claim.key == moved.key);
        claim.expect("only who is there moves").tables = moved.tables.clone();
    }
    let Placement {
        service_date,
        tables,
        starts_at,
        ends_at,
        free_at,
    } = plan.placement.clone();
    let key = i64::try_from(day.claims.len()).expect("they are few") + 100;
    day.claims.push(Claim {
        key,
        service_date,
        party,
        tables,
        starts_at,
        ends_at,
        free_at,
        area: None,
        is_pinned: false,
        seated_at: None,
        expires_at: None,
        claimant: crate::Claimant::Booking,
    });
    day
}

/// The same as [`booking`] in another status.
pub(crate) fn booking_in(status: BookingStatus) -> Booking {
    let cancelled = Cancellation {
        kind: CancellationKind::Guest,
        reason: None,
    };
    let booking = booking();
    let starts_at = booking.placement.starts_at;
    Booking {
        status,
        expires_at: (status == BookingStatus::Pending).then_some(starts_at),
        cancellation: (status == BookingStatus::Cancelled).then_some(cancelled),
        ..booking
    }
}

/// A confirmed booking for two on 15 February 2027 at 19:00 in Berlin, at table 1.
pub(crate) fn booking() -> Booking {
    let day = day(vec![]);
    let turn = claim(&day, &[1], time(19, 0, 0, 0));
    Booking {
        id: BookingId::from_random([7; 32]),
        confirmation_code: ConfirmationCode::from_random([7; 32]),
        status: BookingStatus::Confirmed,
        restaurant: RestaurantId::new(1).expect("it is in range"),
        date: day.date,
        time: time(19, 0, 0, 0),
        utc_offset: day.calendar.utc_offset(turn.starts_at),
        party: party(2),
        area: None,
        customer: Customer {
            name: CustomerName::parse("Sarah Chen"),
            email: EmailAddress::parse("sarah.chen@example.com"),
            phone: PhoneNumber::parse("+15551234567"),
        },
        special_requests: None,
        contact_version: 1,
        expires_at: None,
        source: BookingSource::Web,
        notes: BookingNotes::default(),
        cancellation: None,
        placement: Placement {
            service_date: day.date,
            tables: turn.tables,
            starts_at: turn.starts_at,
            ends_at: turn.ends_at,
            free_at: turn.free_at,
        },
        is_pinned: false,
        visit: Visit::default(),
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

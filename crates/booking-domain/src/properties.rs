//! What holds for every restaurant and every day.

use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::fixtures::{NOW, calendar_of, policy, table};
use crate::{
    DiningTable, Occupancy, OpeningPeriod, PartySize, PlaceRefusal, ServiceDay, SlotInterval,
    TableId, TurnTime, available_slots, place,
};

/// Zones with ordinary, large, half-hour and skipped-midnight changes of the clock.
const ZONES: [&str; 6] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Scoresbysund",
];

fn any_time() -> impl Strategy<Value = Time> {
    (0_i8..24, prop::sample::select(vec![0_i8, 15, 30, 45])).prop_map(|(h, m)| time(h, m, 0, 0))
}

fn any_period() -> impl Strategy<Value = OpeningPeriod> {
    (1_i8..=7, any_time(), any_time()).prop_map(|(day, opens, closes)| OpeningPeriod {
        day: Weekday::from_monday_one_offset(day).expect("a week has seven days"),
        opens,
        closes,
    })
}

fn any_table() -> impl Strategy<Value = DiningTable> {
    (1_i64..6, 1_i64..=20, 0_i64..10)
        .prop_map(|(id, min, more)| table(id, min, (min + more).min(20)))
}

/// Days around changes of the clock, and ordinary ones.
fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..400).prop_map(|days| {
        date(2027, 2, 5)
            .checked_add(days.days())
            .expect("the date exists")
    })
}

prop_compose! {
    fn any_day()(
        zone in prop::sample::select(&ZONES[..]),
        hours in prop::collection::vec(any_period(), 0..8),
        tables in prop::collection::vec(any_table(), 0..5),
        date in any_date(),
        busy in prop::collection::vec((1_i64..6, -300_i64..1_800, 1_i64..300), 0..12),
        interval in prop::sample::select(vec![15_u16, 20, 30, 45]),
        turn in prop::sample::select(vec![45_u16, 90, 120]),
    ) -> ServiceDay {
        let mut policy = policy(zone);
        policy.opening_hours = hours;
        policy.slot_interval = SlotInterval::from_minutes(interval).expect("it is in range");
        policy.turn_time = TurnTime::from_minutes(turn).expect("it is in range");
        let calendar = calendar_of(&policy);
        let (midnight, _) = calendar.span(date).expect("the date exists");
        let occupancies = busy
            .into_iter()
            .map(|(table, from, length)| {
                let starts_at = midnight.checked_add(from.minutes()).expect("it exists");
                Occupancy {
                    table: TableId::new(table),
                    starts_at,
                    ends_at: starts_at.checked_add(length.minutes()).expect("it exists"),
                }
            })
            .collect();
        ServiceDay { calendar, tables, date, occupancies }
    }
}

fn any_party() -> impl Strategy<Value = PartySize> {
    (1_i64..=20).prop_map(|guests| PartySize::new(guests).expect("it is a party"))
}

proptest! {
    /// What is offered can be booked, and what can be booked is offered.
    #[test]
    fn a_slot_is_offered_exactly_when_placing_there_succeeds(day in any_day(), party in any_party()) {
        let offered: Vec<Time> = available_slots(&day, party, NOW)
            .map(|slots| slots.iter().map(|slot| slot.time).collect())
            .unwrap_or_default();
        let mut at = time(0, 0, 0, 0);
        for _ in 0..(24 * 12) {
            let placed = place(&day, at, party, NOW);
            prop_assert_eq!(placed.is_ok(), offered.contains(&at), "{} {:?}", at, placed);
            at = at.wrapping_add(5.minutes());
        }
    }

    /// A party gets a table that fits and is free for the whole turn, in the future, on the date.
    #[test]
    fn a_placement_keeps_every_rule(day in any_day(), party in any_party()) {
        for slot in available_slots(&day, party, NOW).unwrap_or_default() {
            let placed = place(&day, slot.time, party, NOW).expect("it is offered");
            let fits = day.tables.iter().any(|t| t.id == placed.table && t.fits(party));
            prop_assert!(fits);
            prop_assert!(placed.starts_at > NOW);
            let turn = placed.ends_at.duration_since(placed.starts_at).as_mins();
            prop_assert_eq!(turn, i64::from(day.calendar.policy().turn_time.minutes()));
            let wall = day.calendar.wall_clock(placed.starts_at);
            prop_assert_eq!((wall.date(), wall.time()), (day.date, slot.time));
            let clash = day.occupancies.iter().any(|occupancy| {
                occupancy.table == placed.table
                    && occupancy.overlaps(placed.starts_at, placed.ends_at)
            });
            prop_assert!(!clash);
            let zone = jiff::tz::TimeZone::get(day.calendar.policy().time_zone.as_str()).expect("it exists");
            let by_closing = day.calendar.policy().opening_hours.iter().any(|period| {
                [day.date, day.date.yesterday().expect("it exists")].iter().any(|opens_on| {
                    let late = period.closes <= period.opens;
                    let closes_on = if late { opens_on.tomorrow().expect("it exists") } else { *opens_on };
                    let opens = zone.to_timestamp(opens_on.to_datetime(period.opens));
                    let closes = zone.to_timestamp(closes_on.to_datetime(period.closes));
                    period.day == opens_on.weekday()
                        && opens.is_ok_and(|opens| opens <= placed.starts_at)
                        && closes.is_ok_and(|closes| placed.ends_at <= closes)
                })
            });
            prop_assert!(by_closing, "the turn is not within any period");
            let (begin, end) = day.calendar.span(day.date).expect("it exists");
            prop_assert!(begin <= placed.starts_at && placed.ends_at <= end);
        }
    }

    /// Booking until nothing is left never puts two parties at one table at one time.
    #[test]
    fn booking_every_slot_never_overlaps(mut day in any_day(), party in any_party()) {
        day.occupancies.clear();
        for _ in 0..200 {
            let Some(slot) = available_slots(&day, party, NOW).unwrap_or_default().pop() else {
                break;
            };
            let placed = place(&day, slot.time, party, NOW).expect("it is offered");
            let taken = day.occupancies.iter().any(|occupancy| {
                occupancy.table == placed.table
                    && occupancy.overlaps(placed.starts_at, placed.ends_at)
            });
            prop_assert!(!taken);
            day.occupancies.push(Occupancy {
                table: placed.table,
                starts_at: placed.starts_at,
                ends_at: placed.ends_at,
            });
        }
    }

    /// No date, time or instant is too absurd to be answered.
    #[test]
    fn absurd_dates_are_refused_and_never_panic(
        year in -9999_i16..=9999, month in 1_i8..=12, hour in 0_i8..24,
        now in -377_705_023_201_i64..=253_402_207_200, zone in prop::sample::select(&ZONES[..]),
    ) {
        let now = Timestamp::from_second(now).expect("it is in range");
        let day = ServiceDay {
            calendar: calendar_of(&policy(zone)),
            tables: vec![table(1, 1, 20)],
            date: date(year, month, 1),
            occupancies: Vec::new(),
        };
        let party = PartySize::new(1).expect("it is a party");
        let placed = place(&day, time(hour, 0, 0, 0), party, now);
        let _ = available_slots(&day, party, now);
        if let Ok(placed) = placed {
            prop_assert!(placed.starts_at > now);
        }
    }

    /// An earlier reason is given before a later one.
    #[test]
    fn a_closed_restaurant_says_so_before_it_counts_its_tables(mut day in any_day(), party in any_party()) {
        let mut closed = day.calendar.policy().clone();
        closed.opening_hours.clear();
        day.calendar = calendar_of(&closed);
        day.tables.clear();
        let refused = place(&day, time(12, 0, 0, 0), party, NOW);
        let before_tables = matches!(
            refused,
            Err(PlaceRefusal::NotABookableTime
                | PlaceRefusal::InThePast
                | PlaceRefusal::OutsideBookingWindow { .. })
        );
        prop_assert!(before_tables);
    }
}

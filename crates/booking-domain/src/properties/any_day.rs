//! Every kind of service date.

use jiff::civil::{Date, Time, date, time};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::fixtures::{combination, party, policy, service_period, table, table_id};
use crate::{
    Blockout, BlockoutId, BlockoutScope, BookingPolicy, BufferTime, Claim, Cutoff, DiningTable,
    Floor, MaxCovers, MaxParties, MinNotice, Pacing, RestaurantCalendar, ServiceDay, ServicePeriod,
    SlotInterval, SpecialDay, SpecialDayId, SpecialDayName, TurnTime, TurnTimeStep, TurnTimes,
    Weekdays, check_service_periods,
};

/// Zones with ordinary, large, half-hour and skipped-midnight changes of the clock, and of two hours.
pub(super) const ZONES: [&str; 8] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Scoresbysund",
    "America/Nuuk",
    "Antarctica/Troll",
];

pub(super) fn any_time() -> impl Strategy<Value = Time> {
    (0_i8..24, prop::sample::select(vec![0_i8, 15, 30, 45])).prop_map(|(h, m)| time(h, m, 0, 0))
}

pub(super) fn maybe<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.3, value)
}

prop_compose! {
    fn any_period()(
        days in 1_u8..128,
        first in any_time(),
        ends in any_time(),
        parties in maybe(1_u16..4),
        covers in maybe(2_u16..20),
        turn in maybe(prop::sample::select(vec![30_u16, 60, 180])),
    ) -> ServicePeriod {
        let mut period = service_period(first, ends);
        period.weekdays = Weekdays::from_bits(days).expect("it is in range");
        period.service.pacing = Pacing {
            max_parties: parties.and_then(MaxParties::new),
            max_covers: covers.and_then(MaxCovers::new),
        };
        period.service.turn_times = turn.and_then(TurnTime::from_minutes).map(TurnTimes::all);
        period
    }
}

fn any_periods() -> impl Strategy<Value = Vec<ServicePeriod>> {
    prop::collection::vec(any_period(), 0..5).prop_map(|mut periods| {
        while check_service_periods(&periods).is_err() {
            periods.pop();
        }
        periods
    })
}

prop_compose! {
    fn any_policy()(
        zone in prop::sample::select(&ZONES[..]),
        interval in prop::sample::select(vec![15_u16, 20, 30, 45]),
        turn in prop::sample::select(vec![45_u16, 90, 120]),
        longer in maybe(prop::sample::select(vec![150_u16, 300])),
        buffer in prop::sample::select(vec![0_u16, 15]),
        covers in maybe(4_u16..40),
        notice in prop::sample::select(vec![0_u16, 90]),
        smallest in 1_i64..3,
        largest in 4_i64..21,
        confirmed in maybe(2_i64..8),
        cutoff in maybe(0_u16..43_200),
    ) -> BookingPolicy {
        let minutes = |minutes| TurnTime::from_minutes(minutes).expect("it is in range");
        let mut turn_times = TurnTimes::all(minutes(turn));
        turn_times.steps = longer
            .map(|turn| TurnTimeStep { min_party: party(5), turn_time: minutes(turn) })
            .into_iter()
            .collect();
        BookingPolicy {
            slot_interval: SlotInterval::from_minutes(interval).expect("it is in range"),
            turn_times,
            buffer: BufferTime::from_minutes(buffer).expect("it is in range"),
            max_covers: covers.and_then(MaxCovers::new),
            min_notice: MinNotice::from_minutes(notice).expect("it is in range"),
            online_min_party: party(smallest),
            online_max_party: party(largest),
            confirmation_min_party: confirmed.map(party),
            change_cutoff: cutoff.and_then(Cutoff::from_minutes),
            ..policy(zone)
        }
    }
}

fn any_table() -> impl Strategy<Value = DiningTable> {
    (1_i64..8, 1_i64..=20, 0_i64..10, prop::bool::weighted(0.8)).prop_map(
        |(id, min, more, is_bookable_online)| DiningTable {
            is_bookable_online,
            ..table(id, min, (min + more).min(20))
        },
    )
}

fn any_floor() -> impl Strategy<Value = Floor> {
    (
        prop::collection::vec(any_table(), 0..6),
        prop::collection::vec((0_usize..6, 0_usize..6, 1_i64..12), 0..3),
    )
        .prop_map(|(mut tables, pairs)| {
            tables.sort_by_key(|table| table.id);
            tables.dedup_by_key(|table| table.id);
            let combinations = (1_i64..).zip(pairs).filter_map(|(id, (one, other, min))| {
                let (one, other) = (tables.get(one)?, tables.get(other)?);
                let ids = [one.id.get(), other.id.get()];
                (one.id != other.id).then(|| combination(id, &ids, min, (min + 4).min(20)))
            });
            Floor {
                areas: Vec::new(),
                combinations: combinations.collect(),
                tables,
            }
        })
}

/// Days around changes of the clock, and ordinary ones.
fn any_date() -> impl Strategy<Value = Date> {
    prop_oneof![
        (0_i64..400).prop_map(|days| date(2027, 2, 5) + days.days()),
        prop::sample::select(vec![
            date(2027, 3, 13),
            date(2027, 3, 14),
            date(2027, 3, 27),
            date(2027, 3, 28),
            date(2027, 10, 30),
            date(2027, 10, 31),
            date(2027, 11, 6),
            date(2027, 11, 7),
        ]),
    ]
}

prop_compose! {
    pub(super) fn any_day()(
        policy in any_policy(),
        periods in any_periods(),
        is_special in prop::bool::weighted(0.1),
        special in any_period(),
        floor in any_floor(),
        date in any_date(),
        taken in prop::collection::vec(
            (1_i64..8, -300_i64..1_800, 1_i64..300, 1_i64..8, any::<bool>()), 0..10
        ),
        blocked in maybe((any_time(), 1_i64..300, 0_i64..8)),
    ) -> ServiceDay {
        let special = is_special.then(|| SpecialDay {
            id: SpecialDayId::new(1_i64).expect("it is in range"),
            name: SpecialDayName::parse("Carnival").expect("it is a name"),
            date_from: date,
            date_to: date,
            services: vec![special.service],
        });
        let special = special.into_iter().collect();
        let calendar = RestaurantCalendar::new(policy, periods, special).expect("the zone exists");
        let (midnight, _) = calendar.span(date).expect("the date exists");
        let mut day = ServiceDay {
            calendar: calendar.into(),
            floor: floor.into(),
            blockouts: [].into(),
            date,
            claims: Vec::new(),
        };
        for (key, (table, from, length, guests, is_pinned)) in (1_i64..).zip(taken) {
            let starts_at = midnight + from.minutes();
            let claim = Claim {
                key,
                service_date: date,
                party: party(guests),
                tables: vec![table_id(table)],
                starts_at,
                ends_at: starts_at + length.minutes(),
                free_at: starts_at + length.minutes(),
                area: None,
                is_pinned,
                seated_at: None,
                expires_at: None,
                claimant: crate::Claimant::Booking,
            };
            // As the database has it: no table is taken twice.
            if !overlaps(&day.claims, &claim.tables, claim.starts_at, claim.free_at) {
                day.claims.push(claim);
            }
        }
        day.blockouts = blocked
            .map(|(from, minutes, table)| Blockout {
                id: BlockoutId::new(1_i64).expect("it is in range"),
                scope: if table == 0 {
                    BlockoutScope::Restaurant
                } else {
                    BlockoutScope::Table(table_id(table))
                },
                starts: date.to_datetime(from),
                ends: date.to_datetime(from) + minutes.minutes(),
                reason: None,
            })
            .into_iter()
            .collect();
        day
    }
}

pub(super) fn overlaps(
    claims: &[Claim],
    tables: &[crate::TableId],
    from: Timestamp,
    to: Timestamp,
) -> bool {
    claims.iter().any(|claim| {
        claim.overlaps((from, to)) && claim.tables.iter().any(|table| tables.contains(table))
    })
}

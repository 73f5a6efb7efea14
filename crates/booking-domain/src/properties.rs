//! What holds for every restaurant and every day.

use std::collections::HashSet;

use jiff::civil::{Date, Time, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::fixtures::{
    NOW, booking, calendar_of, combination, party, policy, service_period, table, table_id,
    with_plan,
};
use crate::{
    AvailabilityQuery, Blockout, BlockoutId, BlockoutScope, Booker, Booking, BookingChange,
    BookingPolicy, BookingStatus, BufferTime, ChangePlan, Claim, Cutoff, DiningTable, Floor,
    MaxCovers, MaxParties, MinNotice, MinPartyLapse, Pacing, PartySize, PlaceReason, PlaceRequest,
    Placement, RestaurantCalendar, RuleOverride, RuleOverrides, ServiceDay, ServicePeriod,
    SlotInterval, SpecialDay, SpecialDayId, SpecialDayName, TurnTime, TurnTimeStep, TurnTimes,
    UtcOffset, Weekdays, available_slots, check_service_periods, day_availability, place,
    plan_change, unchanged_until,
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

fn maybe<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
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
    fn any_day()(
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

fn overlaps(claims: &[Claim], tables: &[crate::TableId], from: Timestamp, to: Timestamp) -> bool {
    claims.iter().any(|claim| {
        claim.overlaps((from, to)) && claim.tables.iter().any(|table| tables.contains(table))
    })
}

fn any_party() -> impl Strategy<Value = PartySize> {
    (1_i64..=12).prop_map(party)
}

fn any_booker() -> impl Strategy<Value = Booker> {
    prop::sample::select(vec![Booker::Guest, Booker::Staff])
}

fn query(party: PartySize, booker: Booker) -> AvailabilityQuery<'static> {
    AvailabilityQuery {
        booker,
        ..AvailabilityQuery::of_guest(party)
    }
}

fn request(date: Date, time: Time, query: &AvailabilityQuery<'_>) -> PlaceRequest {
    PlaceRequest {
        date,
        time,
        utc_offset: None,
        service_date: None,
        party: query.party,
        area: query.area,
        booker: query.booker,
        overrides: RuleOverrides::default(),
        tables: None,
        keep: None,
    }
}

proptest! {
    /// What is offered can be booked as it is, and what can be booked is offered.
    #[test]
    fn a_slot_is_offered_exactly_when_placing_there_succeeds(
        day in any_day(), party in any_party(), booker in any_booker(), from in 0_i64..46,
    ) {
        let query = query(party, booker);
        let offered = available_slots(&day, &query, NOW).unwrap_or_default();
        let mut instants = HashSet::new();
        for slot in &offered {
            let mut request = request(slot.date, slot.time, &query);
            request.utc_offset = Some(slot.utc_offset);
            request.service_date = Some(slot.service_date);
            let placed = place(&day, &request, NOW);
            prop_assert_eq!(placed.map(|plan| plan.placement.starts_at), Ok(slot.starts_at));
            instants.insert(slot.starts_at);
        }
        // Every five minutes of some hours, by each of the offsets that they can have.
        let mut wall = day.date.to_datetime(Time::midnight()) + from.hours();
        for _ in 0..(3 * 12) {
            for (instant, offset) in day.calendar.instants(wall).collect::<Vec<_>>() {
                let mut request = request(wall.date(), wall.time(), &query);
                request.utc_offset = Some(UtcOffset::from(offset));
                request.service_date = Some(day.date);
                let placed = place(&day, &request, NOW);
                prop_assert_eq!(placed.is_ok(), instants.contains(&instant), "{} {:?}", wall, placed);
            }
            wall += 5.minutes();
        }
    }

    /// Who keeps what is offered, and looks again no sooner than something can change, offers what is free.
    #[test]
    fn what_is_offered_stays_until_it_is_said_to_change(
        day in any_day(), party in any_party(), booker in any_booker(),
        lapse in maybe(1_u8..48), expiries in prop::collection::vec(maybe(0_i64..2_000), 10),
        before in 0_i64..4_000, part in 0.0_f64..1.0,
    ) {
        let mut day = day;
        for table in &mut std::sync::Arc::make_mut(&mut day.floor).tables {
            table.min_party_lapse = lapse.and_then(MinPartyLapse::from_hours);
        }
        let (_, end) = day.calendar.span(day.date).expect("the date exists");
        let now = end - before.minutes();
        for (claim, minutes) in day.claims.iter_mut().zip(expiries) {
            claim.expires_at = minutes.map(|minutes| now + minutes.minutes());
        }
        let query = query(party, booker);
        let until = unchanged_until(&day, &query, now);
        prop_assert!(now < until);
        let length = until.duration_since(now);
        let offered = available_slots(&day, &query, now);
        let last = length - SignedDuration::from_nanos(1);
        let later = [length.mul_f64(part).min(last), last];
        let status = day_availability(&day, &query, now);
        for after in later {
            prop_assert_eq!(&available_slots(&day, &query, now + after), &offered, "{}", after);
            prop_assert_eq!(day_availability(&day, &query, now + after), status, "{}", after);
        }
    }

    /// What is offered to a booking that is to move is what changing it grants, and nothing else.
    #[test]
    fn a_slot_is_offered_to_a_booking_exactly_when_it_can_move_there(
        day in any_day(), party in any_party(), booker in any_booker(),
        is_seated in prop::bool::weighted(0.9), from in 0_i64..46,
    ) {
        let mut day = day;
        let Some(own) = day.claims.pop() else { return Ok(()) };
        let wall = day.calendar.wall_clock(own.starts_at);
        let booking = Booking {
            date: wall.date(),
            time: wall.time(),
            utc_offset: day.calendar.utc_offset(own.starts_at),
            party: own.party,
            placement: Placement {
                service_date: own.service_date,
                tables: if is_seated { own.tables } else { Vec::new() },
                starts_at: own.starts_at,
                ends_at: own.ends_at,
                free_at: own.free_at,
            },
            ..booking()
        };
        let cutoff = day.calendar.policy().change_cutoff;
        let is_too_late = booker == Booker::Guest
            && cutoff.is_some_and(|cutoff| cutoff.has_passed(own.starts_at, NOW));
        // The status that the booking has once it was moved.
        let moved = |wall: jiff::civil::DateTime, utc_offset: UtcOffset| {
            let change = BookingChange {
                date: Some(wall.date()),
                time: Some(wall.time()),
                utc_offset: Some(utc_offset),
                party: Some(party),
                ..BookingChange::default()
            };
            match plan_change(&booking, &change, None, NOW).ok()? {
                // Its guest stays the same.
                ChangePlan::NeedsGuest(_) => None,
                ChangePlan::Decided(_) => {
                    let stays = !is_too_late && day.date == booking.placement.service_date;
                    stays.then_some(booking.status)
                }
                ChangePlan::NeedsTable(request) => {
                    let wanted = request.place_request(booker);
                    let is_decided = day.calendar.service_date(&wanted) == day.date;
                    let made = request.decide(&day, &[], booker, NOW).ok().filter(|_| is_decided);
                    made.map(|made| made.booking.status)
                }
            }
        };
        let query = query(party, booker).moving(&booking, booker);
        let offered = available_slots(&day, &query, NOW).unwrap_or_default();
        let mut instants = HashSet::new();
        for slot in &offered {
            let status = moved(slot.wall(), slot.utc_offset);
            prop_assert!(status.is_some(), "{:?}", slot);
            prop_assert_eq!(status == Some(BookingStatus::Pending), slot.needs_confirmation);
            instants.insert(slot.starts_at);
        }
        // Every five minutes of some hours, and the time that it has.
        let hours = day.date.to_datetime(Time::midnight()) + from.hours();
        let walls = (0_i64..3 * 12).map(|five| hours + (5 * five).minutes());
        for wall in walls.chain([wall]) {
            for (instant, offset) in day.calendar.instants(wall).collect::<Vec<_>>() {
                let is_moved = instant > NOW && moved(wall, UtcOffset::from(offset)).is_some();
                let is_free_of_hours = !is_seated && instant == own.starts_at;
                prop_assert!(
                    is_moved == instants.contains(&instant) || is_free_of_hours,
                    "{} {}", wall, is_moved
                );
            }
        }
    }

    /// Whoever is placed, and whoever makes room, sits at tables that are for them and taken by
    /// nobody else; the rules of the house hold.
    #[test]
    fn a_plan_keeps_every_rule(day in any_day(), party in any_party(), booker in any_booker()) {
        let query = query(party, booker);
        for slot in available_slots(&day, &query, NOW).unwrap_or_default() {
            let mut request = request(slot.date, slot.time, &query);
            request.utc_offset = Some(slot.utc_offset);
            request.service_date = Some(slot.service_date);
            let plan = place(&day, &request, NOW).expect("it is offered");
            let placement = &plan.placement;
            prop_assert!(placement.starts_at > NOW && plan.overridden.is_empty());
            prop_assert_eq!(placement.service_date, day.date);
            let wall = day.calendar.wall_clock(placement.starts_at);
            prop_assert_eq!((wall.date(), wall.time()), (slot.date, slot.time));
            let (begin, end) = day.calendar.span(day.date).expect("the date exists");
            prop_assert!(begin <= placement.starts_at && placement.free_at <= end);
            prop_assert!(plan.moves.len() <= crate::MAX_MOVES);
            let moved: HashSet<i64> = plan.moves.iter().map(|it| it.key).collect();
            prop_assert_eq!(moved.len(), plan.moves.len());
            for claim in day.claims.iter().filter(|claim| moved.contains(&claim.key)) {
                prop_assert!(!claim.is_pinned && claim.starts_at > NOW);
            }
            let after = with_plan(day.clone(), party, &plan);
            for (index, claim) in after.claims.iter().enumerate() {
                let others = [&after.claims[..index], &after.claims[index + 1..]].concat();
                prop_assert!(!overlaps(&others, &claim.tables, claim.starts_at, claim.free_at));
                let is_new = index == day.claims.len();
                if is_new || moved.contains(&claim.key) {
                    prop_assert!(seats(&day.floor, claim, booker), "{:?}", claim);
                }
            }
            let present = after.claims.iter().filter(|claim| {
                claim.starts_at <= placement.starts_at && placement.starts_at < claim.ends_at
            });
            let covers: i32 = present.map(|claim| claim.party.get()).sum();
            let max = day.calendar.policy().max_covers;
            prop_assert!(max.is_none_or(|max| covers <= i32::from(max.get())));
        }
    }

    /// Booking until nothing is left never puts two parties at one table at one time.
    #[test]
    fn booking_every_slot_never_overlaps(day in any_day(), party in any_party()) {
        let mut day = day;
        let query = query(party, Booker::Guest);
        for _ in 0..60 {
            let Some(slot) = available_slots(&day, &query, NOW).unwrap_or_default().pop() else {
                break;
            };
            let mut request = request(slot.date, slot.time, &query);
            request.utc_offset = Some(slot.utc_offset);
            request.service_date = Some(slot.service_date);
            let plan = place(&day, &request, NOW).expect("it is offered");
            day = with_plan(day, party, &plan);
            let last = day.claims.last().expect("it was just put there").clone();
            let others = &day.claims[..day.claims.len() - 1];
            prop_assert!(!overlaps(others, &last.tables, last.starts_at, last.free_at));
        }
    }

    /// The staff may put a party anywhere in the future, but never on top of another.
    #[test]
    fn no_override_makes_an_overlap(day in any_day(), party in any_party(), at in any_time()) {
        let mut request = request(day.date, at, &query(party, Booker::Staff));
        request.service_date = Some(day.date);
        request.overrides = RuleOverride::ALL.iter().copied().collect();
        match place(&day, &request, NOW) {
            Ok(plan) => {
                let Placement { tables, starts_at, free_at, .. } = &plan.placement;
                let mut after = day.claims.clone();
                for moved in &plan.moves {
                    let claim = after.iter_mut().find(|claim| claim.key == moved.key);
                    claim.expect("only who is there moves").tables = moved.tables.clone();
                }
                prop_assert!(!overlaps(&after, tables, *starts_at, *free_at));
                prop_assert!(*starts_at > NOW);
            }
            Err(refusal) => prop_assert!(matches!(
                refusal.reason,
                PlaceReason::InThePast
                    | PlaceReason::TimeSkipped
                    | PlaceReason::TableNotAvailable
                    | PlaceReason::PartyTooLarge { .. }
            ), "{:?}", refusal),
        }
    }

    /// What a refusal proposes can be booked, and nothing nearer can.
    #[test]
    fn the_nearest_times_of_a_refusal_are_free(
        day in any_day(), party in any_party(), at in any_time(),
    ) {
        let query = query(party, Booker::Guest);
        let mut request = request(day.date, at, &query);
        request.service_date = Some(day.date);
        if let Err(refusal) = place(&day, &request, NOW) {
            let slots = available_slots(&day, &query, NOW).unwrap_or_default();
            let wanted = day.calendar.instant(request.wall()).expect("it exists");
            let before = slots.iter().rfind(|slot| slot.starts_at < wanted);
            let after = slots.iter().find(|slot| wanted < slot.starts_at);
            prop_assert_eq!(refusal.nearest.before.as_ref(), before);
            prop_assert_eq!(refusal.nearest.after.as_ref(), after);
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
            calendar: calendar_of(&policy(zone)).into(),
            floor: Floor { tables: vec![table(1, 1, 20)], ..Floor::default() }.into(),
            blockouts: [].into(),
            date: date(year, month, 1),
            claims: Vec::new(),
        };
        let query = query(party(1), Booker::Guest);
        let mut request = request(day.date, time(hour, 0, 0, 0), &query);
        request.service_date = Some(day.date);
        let placed = place(&day, &request, now);
        let _ = available_slots(&day, &query, now);
        if let Ok(plan) = placed {
            prop_assert!(plan.placement.starts_at > now);
        }
    }
}

/// Whether a party is at a table that is for it, or at the tables of a combination that is.
fn seats(floor: &Floor, claim: &Claim, booker: Booker) -> bool {
    let is_offered = |id: &crate::TableId| {
        let table = floor.table(*id);
        table.is_some_and(|table| table.is_bookable_online || booker == Booker::Staff)
    };
    let fits = match claim.tables.as_slice() {
        [table] => floor
            .table(*table)
            .is_some_and(|it| it.fits(claim.party, claim.starts_at, NOW)),
        tables => floor.combinations.iter().any(|combination| {
            combination.tables == tables
                && (combination.min_party..=combination.max_party).contains(&claim.party)
        }),
    };
    fits && claim.tables.iter().all(is_offered)
}

/// Every zone, at each of its changes of offset from 2020 to 2037: an overnight service has its slots
/// in order, on its own wall clock, each once, and every turn is over when the house closes.
#[test]
fn services_keep_their_wall_clock_over_every_change_of_every_zone() {
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().expect("it is an instant");
    let to: Timestamp = "2038-01-01T00:00:00Z".parse().expect("it is an instant");
    let overnight = service_period(time(20, 0, 0, 0), time(4, 0, 0, 0));
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let (mut zones, mut changes) = (0, 0);
    for name in database.available() {
        let zone = database.get(name.as_str()).expect("it is there");
        zones += 1;
        let calendar =
            RestaurantCalendar::new(policy(name.as_str()), vec![overnight.clone()], Vec::new())
                .expect("the zone exists");
        for transition in zone.following(from).take_while(|it| it.timestamp() < to) {
            changes += 1;
            let date = calendar.wall_clock(transition.timestamp()).date();
            for date in [date.yesterday().expect("it exists"), date] {
                let slots = calendar.candidate_slots(date, party(2));
                let closes = date.tomorrow().expect("it exists").at(4, 0, 0, 0);
                let closes_at = calendar.instant(closes).expect("it exists");
                for slot in &slots {
                    assert_eq!(calendar.wall_clock(slot.starts_at), slot.wall, "{name:?}");
                    assert!(slot.ends_at <= closes_at, "{name:?} {date}");
                    assert_eq!(
                        slot.ends_at.duration_since(slot.starts_at),
                        SignedDuration::from_mins(90)
                    );
                    assert_eq!(i32::from(slot.wall.minute()) % 30, 0);
                }
                assert!(slots.is_sorted_by(|one, next| one.starts_at < next.starts_at));
                let shown: HashSet<_> = slots.iter().map(|it| (it.wall, it.offset)).collect();
                assert_eq!(shown.len(), slots.len(), "{name:?} {date}");
                // As many as the night has half hours before its last turn.
                let opens = calendar.instant(date.at(20, 0, 0, 0)).expect("it exists");
                let night = closes_at.duration_since(opens) - SignedDuration::from_mins(90);
                let half_hours = night.as_mins() / 30 + 1;
                let count = i64::try_from(slots.len()).expect("they are few");
                assert!(
                    (count - half_hours).abs() <= 1,
                    "{name:?} {date} {count} {half_hours}"
                );
            }
        }
    }
    assert!(
        zones > 400 && changes > 5_000,
        "{zones} zones, {changes} changes"
    );
}

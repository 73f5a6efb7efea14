//! What holds for every restaurant and every day.

mod any_day;

use std::collections::HashSet;

use jiff::civil::{Date, Time, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use self::any_day::{ZONES, any_day, any_time, maybe, overlaps};
use crate::availability::request_at;
use crate::calendar::LARGEST_CLOCK_CHANGE;
use crate::fixtures::{NOW, booking, calendar_of, party, policy, service_period, table, with_plan};
use crate::{
    AvailabilityQuery, Booker, Booking, BookingChange, BookingStatus, ChangePlan, Claim, Floor,
    MinPartyLapse, PartySize, PlaceReason, PlaceRequest, Placement, RestaurantCalendar,
    RuleOverride, RuleOverrides, ServiceDay, UtcOffset, Visit, available_slots, day_availability,
    place, plan_change, unchanged_until,
};

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
        // Who is refused for want of room, and what they are proposed instead.
        let without_room = |now| {
            let slots = day.calendar.candidate_slots(day.date, party);
            let refusals = slots.iter().map(|slot| {
                let refusal = place(&day, &request_at(slot, &query), now).err();
                refusal.filter(|it| it.reason.is_want_of_room())
            });
            refusals.collect::<Vec<_>>()
        };
        let refused = without_room(now);
        for after in later {
            prop_assert_eq!(&available_slots(&day, &query, now + after), &offered, "{}", after);
            prop_assert_eq!(day_availability(&day, &query, now + after), status, "{}", after);
            prop_assert_eq!(&without_room(now + after), &refused, "{}", after);
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

    /// Whoever changes a booking without knowing the zone locks all that matters to it.
    #[test]
    fn every_date_that_matters_to_a_booking_is_possible(
        day in any_day(), from in -300_i64..1_800, length in 15_i64..700,
        early in maybe(-240_i64..240),
    ) {
        let (midnight, _) = day.calendar.span(day.date).expect("the date exists");
        let starts_at = midnight + from.minutes();
        let ends_at = starts_at + length.minutes();
        let booking = Booking {
            utc_offset: day.calendar.utc_offset(starts_at),
            placement: Placement { starts_at, ends_at, free_at: ends_at, ..booking().placement },
            visit: Visit {
                seated_at: early.map(|minutes| starts_at - minutes.minutes()),
                ..Visit::default()
            },
            ..booking()
        };
        let possible = booking.possible_dates();
        let touched = booking.touched_dates(&day.calendar);
        prop_assert!(touched.iter().all(|date| possible.contains(date)), "{touched:?} {possible:?}");
        let touched: HashSet<Date> = touched.into_iter().collect();
        prop_assert!(possible.len() <= touched.len() + 2, "{possible:?}");
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

#[test]
fn no_clock_is_set_by_more_than_is_allowed_for() {
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().expect("it is an instant");
    let to: Timestamp = "2038-01-01T00:00:00Z".parse().expect("it is an instant");
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let mut largest = SignedDuration::ZERO;
    for name in database.available() {
        let zone = database.get(name.as_str()).expect("it is there");
        let mut before = zone.to_offset(from);
        for transition in zone.following(from).take_while(|it| it.timestamp() < to) {
            let seconds = transition.offset().seconds() - before.seconds();
            largest = largest.max(SignedDuration::from_secs(seconds.abs().into()));
            before = transition.offset();
        }
    }
    assert_eq!(largest, LARGEST_CLOCK_CHANGE);
}

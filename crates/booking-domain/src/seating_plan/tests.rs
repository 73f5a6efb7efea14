//! What a change of the plan does to what is booked.

use jiff::civil::{Date, DateTime, date, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::fixtures::{NOW, combination, party, policy, service_period, table, table_id};
use crate::{
    AreaSetting, AreaWish, Blockout, BlockoutId, BlockoutScope, BookingId, Claim, ConfirmationCode,
    DiningArea, DiningAreaId, DiningAreaName, DiningTable, MaxCovers, MaxParties, SpecialDay,
    SpecialDayId, SpecialDayName, TableCombination, TimeZoneName,
};

const MONDAY: Date = date(2027, 2, 15);

/// Dinner from 18:00 to 23:00 at tables for two, four and four, of which the last two are combined.
fn plan() -> SeatingPlan {
    SeatingPlan {
        policy: policy("Europe/Berlin"),
        floor: crate::Floor {
            areas: vec![area(1, "Hall"), area(2, "Terrace")],
            tables: vec![table(1, 1, 2), table(2, 1, 4), table(3, 1, 4)],
            combinations: vec![combination(1, &[2, 3], 5, 8)],
        },
        service_periods: vec![service_period(time(18, 0, 0, 0), time(23, 0, 0, 0))],
        special_days: vec![],
        blockouts: vec![],
    }
}

fn area(number: i64, name: &str) -> DiningArea {
    DiningArea {
        id: area_id(number),
        name: DiningAreaName::parse(name).expect("it is a name"),
        setting: AreaSetting::Indoor,
        is_accessible: true,
        has_high_chairs: false,
    }
}

fn area_id(number: i64) -> DiningAreaId {
    DiningAreaId::new(number).expect("it is in range")
}

/// A booking with this number that comes at `hour` o'clock on the Monday, for an hour and a half.
fn booking(key: i64, guests: i64, tables: &[i64], hour: i8) -> UpcomingBooking {
    let wall = MONDAY.at(hour, 0, 0, 0);
    let calendar = plan().calendar().expect("the zone exists");
    let starts_at = calendar.instant(wall).expect("it is a time");
    let ends_at = starts_at + SignedDuration::from_mins(90);
    UpcomingBooking {
        id: BookingId::from_random([u8::try_from(key).expect("it is small"); 32]),
        confirmation_code: ConfirmationCode::from_random([7; 32]),
        wall,
        utc_offset: calendar.utc_offset(starts_at),
        claim: Claim {
            key,
            service_date: MONDAY,
            party: party(guests),
            tables: tables.iter().copied().map(table_id).collect(),
            starts_at,
            ends_at,
            free_at: ends_at,
            area: None,
            is_pinned: false,
            seated_at: None,
            expires_at: None,
            claimant: crate::Claimant::Booking,
        },
    }
}

fn change(wanted: &SeatingPlan, bookings: &[UpcomingBooking]) -> SeatingPlanChange {
    change_seating_plan(&plan(), wanted, bookings, NOW).expect("the zone exists")
}

/// What is caught: each booking's number, what it stands against, and its tables from then on.
fn caught(change: &SeatingPlanChange) -> Vec<(i64, Vec<SeatingConflict>, Vec<i64>)> {
    let affected = change.affected.iter().map(|it| {
        let claim = &it.booking.claim;
        let tables = claim.tables.iter().map(|table| table.get());
        (claim.key, it.conflicts.clone(), tables.collect())
    });
    affected.collect()
}

fn closed(from: Date, to: Date) -> SpecialDay {
    SpecialDay {
        id: SpecialDayId::new(1_i64).expect("it is in range"),
        name: SpecialDayName::parse("Closed").expect("it is a name"),
        date_from: from,
        date_to: to,
        services: vec![],
    }
}

fn blockout(scope: BlockoutScope, starts: DateTime, ends: DateTime) -> Blockout {
    Blockout {
        id: BlockoutId::new(1_i64).expect("it is in range"),
        scope,
        starts,
        ends,
        reason: None,
    }
}

#[test]
fn what_stands_in_a_new_closure_stays_and_is_named() {
    let bookings = [booking(1, 2, &[1], 19), booking(2, 4, &[2], 19)];
    let wanted = plan().with(closed(MONDAY, MONDAY)).expect("it is valid");
    let change = change(&wanted, &bookings);
    let hours = vec![SeatingConflict::ServiceHours];
    assert_eq!(
        caught(&change),
        [(1, hours.clone(), vec![1]), (2, hours, vec![2])]
    );
    assert!(change.changed.is_empty() && change.displaced().is_empty());
}

#[test]
fn only_what_a_change_catches_anew_is_named() {
    let late = booking(1, 2, &[1], 22);
    let wanted = plan().with(closed(MONDAY, MONDAY)).expect("it is valid");
    assert_eq!(caught(&change(&wanted, &[late])), []);
}

#[test]
fn a_blockout_names_who_sits_there_then() {
    let bookings = [
        booking(1, 2, &[1], 19),
        booking(2, 4, &[2], 19),
        booking(3, 4, &[2], 21),
    ];
    let (from, to) = (MONDAY.at(18, 0, 0, 0), MONDAY.at(20, 0, 0, 0));
    let of_scope = |scope| {
        let wanted = plan().with(blockout(scope, from, to)).expect("it is valid");
        let caught = caught(&change(&wanted, &bookings));
        let keys: Vec<i64> = caught.iter().map(|(key, _, _)| *key).collect();
        keys
    };
    assert_eq!(of_scope(BlockoutScope::Restaurant), [1, 2]);
    assert_eq!(of_scope(BlockoutScope::Table(table_id(2))), [2]);
    assert_eq!(of_scope(BlockoutScope::Area(area_id(1))), []);
}

#[test]
fn pacing_and_capacity_name_those_of_whom_there_are_too_many() {
    let bookings = [
        booking(1, 2, &[1], 19),
        booking(2, 4, &[2], 19),
        booking(3, 4, &[3], 21),
    ];
    let mut wanted = plan();
    wanted.service_periods[0].service.pacing.max_parties = MaxParties::new(1);
    let pacing = vec![SeatingConflict::Pacing];
    let named = caught(&change(&wanted, &bookings));
    assert_eq!(named, [(1, pacing.clone(), vec![1]), (2, pacing, vec![2])]);
    let mut wanted = plan();
    wanted.policy.max_covers = MaxCovers::new(5);
    let named = caught(&change(&wanted, &bookings));
    assert_eq!(named.len(), 2);
    wanted.policy.max_covers = MaxCovers::new(6);
    assert_eq!(caught(&change(&wanted, &bookings)), []);
}

#[test]
fn who_loses_a_table_gets_another_or_is_to_be_seated_anew() {
    let bookings = [booking(1, 2, &[1], 19), booking(2, 4, &[2], 19)];
    let wanted = plan().without::<DiningTable>(table_id(2));
    assert!(wanted.floor.combinations.is_empty());
    let moved = change(&wanted, &bookings);
    assert_eq!(caught(&moved), [(2, vec![SeatingConflict::Table], vec![3])]);
    assert_eq!((moved.changed.len(), moved.displaced().len()), (1, 1));
    let bookings = [booking(1, 2, &[3], 19), booking(2, 4, &[2], 19)];
    let full = change(&wanted.without::<DiningTable>(table_id(1)), &bookings);
    assert_eq!(caught(&full), [(2, vec![SeatingConflict::Table], vec![])]);
}

#[test]
fn others_make_room_for_who_loses_a_table() {
    let bookings = [booking(1, 2, &[3], 19), booking(2, 4, &[2], 19)];
    let moved = change(&plan().without::<DiningTable>(table_id(2)), &bookings);
    assert_eq!(caught(&moved), [(2, vec![SeatingConflict::Table], vec![3])]);
    let changed = moved
        .changed
        .iter()
        .map(|it| (it.claim.key, it.claim.tables.clone()));
    let expected = [(1, vec![table_id(1)]), (2, vec![table_id(3)])];
    assert_eq!(changed.collect::<Vec<_>>(), expected);
}

#[test]
fn a_table_that_shrinks_and_a_combination_that_goes_lose_who_no_longer_fits() {
    let mut small = plan().floor.tables[1].clone();
    small.max_party = party(3);
    let wanted = plan().with_changed(small).expect("it is valid");
    let bookings = [booking(1, 3, &[2], 19), booking(2, 4, &[2], 21)];
    let named = caught(&change(&wanted, &bookings));
    assert_eq!(named, [(2, vec![SeatingConflict::PartySize], vec![3])]);
    let apart = plan().without::<TableCombination>(plan().floor.combinations[0].id);
    let named = caught(&change(&apart, &[booking(1, 7, &[2, 3], 19)]));
    assert_eq!(named, [(1, vec![SeatingConflict::PartySize], vec![])]);
}

#[test]
fn a_required_area_that_is_gone_is_required_no_more() {
    let mut terrace = plan();
    terrace.floor.tables[0].area = Some(area_id(2));
    let mut wishing = booking(1, 2, &[1], 19);
    wishing.claim.area = Some(AreaWish {
        area: area_id(2),
        is_required: true,
    });
    let bookings = [wishing];
    let gone = terrace.without::<DiningArea>(area_id(2));
    let gone = change_seating_plan(&terrace, &gone, &bookings, NOW).expect("the zone exists");
    assert_eq!(caught(&gone), [(1, vec![SeatingConflict::Area], vec![1])]);
    assert_eq!(gone.changed[0].claim.area, None);
    let moved = change_seating_plan(&terrace, &plan(), &bookings, NOW).expect("the zone exists");
    assert_eq!(caught(&moved), [(1, vec![SeatingConflict::Area], vec![])]);
}

#[test]
fn the_wall_clock_stands_when_the_zone_is_corrected() {
    let mut wanted = plan();
    wanted.policy.time_zone = TimeZoneName::parse("America/New_York").expect("it is a name");
    let before = booking(1, 2, &[1], 19);
    let change = change(&wanted, std::slice::from_ref(&before));
    assert!(change.affected.is_empty());
    let after = &change.changed[0];
    assert_eq!(after.wall, before.wall);
    assert_eq!(after.utc_offset.minutes(), -300);
    let later = after.claim.starts_at.duration_since(before.claim.starts_at);
    assert_eq!(later, SignedDuration::from_hours(6));
    let turn = |claim: &Claim| claim.free_at.duration_since(claim.starts_at);
    assert_eq!(turn(&after.claim), turn(&before.claim));
}

#[test]
fn what_overlaps_once_the_zone_is_corrected_is_seated_anew() {
    let mut wanted = plan();
    wanted.policy.time_zone = TimeZoneName::parse("America/New_York").expect("it is a name");
    // On the night in which New York's clock is set forward, and Berlin's is not.
    let date = date(2027, 3, 14);
    let at = |key, hour: i8, minute: i8| {
        let mut booking = booking(key, 2, &[1], 19);
        booking.wall = date.at(hour, minute, 0, 0);
        let calendar = plan().calendar().expect("the zone exists");
        booking.move_to(&calendar);
        booking.claim.service_date = date;
        booking
    };
    let bookings = [at(1, 1, 0), at(2, 3, 0)];
    let change = change(&wanted, &bookings);
    let named = caught(&change);
    assert_eq!(named, [(2, vec![SeatingConflict::Table], vec![2])]);
}

/// The booking as other rules had it, by which its wall clock is so many hours later.
fn by_other_rules(mut booking: UpcomingBooking, hours: i64) -> UpcomingBooking {
    let later = SignedDuration::from_hours(hours);
    let claim = &mut booking.claim;
    for instant in [&mut claim.starts_at, &mut claim.ends_at, &mut claim.free_at] {
        *instant += later;
    }
    let minutes = booking.utc_offset.minutes() - i32::try_from(hours * 60).expect("it is small");
    booking.utc_offset = crate::UtcOffset::from_minutes(minutes).expect("there may be such a zone");
    booking
}

#[test]
fn what_other_rules_had_computed_follows_the_wall_clock() {
    let right = [booking(1, 2, &[1], 19), booking(2, 4, &[2], 19)];
    let stored = [right[0].clone(), by_other_rules(right[1].clone(), 1)];
    let changed = recompute_booking_times(&plan(), &stored, NOW).expect("the zone exists");
    assert_eq!(changed.changed, right[1..]);
    assert!(changed.affected.is_empty());
    let again = recompute_booking_times(&plan(), &right, NOW).expect("the zone exists");
    assert_eq!(again, SeatingPlanChange::default());
}

#[test]
fn who_has_sat_down_keeps_the_table_as_it_is() {
    let mut seated = by_other_rules(booking(1, 2, &[1], 19), -1);
    seated.claim.seated_at = Some(seated.claim.starts_at);
    let later = by_other_rules(booking(2, 2, &[2], 19), -1);
    let stored = [seated, later];
    let changed = recompute_booking_times(&plan(), &stored, NOW).expect("the zone exists");
    assert_eq!(changed.changed, [booking(2, 2, &[2], 19)]);
}

#[test]
fn who_overlaps_by_the_rules_that_are_in_force_is_seated_anew_or_nowhere() {
    // The first one leaves before the second comes, by other rules alone.
    let bookings = |guests| {
        let first = booking(1, guests, &[2], 19);
        let second = booking(2, guests, &[2], 20);
        let others = booking(3, guests, &[3], 19);
        [by_other_rules(first, -1), second, others]
    };
    let recompute = |guests| {
        let bookings = bookings(guests);
        recompute_booking_times(&plan(), &bookings, NOW).expect("the zone exists")
    };
    let table = vec![SeatingConflict::Table];
    assert_eq!(caught(&recompute(2)), [(2, table.clone(), vec![1])]);
    let change = recompute(4);
    assert_eq!(caught(&change), [(2, table, vec![])]);
    let keys: Vec<i64> = change.changed.iter().map(|it| it.claim.key).collect();
    assert_eq!(keys, [1, 2]);
}

#[test]
fn what_is_over_stays_so_unless_the_wall_clock_has_it_still_to_come() {
    let right = booking(1, 2, &[1], 19);
    let (plan, half_past) = (plan(), SignedDuration::from_mins(30));
    let recompute = |stored: &UpcomingBooking, now| {
        let stored = std::slice::from_ref(stored);
        recompute_booking_times(&plan, stored, now).expect("the zone exists")
    };
    let stored = by_other_rules(right.clone(), -2);
    let over = stored.claim.free_at + half_past;
    let changed = recompute(&stored, over).changed;
    assert_eq!(changed, std::slice::from_ref(&right));
    let over = right.claim.free_at + half_past;
    assert_eq!(recompute(&stored, over), SeatingPlanChange::default());
}

#[test]
fn a_booking_that_has_expired_is_in_nobodys_way_and_changes_no_more() {
    let mut wanted = plan();
    wanted.floor.tables.push(table(4, 1, 2));
    let bookings = |expires_at: Timestamp| {
        let mut pending = booking(1, 2, &[1], 19);
        pending.claim.expires_at = Some(expires_at);
        [pending, booking(2, 2, &[1], 19)]
    };
    let changed = |bookings: &[UpcomingBooking]| {
        let change = change_seating_plan(&plan(), &wanted, bookings, NOW);
        change.expect("the zones exist").changed
    };
    assert_eq!(changed(&bookings(NOW)), []);
    let live = changed(&bookings(NOW + SignedDuration::from_micros(1)));
    assert_eq!(live[0].claim.key, 2);
}

#[test]
fn a_pending_booking_that_begins_earlier_expires_no_later() {
    let mut pending = booking(1, 2, &[1], 19);
    let starts_at = pending.claim.starts_at;
    pending.claim.expires_at = Some(starts_at);
    let mut wanted = plan();
    wanted.policy.time_zone = TimeZoneName::parse("Europe/Helsinki").expect("it is a name");
    let change = change_seating_plan(&plan(), &wanted, &[pending.clone()], NOW);
    let change = change.expect("the zones exist");
    let moved = &change.changed[0];
    assert_eq!(
        moved.claim.starts_at,
        starts_at - SignedDuration::from_hours(1)
    );
    assert_eq!(moved.claim.expires_at, Some(moved.claim.starts_at));
    assert!(
        pending
            .changed_fields(moved)
            .contains(&crate::BookingField::ExpiresAt)
    );
}

#[test]
fn parts_have_names_of_their_own_and_name_what_is_there() {
    let plan = plan();
    let again = plan.with(area(3, "Hall"));
    assert_eq!(again, Err(DiningAreaRefusal::NameTaken));
    let mut same = table(4, 1, 2);
    same.name = plan.floor.tables[0].name.clone();
    assert_eq!(plan.with(same), Err(DiningTableRefusal::NameTaken));
    let mut nowhere = table(4, 1, 2);
    nowhere.area = Some(area_id(9));
    assert_eq!(plan.with(nowhere), Err(DiningTableRefusal::UnknownArea));
    let empty = plan.with(table(4, 3, 2));
    assert_eq!(empty, Err(DiningTableRefusal::EmptyPartyRange));
    let mut twice = combination(2, &[1, 2], 3, 6);
    twice.name = plan.floor.combinations[0].name.clone();
    assert_eq!(plan.with(twice), Err(TableCombinationRefusal::NameTaken));
    let (from, to) = (MONDAY.at(18, 0, 0, 0), MONDAY.at(20, 0, 0, 0));
    for (scope, from, to, refusal) in [
        (
            BlockoutScope::Restaurant,
            to,
            from,
            BlockoutRefusal::EmptyPeriod,
        ),
        (
            BlockoutScope::Area(area_id(9)),
            from,
            to,
            BlockoutRefusal::UnknownArea,
        ),
        (
            BlockoutScope::Table(table_id(9)),
            from,
            to,
            BlockoutRefusal::UnknownTable,
        ),
    ] {
        assert_eq!(plan.with(blockout(scope, from, to)), Err(refusal));
    }
}

#[test]
fn what_is_over_is_known_by_the_wall_clock() {
    let day = closed(MONDAY, MONDAY);
    assert!(!day.is_over(MONDAY.at(23, 59, 0, 0)));
    assert!(day.is_over(MONDAY.tomorrow().expect("it exists").at(0, 0, 0, 0)));
    let (from, to) = (MONDAY.at(18, 0, 0, 0), MONDAY.at(20, 0, 0, 0));
    let blockout = blockout(BlockoutScope::Restaurant, from, to);
    assert!(!blockout.is_over(MONDAY.at(19, 59, 0, 0)) && blockout.is_over(to));
}

/// Bookings of some evening that do not overlap: one at each table and hour at most.
fn any_bookings() -> impl Strategy<Value = Vec<UpcomingBooking>> {
    let seat = (
        1_i64..=3,
        prop::sample::select(vec![18_i8, 20, 22]),
        1_i64..=4,
    );
    prop::collection::btree_map(
        (1_i64..=3, prop::sample::select(vec![18_i8, 20, 22])),
        seat,
        0..9,
    )
    .prop_map(|seats| {
        let seats = seats.into_iter().enumerate();
        let bookings = seats.map(|(index, ((table, hour), (_, _, guests)))| {
            let key = i64::try_from(index).expect("they are few") + 1;
            booking(key, guests, &[table], hour)
        });
        bookings.collect()
    })
}

proptest! {
    /// Whatever table goes: nobody is lost, no two sit at one table, no time changes, and whoever is
    /// not caught and makes no room stays as they are.
    #[test]
    fn nobody_is_lost_when_a_table_goes(bookings in any_bookings(), gone in 1_i64..=3) {
        let wanted = plan().without::<DiningTable>(table_id(gone));
        let change = change(&wanted, &bookings);
        let after: Vec<UpcomingBooking> = bookings
            .iter()
            .map(|old| {
                let new = change.changed.iter().find(|new| new.claim.key == old.claim.key);
                new.unwrap_or(old).clone()
            })
            .collect();
        let mut spans: Vec<(i64, Timestamp, Timestamp)> = Vec::new();
        for (old, new) in bookings.iter().zip(&after) {
            prop_assert_eq!((old.wall, old.claim.starts_at), (new.wall, new.claim.starts_at));
            for table in &new.claim.tables {
                prop_assert_ne!(table.get(), gone);
                let (from, to) = (new.claim.starts_at, new.claim.free_at);
                let taken = spans.iter().any(|(other, starts, ends)| {
                    *other == table.get() && *starts < to && from < *ends
                });
                prop_assert!(!taken);
                spans.push((table.get(), from, to));
            }
            if new.claim.tables.is_empty() {
                prop_assert_eq!(old.claim.tables[0].get(), gone);
                let named = change.displaced();
                prop_assert!(named.iter().any(|it| it.booking.claim.key == old.claim.key));
            }
        }
    }
}

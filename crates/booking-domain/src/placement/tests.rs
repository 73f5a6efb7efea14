use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, date, time};

use super::*;
use crate::fixtures::{
    NOW, calendar_of, calendar_with, claim, combination, day, party, policy, service_period, table,
    table_id,
};
use crate::{
    Blockout, BlockoutId, BlockoutScope, BookingWindow, Claim, MaxCovers, MaxParties, MinNotice,
};

/// A party of guests at this time on the date of the fixtures.
fn guests(guests: i64, hour: i8, minute: i8) -> PlaceRequest {
    PlaceRequest {
        date: date(2027, 2, 15),
        time: time(hour, minute, 0, 0),
        utc_offset: None,
        service_date: None,
        party: party(guests),
        area: None,
        booker: Booker::Guest,
        overrides: RuleOverrides::default(),
        tables: None,
        keep: None,
    }
}

fn reason(day: &ServiceDay, request: &PlaceRequest) -> PlaceReason {
    place(day, request, NOW).expect_err("it is refused").reason
}

fn tables(day: &ServiceDay, request: &PlaceRequest) -> Vec<i64> {
    let plan = place(day, request, NOW).expect("there is room");
    plan.placement.tables.iter().map(|id| id.get()).collect()
}

#[test]
fn the_smallest_table_that_fits_is_taken_first() {
    let day = day(vec![table(1, 1, 8), table(2, 1, 4), table(3, 1, 2)]);
    assert_eq!(tables(&day, &guests(3, 19, 0)), [2]);
}

#[test]
fn tables_are_put_together_for_a_party_that_no_table_takes() {
    let mut day = day(vec![table(1, 1, 2), table(2, 1, 2)]);
    Arc::make_mut(&mut day.floor).combinations = vec![combination(1, &[1, 2], 3, 4)];
    assert_eq!(tables(&day, &guests(4, 19, 0)), [1, 2]);
    day.claims = vec![claim(&day, &[1], time(20, 0, 0, 0))];
    let taken = reason(&day, &guests(4, 19, 0));
    assert_eq!(taken, PlaceReason::TableNotAvailable);
}

#[test]
fn a_turn_that_begins_when_another_ends_is_no_overlap() {
    let mut day = day(vec![table(1, 1, 4)]);
    day.claims = vec![claim(&day, &[1], time(18, 0, 0, 0))]; // until 19:30
    assert_eq!(tables(&day, &guests(2, 19, 30)), [1]);
    let refused = place(&day, &guests(2, 19, 0), NOW).expect_err("it is taken");
    assert_eq!(refused.reason, PlaceReason::TableNotAvailable);
    assert_eq!(refused.nearest.before, None);
    let after = refused.nearest.after.expect("there is one");
    assert_eq!(after.time, time(19, 30, 0, 0));
}

#[test]
fn a_party_that_fits_no_table_is_told_which_way() {
    let day = day(vec![table(1, 5, 8)]);
    assert_eq!(reason(&day, &guests(2, 19, 0)), PlaceReason::PartyTooSmall);
    let too_large = PlaceReason::PartyTooLarge { largest: 8 };
    assert_eq!(reason(&day, &guests(9, 19, 0)), too_large);
}

#[test]
fn between_two_slots_and_after_the_last_is_outside_of_the_hours() {
    let day = day(vec![table(1, 1, 4)]);
    for (hour, minute) in [(19, 10), (17, 30), (22, 0)] {
        let refused = reason(&day, &guests(2, hour, minute));
        assert_eq!(refused, PlaceReason::OutsideServiceHours, "{hour}:{minute}");
    }
}

#[test]
fn a_date_without_services_is_closed() {
    let mut day = day(vec![table(1, 1, 4)]);
    day.calendar = calendar_with(&policy("Europe/Berlin"), Vec::new()).into();
    assert_eq!(reason(&day, &guests(2, 19, 0)), PlaceReason::Closed);
}

#[test]
fn the_past_is_refused_by_date_and_by_time() {
    // It is 18:30 in Berlin on 8 February 2027.
    let mut day = day(vec![table(1, 1, 4)]);
    let on = |date: Date, hour, minute| PlaceRequest {
        date,
        ..guests(2, hour, minute)
    };
    for request in [
        on(date(2027, 2, 7), 19, 0),
        on(date(2027, 2, 8), 18, 30),
        on(date(2027, 2, 8), 3, 0),
        on(Date::MIN, 19, 0),
    ] {
        day.date = request.date;
        assert_eq!(reason(&day, &request), PlaceReason::InThePast);
    }
    day.date = date(2027, 2, 8);
    assert_eq!(tables(&day, &on(day.date, 19, 0)), [1]);
    // In Auckland it is already 06:30 on 9 February.
    day.calendar = calendar_of(&policy("Pacific/Auckland")).into();
    let refused = reason(&day, &on(day.date, 19, 0));
    assert_eq!(refused, PlaceReason::InThePast);
}

#[test]
fn guests_book_within_the_window_and_the_staff_beyond_it() {
    let mut day = day(vec![table(1, 1, 4)]);
    let mut policy = policy("Europe/Berlin");
    policy.booking_window = BookingWindow::from_days(7).expect("it is in range");
    day.calendar = calendar_of(&policy).into();
    assert_eq!(tables(&day, &guests(2, 19, 0)), [1]);
    day.date = date(2027, 2, 16);
    let late = PlaceRequest {
        date: day.date,
        ..guests(2, 19, 0)
    };
    assert_eq!(reason(&day, &late), PlaceReason::TooFarAhead { days: 7 });
    let staff = PlaceRequest {
        booker: Booker::Staff,
        ..late
    };
    assert_eq!(tables(&day, &staff), [1]);
}

#[test]
fn guests_give_notice_and_the_staff_do_not() {
    let mut day = day(vec![table(1, 1, 4)]);
    let mut policy = policy("Europe/Berlin");
    policy.min_notice = MinNotice::from_minutes(60).expect("it is in range");
    day.calendar = calendar_of(&policy).into();
    day.date = date(2027, 2, 8);
    let soon = PlaceRequest {
        date: day.date,
        ..guests(2, 19, 0)
    };
    assert_eq!(
        reason(&day, &soon),
        PlaceReason::TooShortNotice { minutes: 60 }
    );
    let staff = PlaceRequest {
        booker: Booker::Staff,
        ..soon
    };
    assert_eq!(tables(&day, &staff), [1]);
}

#[test]
fn party_sizes_of_guests_are_the_restaurants() {
    let mut day = day(vec![table(1, 1, 8)]);
    let mut policy = policy("Europe/Berlin");
    (policy.online_min_party, policy.online_max_party) = (party(2), party(6));
    day.calendar = calendar_of(&policy).into();
    let too_large = PlaceReason::PartyTooLarge { largest: 6 };
    assert_eq!(reason(&day, &guests(7, 19, 0)), too_large);
    assert_eq!(reason(&day, &guests(1, 19, 0)), PlaceReason::PartyTooSmall);
}

#[test]
fn a_time_that_the_clock_skips_is_refused_and_one_that_it_shows_twice_is_told_apart() {
    let night = service_period(time(1, 0, 0, 0), time(6, 0, 0, 0));
    let mut day = day(vec![table(1, 1, 4)]);
    day.calendar = calendar_with(&policy("Europe/Berlin"), vec![night]).into();
    day.date = date(2027, 3, 28);
    let on = |date: Date| PlaceRequest {
        date,
        ..guests(2, 2, 30)
    };
    assert_eq!(reason(&day, &on(day.date)), PlaceReason::TimeSkipped);
    day.date = date(2027, 10, 31);
    let at = |utc_offset: Option<&str>| PlaceRequest {
        utc_offset: utc_offset.and_then(crate::UtcOffset::parse),
        ..on(date(2027, 10, 31))
    };
    let starts = |offset| {
        let plan = place(&day, &at(offset), NOW).expect("there is room");
        plan.placement.starts_at.to_string()
    };
    assert_eq!(starts(None), "2027-10-31T00:30:00Z");
    assert_eq!(starts(Some("+02:00")), "2027-10-31T00:30:00Z");
    assert_eq!(starts(Some("+01:00")), "2027-10-31T01:30:00Z");
    let wrong = reason(&day, &at(Some("+03:00")));
    assert_eq!(wrong, PlaceReason::WrongUtcOffset);
}

#[test]
fn pacing_counts_who_starts_in_the_interval() {
    let mut day = day(vec![table(1, 1, 4), table(2, 1, 4), table(3, 1, 4)]);
    let mut dinner = service_period(time(18, 0, 0, 0), time(23, 0, 0, 0));
    dinner.service.pacing.max_parties = MaxParties::new(2);
    dinner.service.pacing.max_covers = MaxCovers::new(5);
    day.calendar = calendar_with(&policy("Europe/Berlin"), vec![dinner]).into();
    day.claims = vec![claim(&day, &[1], time(19, 0, 0, 0))];
    assert_eq!(tables(&day, &guests(3, 19, 0)), [2]);
    let covers = reason(&day, &guests(4, 19, 0));
    assert_eq!(covers, PlaceReason::PacingLimitReached);
    day.claims.push(Claim {
        tables: Vec::new(),
        ..claim(&day, &[], time(19, 0, 0, 0))
    });
    let parties = guests(1, 19, 0);
    assert_eq!(reason(&day, &parties), PlaceReason::PacingLimitReached);
    assert_eq!(tables(&day, &guests(1, 18, 30)), [2]);
    let overriding = PlaceRequest {
        booker: Booker::Staff,
        overrides: RuleOverrides::default().with(RuleOverride::Pacing),
        ..parties
    };
    let plan = place(&day, &overriding, NOW).expect("it is overridden");
    assert!(plan.overridden.contains(RuleOverride::Pacing));
}

#[test]
fn capacity_counts_who_is_in_the_house_at_once() {
    let mut day = day(vec![table(1, 1, 4), table(2, 1, 4), table(3, 1, 4)]);
    let mut policy = policy("Europe/Berlin");
    policy.max_covers = MaxCovers::new(5);
    day.calendar = calendar_of(&policy).into();
    day.claims = vec![
        claim(&day, &[1], time(18, 0, 0, 0)),
        claim(&day, &[2], time(19, 30, 0, 0)),
    ];
    // Two until 19:30, two others from then on.
    assert_eq!(tables(&day, &guests(3, 19, 0)), [3]);
    let full = reason(&day, &guests(4, 19, 0));
    assert_eq!(full, PlaceReason::CapacityReached);
}

#[test]
fn what_is_blocked_out_is_not_used() {
    let mut day = day(vec![table(1, 1, 4), table(2, 1, 6)]);
    let block = |scope| Blockout {
        id: BlockoutId::new(1_i64).expect("it is in range"),
        scope,
        starts: date(2027, 2, 15).at(19, 0, 0, 0),
        ends: date(2027, 2, 15).at(20, 0, 0, 0),
        reason: None,
    };
    day.blockouts = vec![block(BlockoutScope::Table(table_id(1)))].into();
    assert_eq!(tables(&day, &guests(2, 18, 30)), [2]);
    assert_eq!(tables(&day, &guests(2, 20, 0)), [1]);
    day.blockouts = vec![block(BlockoutScope::Restaurant)].into();
    assert_eq!(reason(&day, &guests(2, 18, 30)), PlaceReason::Closed);
    let overriding = PlaceRequest {
        booker: Booker::Staff,
        overrides: RuleOverrides::default().with(RuleOverride::Blockouts),
        ..guests(2, 18, 30)
    };
    assert_eq!(tables(&day, &overriding), [1]);
}

#[test]
fn others_make_room_where_a_few_can_move() {
    // The couple has the table for four; the small one is free.
    let mut day = day(vec![table(1, 1, 4), table(2, 1, 2)]);
    day.claims = vec![claim(&day, &[1], time(19, 0, 0, 0))];
    let plan = place(&day, &guests(4, 19, 0), NOW).expect("the couple moves");
    assert_eq!(plan.placement.tables, [table_id(1)]);
    let moved = Move {
        key: day.claims[0].key,
        tables: vec![table_id(2)],
    };
    assert_eq!(plan.moves, [moved]);
    day.claims[0].is_pinned = true;
    let pinned = reason(&day, &guests(4, 19, 0));
    assert_eq!(pinned, PlaceReason::TableNotAvailable);
}

#[test]
fn a_chain_of_moves_is_found_and_a_longer_one_than_allowed_is_not() {
    // Each party has the table that the one before it needs.
    let chain = |length: i64| {
        let tables = (1..=length + 1).map(|id| table(id, 1, id + 1)).collect();
        let mut day = day(tables);
        for id in 1..=length {
            let mut claim = claim(&day, &[id + 1], time(19, 0, 0, 0));
            claim.party = party(id + 1);
            day.claims.push(claim);
        }
        day
    };
    let request = |length: i64| guests(length + 2, 19, 0);
    let plan = place(&chain(3), &request(3), NOW).expect("three move");
    assert_eq!(plan.moves.len(), 3);
    assert_eq!(
        reason(&chain(4), &request(4)),
        PlaceReason::TableNotAvailable
    );
}

#[test]
fn who_has_come_and_who_comes_from_another_date_does_not_move() {
    let mut day = day(vec![table(1, 1, 4), table(2, 1, 2)]);
    day.claims = vec![claim(&day, &[1], time(19, 0, 0, 0))];
    day.claims[0].service_date = date(2027, 2, 14);
    let refused = reason(&day, &guests(4, 19, 0));
    assert_eq!(refused, PlaceReason::TableNotAvailable);
    day.claims[0].service_date = day.date;
    let soon = day.claims[0].starts_at;
    let later = place(&day, &guests(4, 19, 30), soon + 1.minute());
    assert!(later.is_err());
}

#[test]
fn an_area_that_is_not_there_is_no_table_or_no_wish() {
    let day = day(vec![table(1, 1, 4)]);
    let wish = |is_required| PlaceRequest {
        area: Some(crate::AreaWish {
            area: crate::DiningAreaId::new(9_i64).expect("it is in range"),
            is_required,
        }),
        ..guests(2, 19, 0)
    };
    assert_eq!(tables(&day, &wish(false)), [1]);
    let refused = reason(&day, &wish(true));
    assert_eq!(refused, PlaceReason::TableNotAvailable);
}

#[test]
fn the_staff_choose_tables_and_nobody_makes_room_at_them() {
    let mut day = day(vec![table(1, 1, 2), table(2, 1, 4), table(3, 1, 4)]);
    let at = |guests_: i64, tables: &[i64]| PlaceRequest {
        booker: Booker::Staff,
        tables: Some(tables.iter().copied().map(table_id).collect()),
        ..guests(guests_, 19, 0)
    };
    let seated = |day: &ServiceDay, request: &PlaceRequest| {
        let plan = place(day, request, NOW).map_err(|refusal| refusal.reason)?;
        Ok(plan
            .placement
            .tables
            .iter()
            .map(|id| id.get())
            .collect::<Vec<_>>())
    };
    assert_eq!(seated(&day, &at(2, &[3])), Ok(vec![3]));
    // Tables that are no combination seat as many as both of them.
    assert_eq!(seated(&day, &at(8, &[2, 3])), Ok(vec![2, 3]));
    let too_large = Err(PlaceReason::PartyTooLarge { largest: 8 });
    assert_eq!(seated(&day, &at(9, &[2, 3])), too_large);
    assert_eq!(seated(&day, &at(2, &[9])), Err(PlaceReason::UnknownTable));
    let squeezed = PlaceRequest {
        overrides: RuleOverrides::default().with(RuleOverride::PartySize),
        ..at(3, &[1])
    };
    let plan = place(&day, &squeezed, NOW).expect("the staff want it so");
    assert!(plan.overridden.contains(RuleOverride::PartySize));
    day.claims.push(claim(&day, &[3], time(19, 0, 0, 0)));
    assert_eq!(
        seated(&day, &at(2, &[3])),
        Err(PlaceReason::TableNotAvailable)
    );
}

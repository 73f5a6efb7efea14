use jiff::ToSpan;
use jiff::civil::time;

use super::*;
use crate::Claim;
use crate::fixtures::{booking, booking_in, claim, day, table, table_id};

/// The time of [`booking`].
fn start() -> Timestamp {
    booking().placement.starts_at
}

fn two_tables() -> ServiceDay {
    day(vec![table(1, 1, 4), table(2, 1, 4)])
}

fn changed<R: std::fmt::Debug>(decision: Result<Decision, R>) -> Booking {
    match decision.expect("it is allowed") {
        Decision::Changed(booking) => booking,
        Decision::Unchanged => panic!("nothing changes"),
    }
}

fn taken<R: std::fmt::Debug>(
    plan: Result<StepPlan, R>,
    day: &ServiceDay,
    now: Timestamp,
) -> Booking {
    match plan.expect("the booking allows it") {
        StepPlan::NeedsTables(step) => step.decide(day, now).expect("they are free").booking,
        StepPlan::Decided(decision) => changed::<()>(Ok(*decision)),
    }
}

fn tables_refuse<R: std::fmt::Debug>(
    plan: Result<StepPlan, R>,
    day: &ServiceDay,
    now: Timestamp,
) -> TableRefusal {
    match plan.expect("the booking allows it") {
        StepPlan::NeedsTables(step) => step.decide(day, now).expect_err("they are not free"),
        decided @ StepPlan::Decided(_) => panic!("{decided:?}"),
    }
}

/// Another party at table 1, which comes so many minutes after the time of [`booking`].
fn other(day: &ServiceDay, minutes: i64) -> Claim {
    let same = claim(day, &[1], time(19, 0, 0, 0));
    Claim {
        starts_at: same.starts_at + minutes.minutes(),
        ends_at: same.ends_at + minutes.minutes(),
        free_at: same.free_at + minutes.minutes(),
        ..same
    }
}

fn seated(at: Timestamp) -> Booking {
    taken(seat(&booking(), None, at), &two_tables(), at)
}

#[test]
fn a_party_comes_sits_and_leaves() {
    let (come, sit, leave) = (start(), start() + 5.minutes(), start() + 1.hour());
    let arrived = changed(mark_arrived(&booking(), come));
    assert_eq!(arrived.visit.arrived_at, Some(come));
    assert_eq!(
        (arrived.status, arrived.version),
        (BookingStatus::Confirmed, 2)
    );
    let seated = taken(seat(&arrived, None, sit), &two_tables(), sit);
    assert_eq!(seated.placement, booking().placement);
    let finished = changed(finish(&seated, leave));
    assert_eq!(finished.status, BookingStatus::Completed);
    let visit = Visit {
        arrived_at: Some(come),
        seated_at: Some(sit),
        finished_at: Some(leave),
    };
    assert_eq!((finished.visit, finished.version), (visit, 4));
}

#[test]
fn a_step_that_was_taken_is_taken_once() {
    let now = start();
    let arrived = changed(mark_arrived(&booking(), now));
    assert_eq!(
        mark_arrived(&arrived, now + 1.minute()),
        Ok(Decision::Unchanged)
    );
    let seated = seated(now);
    let again = seat(&seated, None, now + 1.minute());
    assert_eq!(again, Ok(StepPlan::Decided(Decision::Unchanged.into())));
    let finished = changed(finish(&seated, now));
    assert_eq!(finish(&finished, now), Ok(Decision::Unchanged));
    let absent = changed(mark_no_show(&booking(), now));
    assert_eq!(mark_no_show(&absent, now), Ok(Decision::Unchanged));
}

#[test]
fn no_step_is_before_the_one_before_it_whatever_the_clocks_say() {
    let ahead = start() + 1.hour();
    let arrived = changed(mark_arrived(&booking(), ahead));
    let seated = taken(seat(&arrived, None, start()), &two_tables(), start());
    let after = ahead + MOMENT;
    assert_eq!(seated.visit.seated_at, Some(after));
    let finished = changed(finish(&seated, start()));
    assert_eq!(finished.visit.finished_at, Some(after));
}

#[test]
fn only_a_confirmed_booking_has_a_visit() {
    let now = start();
    for status in BookingStatus::ALL {
        if status == BookingStatus::Confirmed {
            continue;
        }
        let booking = booking_in(status);
        let refused = |action| Err(ArrivalRefusal::Status(status.refuses(action)));
        assert_eq!(mark_arrived(&booking, now), refused("marked as arrived"));
        assert_eq!(finish(&booking, now), Err(status.refuses("finished")));
        assert_eq!(
            seat(&booking, None, now),
            Err(status.refuses("seated").into())
        );
        if status != BookingStatus::NoShow {
            let action = "marked as a no-show";
            assert_eq!(mark_no_show(&booking, now), refused(action));
        }
    }
    let waiting = finish(&booking(), now).expect_err("nobody sits");
    let words = "a booking whose party is not seated cannot be finished";
    assert_eq!(waiting.to_string(), words);
}

#[test]
fn nobody_comes_long_before_their_time() {
    let early = start() - EARLIEST_ARRIVAL;
    assert!(mark_arrived(&booking(), early).is_ok() && seat(&booking(), None, early).is_ok());
    let earlier = early - 1.second();
    let refused = TooEarly::Arrival;
    assert_eq!(mark_arrived(&booking(), earlier), Err(refused.into()));
    assert_eq!(seat(&booking(), None, earlier), Err(refused.into()));
}

#[test]
fn a_no_show_is_one_from_its_time_on_if_nobody_has_come() {
    let early = mark_no_show(&booking(), start() - 1.second());
    assert_eq!(early, Err(TooEarly::NoShow.into()));
    assert_eq!(
        changed(mark_no_show(&booking(), start())).status,
        BookingStatus::NoShow
    );
    let arrived = changed(mark_arrived(&booking(), start()));
    let refused = mark_no_show(&arrived, start()).expect_err("they are there");
    let words = "a booking whose party has come cannot be marked as a no-show";
    assert_eq!(refused.to_string(), words);
}

#[test]
fn who_comes_before_their_time_sits_where_nobody_else_does_until_then() {
    let mut day = two_tables();
    day.claims.push(other(&day, -120));
    let leaves = day.claims[0].free_at;
    let early = seat(&booking(), None, leaves - 1.minute());
    let refused = tables_refuse(early, &day, leaves - 1.minute());
    assert_eq!(refused, TableRefusal::NotAvailable);
    let seated = taken(seat(&booking(), None, leaves), &day, leaves);
    assert_eq!(
        (seated.taken_from(), seated.placement.starts_at),
        (leaves, start())
    );
    let elsewhere = seat(&booking(), Some(&[table_id(2)]), leaves - 1.minute());
    let seated = taken(elsewhere, &day, leaves - 1.minute());
    assert_eq!(seated.placement.tables, [table_id(2)]);
}

#[test]
fn who_sits_at_a_table_has_it_until_they_are_finished() {
    let mut day = two_tables();
    let before = other(&day, -120);
    assert!(before.free_at < start(), "their turn is over");
    day.claims.push(Claim {
        seated_at: Some(before.starts_at),
        ..before
    });
    let refused = tables_refuse(seat(&booking(), None, start()), &day, start());
    assert_eq!(refused, TableRefusal::NotAvailable);
}

#[test]
fn a_table_that_there_is_not_and_none_at_all_are_no_seat() {
    let nowhere = seat(&booking(), Some(&[table_id(9)]), start());
    let refused = tables_refuse(nowhere, &two_tables(), start());
    assert_eq!(refused, TableRefusal::Unknown);
    let mut homeless = booking();
    homeless.placement.tables.clear();
    assert_eq!(seat(&homeless, None, start()), Err(SeatRefusal::NoTable));
}

#[test]
fn each_step_is_undone_for_a_while() {
    let now = start();
    let arrived = changed(mark_arrived(&booking(), now));
    let seated = taken(
        seat(&arrived, None, now + 1.minute()),
        &two_tables(),
        now + 1.minute(),
    );
    let finished = changed(finish(&seated, now + 2.minutes()));
    let absent = changed(mark_no_show(&booking(), now));
    let steps = [
        (&finished, &seated, now + 2.minutes()),
        (&seated, &arrived, now + 1.minute()),
        (&arrived, &booking(), now),
        (&absent, &booking(), now),
    ];
    for (after, before, at) in steps {
        let last = at + UNDO_PERIOD;
        let undone = taken(undo_step(after, last), &two_tables(), last);
        assert_eq!((undone.status, undone.visit), (before.status, before.visit));
        assert_eq!(undone.placement, before.placement);
        let late = undo_step(after, last + 1.second());
        assert_eq!(late, Err(UndoRefusal::TooLate));
    }
    let straight = self::seated(now);
    let undone = taken(undo_step(&straight, now), &two_tables(), now);
    assert_eq!(undone.visit, Visit::default());
}

#[test]
fn what_was_freed_and_taken_is_not_undone() {
    let now = start() + 10.minutes();
    let absent = changed(mark_no_show(&booking(), now));
    let mut day = two_tables();
    day.claims.push(other(&day, 15));
    let refused = tables_refuse(undo_step(&absent, now), &day, now);
    assert_eq!(refused, TableRefusal::NotAvailable);
}

#[test]
fn what_nobody_says_anything_of_is_completed_some_hours_after_its_end() {
    let due = booking().placement.free_at + COMPLETION_DELAY;
    for booking in [booking(), seated(start())] {
        assert_eq!(complete(&booking, due - 1.second()), Decision::Unchanged);
        let completed = changed::<()>(Ok(complete(&booking, due)));
        assert_eq!(completed.status, BookingStatus::Completed);
        assert_eq!(completed.visit, booking.visit);
        // It was no step of anybody's.
        assert!(undo_step(&completed, due).is_err());
    }
    for status in BookingStatus::ALL {
        if status != BookingStatus::Confirmed {
            assert_eq!(complete(&booking_in(status), due), Decision::Unchanged);
        }
    }
}

#[test]
fn where_there_was_no_step_none_is_undone() {
    for status in [
        BookingStatus::Pending,
        BookingStatus::Confirmed,
        BookingStatus::Cancelled,
    ] {
        let refused = undo_step(&booking_in(status), start());
        assert_eq!(refused, Err(UndoRefusal::NoStep));
    }
}

use jiff::ToSpan;
use jiff::civil::time;

use super::*;
use crate::booking::{BookingFacts, BookingReference, CreateRefusal, create};
use crate::fixtures::{NOW, booking, calendar_with, day, party, policy, service_period, table};
use crate::{MaxParties, Pacing, PlaceReason};

const GUEST: Holder = Holder {
    booker: Booker::Guest,
    is_anonymous: true,
    live_holds: 0,
};

fn new(guests: i64) -> NewHold {
    let wanted = booking();
    NewHold {
        restaurant: wanted.restaurant,
        date: wanted.date,
        time: wanted.time,
        utc_offset: None,
        service_date: None,
        party: party(guests),
        area: None,
    }
}

fn held(day: &ServiceDay, holder: Holder) -> Result<Hold, HoldRefusal> {
    let id = HoldId::from_random([7; 32]);
    hold(day, &new(2), holder, id, NOW).map(|made| made.hold)
}

/// The day, on which the hold takes what it does.
fn with(mut day: ServiceDay, hold: &Hold) -> ServiceDay {
    let placement = hold.placement.clone();
    day.claims.push(Claim {
        key: i64::try_from(day.claims.len()).expect("they are few") + 1,
        service_date: placement.service_date,
        party: hold.party,
        tables: placement.tables,
        starts_at: placement.starts_at,
        ends_at: placement.ends_at,
        free_at: placement.free_at,
        area: hold.area,
        is_pinned: true,
        seated_at: None,
        expires_at: Some(hold.expires_at),
        claimant: Claimant::Hold {
            is_anonymous: hold.is_anonymous,
        },
    });
    day
}

fn tables(count: i64) -> ServiceDay {
    day((1..=count).map(|id| table(id, 1, 4)).collect())
}

fn booked(
    day: &ServiceDay,
    hold: Option<&Hold>,
    new: NewBooking,
    now: Timestamp,
) -> Result<crate::MadeBooking, CreateRefusal> {
    let expected = booking();
    let reference = BookingReference {
        id: expected.id,
        confirmation_code: expected.confirmation_code,
    };
    let facts = BookingFacts {
        booker: Booker::Guest,
        is_by_guest: true,
        hold,
        live: &[],
    };
    create(day, new, facts, reference, now)
}

fn wanted(hold: Option<&Hold>) -> NewBooking {
    let expected = booking();
    NewBooking {
        restaurant: expected.restaurant,
        date: expected.date,
        time: expected.time,
        utc_offset: None,
        service_date: None,
        party: expected.party,
        area: None,
        customer: expected.customer,
        special_requests: None,
        source: None,
        notes: crate::BookingNotes::default(),
        staff: None,
        hold: hold.map(|hold| hold.id.clone()),
    }
}

#[test]
fn what_is_held_is_taken_until_the_very_instant_at_which_it_expires() {
    let empty = tables(1);
    let hold = held(&empty, GUEST).expect("there is room");
    assert_eq!(hold.expires_at, NOW + 300.seconds());
    let day = with(empty, &hold);
    let before = hold.expires_at - 1.microsecond();
    let refused = booked(&day, None, wanted(None), before).expect_err("it is held");
    let reason = PlaceReason::TableNotAvailable;
    assert!(matches!(refused, CreateRefusal::Place(refusal) if refusal.reason == reason));
    assert!(booked(&day, None, wanted(None), hold.expires_at).is_ok());
}

#[test]
fn a_hold_becomes_a_booking_at_its_tables_though_the_rules_have_changed() {
    let mut day = tables(3);
    let hold = held(&day, GUEST).expect("there is room");
    // Nothing of the day could be booked any more.
    day.calendar = calendar_with(&policy("Europe/Berlin"), Vec::new()).into();
    let made = booked(&day, Some(&hold), wanted(Some(&hold)), NOW).expect("it was promised");
    assert_eq!(made.booking.placement.tables, hold.placement.tables);
    let without = booked(&day, None, wanted(None), NOW);
    assert!(
        matches!(without, Err(CreateRefusal::Place(_))),
        "{without:?}"
    );
}

#[test]
fn a_hold_that_has_expired_or_is_gone_becomes_none() {
    let day = tables(1);
    let hold = held(&day, GUEST).expect("there is room");
    let new = wanted(Some(&hold));
    let expired = CreateRefusal::Hold(HoldUseRefusal::Expired);
    for (held, now) in [(Some(&hold), hold.expires_at), (None, NOW)] {
        assert_eq!(booked(&day, held, new.clone(), now), Err(expired.clone()));
    }
}

#[test]
fn a_hold_binds_what_it_was_made_for() {
    let day = tables(1);
    let hold = held(&day, GUEST).expect("there is room");
    let other = [
        (
            HoldTerm::Party,
            NewBooking {
                party: party(3),
                ..wanted(Some(&hold))
            },
        ),
        (
            HoldTerm::Time,
            NewBooking {
                time: time(19, 30, 0, 0),
                ..wanted(Some(&hold))
            },
        ),
        (
            HoldTerm::Date,
            NewBooking {
                date: hold.date + 1.day(),
                ..wanted(Some(&hold))
            },
        ),
        (
            HoldTerm::Restaurant,
            NewBooking {
                restaurant: RestaurantId::new(2).expect("it is in range"),
                ..wanted(Some(&hold))
            },
        ),
    ];
    for (term, new) in other {
        let refused = CreateRefusal::Hold(HoldUseRefusal::Mismatch(term));
        assert_eq!(booked(&day, Some(&hold), new, NOW), Err(refused));
    }
}

#[test]
fn nobody_has_a_fourth_hold() {
    let holder = |live_holds| Holder {
        live_holds,
        ..GUEST
    };
    assert!(held(&tables(9), holder(MAX_LIVE_HOLDS - 1)).is_ok());
    let refused = held(&tables(9), holder(MAX_LIVE_HOLDS));
    assert_eq!(refused, Err(HoldRefusal::TooManyOfCaller));
}

#[test]
fn guests_whom_nobody_knows_hold_half_of_the_tables_that_are_left() {
    // How many holds come about, one after the other, of so many tables of which some are booked.
    let holds = |count, booked: i64, holder: Holder| {
        let mut day = tables(count);
        for table in 1..=booked {
            let claim = crate::fixtures::claim(&day, &[table], time(19, 0, 0, 0));
            day.claims.push(claim);
        }
        let mut made = 0;
        while let Ok(hold) = held(&day, holder) {
            day = with(day, &hold);
            made += 1;
        }
        made
    };
    for (tables, booked, expected) in [(1, 0, 1), (2, 0, 1), (4, 0, 2), (9, 0, 4), (9, 5, 2)] {
        assert_eq!(holds(tables, booked, GUEST), expected, "{tables} {booked}");
    }
    let known = Holder {
        is_anonymous: false,
        ..GUEST
    };
    assert_eq!(holds(9, 5, known), 4);
}

#[test]
fn guests_whom_nobody_knows_hold_half_of_the_pacing_that_is_left() {
    let mut day = tables(20);
    let mut period = service_period(time(18, 0, 0, 0), time(23, 0, 0, 0));
    period.service.pacing = Pacing {
        max_parties: MaxParties::new(4),
        max_covers: None,
    };
    day.calendar = calendar_with(&policy("Europe/Berlin"), vec![period]).into();
    for _ in 0..2 {
        let hold = held(&day, GUEST).expect("it is half at most");
        day = with(day, &hold);
    }
    assert_eq!(held(&day, GUEST), Err(HoldRefusal::SlotHeld));
    assert!(booked(&day, None, wanted(None), NOW).is_ok());
}

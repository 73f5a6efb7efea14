use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::time;

use super::*;
use crate::fixtures::{NOW, booking, booking_in, calendar_of, claim, day, party, table};
use crate::{
    BookingTag, Claim, CustomerChange, Cutoff, InternalNote, PlaceReason, SpecialRequests,
};

/// Two tables; the booking is for two at 19:00 on the smaller one.
fn booked() -> (Booking, ServiceDay) {
    (booking(), day(vec![table(1, 1, 4), table(2, 3, 8)]))
}

/// What becomes of the booking on that day.
fn change(
    booking: &Booking,
    change: &BookingChange,
    day: &ServiceDay,
    now: Timestamp,
) -> Result<Booking, ChangeRefusal> {
    match plan_change(booking, change, None, now)? {
        ChangePlan::Decided(Decision::Unchanged) => Ok(booking.clone()),
        ChangePlan::Decided(Decision::Changed(changed)) => Ok(changed),
        ChangePlan::NeedsGuest(request) => {
            let changed = request.decide(Some(&day.calendar), &[], Booker::Guest)?;
            Ok(changed.0)
        }
        ChangePlan::NeedsTable(request) => {
            Ok(request.decide(day, &[], Booker::Guest, now)?.booking)
        }
    }
}

fn tables(booking: &Booking) -> Vec<i64> {
    booking.placement.tables.iter().map(|id| id.get()).collect()
}

fn requests(text: &str) -> Option<SpecialRequests> {
    SpecialRequests::parse(text)
}

#[test]
fn nothing_asked_for_changes_nothing() {
    let (booking, _) = booked();
    let same = BookingChange {
        time: Some(booking.time),
        special_requests: Some(booking.special_requests.clone()),
        ..BookingChange::default()
    };
    for asked in [BookingChange::default(), same] {
        assert_eq!(
            plan_change(&booking, &asked, None, NOW),
            Ok(ChangePlan::Decided(Decision::Unchanged))
        );
    }
}

#[test]
fn a_change_is_the_next_version_and_merges_what_is_not_asked_for() {
    let (booking, day) = booked();
    let later = NOW + 1.minute();
    let asked = BookingChange {
        party: Some(party(4)),
        ..BookingChange::default()
    };
    let expected = Booking {
        party: party(4),
        updated_at: later,
        version: booking.version + 1,
        ..booking.clone()
    };
    assert_eq!(change(&booking, &asked, &day, later), Ok(expected));
}

#[test]
fn another_version_than_expected_changes_nothing() {
    let (booking, _) = booked();
    let planned =
        |expected: &[i32]| plan_change(&booking, &BookingChange::default(), Some(expected), NOW);
    for expected in [&[][..], &[2], &[2, 3]] {
        assert_eq!(planned(expected), Err(ChangeRefusal::VersionMismatch));
    }
    assert!(planned(&[2, 1]).is_ok());
}

#[test]
fn a_booking_may_move_into_its_own_time() {
    let (booking, day) = booked();
    let later = BookingChange {
        time: Some(time(19, 30, 0, 0)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &later, &day, NOW).expect("it is free");
    assert_eq!(tables(&changed), [1]);
    assert_ne!(changed.placement, booking.placement);
}

#[test]
fn a_party_that_still_fits_stays_at_its_table() {
    let (mut booking, mut day) = booked();
    Arc::make_mut(&mut day.floor).tables.push(table(3, 1, 2));
    booking.party = party(4);
    let fewer = BookingChange {
        party: Some(party(2)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &fewer, &day, NOW).expect("it fits");
    assert_eq!(changed.placement, booking.placement);
}

#[test]
fn a_party_that_outgrows_its_table_moves_or_is_refused() {
    let (booking, mut day) = booked();
    let more = BookingChange {
        party: Some(party(6)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &more, &day, NOW).expect("the other is free");
    assert_eq!(tables(&changed), [2]);
    day.claims.push(Claim {
        is_pinned: true,
        ..claim(&day, &[2], time(18, 30, 0, 0))
    });
    let refused = change(&booking, &more, &day, NOW);
    let reason = match refused {
        Err(ChangeRefusal::Place(refusal)) => refusal.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason, PlaceReason::TableNotAvailable);
}

#[test]
fn wishes_need_no_table_and_can_be_withdrawn_while_the_guests_are_at_it() {
    let (mut booking, _) = booked();
    booking.special_requests = requests("Window seat");
    let withdrawn = BookingChange {
        special_requests: Some(None),
        ..BookingChange::default()
    };
    let now = booking.placement.starts_at;
    let expected = Booking {
        special_requests: None,
        contact_version: 2,
        updated_at: now,
        version: 2,
        ..booking.clone()
    };
    assert_eq!(
        plan_change(&booking, &withdrawn, None, now),
        Ok(ChangePlan::Decided(Decision::Changed(expected)))
    );
}

#[test]
fn the_restaurant_withdraws_a_contact_detail_and_guests_none() {
    let (booking, _) = booked();
    let asked = BookingChange {
        customer: CustomerChange {
            email: Some(None),
            ..CustomerChange::default()
        },
        ..BookingChange::default()
    };
    let field = BookingField::CustomerEmail;
    let refused = asked.check_contact(true);
    assert_eq!(refused, Err(ChangeRefusal::ContactRequired { field }));
    assert_eq!(asked.check_contact(false), Ok(()));
    let Ok(ChangePlan::Decided(Decision::Changed(changed))) =
        plan_change(&booking, &asked, None, NOW)
    else {
        panic!("it needs no table");
    };
    assert_eq!(changed.customer.email, None);
    assert_eq!(changed.customer.name, booking.customer.name);
    assert_eq!(changed.contact_version, 2);
    assert_eq!(booking.changed_fields(&changed), [field]);
}

#[test]
fn notes_are_a_new_version_of_the_booking_and_not_of_its_guests_contacts() {
    let (booking, _) = booked();
    let asked = BookingChange {
        notes: BookingNotesChange {
            internal_note: Some(InternalNote::parse("Knows the owner")),
            tags: Some(BookingTag::parse("regular").into_iter().collect()),
        },
        ..BookingChange::default()
    };
    let Ok(ChangePlan::Decided(Decision::Changed(changed))) =
        plan_change(&booking, &asked, None, NOW)
    else {
        panic!("it needs no table");
    };
    assert_eq!((changed.version, changed.contact_version), (2, 1));
    let fields = [BookingField::InternalNote, BookingField::Tags];
    assert_eq!(booking.changed_fields(&changed), fields);
    let again = plan_change(&changed, &asked, None, NOW);
    assert_eq!(again, Ok(ChangePlan::Decided(Decision::Unchanged)));
}

#[test]
fn what_is_over_cannot_change() {
    let mut statuses = BookingStatus::ALL.to_vec();
    statuses.retain(|status| !status.is_active());
    for status in statuses {
        let booking = booking_in(status);
        let refused = plan_change(&booking, &BookingChange::default(), None, NOW);
        assert_eq!(
            refused,
            Err(ChangeRefusal::Status(status.refuses("changed")))
        );
    }
}

#[test]
fn guests_change_up_to_the_cutoff_and_may_have_to_wait_for_a_word() {
    let (booking, mut day) = booked();
    let mut policy = day.calendar.policy().clone();
    policy.change_cutoff = Cutoff::from_minutes(60);
    policy.confirmation_min_party = Some(party(4));
    day.calendar = calendar_of(&policy).into();
    let more = BookingChange {
        party: Some(party(4)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &more, &day, NOW).expect("it fits");
    assert_eq!(changed.status, BookingStatus::Pending);
    let late = booking.placement.starts_at - 59.minutes();
    let refused = change(&booking, &more, &day, late);
    assert_eq!(refused, Err(ChangeRefusal::CutoffPassed { minutes: 60 }));
    let fewer = BookingChange {
        party: Some(party(1)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &fewer, &day, NOW).expect("it fits");
    assert_eq!(changed.status, BookingStatus::Confirmed);
}

#[test]
fn what_was_promised_stands_when_the_hours_have_changed() {
    let (booking, mut day) = booked();
    let policy = day.calendar.policy().clone();
    day.calendar = crate::fixtures::calendar_with(&policy, Vec::new()).into();
    let more = BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &more, &day, NOW).expect("it fits");
    assert_eq!(changed.placement, booking.placement);
}

#[test]
fn the_staff_seat_a_party_elsewhere_and_pin_it_also_when_it_has_come() {
    let (booking, day) = booked();
    let staff = |tables: Option<&[i64]>, is_pinned| BookingChange {
        staff: Some(StaffRequest {
            tables: tables.map(|it| it.iter().copied().map(crate::fixtures::table_id).collect()),
            is_pinned,
            ..StaffRequest::default()
        }),
        ..BookingChange::default()
    };
    let by_staff =
        |asked: &BookingChange, now: Timestamp| match plan_change(&booking, asked, None, now)? {
            ChangePlan::Decided(Decision::Unchanged) => Ok(booking.clone()),
            ChangePlan::Decided(Decision::Changed(changed)) => Ok(changed),
            ChangePlan::NeedsGuest(request) => panic!("{request:?}"),
            ChangePlan::NeedsTable(request) => {
                let mut day = day.clone();
                Arc::make_mut(&mut day.floor).tables.push(table(3, 1, 4));
                Ok(request.decide(&day, &[], Booker::Staff, now)?.booking)
            }
        };
    let pinned: Result<Booking, ChangeRefusal> = by_staff(&staff(None, Some(true)), NOW);
    let pinned = pinned.expect("it is theirs to say");
    assert!(pinned.is_pinned && pinned.placement == booking.placement);
    for now in [NOW, booking.placement.starts_at + 10.minutes()] {
        let moved = by_staff(&staff(Some(&[3]), None), now).expect("it is free");
        assert_eq!(tables(&moved), [3]);
        assert_eq!(moved.placement.starts_at, booking.placement.starts_at);
    }
    assert_eq!(by_staff(&staff(Some(&[1]), None), NOW), Ok(booking.clone()));
}

#[test]
fn a_party_that_has_come_shrinks_without_being_asked_and_waits_for_no_word() {
    let (mut booking, mut day) = booked();
    booking.party = party(4);
    booking.visit.arrived_at = Some(NOW);
    let mut policy = day.calendar.policy().clone();
    policy.confirmation_min_party = Some(party(2));
    day.calendar = calendar_of(&policy).into();
    // No rule of a table counts: they are there.
    Arc::make_mut(&mut day.floor).tables.clear();
    let fewer = BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    };
    let late = booking.placement.starts_at + 10.minutes();
    let changed = change(&booking, &fewer, &day, late).expect("they are there");
    assert_eq!(changed.placement, booking.placement);
    let (_, mut day) = booked();
    day.calendar = calendar_of(&policy).into();
    booking.party = party(2);
    let more = BookingChange {
        party: Some(party(4)),
        ..BookingChange::default()
    };
    let changed = change(&booking, &more, &day, NOW).expect("it is for four");
    assert_eq!(changed.status, BookingStatus::Confirmed);
}

#[test]
fn who_sits_is_moved_to_no_table_where_somebody_sits_still() {
    let (mut booking, mut day) = booked();
    let now = booking.placement.starts_at;
    booking.visit.arrived_at = Some(now);
    booking.visit.seated_at = Some(now);
    let overdue = claim(&day, &[2], time(19, 0, 0, 0));
    day.claims.push(Claim {
        starts_at: overdue.starts_at - 2.hours(),
        ends_at: overdue.ends_at - 2.hours(),
        free_at: overdue.free_at - 2.hours(),
        seated_at: Some(overdue.starts_at - 2.hours()),
        ..overdue
    });
    let elsewhere = BookingChange {
        staff: Some(StaffRequest {
            tables: Some(vec![crate::fixtures::table_id(2)]),
            overrides: RuleOverrides::default().with(crate::RuleOverride::PartySize),
            ..StaffRequest::default()
        }),
        ..BookingChange::default()
    };
    let Ok(ChangePlan::NeedsTable(request)) = plan_change(&booking, &elsewhere, None, now) else {
        panic!("it is another table");
    };
    let refused = request.decide(&day, &[], Booker::Staff, now);
    let expected = PlaceRefusal::from(PlaceReason::TableNotAvailable);
    assert_eq!(refused, Err(ChangeRefusal::Place(expected)));
}

//! Rules that change while others book: no booking is made that the rules of the moment at which it
//! comes to stand would refuse.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use booking_domain::{BookingPolicyChange, NewBooking, PlaceReason, SlotInterval};
use booking_persistence::{AccessRefusal, StoreError};
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{DAY, NOW, TestRestaurant, at, party};
use crate::team::{user, with_staff};

/// How often the rules change.
const CHANGES: usize = 1_000;

/// Has every booking judged by the rules that are in force when its transaction commits: what is
/// decided before is not enough.
const JUDGE: &str = "
    CREATE TABLE broken_rules (booking text);
    CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO broken_rules SELECT NEW.public_id FROM booking_policies
            WHERE restaurant_id = NEW.restaurant_id AND (
                NEW.party_size > online_max_party
                OR extract(minute FROM NEW.booking_time) % slot_interval_minutes <> 0
            );
            RETURN NULL;
        END
    $$;
    CREATE CONSTRAINT TRIGGER judge AFTER INSERT ON bookings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION judge();
    INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
        SELECT 1, 'More ' || n, 1, 4 FROM generate_series(1, 20) n;
";

/// Parties of four at full hours, or parties of two every quarter of an hour: what one of them allows
/// below, the other refuses.
fn rules(number: usize) -> BookingPolicyChange {
    let (guests, minutes) = [(4, 60), (2, 15)][number % 2];
    BookingPolicyChange {
        online_max_party: Some(party(guests)),
        slot_interval: SlotInterval::from_minutes(minutes),
        ..BookingPolicyChange::default()
    }
}

/// Books until the rules change no more, on one date after the other, what the rules of this number
/// allow. Gives how often that was granted and refused.
async fn book(venue: Arc<TestRestaurant>, rules: usize, is_over: Arc<AtomicBool>) -> (i32, i32) {
    let (guests, minute) = [(3, 0), (2, 15)][rules];
    let (mut granted, mut refused) = (0, 0);
    while !is_over.load(Ordering::Relaxed) {
        let request = NewBooking {
            date: DAY + ((granted + refused) % 300).days(),
            time: time(19, minute, 0, 0),
            party: party(guests),
            ..venue.request()
        };
        match venue.store.create_booking(&request, None, &at(NOW)).await {
            Ok(_) => granted += 1,
            Err(StoreError::Refused(AccessRefusal::Rule(refusal))) => {
                let is_by_the_rules = matches!(
                    refusal.reason,
                    PlaceReason::PartyTooLarge { .. } | PlaceReason::OutsideServiceHours
                );
                assert!(is_by_the_rules, "{refusal:?}");
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    (granted, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_booking_is_decided_by_rules_that_have_just_changed() {
    let venue = Arc::new(with_staff().await);
    venue.sql(JUDGE).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let guests = [0, 1].map(|rules| {
        let booking = book(Arc::clone(&venue), rules, Arc::clone(&is_over));
        tokio::spawn(booking)
    });
    let (owner, context) = (user("owner1"), at(NOW));
    for number in 0..CHANGES {
        let change = rules(number);
        let changed =
            venue
                .store
                .update_booking_policy(&owner, venue.restaurant, (&change, None), &context);
        changed.await.expect("the owner may");
    }
    is_over.store(true, Ordering::Relaxed);
    for guest in guests {
        let (granted, refused) = guest.await.expect("it does not panic");
        assert!(granted > 0 && refused > 0, "{granted} {refused}");
    }
    let versions = "SELECT seating_version::text AS line FROM booking_policies
        WHERE restaurant_id = 1";
    assert_eq!(venue.texts(versions).await, [format!("{}", CHANGES + 1)]);
    let broken = "SELECT booking AS line FROM broken_rules";
    assert_eq!(venue.texts(broken).await, [""; 0]);
}

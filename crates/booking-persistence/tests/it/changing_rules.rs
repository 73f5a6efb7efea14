//! Rules, services, tables and blockouts that change while others book: no booking is made that what is
//! in force at the moment at which it comes to stand would refuse.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use booking_domain::{
    AreaWish, Blockout, BlockoutId, BlockoutScope, BookingPolicyChange, CreateRefusal,
    DiningAreaId, DiningTable, NewBooking, PlaceReason, ServiceHours, ServicePeriod, SlotInterval,
};
use booking_persistence::{AccessRefusal, SeatingChangeRequest, StoreError, StoredPart};
use jiff::ToSpan;
use jiff::civil::time;
use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::support::{DAY, NOW, TestRestaurant, at, cancel_booking, party};
use crate::team::{user, with_staff};

/// How often what is said of how the restaurant seats changes, in all: each kind a fourth of it.
const CHANGES: usize = 1_000;

/// Has every booking judged by what is in force when its transaction commits: what is decided before is
/// not enough.
const JUDGE: &str = "
    CREATE TABLE broken_rules (kind text);
    CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO broken_rules
            SELECT 'policy' FROM booking_policies WHERE restaurant_id = NEW.restaurant_id AND (
                NEW.party_size > online_max_party
                OR extract(minute FROM NEW.booking_time) % slot_interval_minutes <> 0
            )
            UNION ALL SELECT 'service' FROM service_periods
                WHERE restaurant_id = NEW.restaurant_id AND NEW.booking_time < first_seating
            UNION ALL SELECT 'table' FROM dining_tables WHERE restaurant_id = NEW.restaurant_id
                AND table_id = ANY (NEW.table_ids) AND NOT is_bookable_online
            UNION ALL SELECT 'blockout' FROM blockouts WHERE restaurant_id = NEW.restaurant_id
                AND starts <= NEW.booking_date + NEW.booking_time
                AND NEW.booking_date + NEW.booking_time < ends;
            RETURN NULL;
        END
    $$;
    CREATE CONSTRAINT TRIGGER judge AFTER INSERT ON bookings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION judge();
    INSERT INTO dining_areas (restaurant_id, area_id, name, setting, is_accessible, has_high_chairs)
        VALUES (1, 1000, 'Terrace', 'outdoor', true, false);
    INSERT INTO dining_tables (restaurant_id, name, min_party, max_party, area_id)
        VALUES (1, 'Outside', 1, 4, 1000);
";

/// What changes beside the policy.
struct Changing {
    venue: Arc<TestRestaurant>,
    dinner: ServicePeriod,
    outside: DiningTable,
    blockout: Option<BlockoutId>,
}

impl Changing {
    async fn new(venue: Arc<TestRestaurant>) -> Self {
        let dinner = one(&venue, |_: &ServicePeriod| true).await;
        let outside = one(&venue, |table: &DiningTable| table.area.is_some()).await;
        Self {
            venue,
            dinner,
            outside,
            blockout: None,
        }
    }

    /// Changes one kind after the other, from what allows some of the guests what they ask for to what
    /// refuses it, and back.
    async fn change(&mut self, number: usize) {
        let (store, restaurant) = (&self.venue.store, self.venue.restaurant);
        let (owner, context) = (user("owner1"), at(NOW));
        let is_second = number / 4 % 2 == 1;
        let request = SeatingChangeRequest {
            principal: &owner,
            restaurant,
            expected: None,
            force: false,
            context: &context,
        };
        match number % 4 {
            0 => {
                // Parties of four at full hours, or parties of two every quarter of an hour.
                let (guests, minutes) = if is_second { (2, 15) } else { (4, 60) };
                let change = BookingPolicyChange {
                    online_max_party: Some(party(guests)),
                    slot_interval: SlotInterval::from_minutes(minutes),
                    ..BookingPolicyChange::default()
                };
                let change = (&change, None);
                let changed = store.update_booking_policy(&owner, restaurant, change, &context);
                changed.await.expect("the owner may");
            }
            1 => {
                let first = time(if is_second { 17 } else { 19 }, 0, 0, 0);
                let hours = ServiceHours::new(first, None, time(23, 0, 0, 0));
                self.dinner.service.hours = hours.expect("it ends after it begins");
                let new = |_| Ok(self.dinner.clone());
                let updated = store.update_seating_part(request, self.dinner.id, &new);
                updated.await.expect("it is the only one");
            }
            2 => {
                self.outside.is_bookable_online = is_second;
                let new = |_| Ok(self.outside.clone());
                let updated = store.update_seating_part(request, self.outside.id, &new);
                updated.await.expect("it is a table");
            }
            _ => match self.blockout.take() {
                Some(id) => {
                    let deleted = store.delete_seating_part::<Blockout>(request, id);
                    deleted.await.expect("it is there");
                }
                None => {
                    let new = |id| Ok(blockout(id));
                    let created = store.create_seating_part(request, &new).await;
                    self.blockout = Some(created.expect("there is none").part.id);
                }
            },
        }
    }
}

/// The part of which this is so.
async fn one<P: StoredPart>(venue: &TestRestaurant, is_it: impl Fn(&P) -> bool) -> P {
    let (owner, context) = (user("owner1"), at(NOW));
    let parts = venue
        .store
        .list_seating_parts(&owner, venue.restaurant, &context);
    let mut parts = parts.await.expect("the owner may").parts.into_iter();
    parts.find(is_it).expect("there is one")
}

/// An hour for which the restaurant is closed.
fn blockout(id: BlockoutId) -> Blockout {
    let starts = (DAY + 4.days()).at(20, 0, 0, 0);
    Blockout {
        id,
        scope: BlockoutScope::Restaurant,
        starts,
        ends: starts + 1.hour(),
        reason: None,
    }
}

/// What guests ask for, each on a day of its own: what changes allows it and refuses it by turns, and
/// the policy two of them in opposite ways.
fn requests(venue: &TestRestaurant) -> [NewBooking; 5] {
    let request = |day: i64, hour, minute, guests| NewBooking {
        date: DAY + day.days(),
        time: time(hour, minute, 0, 0),
        party: party(guests),
        ..venue.request()
    };
    let outside = AreaWish {
        area: DiningAreaId::new(1000).expect("it is in range"),
        is_required: true,
    };
    [
        request(0, 19, 0, 3),
        request(1, 19, 15, 2),
        request(2, 18, 0, 2),
        NewBooking {
            area: Some(outside),
            ..request(3, 19, 0, 2)
        },
        request(4, 20, 0, 2),
    ]
}

/// Books and cancels one of them after the other until nothing changes any more. Gives how often each was granted
/// and refused.
async fn book(venue: Arc<TestRestaurant>, seed: u8, is_over: Arc<AtomicBool>) -> [(i32, i32); 5] {
    let (requests, context) = (requests(&venue), at(NOW));
    let mut counts = [(0, 0); 5];
    // In no order that could keep step with what changes: a guest who always asks in one of its halves
    // is always granted the same.
    let mut order = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    while !is_over.load(Ordering::Relaxed) {
        let number = order.random_range(0..requests.len());
        let (granted, refused) = &mut counts[number];
        let made = venue
            .store
            .create_booking(&requests[number], None, &context);
        match made.await {
            Ok(made) => {
                let id = &made.view.booking.id;
                let cancelled = cancel_booking(&venue.store, id, None, NOW).await;
                cancelled.expect("it is active");
                *granted += 1;
            }
            Err(StoreError::Refused(AccessRefusal::Rule(CreateRefusal::Place(refusal)))) => {
                let is_by_the_rules = matches!(
                    refusal.reason,
                    PlaceReason::PartyTooLarge { .. }
                        | PlaceReason::OutsideServiceHours
                        | PlaceReason::TableNotAvailable
                        | PlaceReason::Closed
                );
                assert!(is_by_the_rules, "{refusal:?}");
                *refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_booking_is_decided_by_what_has_just_changed() {
    let venue = Arc::new(with_staff().await);
    venue.sql(JUDGE).await;
    let mut changing = Changing::new(Arc::clone(&venue)).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let guests = [1, 2].map(|seed| {
        let booking = book(Arc::clone(&venue), seed, Arc::clone(&is_over));
        tokio::spawn(booking)
    });
    for number in 0..CHANGES {
        changing.change(number).await;
    }
    is_over.store(true, Ordering::Relaxed);
    for guest in guests {
        let counts = guest.await.expect("it does not panic");
        let is_both = |(granted, refused): (i32, i32)| granted > 0 && refused > 0;
        assert!(counts.into_iter().all(is_both), "{counts:?}");
    }
    let versions = "SELECT seating_version::text AS line FROM booking_policies
        WHERE restaurant_id = 1";
    assert_eq!(venue.texts(versions).await, [format!("{}", CHANGES + 1)]);
    let broken = "SELECT kind || ' ' || count(*) AS line FROM broken_rules GROUP BY kind";
    assert_eq!(venue.texts(broken).await, [""; 0]);
}

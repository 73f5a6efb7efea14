//! What a program does where another release of the time zone database has computed the instants.

use booking_domain::{BookingPolicyChange, BookingView, MaxCovers, NewBooking, TimeZoneRelease};
use booking_persistence::{BookingFilter, BookingSort, RecomputedBookings, Store, Window};
use diesel_async::SimpleAsyncConnection;
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{DAY, NOW, TestRestaurant, at, restaurant_id, until_somebody_waits};
use crate::team::{second, user, with_staff};

/// All that is booked stands two hours ahead of UTC, where Berlin's clocks are one.
const OTHER_RULES: &str = "
    UPDATE bookings SET utc_offset_minutes = 120, starts_at = starts_at - interval '1 hour',
        ends_at = ends_at - interval '1 hour', free_at = free_at - interval '1 hour';
    UPDATE occupancies SET period = tstzrange(lower(period) - interval '1 hour',
        upper(period) - interval '1 hour');
    UPDATE booking_days SET version = version + 1;
    UPDATE booking_policies SET time_zone_release = ";

const TIMES: &str = "SELECT concat_ws(' ', booking_time, starts_at AT TIME ZONE 'UTC',
        free_at - starts_at, utc_offset_minutes, version, cardinality(table_ids)) AS line
    FROM bookings ORDER BY booking_id";
const TAKEN: &str = "SELECT count(*) || ' ' || bool_and(lower(period) = starts_at
        AND upper(period) = free_at) AS line
    FROM occupancies JOIN bookings USING (restaurant_id, booking_id)";
const EVENTS: &str = "SELECT concat_ws(' ', actor_kind, actor_id, action) AS line FROM audit_events
    WHERE action <> 'create_booking' ORDER BY action";
const RELEASES: &str = "SELECT time_zone_release AS line FROM booking_policies
    WHERE restaurant_id = 1";
const VERSIONS: &str = "SELECT seating_version || ' ' || (SELECT version FROM booking_days
        WHERE restaurant_id = 1 AND date = '2027-02-15') AS line
    FROM booking_policies WHERE restaurant_id = 1";

/// Dinner at seven, as rules had it that are older than any, and at eight at the same table, as it
/// is by those in force. By the former the table is free by then.
async fn booked_by_two_releases() -> (TestRestaurant, BookingView) {
    let venue = with_staff().await;
    venue
        .sql(
            "DELETE FROM dining_tables WHERE table_id NOT IN (
        SELECT min(table_id) FROM dining_tables GROUP BY restaurant_id)",
        )
        .await;
    let first = venue.request();
    venue.book(&first).await.expect("it is free");
    venue.sql(&format!("{OTHER_RULES} '1996a'")).await;
    let second = NewBooking {
        time: time(20, 0, 0, 0),
        ..first
    };
    let second = venue.book(&second).await.expect("it seems to be free");
    (venue, second)
}

async fn recompute(store: &Store) -> RecomputedBookings {
    let done = store
        .recompute_booking_times(restaurant_id(1), &at(NOW))
        .await;
    done.expect("it is done")
}

async fn outdated(venue: &TestRestaurant) -> Vec<i64> {
    let found = venue.store.restaurants_with_outdated_times(None).await;
    let found = found.expect("they are found");
    found.into_iter().map(|id| id.get()).collect()
}

#[tokio::test]
async fn wall_clocks_stand_and_who_overlaps_then_is_to_be_seated_anew() {
    let (venue, displaced) = booked_by_two_releases().await;
    assert_eq!(venue.texts(VERSIONS).await, ["1 3"]);
    let expected = RecomputedBookings {
        changed: 2,
        without_tables: 1,
    };
    assert_eq!(recompute(&venue.store).await, expected);
    let times = [
        "19:00:00 2027-02-15 18:00:00 01:30:00 60 2 1",
        "20:00:00 2027-02-15 19:00:00 01:30:00 60 2 0",
    ];
    assert_eq!(venue.texts(TIMES).await, times);
    assert_eq!(venue.texts(TAKEN).await, ["1 true"]);
    let events = [
        "system move_booking",
        "system move_booking",
        "system recompute_booking_times",
    ];
    assert_eq!(venue.texts(EVENTS).await, events);
    // Whoever has looked before looks again.
    assert_eq!(venue.texts(VERSIONS).await, ["2 4"]);
    let filter = BookingFilter {
        without_tables: true,
        ..BookingFilter::default()
    };
    let what = (
        &filter,
        BookingSort::CreatedAtAsc,
        &Window::First { limit: 10 },
    );
    let (owner, context) = (user("owner1"), at(NOW));
    let listed = venue
        .store
        .list_bookings(&owner, venue.restaurant, what, &context)
        .await;
    let listed = listed.expect("the owner may").items;
    let listed: Vec<_> = listed.iter().map(|it| &it.booking.id).collect();
    assert_eq!(listed, [&displaced.booking.id]);

    // It is done once.
    assert_eq!(recompute(&venue.store).await, RecomputedBookings::default());
    assert_eq!(venue.texts(TIMES).await, times);
    assert_eq!(venue.texts(EVENTS).await, events);
    assert_eq!(venue.texts(VERSIONS).await, ["2 4"]);
}

#[tokio::test]
async fn what_is_computed_by_these_rules_is_noted_and_nothing_else() {
    let venue = with_staff().await;
    venue.book(&venue.request()).await.expect("it is free");
    let before = (venue.texts(TIMES).await, venue.texts(VERSIONS).await);
    assert_eq!(outdated(&venue).await, [1, 2]);
    assert_eq!(recompute(&venue.store).await, RecomputedBookings::default());
    assert_eq!(
        (venue.texts(TIMES).await, venue.texts(VERSIONS).await),
        before
    );
    assert_eq!(venue.texts(EVENTS).await, [""; 0]);
    let bundled = TimeZoneRelease::bundled();
    assert_eq!(venue.texts(RELEASES).await, [bundled.as_str()]);
    // Who ends in between goes on with the next.
    assert_eq!(outdated(&venue).await, [2]);
    let after = venue
        .store
        .restaurants_with_outdated_times(Some(second()))
        .await;
    assert_eq!(after.expect("they are found"), []);
}

#[tokio::test]
async fn what_a_newer_program_has_computed_stays_until_an_older_one_writes() {
    let bundled = TimeZoneRelease::bundled();
    let newer = format!("{OTHER_RULES} '2999a'");
    for is_booked in [true, false] {
        let venue = with_staff().await;
        venue.book(&venue.request()).await.expect("it is free");
        venue.sql(&newer).await;
        let before = venue.texts(TIMES).await;
        assert_eq!(outdated(&venue).await, [0; 0]);
        assert_eq!(recompute(&venue.store).await, RecomputedBookings::default());
        assert_eq!(venue.texts(TIMES).await, before);
        assert_eq!(venue.texts(RELEASES).await, ["2999a"]);
        // From then on the newer one has something to look at.
        if is_booked {
            let later = NewBooking {
                date: DAY + 1.day(),
                ..venue.request()
            };
            venue.book(&later).await.expect("it is free");
        } else {
            let change = BookingPolicyChange {
                max_covers: Some(MaxCovers::new(50)),
                ..BookingPolicyChange::default()
            };
            let (owner, context, change) = (user("owner1"), at(NOW), (&change, None));
            let changed =
                venue
                    .store
                    .update_booking_policy(&owner, venue.restaurant, change, &context);
            changed.await.expect("the owner may");
        }
        assert_eq!(venue.texts(RELEASES).await, [bundled.as_str()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_one_does_it() {
    let (venue, _) = booked_by_two_releases().await;
    // All of them have found the restaurant when the first of them begins.
    let mut holder = venue.connection().await;
    let hold = "BEGIN; UPDATE booking_policies SET version = version";
    holder.batch_execute(hold).await.expect("it is free");
    let processes: Vec<_> = (0..4)
        .map(|_| {
            let store = venue.store.clone();
            tokio::spawn(async move { recompute(&store).await })
        })
        .collect();
    until_somebody_waits(&mut venue.connection().await).await;
    holder.batch_execute("COMMIT").await.expect("it ends");
    let mut changed = 0;
    for process in processes {
        changed += process.await.expect("it does not panic").changed;
    }
    assert_eq!(changed, 2);
    assert_eq!(venue.texts(EVENTS).await.len(), 3);
}

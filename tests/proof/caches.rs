//! What a server keeps of what it has read is never older than what another one has answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use booking_client::{Client, types};
use serde_json::json;
use tokio::task::JoinSet;
use tokio_postgres::SimpleQueryMessage;

use crate::installation::Installation;
use crate::workload::{new_key, wanted};

/// How often something is changed through one server, and looked at through the other once that is acknowledged.
const CHANGES: usize = 10_000;

/// In so many restaurants at once.
const RESTAURANTS: usize = 8;

/// On so many dates in turn.
const DATES: usize = 5;

const TIME: &str = "19:00";

/// How often it is looked whether a hold has expired.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// A restaurant with a table, and both servers.
struct Watched {
    guests: [Client; 2],
    owners: [Client; 2],
    restaurant: i64,
    dates: Vec<String>,
}

impl Watched {
    async fn new(installation: &Installation) -> Self {
        let mut dates = Vec::new();
        for days in 2..DATES + 2 {
            dates.push(installation.date(u32::try_from(days).unwrap()).await);
        }
        Self {
            guests: installation.guests(),
            owners: installation.owners(),
            restaurant: installation.add_restaurant("UTC", &[(1, 4)]).await,
            dates,
        }
    }

    /// Whether a server offers the time.
    async fn offers(&self, server: usize, date: &str) -> bool {
        let asked = self.guests[server].get_availability();
        let asked = asked.restaurant_id(self.restaurant).date(date);
        let answer = asked.party_size(2).send().await.unwrap().into_inner();
        let mut slots = answer.slots.iter();
        slots.any(|slot| slot.booking_time.to_string() == TIME)
    }

    /// Looks through the other server than the one that has acknowledged.
    async fn assert_offered(&self, (what, server): (&str, usize), date: &str, is_offered: bool) {
        let offered = self.offers(1 - server, date).await;
        assert_eq!(offered, is_offered, "{what}, on {date}");
    }

    async fn book(&self, server: usize, date: &str) -> types::Booking {
        let create = self.guests[server].create_booking();
        let create = create.idempotency_key(new_key().as_str());
        let new = wanted(self.restaurant, date, TIME, 2);
        create.body(new).send().await.unwrap().into_inner()
    }

    /// A guest gets no table, through the other server than the one that has acknowledged.
    async fn assert_taken(&self, (what, server): (&str, usize), date: &str) {
        let create = self.guests[1 - server].create_booking();
        let create = create.idempotency_key(new_key().as_str());
        let new = wanted(self.restaurant, date, TIME, 2);
        let refused = create.body(new).send().await;
        let status = refused.err().and_then(|error| error.status());
        assert_eq!(status.map(|it| it.as_u16()), Some(409), "{what}, on {date}");
    }

    async fn cancel(&self, server: usize, booking: &types::Booking) {
        let cancel = self.guests[server].cancel_booking();
        let cancel = cancel.booking_id(booking.booking_id.clone());
        let secret = booking.booking_secret.as_ref().unwrap().as_str();
        cancel.booking_secret(secret).send().await.unwrap();
    }

    async fn hold(&self, server: usize, date: &str) -> types::Hold {
        let new = json!({ "booking_date": date, "booking_time": TIME, "party_size": 2 });
        let new: types::NewHold = serde_json::from_value(new).unwrap();
        // As the owner: guests share an address here, who have three at most.
        let create = self.owners[server].create_hold();
        let create = create.restaurant_id(self.restaurant).body(new);
        create.send().await.unwrap().into_inner()
    }

    async fn release(&self, server: usize, hold: &types::Hold) {
        let release = self.owners[server].release_hold();
        let release = release.restaurant_id(self.restaurant);
        let release = release.hold_id(hold.hold_id.clone());
        release
            .hold_secret(hold.hold_secret.clone())
            .send()
            .await
            .unwrap();
    }

    /// Changes up to how many may book online.
    async fn limit_parties(&self, server: usize, online_max_party: i64) {
        let change = json!({ "online_max_party": online_max_party });
        let change: types::BookingPolicyChange = serde_json::from_value(change).unwrap();
        let update = self.owners[server].update_booking_policy();
        let update = update.restaurant_id(self.restaurant).if_match("*");
        update.body(change).send().await.unwrap();
    }

    /// Eight changes, of which six are looked at once they are acknowledged.
    async fn change(&self, round: usize) {
        let date = &self.dates[round % DATES];
        let (one, other) = (round % 2, 1 - round % 2);
        let booking = self.book(one, date).await;
        self.assert_offered(("booked", one), date, false).await;
        self.assert_taken(("booked", one), date).await;
        self.cancel(other, &booking).await;
        self.assert_offered(("cancelled", other), date, true).await;
        // Of the server that has refused it before.
        let again = self.book(other, date).await;
        self.cancel(one, &again).await;
        let hold = self.hold(one, date).await;
        self.assert_offered(("held", one), date, false).await;
        self.assert_taken(("held", one), date).await;
        self.release(other, &hold).await;
        self.assert_offered(("released", other), date, true).await;
        self.limit_parties(one, 1).await;
        self.assert_offered(("closed to parties", one), date, false)
            .await;
        self.limit_parties(other, 8).await;
        self.assert_offered(("opened to parties", other), date, true)
            .await;
    }

    /// Holds the table, and looks through the other server until it is free again.
    async fn expire(&self, clock: &tokio_postgres::Client) {
        let date = &self.dates[0];
        let hold = self.hold(0, date).await;
        let expires_at = hold.expires_at.to_string();
        loop {
            let is_over = is_past(clock, &expires_at, 1).await;
            let offered = self.offers(1, date).await;
            let is_held = !is_past(clock, &expires_at, -1).await;
            assert!(!(is_held && offered), "it is held until {expires_at}");
            assert!(!is_over || offered, "it was held until {expires_at}");
            if is_over {
                return;
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    }
}

/// Whether an instant, or one so many seconds later, is past by the clock of the database, which is that of the
/// servers.
async fn is_past(clock: &tokio_postgres::Client, instant: &str, seconds: i32) -> bool {
    let query = format!(
        "SELECT clock_timestamp() > '{instant}'::timestamptz + interval '{seconds} seconds'"
    );
    let messages = clock.simple_query(&query).await.unwrap();
    messages
        .iter()
        .any(|message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("t")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_changes_are_seen_by_the_other_server_at_once() {
    let installation = Installation::start().await;
    let held = Watched::new(&installation).await;
    let change = json!({ "hold_seconds": 60 });
    let change: types::BookingPolicyChange = serde_json::from_value(change).unwrap();
    let update = held.owners[0].update_booking_policy().if_match("*");
    let update = update.restaurant_id(held.restaurant).body(change);
    update.send().await.unwrap();
    let mut tasks = JoinSet::new();
    let clock = installation.session().await;
    tasks.spawn(async move { held.expire(&clock).await });
    let rounds = Arc::new(AtomicUsize::new(0));
    for _ in 0..RESTAURANTS {
        let (watched, rounds) = (Watched::new(&installation).await, Arc::clone(&rounds));
        tasks.spawn(async move {
            loop {
                let round = rounds.fetch_add(1, Ordering::Relaxed);
                if round * 6 >= CHANGES {
                    return;
                }
                watched.change(round).await;
            }
        });
    }
    tasks.join_all().await;
}

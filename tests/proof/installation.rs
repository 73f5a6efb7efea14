//! Two servers on one PostgreSQL, all of them the test's own, with restaurants to book.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use booking_client::{Client, types};
use booking_tests::{ISSUER, OwnerTokens, hire_owner};
use credentials::SecretKey;
use dev_postgres::TemporaryCluster;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::proxy::Proxy;
use crate::server::{self, SECRET_KEY, Server, ServerOptions};

/// How long a request may take before its client gives it up.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The database that everything is in.
const DATABASE: &str = "postgres";

/// Two servers on one PostgreSQL.
pub(crate) struct Installation {
    pub(crate) servers: [Server; 2],
    pub(crate) cluster: TemporaryCluster,
    pub(crate) proxy: Proxy,
    pub(crate) owner: OwnerTokens,
}

impl Installation {
    pub(crate) async fn start() -> Self {
        Self::start_with([vec![], vec![]]).await
    }

    /// With these variables in the servers' environments.
    pub(crate) async fn start_with(variables: [Vec<(&'static str, String)>; 2]) -> Self {
        let cluster = TemporaryCluster::start().unwrap();
        let url = cluster.url(DATABASE);
        server::run(&["migrate", "--migration-database-url", &url]).await;
        let proxy = Proxy::start(cluster.directory().join(".s.PGSQL.5432")).await;
        let database_url = format!("postgres://booking_service@{}/{DATABASE}", proxy.address());
        let [first, second] = variables.map(|variables| ServerOptions {
            database_url: database_url.clone(),
            issuer: ISSUER,
            variables,
        });
        // One after the other: the first makes the key that both sign with.
        let servers = [Server::start(first).await, Server::start(second).await];
        hire_owner(&url).await.unwrap();
        let owner = OwnerTokens::load_now(&url, &SecretKey::parse(SECRET_KEY).unwrap())
            .await
            .unwrap();
        Self {
            servers,
            cluster,
            proxy,
            owner,
        }
    }

    /// A client of each server, for nobody in particular, that sends everything once.
    pub(crate) fn guests(&self) -> [Client; 2] {
        self.clients(|client| client)
    }

    /// A client of each server, for the owner of all restaurants, that sends everything once.
    pub(crate) fn owners(&self) -> [Client; 2] {
        self.clients(|client| client.oauth(self.owner.clone()))
    }

    fn clients(
        &self,
        credential: impl Fn(booking_client::ClientBuilder) -> booking_client::ClientBuilder,
    ) -> [Client; 2] {
        [0, 1].map(|server| {
            let client = Client::builder(self.servers[server].base_url());
            let client = credential(client.retries(0).timeout(REQUEST_TIMEOUT));
            client.build().unwrap()
        })
    }

    /// Enters a restaurant that is open on every day from ten to ten, with these tables: from and up to
    /// how many guests. Its turns are of an hour, and begin every half hour. Gives its number.
    pub(crate) async fn add_restaurant(&self, time_zone: &str, tables: &[(i64, i64)]) -> i64 {
        let weekdays = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let hours = weekdays.map(|day| json!({ "day": day, "opens": "10:00", "closes": "22:00" }));
        let tables = tables.iter().enumerate().map(|(number, (min, max))| {
            json!({ "name": format!("Table {number}"), "min_party": min, "max_party": max })
        });
        let restaurant = json!({
            "name": format!("Proof {}", next_number()),
            "cuisine": "Italian",
            "address": "1 Proof Street",
            "lat": 50.0,
            "lng": 10.0,
            "time_zone": time_zone,
            "opening_hours": hours,
            "slot_interval_minutes": 30,
            "turn_minutes": 60,
            "tables": tables.collect::<Vec<_>>(),
            "owner_email": "owner@example.com",
        });
        let restaurant: types::NewRestaurant = serde_json::from_value(restaurant).unwrap();
        let [owner, _] = self.owners();
        let added = owner.create_restaurant().body(restaurant).send().await;
        let restaurant = *added.unwrap().into_inner().id;
        // Whose bookings they are is not in their events, by which they are judged again.
        self.rows(&format!(
            "UPDATE booking_policies
                SET max_bookings_per_guest = NULL, one_booking_per_service = false
                WHERE restaurant_id = {restaurant};
             INSERT INTO restaurant_staff (restaurant_id, user_id, role, version, created_at, updated_at)
                SELECT {restaurant}, user_id, 'owner', 1, created_at, created_at
                FROM users WHERE email = 'owner@example.com'"
        ))
        .await;
        restaurant
    }

    /// A time zone in which it is past noon, but not one yet.
    pub(crate) async fn noon(&self) -> String {
        let query = "SELECT extract(hour FROM now() AT TIME ZONE 'UTC')::integer::text";
        let hour: i32 = self.rows(query).await[0].parse().unwrap();
        // In these names the sign is the other way round.
        format!("Etc/GMT{:+}", hour - 12)
    }

    /// The date of UTC so many days from today, as the database has it.
    pub(crate) async fn date(&self, days: u32) -> String {
        let query = format!("SELECT ((now() AT TIME ZONE 'UTC')::date + {days})::text");
        self.rows(&query).await.remove(0)
    }

    /// The first columns of what queries give, as the superuser, past the proxy.
    pub(crate) async fn rows(&self, queries: &str) -> Vec<String> {
        let messages = self.session().await.simple_query(queries).await.unwrap();
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        rows.collect()
    }

    /// A session of the superuser, past the proxy.
    pub(crate) async fn session(&self) -> tokio_postgres::Client {
        let url = self.cluster.url(DATABASE);
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// The process of PostgreSQL that all others come from.
    pub(crate) fn postmaster(&self) -> Pid {
        let file = self.cluster.directory().join("cluster/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap();
        Pid::from_raw(text.lines().next().unwrap().parse().unwrap()).unwrap()
    }

    /// Ends PostgreSQL as the machine's memory killer would, and starts it on what it has left behind.
    pub(crate) async fn kill_postgres(mut self) -> Self {
        kill_process(self.postmaster(), Signal::KILL).unwrap();
        tokio::task::spawn_blocking(move || {
            while self.cluster.is_running() {
                std::thread::yield_now();
            }
            // Its children end by themselves; as long as one of them is there, nothing starts.
            while self.cluster.start_again().is_err() {
                std::thread::yield_now();
            }
            self
        })
        .await
        .unwrap()
    }
}

/// A number that nobody had before.
pub(crate) fn next_number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

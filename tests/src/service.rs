//! The service, on a database of its own.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use booking_client::Client;
use booking_server::clock::{Clock, ClockSetter};
use booking_server::{RunningServer, ServerOptions};
use dev_postgres::TestDatabase;
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::accounts::{ISSUER, secret_key};
use crate::owner::{OwnerTokens, hire_owner, lift_guest_limits};
use crate::request::Request;
use crate::response::Response;
use crate::witness::Witness;

/// When every test begins: Monday 8 February 2027, 12:30 in New York, 18:30 in Berlin; in Tokyo
/// and Sydney it is Tuesday already.
pub const NOW: &str = "2027-02-08T17:30:00Z";

/// The programs that people may let act for them, in every test.
pub const OAUTH_CLIENTS: &str =
    "calendar=https://calendar.example/callback till=http://127.0.0.1/callback";

/// The longest that any answer may take. Far more than one takes: a test that waits for it has
/// failed, and says so instead of hanging.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The tables whose rows are what the service keeps of its restaurants, guests and staff. When a key was last
/// used is not among it.
const TABLES: [&str; 22] = [
    "restaurants",
    "booking_policies",
    "dining_areas",
    "dining_tables",
    "table_combinations",
    "combined_tables",
    "service_periods",
    "special_days",
    "special_day_services",
    "blockouts",
    "users",
    "accounts",
    "sessions",
    "user_identities",
    "one_time_tokens",
    "messages",
    "bookings",
    "occupancies",
    "restaurant_staff",
    "staff_invitations",
    "audit_events",
    "idempotency_records",
];

/// The service, serving, with a witness in front of it. It stops with this value, and its
/// database goes; what it has said that breaks the contract fails the test.
pub struct TestService {
    server: RunningServer,
    // Dropped after the server, and before what it may fail without.
    witness: Witness,
    client: Client,
    guest: Client,
    owner: OwnerTokens,
    clock: ClockSetter,
    url: String,
    // Dropped last: the server's connections end first.
    _database: Option<TestDatabase>,
}

impl TestService {
    /// The service with the demo's restaurants, at [`NOW`].
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start() -> Self {
        Self::start_with_options(|_| {}).await
    }

    /// The same with other options.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start_with_options(change: impl FnOnce(&mut ServerOptions)) -> Self {
        let database = TestDatabase::from_template("demo", fill_template)
            .expect("a copy of the demo's database");
        let url = database.url();
        let service = Self::start_with(&url, false, change)
            .await
            .expect("the service starts on its database");
        Self {
            _database: Some(database),
            ..service
        }
    }

    /// The service on the database at `url`, which is its superuser's, at [`NOW`]. The superuser
    /// migrates; the service connects as its own role.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub async fn start_on(url: &str, demo: bool) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::start_with(url, demo, |_| {}).await
    }

    /// The same with other options.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub async fn start_with(
        url: &str,
        demo: bool,
        change: impl FnOnce(&mut ServerOptions),
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (clock, setter) = Clock::set_to(NOW.parse()?);
        let service_url = url.replace("user=postgres", "user=booking_service");
        let mut options = ServerOptions::new(service_url.parse()?, Arc::new(secret_key()));
        options.database.migration_url = Some(url.parse()?);
        options.clock = Some(clock);
        options.demo = demo;
        options.show_mails = true;
        options.identity.issuer = Some(ISSUER.to_owned());
        options.identity.oauth_clients = OAUTH_CLIENTS.parse()?;
        change(&mut options);
        let server = booking_server::start(options).await?;
        if demo {
            hire_owner(url).await?;
            lift_guest_limits(url).await?;
        }
        let witness = Witness::start(server.local_addr()).await;
        let base_url = format!("http://{}/api/v1", witness.address());
        let owner = OwnerTokens::load(url, &secret_key(), NOW.parse()?).await?;
        Ok(Self {
            client: Client::builder(&base_url)
                .oauth(owner.clone())
                .retries(0)
                .build()?,
            // What a test is answered is the service's first word.
            guest: Client::builder(base_url).retries(0).build()?,
            owner,
            server,
            witness,
            clock: setter,
            url: url.to_owned(),
            _database: None,
        })
    }

    /// The generated client of the owner of all restaurants.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The generated client of somebody without a credential.
    #[must_use]
    pub const fn guest(&self) -> &Client {
        &self.guest
    }

    /// Where it is to be reached.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.witness.address()
    }

    /// From here on it is this instant.
    ///
    /// # Panics
    ///
    /// When the text is none.
    pub fn set_clock(&self, now: &str) {
        let now: Timestamp = now.parse().expect("an instant");
        self.clock.set(now);
        self.owner.set_clock(now);
    }

    /// Sends a request over a connection of its own: from the owner of all restaurants, if it does
    /// not say itself who asks.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn send(&self, request: &Request) -> Response {
        self.send_bytes(&self.bytes(request)).await
    }

    pub(crate) const fn owner(&self) -> &OwnerTokens {
        &self.owner
    }

    fn bytes(&self, request: &Request) -> Vec<u8> {
        if request.says_who_asks() {
            return request.to_bytes();
        }
        let credential = format!("Bearer {}", self.owner.access_token());
        request
            .clone()
            .header("authorization", credential)
            .to_bytes()
    }

    /// Sends these bytes, and reads until the server closes the connection.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn send_bytes(&self, bytes: &[u8]) -> Response {
        Response::parse(&self.exchange(bytes).await, false)
    }

    /// Sends a request whose method is `HEAD`.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    pub async fn send_head(&self, request: &Request) -> Response {
        Response::parse(&self.exchange(&self.bytes(request)).await, true)
    }

    async fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let stream = TcpStream::connect(self.address())
            .await
            .expect("the server takes connections");
        let (mut reader, mut writer) = stream.into_split();
        let mut read = Vec::new();
        let reading = async {
            // A server that has answered may reset the connection when it was sent more than
            // it wanted: what it said before that counts.
            let _ = reader.read_to_end(&mut read).await;
        };
        let writing = async {
            let _ = writer.write_all(bytes).await;
        };
        tokio::time::timeout(ANSWER_TIMEOUT, async { tokio::join!(reading, writing) })
            .await
            .expect("the server answers in time");
        read
    }

    /// Sends a request and closes the connection without waiting for the answer.
    ///
    /// # Panics
    ///
    /// When the server takes no connection.
    pub async fn send_and_hang_up(&self, request: &Request) {
        let mut stream = TcpStream::connect(self.address())
            .await
            .expect("the server takes connections");
        let _ = stream.write_all(&self.bytes(request)).await;
    }

    /// Sends these bytes, ends its side of the connection, and reads what comes, if anything.
    ///
    /// # Panics
    ///
    /// When the server keeps the connection open.
    pub async fn send_and_break_off(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address())
            .await
            .expect("the server takes connections");
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut read = Vec::new();
        let _ = tokio::time::timeout(ANSWER_TIMEOUT, stream.read_to_end(&mut read))
            .await
            .expect("the server closes a connection that nobody writes to");
        read
    }

    /// Runs statements on the database: for states that no operation leads to. As whoever writes past the
    /// service has to, it raises the versions of what they change, by which what is kept is known to be old.
    ///
    /// # Panics
    ///
    /// When the database refuses them.
    pub async fn sql(&self, statements: &str) {
        self.rows(statements).await;
        let changes = |tables: &[&str]| tables.iter().any(|table| statements.contains(table));
        if changes(&["bookings", "occupancies", "holds"]) {
            self.rows("UPDATE booking_days SET version = version + 1")
                .await;
        }
        if changes(&[
            "policies",
            "service_periods",
            "dining_",
            "special_day",
            "blockouts",
        ]) {
            self.rows("UPDATE booking_policies SET seating_version = seating_version + 1")
                .await;
        }
    }

    /// Every row that the service keeps of its restaurants, guests and staff, as text. Two equal texts mean that
    /// nothing was changed in between.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn contents(&self) -> String {
        let queries = TABLES
            .map(|table| format!("SELECT '{table}' || t::text FROM {table} t ORDER BY t::text"));
        self.rows(&queries.join(";")).await.join("\n")
    }

    /// A session of the test's own with the database, for what has to stay open: a transaction,
    /// a lock. It ends with the value.
    ///
    /// # Panics
    ///
    /// When the database takes no connection.
    pub async fn session(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls)
            .await
            .expect("the test's database takes connections");
        tokio::spawn(connection);
        client
    }

    /// Waits until this many sessions of the database wait for a lock.
    ///
    /// # Panics
    ///
    /// When they never do.
    pub async fn until_waiting(&self, sessions: usize) {
        let waiting = async {
            let query = "SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while self.rows(query).await.len() < sessions {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(ANSWER_TIMEOUT, waiting)
            .await
            .expect("the sessions wait for a lock");
    }

    /// The first columns of what queries give.
    ///
    /// # Panics
    ///
    /// When the database refuses them.
    pub async fn rows(&self, queries: &str) -> Vec<String> {
        let messages = self
            .session()
            .await
            .simple_query(queries)
            .await
            .expect("the test's database does what it is told");
        messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
                _ => None,
            })
            .collect()
    }

    /// Stops the service in its orderly way.
    ///
    /// # Panics
    ///
    /// When anything that it has said breaks the contract.
    pub async fn shutdown(self) {
        let Self {
            server,
            mut witness,
            ..
        } = self;
        witness.refuse();
        server.shutdown().await;
        witness.until_closed(ANSWER_TIMEOUT).await;
    }
}

/// Migrates the template and fills the demo in, as a first start does.
fn fill_template(url: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            TestService::start_on(url, true).await?.shutdown().await;
            Ok(())
        })
}

//! How often an operation waits for the database.
//!
//! Between store and PostgreSQL stands a relay, which sends an answer on only when the store has
//! nothing more to send without it: so what is pipelined is one round trip however it is scheduled.
//! All of it runs on one thread, where nothing happens once every task waits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use booking_domain::{BookingChange, SlotFilter};
use booking_persistence::{
    AvailabilityCaller, AvailabilitySearch, BookingCaller, BookingFilter, BookingSort,
    IdempotentRequest, MovingBooking, RequestContext, RestaurantFilter, SERVICE_ROLE, Store,
    Window,
};
use credentials::{IdempotencyKeyring, SecretKey};
use jiff::civil::time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::config::Host;

use crate::support::{DAY, NOW, TestRestaurant, at, connect_store, get_booking, party, query};
use crate::team::{user, with_staff};

/// How often every other task runs before it counts as waiting.
const TURNS: usize = 100;

async fn until_all_wait() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// What has come from one side: whole messages, each of a letter, its length and its body.
#[derive(Default)]
struct Messages(Vec<u8>);

impl Messages {
    /// How many whole messages begin with one of these letters. They are forgotten.
    fn take(&mut self, letters: &[u8]) -> usize {
        let mut count = 0;
        while let Some((letter, rest)) = self.0.split_first() {
            let Some(length) = rest.first_chunk::<4>() else {
                break;
            };
            let end = 1 + usize::try_from(u32::from_be_bytes(*length)).expect("it is short");
            if self.0.len() < end {
                break;
            }
            count += usize::from(letters.contains(letter));
            self.0.drain(..end);
        }
        count
    }
}

/// How many round trips there were.
#[derive(Default)]
struct Trips {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Trips {
    fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// Waits for the end of what nobody waits for: a transaction that has only read.
    async fn until_idle(&self) {
        loop {
            let begun = self.begun();
            // The relay takes its turns, too.
            for _ in 0..10 {
                until_all_wait().await;
            }
            if begun == self.begun() && begun == self.ended.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// A connection of the store's, which begins with a message without a letter.
async fn relay(mut store: TcpStream, mut server: UnixStream, trips: Arc<Trips>) {
    let (mut asked, mut answered) = (Messages(vec![b'Q']), Messages::default());
    let mut piece = vec![0; 1 << 16];
    loop {
        let mut sent = Vec::new();
        // The first piece is waited for, and what follows it without an answer belongs to it.
        match store.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(length) => sent.extend(&piece[..length]),
        }
        loop {
            until_all_wait().await;
            match store.try_read(&mut piece) {
                Ok(length) if length > 0 => sent.extend(&piece[..length]),
                _ => break,
            }
        }
        trips.begun.fetch_add(1, Ordering::Relaxed);
        asked.0.extend(&sent);
        server.write_all(&sent).await.expect("PostgreSQL is there");
        // Each query, and each Sync behind the parts of one, ends with ReadyForQuery.
        let mut waiting = asked.take(b"QS");
        let mut answer = Vec::new();
        while waiting > 0 {
            let length = server.read(&mut piece).await.expect("PostgreSQL is there");
            assert!(length > 0, "PostgreSQL has closed the connection");
            answer.extend(&piece[..length]);
            answered.0.extend(&piece[..length]);
            waiting -= answered.take(b"Z");
        }
        let passed_on = store.write_all(&answer).await;
        trips.ended.fetch_add(1, Ordering::Relaxed);
        if passed_on.is_err() {
            return;
        }
    }
}

/// A store whose round trips are counted.
struct CountedStore {
    store: Store,
    trips: Arc<Trips>,
}

impl CountedStore {
    async fn connect(venue: &TestRestaurant) -> Self {
        let url: tokio_postgres::Config =
            venue.database.url_as(SERVICE_ROLE).parse().expect("it is");
        let Some(Host::Unix(sockets)) = url.get_hosts().first() else {
            panic!("a private cluster has a socket");
        };
        let socket = Path::new(sockets).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let trips = Arc::new(Trips::default());
        let counted = Arc::clone(&trips);
        tokio::spawn(async move {
            while let Ok((store, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.expect("it runs");
                tokio::spawn(relay(store, server, Arc::clone(&counted)));
            }
        });
        let name = venue.database.name();
        let url = format!("postgres://{SERVICE_ROLE}@127.0.0.1:{port}/{name}?sslmode=disable");
        let store = connect_store(&url).await.expect("it answers");
        Self { store, trips }
    }

    /// How often this waits, of what goes through this store.
    async fn trips_of(&self, operation: impl AsyncFn()) -> usize {
        self.trips.until_idle().await;
        let before = self.trips.begun();
        operation().await;
        self.trips.begun() - before
    }

    /// How often an operation waits, once its statements are prepared on the one connection.
    async fn count<T>(&self, operation: impl AsyncFn(&Store) -> T) -> usize {
        let mut counts = Vec::new();
        // What only reads leaves its connection to others a little later, so that there are several.
        for _ in 0..6 {
            let operation = async || {
                operation(&self.store).await;
            };
            counts.push(self.trips_of(operation).await);
        }
        // On a connection that has not prepared them yet, it is once or twice more.
        counts.into_iter().min().unwrap_or(0)
    }
}

#[tokio::test]
async fn reading_a_booking_or_an_availability_waits_as_often_as_without_row_level_security() {
    let venue = with_staff().await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let counted = CountedStore::connect(&venue).await;
    let id = &made.booking.id;
    // The row; what begins the transaction goes with it, and its end is not waited for.
    let get = counted.count(async |store| get_booking(store, id).await.expect("it is there"));
    assert_eq!(get.await, 1, "getBooking");
    // The versions of the day, which is kept; then the day as well; and then how the restaurant seats, too.
    for (change, trips) in [
        ("", 1),
        ("UPDATE booking_days SET version = version + 1", 2),
        (
            "UPDATE booking_policies SET seating_version = seating_version + 1",
            3,
        ),
    ] {
        let get = counted.count(async |store| {
            venue.sql(change).await;
            let (query, caller) = (query(2), AvailabilityCaller::default());
            let available = store.get_availability(venue.restaurant, DAY, &query, caller, NOW);
            available.await.expect("it takes bookings")
        });
        assert_eq!(get.await, trips, "getAvailability after {change:?}");
    }
    // The booking that is to move is read beside the tables.
    let host = user("host1");
    let caller = Some(BookingCaller::Principal(&host));
    let moving = MovingBooking { id, caller };
    let get = counted.count(async |store| {
        let query = query(2);
        let asking = AvailabilityCaller {
            principal: Some(&host),
            moving: Some(moving),
            hold: None,
        };
        let available = store.get_availability(venue.restaurant, DAY, &query, asking, NOW);
        available.await.expect("it takes bookings")
    });
    assert_eq!(
        get.await,
        2,
        "getAvailability for a booking that is to move"
    );
    // The caller's role, the page and the total side by side.
    let list = counted.count(async |store| {
        let filter = BookingFilter::default();
        let which = (
            &filter,
            BookingSort::CreatedAtAsc,
            &Window::First { limit: 10 },
        );
        let (host, context) = (user("host1"), at(NOW));
        let listed = store.list_bookings(&host, venue.restaurant, which, &context);
        listed.await.expect("a host may")
    });
    assert_eq!(list.await, 1, "listBookings");
}

#[tokio::test]
async fn searching_waits_as_often_for_many_restaurants_as_for_one() {
    let venue = with_staff().await;
    let counted = CountedStore::connect(&venue).await;
    let search = AvailabilitySearch {
        near: None,
        restaurants: RestaurantFilter::default(),
        date: DAY,
        party: party(2),
        slots: SlotFilter::default(),
    };
    for (restaurants, new) in [(2, 3..3), (12, 3..13)] {
        for id in new {
            venue
                .add_restaurant(id, &format!("Restaurant {id}"), 3)
                .await;
            venue.add_seating(id).await;
        }
        // The restaurants, and the versions of their days, which are kept; and the end of the first, for
        // which nobody waits.
        let trips = counted.count(async |store| {
            let window = Window::First { limit: 20 };
            let page = store.search_availability(&search, &window, NOW).await;
            assert_eq!(page.expect("it is a search").items.len(), restaurants);
        });
        assert_eq!(trips.await, 3, "searchAvailability");
    }
}

#[tokio::test]
async fn making_a_booking_waits_three_times() {
    let venue = with_staff().await;
    venue
        .sql(
            "INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
        SELECT 1, 'More ' || n, 1, 4 FROM generate_series(1, 20) n",
        )
        .await;
    venue.book(&venue.request()).await.expect("a table is free");
    let counted = CountedStore::connect(&venue).await;
    // BEGIN, with the guest, the restaurant and the lock of the day, which is kept as the last booking has made
    // it; the booking, its occupancy and its event; COMMIT.
    let create = counted.count(async |store| {
        let (request, context) = (venue.request(), at(NOW));
        let created = store.create_booking(&request, None, &context);
        created.await.expect("a table is free")
    });
    assert_eq!(create.await, 3, "createBooking");
    // Once more with a key: BEGIN takes its claim along, and COMMIT the answer that is kept.
    let keys = AtomicUsize::new(0);
    let keyring = IdempotencyKeyring::new(&SecretKey::from_random([7; 32]));
    let create = counted.count(async |store| {
        let key = keys.fetch_add(1, Ordering::Relaxed).to_string();
        let key = keyring.key("createBooking", &key);
        let request = Arc::new(IdempotentRequest::new(key, b"asked"));
        let context = RequestContext {
            idempotency: Some(Arc::clone(&request)),
            ..at(NOW)
        };
        let asked = venue.request();
        let created = store.create_booking(&asked, None, &context).await;
        created.expect("a table is free");
        let ended = store.end_request(&request, Some(b"made")).await;
        ended.expect("it is committed");
    });
    assert_eq!(create.await, 4, "createBooking with a key");
    // Who gets no table waits for no lock: BEGIN with the versions of the day, and the end.
    let refuse = counted.count(async |store| {
        let (mut request, context) = (venue.request(), at(NOW));
        request.time = time(3, 0, 0, 0);
        let refused = store.create_booking(&request, None, &context);
        refused.await.expect_err("it is closed then")
    });
    assert_eq!(refuse.await, 2, "createBooking, refused");
}

/// Whoever asks next finds the day as the change has left it, and reads its versions alone.
#[tokio::test]
async fn availability_after_a_change_reads_no_day() {
    let venue = with_staff().await;
    let counted = CountedStore::connect(&venue).await;
    let store = &counted.store;
    let host = user("host1");
    let staff = BookingCaller::Principal(&host);
    let (request, context) = (venue.request(), at(NOW));
    let available = async || {
        let (query, caller) = (query(2), AvailabilityCaller::default());
        let available = store.get_availability(venue.restaurant, DAY, &query, caller, NOW);
        available.await.expect("it takes bookings");
    };
    for what in ["moved", "cancelled"] {
        let mut counts = Vec::new();
        // As often as for every count: statements are prepared on each connection once.
        for _ in 0..6 {
            let made = store.create_booking(&request, None, &context);
            let id = made.await.expect("a table is free").view.booking.id;
            available().await;
            if what == "moved" {
                let change = BookingChange {
                    time: Some(time(20, 30, 0, 0)),
                    ..BookingChange::default()
                };
                let moved = store.update_booking(&staff, &id, (&change, None), &context);
                moved.await.expect("a table is free");
                counts.push(counted.trips_of(&available).await);
            }
            let cancelled = store.cancel_booking(&staff, &id, None, &context);
            cancelled.await.expect("it is there");
            if what == "cancelled" {
                counts.push(counted.trips_of(&available).await);
            }
        }
        assert_eq!(counts.into_iter().min(), Some(1), "{what}");
    }
}

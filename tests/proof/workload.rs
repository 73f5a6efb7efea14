//! Guests who book, change and cancel through both servers, and ask until they know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use booking_client::types::{
    BookingChange, BookingStatus, ErrorCode, NewBooking, NewCustomer, ViolationCode,
};
use booking_client::{Client, Error, ErrorResponse, ResponseFailure, ResponseValue};
use tokio::task::JoinSet;

use crate::installation::{Installation, next_number};

/// How many guests ask at once.
const GUESTS: usize = 12;

/// How many bookings a guest has at once.
const HELD: usize = 20;

/// How many dates they come on.
const DATES: u32 = 20;

/// The longest that anything is waited for. What takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What the service refused a request with.
pub(crate) type Refused = ErrorResponse<ErrorCode, ViolationCode>;

/// A booking that was acknowledged, as it was last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Acknowledged {
    id: String,
    secret: String,
    party: i32,
    status: BookingStatus,
}

/// Where requests go, and what becomes of them.
pub(crate) struct Requests {
    clients: [Client; 2],
    /// Whether an answer may not come: a server is killed.
    may_be_lost: AtomicBool,
    pub(crate) acknowledged: AtomicUsize,
    pub(crate) unavailable: AtomicUsize,
    pub(crate) lost: AtomicUsize,
}

impl Requests {
    pub(crate) fn new(clients: [Client; 2]) -> Arc<Self> {
        Arc::new(Self {
            clients,
            may_be_lost: AtomicBool::new(false),
            acknowledged: AtomicUsize::new(0),
            unavailable: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
        })
    }

    /// A client of each server.
    pub(crate) const fn clients(&self) -> &[Client; 2] {
        &self.clients
    }

    /// From now on an answer may not come.
    pub(crate) fn allow_lost_answers(&self) {
        self.may_be_lost.store(true, Ordering::SeqCst);
    }

    /// Sends a request until it is granted or refused, to one server and the other.
    pub(crate) async fn settle<T, F>(&self, send: impl Fn(Client) -> F) -> Result<T, Box<Refused>>
    where
        F: Future<Output = Result<ResponseValue<T>, Error>>,
    {
        let mut server = usize::try_from(next_number()).unwrap();
        loop {
            match send(self.clients[server % 2].clone()).await {
                Ok(answer) => {
                    self.acknowledged.fetch_add(1, Ordering::SeqCst);
                    return Ok(answer.into_inner());
                }
                Err(Error::Response(refused)) if refused.status == 503 => {
                    assert!(refused.retry_after.is_some(), "{refused:?}");
                    self.unavailable.fetch_add(1, Ordering::SeqCst);
                }
                Err(Error::Response(refused))
                    if refused.code == Some(ErrorCode::IdempotencyKeyInUse) => {}
                Err(Error::Response(refused))
                    if matches!(refused.failure, ResponseFailure::Interrupted(_)) =>
                {
                    self.lose(&refused.status);
                }
                Err(Error::Response(refused)) if matches!(refused.status.as_u16(), 409 | 422) => {
                    return Err(refused);
                }
                Err(Error::NoResponse(cause)) => self.lose(&cause),
                Err(other) => panic!("neither granted nor refused: {other} {other:?}"),
            }
            // So that a server that is away is not asked without pause.
            tokio::time::sleep(Duration::from_millis(20)).await;
            server += 1;
        }
    }

    fn lose(&self, cause: &dyn std::fmt::Debug) {
        let may_be_lost = self.may_be_lost.load(Ordering::SeqCst);
        assert!(may_be_lost, "no answer, and all servers run: {cause:?}");
        self.lost.fetch_add(1, Ordering::SeqCst);
    }

    /// Waits until so many more of them were counted.
    pub(crate) async fn until(&self, counted: impl Fn(&Self) -> &AtomicUsize, more: usize) {
        let wanted = counted(self).load(Ordering::SeqCst) + more;
        let waiting = async {
            while counted(self).load(Ordering::SeqCst) < wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(TIMEOUT, waiting).await;
        waited.expect("the guests go on");
    }
}

/// A booking for somebody whom nobody has heard of before.
pub(crate) fn wanted(restaurant: i64, date: &str, time: &str, party: i32) -> NewBooking {
    let guest = next_number();
    let customer = NewCustomer::builder()
        .name("Proof Guest")
        .email(format!("guest{guest}@example.com"))
        .phone(format!("+4420{:08}", guest % 100_000_000));
    NewBooking::builder()
        .restaurant_id(restaurant)
        .booking_date(date)
        .booking_time(time)
        .party_size(party)
        .customer(customer)
        .build()
        .unwrap()
}

/// A name for a request.
pub(crate) fn new_key() -> String {
    format!("proof-{}", next_number())
}

/// Guests who book in a restaurant of their own until they are told to stop.
pub(crate) struct Workload {
    pub(crate) requests: Arc<Requests>,
    restaurant: i64,
    is_stopped: Arc<AtomicBool>,
    guests: JoinSet<Vec<Acknowledged>>,
}

impl Workload {
    pub(crate) async fn start(installation: &Installation) -> Self {
        let restaurant = installation.add_restaurant("UTC", &[(1, 6); 8]).await;
        let mut dates = Vec::new();
        for days in 2..2 + DATES {
            dates.push(installation.date(days).await);
        }
        let requests = Requests::new(installation.guests());
        let is_stopped = Arc::new(AtomicBool::new(false));
        let mut guests = JoinSet::new();
        for _ in 0..GUESTS {
            let (requests, dates) = (Arc::clone(&requests), dates.clone());
            let is_stopped = Arc::clone(&is_stopped);
            guests
                .spawn(async move { be_a_guest(&requests, restaurant, &dates, &is_stopped).await });
        }
        Self {
            requests,
            restaurant,
            is_stopped,
            guests,
        }
    }

    /// Waits until all guests know what became of their requests; then every acknowledged booking must
    /// be there as it was acknowledged, and no other.
    pub(crate) async fn stop(self, installation: &Installation) {
        self.is_stopped.store(true, Ordering::SeqCst);
        let stopping = tokio::time::timeout(TIMEOUT, self.guests.join_all());
        let guests = stopping.await.expect("every request is settled in the end");
        let mut acknowledged: Vec<String> = guests
            .iter()
            .flatten()
            .map(|it| format!("{} {} {}", it.id, it.party, it.status))
            .collect();
        let restaurant = self.restaurant;
        let mut stored = installation
            .rows(&format!(
                "SELECT public_id || ' ' || party_size || ' ' || status FROM bookings
                    WHERE restaurant_id = {restaurant}"
            ))
            .await;
        acknowledged.sort_unstable();
        stored.sort_unstable();
        assert_eq!(stored, acknowledged);
    }
}

async fn be_a_guest(
    requests: &Requests,
    restaurant: i64,
    dates: &[String],
    is_stopped: &AtomicBool,
) -> Vec<Acknowledged> {
    let (mut held, mut given_up) = (Vec::new(), Vec::new());
    while !is_stopped.load(Ordering::SeqCst) {
        let number = usize::try_from(next_number()).unwrap();
        let party = i32::try_from(number % 5).unwrap() + 1;
        let time = format!("{}:{}0", 10 + number % 11, number % 2 * 3);
        let new = wanted(restaurant, &dates[number % dates.len()], &time, party);
        let key = new_key();
        let created = requests.settle(|client| {
            let create = client.create_booking().idempotency_key(key.as_str());
            create.body(new.clone()).send()
        });
        // Whoever is refused has nothing.
        if let Ok(booking) = created.await {
            let secret = booking.booking_secret.as_ref();
            held.push(Acknowledged {
                id: booking.booking_id.to_string(),
                secret: secret.expect("a guest gets it").to_string(),
                party: *booking.party_size,
                status: booking.status,
            });
        }
        if let Some(booking) = held.last_mut()
            && number % 3 == 0
        {
            change(requests, booking, party % 5 + 1).await;
        }
        if held.len() == HELD || (number % 4 == 0 && !held.is_empty()) {
            let mut booking = held.remove(number % held.len());
            cancel(requests, &mut booking).await;
            given_up.push(booking);
        }
    }
    held.append(&mut given_up);
    held
}

async fn change(requests: &Requests, booking: &mut Acknowledged, party: i32) {
    let changed = requests.settle(|client| {
        let change = client.update_booking().booking_id(booking.id.as_str());
        let change = change.booking_secret(booking.secret.clone());
        change
            .body(BookingChange::builder().party_size(party))
            .send()
    });
    if let Ok(changed) = changed.await {
        booking.party = *changed.party_size;
    }
}

async fn cancel(requests: &Requests, booking: &mut Acknowledged) {
    let key = new_key();
    let cancelled = requests.settle(|client| {
        let cancel = client.cancel_booking().booking_id(booking.id.as_str());
        let cancel = cancel.idempotency_key(key.as_str());
        cancel.booking_secret(booking.secret.clone()).send()
    });
    let cancelled = cancelled.await.expect("a guest may cancel");
    booking.status = cancelled.status;
}

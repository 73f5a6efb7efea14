//! Random sequences of everything that is done about bookings, from many clients through two servers: what
//! comes of them is what the domain would have made of them one after the other.

use std::sync::{Arc, Mutex};

use booking_client::types::{BookingChange, BookingPolicyChange, DiningTableSettings};
use booking_client::{Client, Error, ResponseValue};
use booking_domain::{
    BookingPolicy, DiningTable, DiningTableName, MaxCovers, PartySize, Service, ServiceHours,
    ServicePeriod, ServicePeriodId, ServicePeriodName, SlotInterval, TableId, TimeZoneName,
    TurnTime, TurnTimes, Weekdays,
};
use jiff::civil::time;
use tokio::task::JoinSet;

use crate::history::{Event, Plan, events_of, judge};
use crate::installation::Installation;
use crate::judgement::assert_consistent;
use crate::length::Length;
use crate::workload::{Refused, Requests, new_key, wanted};

/// How many operations a restaurant sees.
const OPERATIONS: usize = 250;

/// How many restaurants there are at once.
const RESTAURANTS: usize = 6;

/// How many clients each of them has.
const CLIENTS: usize = 4;

/// How often a sequence that fails is tried with a part of it left out.
const SHRINKING_RUNS: usize = 100;

/// The tables: from and up to how many guests.
const TABLES: [(i64, i64); 5] = [(1, 2), (1, 2), (1, 4), (2, 4), (3, 6)];

/// Something that a client does; to the n-th booking that there is, where it is about one.
#[derive(Debug, Clone, Copy)]
enum Operation {
    Create {
        by_staff: bool,
        slot: usize,
        party: i32,
    },
    Change {
        nth: usize,
        by_staff: bool,
        slot: usize,
        party: i32,
    },
    Cancel {
        nth: usize,
        by_staff: bool,
    },
    Confirm {
        nth: usize,
    },
    Decline {
        nth: usize,
    },
    Arrive {
        nth: usize,
    },
    Seat {
        nth: usize,
    },
    Finish {
        nth: usize,
    },
    NoShow {
        nth: usize,
    },
    Undo {
        nth: usize,
    },
    SetPolicy {
        max_covers: Option<i32>,
        confirmation_min_party: Option<i32>,
    },
    SetTable {
        number: usize,
        is_bookable_online: bool,
    },
}

/// Numbers that look random, and are the same for the same seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % limit
    }

    fn party(&mut self) -> i32 {
        i32::try_from(self.below(6)).unwrap() + 1
    }

    fn operation(&mut self) -> Operation {
        let (nth, slot, party) = (self.below(1_000), self.below(SLOTS.len()), self.party());
        let by_staff = self.below(3) == 0;
        match self.below(100) {
            0..40 => Operation::Create {
                by_staff,
                slot,
                party,
            },
            40..52 => Operation::Change {
                nth,
                by_staff,
                slot,
                party,
            },
            52..66 => Operation::Cancel { nth, by_staff },
            66..71 => Operation::Confirm { nth },
            71..74 => Operation::Decline { nth },
            74..79 => Operation::Arrive { nth },
            79..85 => Operation::Seat { nth },
            85..90 => Operation::Finish { nth },
            90..92 => Operation::NoShow { nth },
            92..95 => Operation::Undo { nth },
            95..97 => Operation::SetPolicy {
                max_covers: [None, Some(6), Some(12)][self.below(3)],
                confirmation_min_party: [None, Some(4)][self.below(2)],
            },
            _ => Operation::SetTable {
                number: self.below(TABLES.len()),
                is_bookable_online: self.below(2) == 0,
            },
        }
    }
}

/// The times that are booked. It is about noon: whoever is expected at the first ones can come already.
const SLOTS: [&str; 10] = [
    "14:00", "14:30", "15:00", "15:30", "16:00", "18:00", "18:30", "19:00", "19:30", "20:00",
];

/// A restaurant, as it is known to its clients.
struct Restaurant {
    id: i64,
    today: String,
    table_ids: Vec<i64>,
    guests: Arc<Requests>,
    owners: Arc<Requests>,
    /// Those that were made, with their secrets; the staff's have none.
    bookings: Mutex<Vec<(String, Option<String>)>>,
    /// How it has come to seat, in order. Whoever changes that waits for whoever does so before.
    plans: tokio::sync::Mutex<Vec<Plan>>,
}

impl Restaurant {
    async fn new(installation: &Installation) -> Self {
        let zone = installation.noon().await;
        let id = installation.add_restaurant(&zone, &TABLES).await;
        let today = format!("SELECT (now() AT TIME ZONE '{zone}')::date::text");
        let tables = format!(
            "SELECT table_id::text FROM dining_tables WHERE restaurant_id = {id}
                ORDER BY dining_tables.table_id"
        );
        let tables = installation.rows(&tables).await;
        let table_ids: Vec<i64> = tables.iter().map(|id| id.parse().unwrap()).collect();
        let plan = first_plan(&zone, &table_ids);
        Self {
            id,
            today: installation.rows(&today).await.remove(0),
            table_ids,
            guests: Requests::new(installation.guests()),
            owners: Requests::new(installation.owners()),
            bookings: Mutex::default(),
            plans: tokio::sync::Mutex::new(vec![plan]),
        }
    }

    /// Whatever comes of it is right; what the service must not answer ends the test.
    async fn do_it(&self, operation: Operation) {
        // What is refused has done nothing, which is what the history will show.
        let _refused = self.try_it(operation).await;
    }

    async fn try_it(&self, operation: Operation) -> Result<(), Box<Refused>> {
        let key = &*new_key();
        match operation {
            Operation::Create {
                by_staff,
                slot,
                party,
            } => {
                let new = wanted(self.id, &self.today, SLOTS[slot], party);
                let requests = if by_staff { &self.owners } else { &self.guests };
                let created = requests.settle(|client| {
                    client
                        .create_booking()
                        .idempotency_key(key)
                        .body(new.clone())
                        .send()
                });
                let booking = created.await?;
                let secret = booking.booking_secret.map(|secret| secret.to_string());
                let made = (booking.booking_id.to_string(), secret);
                self.bookings.lock().unwrap().push(made);
            }
            Operation::Change {
                nth,
                by_staff,
                slot,
                party,
            } => {
                let change = BookingChange::builder()
                    .booking_time(SLOTS[slot])
                    .party_size(party);
                self.about(nth, by_staff, |client, id, secret| {
                    let request = client.update_booking().booking_id(id).body(change.clone());
                    match secret {
                        Some(secret) => request.booking_secret(secret).send(),
                        None => request.send(),
                    }
                })
                .await?;
            }
            Operation::Cancel { nth, by_staff } => {
                self.about(nth, by_staff, |client, id, secret| {
                    let request = client.cancel_booking().booking_id(id).idempotency_key(key);
                    match secret {
                        Some(secret) => request.booking_secret(secret).send(),
                        None => request.send(),
                    }
                })
                .await?;
            }
            Operation::Confirm { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .confirm_booking()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::Decline { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .decline_booking()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::Arrive { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .mark_arrived()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::Seat { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .seat_booking()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::Finish { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .finish_booking()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::NoShow { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .mark_no_show()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::Undo { nth } => {
                self.about(nth, true, |client, id, _| {
                    client
                        .undo_booking_step()
                        .booking_id(id)
                        .idempotency_key(key)
                        .send()
                })
                .await?;
            }
            Operation::SetPolicy {
                max_covers,
                confirmation_min_party,
            } => {
                let mut plans = self.plans.lock().await;
                let change = BookingPolicyChange::builder();
                let change = match max_covers {
                    Some(covers) => change.max_covers(covers),
                    None => change.max_covers_null(),
                };
                let change = match confirmation_min_party {
                    Some(party) => change.confirmation_min_party(party),
                    None => change.confirmation_min_party_null(),
                };
                let changed = self.owners.settle(|client| {
                    let request = client.update_booking_policy().restaurant_id(self.id);
                    request.if_match("*").body(change.clone()).send()
                });
                changed.await?;
                let mut plan = plans.last().unwrap().clone();
                plan.policy.max_covers = max_covers.map(|it| MaxCovers::new(it).unwrap());
                plan.policy.confirmation_min_party =
                    confirmation_min_party.map(|it| PartySize::new(it).unwrap());
                plans.push(plan);
            }
            Operation::SetTable {
                number,
                is_bookable_online,
            } => {
                let mut plans = self.plans.lock().await;
                let (min, max) = TABLES[number];
                let table = DiningTableSettings::builder()
                    .name(format!("Table {number}"))
                    .min_party(i32::try_from(min).unwrap())
                    .max_party(i32::try_from(max).unwrap())
                    .is_bookable_online(is_bookable_online);
                let changed = self.owners.settle(|client| {
                    let request = client.update_dining_table().restaurant_id(self.id);
                    let request = request.table_id(self.table_ids[number]).if_match("*");
                    request.body(table.clone()).send()
                });
                changed.await?;
                let mut plan = plans.last().unwrap().clone();
                plan.tables[number].is_bookable_online = is_bookable_online;
                plans.push(plan);
            }
        }
        Ok(())
    }

    /// Sends a request about the n-th booking, if there is one, as its guest or as the staff.
    async fn about<T, F>(
        &self,
        nth: usize,
        by_staff: bool,
        send: impl Fn(Client, String, Option<String>) -> F,
    ) -> Result<(), Box<Refused>>
    where
        F: Future<Output = Result<ResponseValue<T>, Error>>,
    {
        let booking = {
            let bookings = self.bookings.lock().unwrap();
            bookings.get(nth % bookings.len().max(1)).cloned()
        };
        let Some((id, secret)) = booking else {
            return Ok(());
        };
        let secret = secret.filter(|_| !by_staff);
        let requests = if secret.is_some() {
            &self.guests
        } else {
            &self.owners
        };
        let settled = requests.settle(|client| send(client, id.clone(), secret.clone()));
        settled.await.map(drop)
    }
}

fn table_id(id: &i64) -> TableId {
    TableId::new(*id).unwrap()
}

/// How a restaurant seats that has just been entered ([`Installation::add_restaurant`]).
fn first_plan(zone: &str, table_ids: &[i64]) -> Plan {
    let zone = TimeZoneName::parse(zone).unwrap();
    let tables = table_ids.iter().zip(TABLES).enumerate();
    Plan {
        policy: BookingPolicy {
            slot_interval: SlotInterval::from_minutes(30).unwrap(),
            turn_times: TurnTimes::all(TurnTime::from_minutes(60).unwrap()),
            ..BookingPolicy::new(zone)
        },
        period: ServicePeriod {
            id: ServicePeriodId::new(1).unwrap(),
            name: ServicePeriodName::parse("Service").unwrap(),
            weekdays: Weekdays::ALL,
            valid_from: None,
            valid_to: None,
            service: Service {
                hours: ServiceHours::new(time(10, 0, 0, 0), None, time(22, 0, 0, 0)).unwrap(),
                turn_times: None,
                buffer: None,
                pacing: booking_domain::Pacing::default(),
            },
        },
        tables: tables
            .map(|(number, (id, (min, max)))| DiningTable {
                id: table_id(id),
                name: DiningTableName::parse(format!("Table {number}")).unwrap(),
                area: None,
                min_party: PartySize::new(min).unwrap(),
                max_party: PartySize::new(max).unwrap(),
                min_party_lapse: None,
                is_bookable_online: true,
            })
            .collect(),
    }
}

/// What comes of these operations in a restaurant of their own; a text, where the domain would not have made
/// it.
async fn run(installation: &Installation, operations: &[Operation]) -> Result<usize, String> {
    let restaurant = Arc::new(Restaurant::new(installation).await);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (restaurant, operations) = (Arc::clone(&restaurant), operations.to_vec());
        clients.spawn(async move {
            for operation in operations.into_iter().skip(client).step_by(CLIENTS) {
                restaurant.do_it(operation).await;
            }
        });
    }
    clients.join_all().await;
    let rows = installation.rows(&events_of(restaurant.id)).await;
    let events: Vec<Event> = rows.iter().map(|row| Event::parse(row)).collect();
    let plans = restaurant.plans.lock().await;
    judge(restaurant.id, &plans, &events)?;
    // The same with the first booking at a table that nobody would have given it.
    let mut other = events.clone();
    for event in other.iter_mut().filter(|event| event.is_first()) {
        event.state.placement.tables = restaurant.table_ids.iter().map(table_id).collect();
    }
    assert!(events.is_empty() || judge(restaurant.id, &plans, &other).is_err());
    Ok(events.len())
}

/// Leaves out what can be left out of a sequence that still fails then, in parts that become smaller.
async fn shrink<T: Clone, F: Future<Output = bool>>(
    sequence: Vec<T>,
    fails: impl Fn(Vec<T>) -> F,
) -> Vec<T> {
    let (mut shortest, mut runs) = (sequence, 0);
    let mut part = shortest.len() / 2;
    while part > 0 && runs < SHRINKING_RUNS {
        let mut from = 0;
        while from < shortest.len() && runs < SHRINKING_RUNS {
            let mut shorter = shortest.clone();
            shorter.drain(from..(from + part).min(shortest.len()));
            runs += 1;
            if fails(shorter.clone()).await {
                shortest = shorter;
            } else {
                from += part;
            }
        }
        part /= 2;
    }
    shortest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_random_sequences_is_what_the_domain_would_have_made() {
    let length = Length::from_environment();
    let seed = Length::seed();
    let installation = Arc::new(Installation::start().await);
    let (mut begun, mut events) = (0, 0);
    let mut running = JoinSet::new();
    loop {
        while running.len() < RESTAURANTS && begun * OPERATIONS < length.operations() {
            begun += 1;
            let mut numbers = Numbers(seed.wrapping_add(u64::try_from(begun).unwrap() << 32));
            let operations: Vec<Operation> = (0..OPERATIONS).map(|_| numbers.operation()).collect();
            let installation = Arc::clone(&installation);
            running.spawn(async move {
                let judged = run(&installation, &operations).await;
                judged.map_err(|why| (why, operations))
            });
        }
        let Some(judged) = running.join_next().await else {
            break;
        };
        match judged.unwrap() {
            Ok(judged) => events += judged,
            Err((why, operations)) => {
                running.shutdown().await;
                let fails = |operations: Vec<Operation>| {
                    let installation = Arc::clone(&installation);
                    async move { run(&installation, &operations).await.is_err() }
                };
                let shortest = shrink(operations, fails).await;
                panic!("BOOKING_PROOF_SEED={seed} finds {why}\nafter {shortest:#?}");
            }
        }
    }
    // A fifth of all that was asked for was done, at the least.
    assert!(events * 5 > begun * OPERATIONS, "{events} events");
    assert_consistent(&installation).await;
}

#[tokio::test]
async fn a_sequence_is_shrunk_to_what_it_fails_of() {
    let fails = async |numbers: Vec<usize>| numbers.contains(&7) && numbers.contains(&90);
    assert_eq!(shrink((0..100).collect(), fails).await, [7, 90]);
}

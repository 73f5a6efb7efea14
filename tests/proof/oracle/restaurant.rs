//! A restaurant whose clients do what they do, and how it has come to seat.

use std::sync::{Arc, Mutex};

use booking_client::types::{
    BookingChange, BookingPolicyChange, DiningTableSettings, HeldPlace, NewBooking, NewHold,
    RuleOverride, ServicePeriodSettings, StaffRequest,
};
use booking_client::{Client, Error, ResponseValue};
use booking_domain::{
    BookingPolicy, DiningTable, DiningTableName, MaxCovers, MaxParties, Pacing, PartySize, Service,
    ServiceHours, ServicePeriod, ServicePeriodId, ServicePeriodName, SlotInterval, TableId,
    TimeZoneName, TurnTime, TurnTimes, Weekdays,
};
use jiff::civil::{Weekday, time};
use serde_json::json;

use super::operation::{Operation, SLOTS};
use crate::history::Plan;
use crate::installation::Installation;
use crate::workload::{Refused, Requests, new_key, wanted};

/// The tables: from and up to how many guests.
pub(super) const TABLES: [(i64, i64); 5] = [(1, 2), (1, 2), (1, 4), (2, 4), (3, 6)];

/// A restaurant, as it is known to its clients.
pub(super) struct Restaurant {
    pub(super) id: i64,
    today: String,
    pub(super) table_ids: Vec<i64>,
    service_period_id: i64,
    guests: Arc<Requests>,
    owners: Arc<Requests>,
    /// Those that were made, with their secrets; the staff's have none.
    bookings: Mutex<Vec<(String, Option<String>)>>,
    holds: Mutex<Vec<Held>>,
    /// How it has come to seat, in order. Whoever changes that waits for whoever does so before.
    pub(super) plans: tokio::sync::Mutex<Vec<Plan>>,
}

/// A hold, as its holder knows it.
#[derive(Debug, Clone)]
struct Held {
    place: HeldPlace,
    by_staff: bool,
    slot: usize,
    party: i32,
}

impl Restaurant {
    pub(super) async fn new(installation: &Installation) -> Self {
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
        let period = format!(
            "SELECT service_period_id::text FROM service_periods WHERE restaurant_id = {id}"
        );
        let periods = installation.rows(&period).await;
        let [period] = periods.as_slice() else {
            panic!("one service on every day, not {periods:?}");
        };
        Self {
            id,
            today: installation.rows(&today).await.remove(0),
            table_ids,
            service_period_id: period.parse().unwrap(),
            guests: Requests::new(installation.guests()),
            owners: Requests::new(installation.owners()),
            bookings: Mutex::default(),
            holds: Mutex::default(),
            plans: tokio::sync::Mutex::new(vec![plan]),
        }
    }

    /// Whatever comes of it is right; what the service must not answer ends the test.
    pub(super) async fn do_it(&self, operation: Operation, installation: &Installation) {
        // What is refused has done nothing, which is what the history will show.
        let _refused = self.try_it(operation, installation).await;
    }

    async fn try_it(
        &self,
        operation: Operation,
        installation: &Installation,
    ) -> Result<(), Box<Refused>> {
        let key = &*new_key();
        match operation {
            Operation::Create {
                by_staff,
                is_overriding,
                slot,
                party,
            } => {
                let mut new = wanted(self.id, &self.today, SLOTS[slot], party);
                if is_overriding {
                    let rules = [RuleOverride::Pacing, RuleOverride::Capacity];
                    let staff = StaffRequest::builder().override_(rules.to_vec());
                    new.staff = Some(staff.try_into().unwrap());
                }
                self.create(by_staff, new).await?;
            }
            Operation::Hold {
                by_staff,
                slot,
                party,
            } => {
                let new = NewHold::builder()
                    .booking_date(&*self.today)
                    .booking_time(SLOTS[slot])
                    .party_size(party);
                let held = self.requests(by_staff).settle(|client| {
                    let hold = client.create_hold().restaurant_id(self.id);
                    hold.idempotency_key(key).body(new.clone()).send()
                });
                let hold = held.await?;
                let place = HeldPlace {
                    hold_id: hold.hold_id,
                    hold_secret: hold.hold_secret,
                };
                self.holds.lock().unwrap().push(Held {
                    place,
                    by_staff,
                    slot,
                    party,
                });
            }
            Operation::CreateHeld { nth } => {
                if let Some(held) = self.held(nth) {
                    let mut new = wanted(self.id, &self.today, SLOTS[held.slot], held.party);
                    new.hold = Some(held.place);
                    self.create(held.by_staff, new).await?;
                }
            }
            Operation::Release { nth } => {
                if let Some(held) = self.held(nth) {
                    self.release(&held).await;
                }
            }
            Operation::ExpireHold { nth } => {
                if let Some(held) = self.held(nth) {
                    let hold = held.place.hold_id.as_str();
                    let expire = format!("SELECT expire_hold({}, '{hold}')", self.id);
                    installation.rows(&expire).await;
                }
            }
            Operation::ExpireBooking => {
                let expire = format!("SELECT expire_booking({})", self.id);
                installation.rows(&expire).await;
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
            Operation::SetPacing {
                max_parties,
                max_covers,
            } => {
                let mut plans = self.plans.lock().await;
                let mut service = json!({ "first_seating": "10:00", "ends": "22:00" });
                if let Some(parties) = max_parties {
                    service["max_parties"] = parties.into();
                }
                if let Some(covers) = max_covers {
                    service["max_covers"] = covers.into();
                }
                let days = Weekday::Monday.cycle_forward().take(7).map(day_name);
                let settings = json!({
                    "name": "Service", "days": days.collect::<Vec<_>>(), "service": service,
                });
                let settings: ServicePeriodSettings = serde_json::from_value(settings).unwrap();
                let changed = self.owners.settle(|client| {
                    let request = client.update_service_period().restaurant_id(self.id);
                    let request = request.service_period_id(self.service_period_id);
                    request.if_match("*").body(settings.clone()).send()
                });
                changed.await?;
                let mut plan = plans.last().unwrap().clone();
                plan.period.service.pacing = Pacing {
                    max_parties: max_parties.map(|it| MaxParties::new(it).unwrap()),
                    max_covers: max_covers.map(|it| MaxCovers::new(it).unwrap()),
                };
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

    const fn requests(&self, by_staff: bool) -> &Arc<Requests> {
        if by_staff { &self.owners } else { &self.guests }
    }

    async fn create(&self, by_staff: bool, new: NewBooking) -> Result<(), Box<Refused>> {
        let key = &*new_key();
        let created = self.requests(by_staff).settle(|client| {
            let create = client.create_booking().idempotency_key(key);
            create.body(new.clone()).send()
        });
        let booking = created.await?;
        let secret = booking.booking_secret.map(|secret| secret.to_string());
        let made = (booking.booking_id.to_string(), secret);
        self.bookings.lock().unwrap().push(made);
        Ok(())
    }

    /// The n-th hold, if there was one.
    fn held(&self, nth: usize) -> Option<Held> {
        let holds = self.holds.lock().unwrap();
        holds.get(nth % holds.len().max(1)).cloned()
    }

    /// Sets free what a hold keeps; one that is gone stays so.
    async fn release(&self, held: &Held) {
        let [client, _] = self.requests(held.by_staff).clients();
        let release = client.release_hold().restaurant_id(self.id);
        let release = release.hold_id(held.place.hold_id.clone());
        let released = release.hold_secret(held.place.hold_secret.clone()).send();
        match released.await {
            Ok(_) => {}
            Err(Error::Response(refused)) if refused.status == 404 => {}
            Err(other) => panic!("{other} {other:?}"),
        }
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

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

pub(super) fn table_id(id: &i64) -> TableId {
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
                pacing: Pacing::default(),
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

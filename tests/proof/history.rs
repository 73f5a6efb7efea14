//! Whether a restaurant's history is one that the domain would have made: every event is decided again, on
//! what the events before it have left, in the order of the versions of its day.

use std::collections::BTreeMap;

use booking_domain::{
    Booker, Booking, BookingChange, BookingId, BookingPolicy, BookingState, BookingStatus,
    Cancellation, CancellationKind, ChangePlan, Claim, Claimant, ConfirmationCode, Customer,
    Decision, DiningTable, Floor, MadeBooking, Move, PartySize, PlaceRequest, Placement,
    RestaurantCalendar, RestaurantId, RuleOverrides, ServiceDay, ServicePeriod, StepPlan, TableId,
    UtcOffset, Visit, cancel, confirm, decline, expire, finish, mark_arrived, mark_no_show, place,
    plan_change, seat, undo_step,
};
use jiff::Timestamp;
use serde_json::Value;

/// How the restaurant seats, from one of its changes to the next.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) policy: BookingPolicy,
    pub(crate) period: ServicePeriod,
    pub(crate) tables: Vec<DiningTable>,
}

/// An event, as the database has it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    booking: i64,
    version: i64,
    day_version: i64,
    at: Timestamp,
    booker: Booker,
    action: String,
    pub(crate) state: BookingState,
}

/// The events of a restaurant, each as a text of JSON.
pub(crate) fn events_of(restaurant: i64) -> String {
    format!(
        "SELECT to_jsonb(event)::text FROM booking_events event WHERE restaurant_id = {restaurant}"
    )
}

impl Event {
    pub(crate) fn parse(row: &str) -> Self {
        let row: Value = serde_json::from_str(row).unwrap();
        let number = |name: &str| row[name].as_i64().unwrap();
        let text = |name: &str| row[name].as_str();
        let instant = |name: &str| text(name).map(|it| it.parse::<Timestamp>().unwrap());
        let tables = row["table_ids"].as_array().unwrap().iter();
        let kind = text("cancellation_kind").map(|kind| CancellationKind::parse(kind).unwrap());
        Self {
            booking: number("booking_id"),
            version: number("version"),
            day_version: number("day_version"),
            at: instant("occurred_at").unwrap(),
            booker: match text("actor_kind") {
                Some("guest") => Booker::Guest,
                _ => Booker::Staff,
            },
            action: text("action").unwrap().to_owned(),
            state: BookingState {
                status: BookingStatus::parse(text("status").unwrap()).unwrap(),
                date: text("booking_date").unwrap().parse().unwrap(),
                time: text("booking_time").unwrap().parse().unwrap(),
                utc_offset: UtcOffset::from_minutes(
                    i32::try_from(number("utc_offset_minutes")).unwrap(),
                )
                .unwrap(),
                party: PartySize::new(number("party_size")).unwrap(),
                area: None,
                placement: Placement {
                    service_date: text("service_date").unwrap().parse().unwrap(),
                    tables: tables
                        .map(|table| TableId::new(table.as_i64().unwrap()).unwrap())
                        .collect(),
                    starts_at: instant("starts_at").unwrap(),
                    ends_at: instant("ends_at").unwrap(),
                    free_at: instant("free_at").unwrap(),
                },
                is_pinned: row["is_pinned"].as_bool().unwrap(),
                visit: Visit {
                    arrived_at: instant("arrived_at"),
                    seated_at: instant("seated_at"),
                    finished_at: instant("finished_at"),
                },
                expires_at: instant("expires_at"),
                cancellation: kind,
                contact_version: i32::try_from(number("contact_version")).unwrap(),
            },
        }
    }

    /// Who makes room for somebody does so in the same transaction.
    fn is_move(&self) -> bool {
        self.action == "move_booking"
    }

    /// Whether it has made a booking on a day that nobody had looked at.
    pub(crate) fn is_first(&self) -> bool {
        self.action == "create_booking" && self.day_version == 1
    }

    /// The booking that it leaves. Nothing that is decided again looks at what tells of its guest.
    fn booking(&self, restaurant: i64) -> Booking {
        let state = self.state.clone();
        Booking {
            id: BookingId::from_random([7; 32]),
            confirmation_code: ConfirmationCode::from_random([7; 32]),
            status: state.status,
            restaurant: RestaurantId::new(restaurant).unwrap(),
            date: state.date,
            time: state.time,
            utc_offset: state.utc_offset,
            party: state.party,
            area: state.area,
            customer: Customer::default(),
            contact_version: state.contact_version,
            expires_at: state.expires_at,
            special_requests: None,
            cancellation: state
                .cancellation
                .map(|kind| Cancellation { kind, reason: None }),
            placement: state.placement,
            is_pinned: state.is_pinned,
            visit: state.visit,
            created_at: self.at,
            updated_at: self.at,
            version: i32::try_from(self.version).unwrap(),
        }
    }
}

/// What an event should have come to: the state, and who has moved.
type Decided = Result<(BookingState, Vec<Move>), String>;

fn made(made: MadeBooking) -> (BookingState, Vec<Move>) {
    (made.booking.state(), made.moves)
}

fn changed(decision: Decision) -> Decided {
    match decision {
        Decision::Changed(booking) => Ok((booking.state(), Vec::new())),
        Decision::Unchanged => Err("nothing changes".to_owned()),
    }
}

fn stepped(plan: StepPlan, day: &ServiceDay, now: Timestamp) -> Decided {
    match plan {
        StepPlan::Decided(decision) => changed(*decision),
        StepPlan::NeedsTables(step) => step.decide(day, now).map(made).map_err(refused),
    }
}

fn refused(refusal: impl std::fmt::Debug) -> String {
    format!("{refusal:?}")
}

/// What the domain makes of what an event says was asked for.
fn decide(event: &Event, before: Option<&Booking>, day: &ServiceDay) -> Decided {
    let now = event.at;
    let Some(booking) = before else {
        return create(event, day);
    };
    match event.action.as_str() {
        "update_booking" => {
            let change = BookingChange {
                time: Some(event.state.time),
                party: Some(event.state.party),
                ..BookingChange::default()
            };
            match plan_change(booking, &change, None, now).map_err(refused)? {
                ChangePlan::Decided(decision) => changed(decision),
                ChangePlan::NeedsTable(request) => {
                    let decided = request.decide(day, event.booker, now);
                    decided.map(made).map_err(refused)
                }
            }
        }
        "cancel_booking" => {
            let kind = match event.booker {
                Booker::Guest => CancellationKind::Guest,
                Booker::Staff => CancellationKind::Restaurant,
            };
            let cancellation = Cancellation { kind, reason: None };
            changed(cancel(booking, &cancellation, None, now).map_err(refused)?)
        }
        "confirm_booking" => changed(confirm(booking, now).map_err(refused)?),
        "decline_booking" => changed(decline(booking, None, now).map_err(refused)?),
        "mark_arrived" => changed(mark_arrived(booking, now).map_err(refused)?),
        "seat_booking" => stepped(seat(booking, None, now).map_err(refused)?, day, now),
        "finish_booking" => changed(finish(booking, now).map_err(refused)?),
        "mark_no_show" => changed(mark_no_show(booking, now).map_err(refused)?),
        "expire_booking" => changed(expire(booking, now)),
        "undo_booking_step" => stepped(undo_step(booking, now).map_err(refused)?, day, now),
        other => Err(format!("nobody has asked for {other}")),
    }
}

fn create(event: &Event, day: &ServiceDay) -> Decided {
    let state = &event.state;
    let request = PlaceRequest {
        date: state.date,
        time: state.time,
        utc_offset: None,
        service_date: None,
        party: state.party,
        area: None,
        booker: event.booker,
        overrides: RuleOverrides::default(),
        tables: None,
        keep: None,
    };
    let plan = place(day, &request, event.at).map_err(refused)?;
    let waits =
        event.booker == Booker::Guest && day.calendar.policy().needs_confirmation(state.party);
    let status = if waits {
        BookingStatus::Pending
    } else {
        BookingStatus::Confirmed
    };
    let expiry = || (day.calendar.policy()).expiry(plan.placement.starts_at, event.at);
    let created = BookingState {
        status,
        expires_at: waits.then(expiry),
        date: state.date,
        time: state.time,
        utc_offset: state.utc_offset,
        party: state.party,
        area: None,
        placement: plan.placement,
        is_pinned: false,
        visit: Visit::default(),
        cancellation: None,
        contact_version: 1,
    };
    Ok((created, plan.moves))
}

/// Decides all events of a restaurant again, all of whose bookings are on one date. Each must come to what
/// it says by the plan of the one before it or by a later one.
pub(crate) fn judge(restaurant: i64, plans: &[Plan], events: &[Event]) -> Result<(), String> {
    let mut events: Vec<&Event> = events.iter().collect();
    // What takes tables gives the day its version; what only looks at it has the version of that before.
    let looks = |event: &Event| !matches!(&*event.action, "create_booking" | "update_booking");
    events.sort_by_key(|it| (it.day_version, looks(it), it.booking, it.version));
    let (moves, events): (Vec<&Event>, Vec<&Event>) =
        events.into_iter().partition(|event| event.is_move());
    let mut bookings: BTreeMap<i64, Booking> = BTreeMap::new();
    let mut plan = 0;
    for event in events {
        let before = bookings.get(&event.booking);
        let known = before.map_or(0, |booking| i64::from(booking.version));
        if known + 1 != event.version {
            return Err(format!(
                "version {} after {known}: {event:?}",
                event.version
            ));
        }
        let others = bookings.iter().filter(|(key, _)| **key != event.booking);
        let claims: Vec<Claim> = others.filter_map(|(key, it)| claim(*key, it)).collect();
        let date = event.state.placement.service_date;
        let room_made: Vec<&Event> = match looks(event) {
            true => Vec::new(),
            false => {
                let all = moves.iter().copied();
                all.filter(|it| it.day_version == event.day_version)
                    .collect()
            }
        };
        // Whom somebody else is about to change does not make room; at most, that is all who have not.
        let mut held = claims.clone();
        for claim in &mut held {
            claim.is_pinned |= !room_made.iter().any(|moved| moved.booking == claim.key);
        }
        let ways = (plan..plans.len()).flat_map(|plan| [(plan, &claims), (plan, &held)]);
        let mut why = Vec::new();
        let decided_by = ways.into_iter().find_map(|(plan, claims)| {
            let decided = decide(event, before, &plans[plan].day(date, claims.clone()));
            let is_it = decided.as_ref().is_ok_and(|(state, moves)| {
                let has_moved = |it: &Move| {
                    let mut made = room_made.iter();
                    made.any(|by| by.booking == it.key && by.state.placement.tables == it.tables)
                };
                *state == event.state
                    && moves.len() == room_made.len()
                    && moves.iter().all(has_moved)
            });
            why.push(format!("{decided:?}"));
            is_it.then_some(plan)
        });
        let Some(decided_by) = decided_by else {
            return Err(format!(
                "{event:#?} with {room_made:#?} on {claims:#?} is decided otherwise: {why:#?}"
            ));
        };
        plan = decided_by;
        bookings.insert(event.booking, event.booking(restaurant));
        for moved in room_made {
            let mut expected = bookings[&moved.booking].state();
            expected
                .placement
                .tables
                .clone_from(&moved.state.placement.tables);
            if moved.state != expected {
                return Err(format!("{moved:?} should have become {expected:?}"));
            }
            bookings.insert(moved.booking, moved.booking(restaurant));
        }
    }
    let known = |it: &&&Event| i64::from(bookings[&it.booking].version) < it.version;
    match moves.iter().find(known) {
        Some(moved) => Err(format!("nobody needed {moved:?}")),
        None => Ok(()),
    }
}

fn claim(key: i64, booking: &Booking) -> Option<Claim> {
    let placement = booking
        .status
        .is_active()
        .then(|| booking.placement.clone())?;
    Some(Claim {
        key,
        service_date: placement.service_date,
        party: booking.party,
        tables: placement.tables,
        starts_at: placement.starts_at,
        ends_at: placement.ends_at,
        free_at: placement.free_at,
        area: booking.area,
        is_pinned: booking.is_pinned,
        seated_at: booking.visit.seated_at,
        expires_at: booking.expires_at,
        claimant: Claimant::Booking,
    })
}

impl Plan {
    fn day(&self, date: jiff::civil::Date, claims: Vec<Claim>) -> ServiceDay {
        let periods = vec![self.period.clone()];
        ServiceDay {
            calendar: RestaurantCalendar::new(self.policy.clone(), periods, Vec::new()).unwrap(),
            floor: Floor {
                tables: self.tables.clone(),
                ..Floor::default()
            },
            blockouts: Vec::new(),
            date,
            claims,
        }
    }
}

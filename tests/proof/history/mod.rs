//! Whether a restaurant's history is one that the domain would have made: every event is decided again, on
//! what the events before it have left, in the order of the versions of its day.

mod log;

use std::collections::BTreeMap;

pub(crate) use log::{Expiry, HoldEntry, LOG, expiries_of, holds_of};
use log::{HoldChange, Holds};

use booking_domain::{
    Booker, Booking, BookingChange, BookingId, BookingNotes, BookingPolicy, BookingSource,
    BookingState, BookingStatus, Cancellation, CancellationKind, ChangePlan, Claim,
    ConfirmationCode, Customer, Decision, DiningTable, Floor, Hold, MadeBooking, Move, PartySize,
    PlaceRequest, Placement, RestaurantCalendar, RestaurantId, RuleOverride, RuleOverrides,
    ServiceDay, ServicePeriod, StepPlan, TableId, UtcOffset, Visit, cancel, confirm, decline,
    expire, finish, mark_arrived, mark_no_show, place, plan_change, seat, undo_step,
};
use jiff::Timestamp;
use jiff::civil::Date;
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
    /// The rules that it is recorded to have overridden.
    overridden: RuleOverrides,
    pub(crate) state: BookingState,
}

/// The events of a restaurant, with the rules that the log says they have overridden, each as a text of
/// JSON.
pub(crate) fn events_of(restaurant: i64) -> String {
    format!(
        "SELECT (to_jsonb(event) || jsonb_build_object(
            'overridden', COALESCE(to_jsonb(log.overridden_rules), '[]')))::text
        FROM booking_events event JOIN bookings USING (restaurant_id, booking_id)
        LEFT JOIN audit_events log ON log.restaurant_id = event.restaurant_id
            AND log.subject_id = public_id AND log.action = event.action
            AND log.occurred_at = event.occurred_at
        WHERE event.restaurant_id = {restaurant}"
    )
}

impl Event {
    pub(crate) fn parse(row: &str) -> Self {
        let row: Value = serde_json::from_str(row).unwrap();
        let number = |name: &str| row[name].as_i64().unwrap();
        let text = |name: &str| row[name].as_str();
        let instant = |name: &str| text(name).map(|it| it.parse::<Timestamp>().unwrap());
        let tables = row["table_ids"].as_array().unwrap().iter();
        let overridden = row["overridden"].as_array().unwrap().iter();
        let overridden = overridden.map(|it| RuleOverride::parse(it.as_str().unwrap()).unwrap());
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
            overridden: overridden.collect(),
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

    /// Whether it has made a booking.
    pub(crate) fn is_creation(&self) -> bool {
        self.action == "create_booking"
    }

    pub(crate) const fn day_version(&self) -> i64 {
        self.day_version
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
            source: BookingSource::Web,
            notes: BookingNotes::default(),
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

/// What the domain makes of what an event says was asked for, where a hold was used by it.
fn decide(
    event: &Event,
    before: Option<&Booking>,
    used: Option<&Hold>,
    day: &ServiceDay,
) -> Decided {
    let now = event.at;
    let Some(booking) = before else {
        return create(event, used, day);
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
                ChangePlan::NeedsGuest(request) => {
                    let decided = request.decide(Some(&day.calendar), &[], event.booker);
                    let decided = decided.map(|(booking, _)| Decision::Changed(booking));
                    changed(decided.map_err(refused)?)
                }
                ChangePlan::NeedsTable(request) => {
                    let decided = request.decide(day, &[], event.booker, now);
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

fn create(event: &Event, used: Option<&Hold>, day: &ServiceDay) -> Decided {
    let state = &event.state;
    let request = PlaceRequest {
        date: state.date,
        time: state.time,
        utc_offset: None,
        service_date: None,
        party: state.party,
        area: None,
        booker: event.booker,
        overrides: event.overridden,
        tables: None,
        keep: None,
    };
    let request = match used {
        Some(hold) => hold.place_request(request),
        None => request,
    };
    let plan = place(day, &request, event.at).map_err(refused)?;
    if plan.overridden != event.overridden {
        return Err(format!("it overrides {:?}", plan.overridden));
    }
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

/// Something that was decided at a version of the day.
enum Step<'a> {
    Event(&'a Event),
    /// A hold was made.
    Hold(&'a HoldEntry),
    /// A hold is gone, or has expired, after what else happened at the version.
    HoldEnds(&'a HoldEntry),
    /// A pending booking has expired, and nobody has written that yet.
    Expires(&'a Expiry),
}

impl Step<'_> {
    /// By which they are sorted: what takes tables gives the day its version; what only looks at it has the
    /// version of that before.
    fn order(&self) -> (i64, u8, i64, i64) {
        match self {
            Self::Event(event) => {
                let last = if event.looks() { 2 } else { 0 };
                (event.day_version, last, event.booking, event.version)
            }
            Self::Hold(entry) => (entry.day_version, 0, entry.key, 0),
            Self::HoldEnds(entry) => (entry.day_version, 1, entry.key, 0),
            Self::Expires(expiry) => (expiry.day_version, 1, expiry.booking, 0),
        }
    }
}

impl Event {
    fn looks(&self) -> bool {
        !matches!(&*self.action, "create_booking" | "update_booking")
    }
}

/// What is there between two steps.
struct Replay<'a> {
    restaurant: i64,
    plans: &'a [Plan],
    /// The plan by which the last step was decided.
    plan: usize,
    bookings: BTreeMap<i64, Booking>,
    holds: Holds,
    /// Who has made room, for whatever it was.
    moves: Vec<&'a Event>,
}

/// What is recorded of a restaurant.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) events: Vec<Event>,
    pub(crate) holds: Vec<HoldEntry>,
    pub(crate) expiries: Vec<Expiry>,
}

/// Decides all events and holds of a restaurant again, all of whose bookings are on one date. Each must come to
/// what it says by the plan of the one before it or by a later one.
pub(crate) fn judge(restaurant: i64, plans: &[Plan], record: &Record) -> Result<(), String> {
    let Record {
        events,
        holds,
        expiries,
    } = record;
    let mut events = events.clone();
    for expiry in expiries {
        let events = events.iter_mut().filter(|it| it.booking == expiry.booking);
        for event in events.filter(|it| it.state.expires_at == Some(Expiry::PAST)) {
            event.state.expires_at = Some(expiry.expires_at);
        }
    }
    let (moves, events): (Vec<&Event>, Vec<&Event>) =
        events.iter().partition(|event| event.is_move());
    let events = events.into_iter().map(Step::Event);
    let entries = holds.iter().map(|entry| match entry.change {
        HoldChange::Made => Step::Hold(entry),
        HoldChange::Expired | HoldChange::Gone => Step::HoldEnds(entry),
    });
    let steps = events.chain(entries);
    let mut steps: Vec<Step<'_>> = steps.chain(expiries.iter().map(Step::Expires)).collect();
    steps.sort_by_key(Step::order);
    let mut replay = Replay {
        restaurant,
        plans,
        plan: 0,
        bookings: BTreeMap::new(),
        holds: Holds::default(),
        moves,
    };
    for step in steps {
        match step {
            Step::Event(event) => {
                let used = holds.iter().find(|entry| {
                    !event.looks()
                        && entry.change == HoldChange::Gone
                        && entry.day_version == event.day_version
                        && event.at < replay.holds.expires_at(entry.key)
                });
                replay.event(event, used)?;
            }
            Step::Hold(entry) => replay.hold(entry)?,
            Step::HoldEnds(entry) => replay.holds.end(entry),
            Step::Expires(expiry) => {
                let booking = replay.bookings.get_mut(&expiry.booking).unwrap();
                booking.expires_at = Some(Expiry::PAST);
            }
        }
    }
    let known = |it: &&&Event| i64::from(replay.bookings[&it.booking].version) < it.version;
    match replay.moves.iter().find(known) {
        Some(moved) => Err(format!("nobody needed {moved:?}")),
        None => Ok(()),
    }
}

impl<'a> Replay<'a> {
    fn event(&mut self, event: &Event, used: Option<&HoldEntry>) -> Result<(), String> {
        let before = self.bookings.get(&event.booking).cloned();
        let known = before
            .as_ref()
            .map_or(0, |booking| i64::from(booking.version));
        if known + 1 != event.version {
            return Err(format!(
                "version {} after {known}: {event:?}",
                event.version
            ));
        }
        let room_made = match event.looks() {
            true => Vec::new(),
            false => self.room_made_at(event.day_version),
        };
        let claims = self.claims(&[event.booking, used.map_or(0, |entry| entry.key)]);
        let date = event.state.placement.service_date;
        let hold = used.map(|entry| &entry.hold);
        self.decide((event, &event.state), date, (claims, &room_made), |day| {
            decide(event, before.as_ref(), hold, day)
        })?;
        self.bookings
            .insert(event.booking, event.booking(self.restaurant));
        self.move_bookings(&room_made)
    }

    fn hold(&mut self, entry: &HoldEntry) -> Result<(), String> {
        let room_made = self.room_made_at(entry.day_version);
        let claims = self.claims(&[]);
        let placement = &entry.hold.placement;
        self.decide(
            (entry, placement),
            placement.service_date,
            (claims, &room_made),
            |day| entry.decide(day).map_err(refused),
        )?;
        self.holds.make(entry);
        self.move_bookings(&room_made)
    }

    fn room_made_at(&self, day_version: i64) -> Vec<&'a Event> {
        let all = self.moves.iter().copied();
        all.filter(|it| it.day_version == day_version).collect()
    }

    /// What is taken by others than these.
    fn claims(&self, excluded: &[i64]) -> Vec<Claim> {
        let bookings = self.bookings.iter().filter_map(|(key, it)| it.claim(*key));
        let claims = bookings.chain(self.holds.claims());
        claims
            .filter(|claim| !excluded.contains(&claim.key))
            .collect()
    }

    /// Whether a plan that may have been in force comes to what was written, and to the same moves.
    fn decide<S: PartialEq + std::fmt::Debug>(
        &mut self,
        (step, expected): (&dyn std::fmt::Debug, &S),
        date: Date,
        (claims, room_made): (Vec<Claim>, &[&Event]),
        decide: impl Fn(&ServiceDay) -> Result<(S, Vec<Move>), String>,
    ) -> Result<(), String> {
        // Whom somebody else is about to change does not make room; at most, that is all who have not.
        let mut held = claims.clone();
        for claim in &mut held {
            claim.is_pinned |= !room_made.iter().any(|moved| moved.booking == claim.key);
        }
        let plans = self.plan..self.plans.len();
        let ways = plans.flat_map(|plan| [(plan, &claims), (plan, &held)]);
        let mut why = Vec::new();
        for (plan, claims) in ways {
            let decided = decide(&self.plans[plan].day(date, claims.clone()));
            let is_it = decided.as_ref().is_ok_and(|(decided, moves)| {
                let has_moved = |it: &Move| {
                    let mut made = room_made.iter();
                    made.any(|by| by.booking == it.key && by.state.placement.tables == it.tables)
                };
                decided == expected && moves.len() == room_made.len() && moves.iter().all(has_moved)
            });
            if is_it {
                self.plan = plan;
                return Ok(());
            }
            why.push(format!("{decided:?}"));
        }
        Err(format!(
            "{step:#?} with {room_made:#?} on {claims:#?} is decided otherwise: {why:#?}"
        ))
    }

    fn move_bookings(&mut self, moves: &[&Event]) -> Result<(), String> {
        for moved in moves {
            let mut expected = self.bookings[&moved.booking].state();
            let tables = &moved.state.placement.tables;
            expected.placement.tables.clone_from(tables);
            if moved.state != expected {
                return Err(format!("{moved:?} should have become {expected:?}"));
            }
            self.bookings
                .insert(moved.booking, moved.booking(self.restaurant));
        }
        Ok(())
    }
}

impl Plan {
    fn day(&self, date: Date, claims: Vec<Claim>) -> ServiceDay {
        let periods = vec![self.period.clone()];
        ServiceDay {
            calendar: RestaurantCalendar::new(self.policy.clone(), periods, Vec::new())
                .unwrap()
                .into(),
            floor: Floor {
                tables: self.tables.clone(),
                ..Floor::default()
            }
            .into(),
            blockouts: [].into(),
            date,
            claims,
        }
    }
}

//! `getAvailability`: four statements in one round trip, and what is free is computed here.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use common::Peer;
use common::answer::{ClockTime, Text, UtcOffset};
use common::failure::Failure;
use deadpool_postgres::Client;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio_postgres::{Error, Row};

use crate::answer::Refusal;
use crate::transaction::Parameters;

/// The rules, and the instant by which they are judged.
const POLICY: &str = "
    SELECT p.time_zone, p.slot_interval_minutes, p.turn_minutes, p.buffer_minutes,
        $2::integer BETWEEN p.online_min_party AND p.online_max_party
            AND $3::date <= (now() AT TIME ZONE p.time_zone)::date + p.booking_window_days,
        coalesce($2::integer >= p.confirmation_min_party, false),
        now() + p.min_notice_minutes * interval '1 minute'
    FROM booking_policies p JOIN restaurants r USING (restaurant_id)
    WHERE restaurant_id = $1 AND r.suspended_at IS NULL";

const SERVICES: &str = "
    SELECT first_seating, ends FROM service_periods
    WHERE restaurant_id = $1
        AND weekdays & (1 << (extract(isodow FROM $2::date)::integer - 1)) <> 0
    ORDER BY first_seating";

const TABLES: &str = "
    SELECT table_id, area_id FROM dining_tables
    WHERE restaurant_id = $1 AND $2::integer BETWEEN min_party AND max_party AND is_bookable_online
        AND deleted_at IS NULL";

/// What is taken, from the date on until the end of the next one: a service may run past midnight.
const OCCUPANCIES: &str = "
    SELECT o.table_id, lower(o.period), upper(o.period)
    FROM occupancies o JOIN booking_policies p USING (restaurant_id)
    WHERE o.restaurant_id = $1
        AND o.period && tstzrange($2::date::timestamp AT TIME ZONE p.time_zone,
            ($2::date + 2)::timestamp AT TIME ZONE p.time_zone)";

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    date: Date,
    party_size: i32,
}

#[derive(Serialize)]
struct Availability<'a> {
    restaurant_id: i64,
    date: Date,
    party_size: i32,
    time_zone: &'a str,
    slots: Vec<Slot>,
}

#[derive(Serialize)]
struct Slot {
    booking_date: Date,
    booking_time: Text<ClockTime>,
    utc_offset: Text<UtcOffset>,
    service_date: Date,
    starts_at: Timestamp,
    area_ids: BTreeSet<i64>,
    needs_confirmation: bool,
}

/// Everything that decides.
struct Day {
    policy: Row,
    services: Vec<Row>,
    tables: Vec<Row>,
    occupancies: Vec<Row>,
}

pub(crate) async fn get_availability(
    State(peer): State<Peer>,
    Path(restaurant): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let client = peer.pool.get().await.map_err(Failure::database)?;
    let day = load(&client, restaurant, &asked)
        .await
        .map_err(Failure::database)?;
    drop(client);
    let day = day.ok_or(Failure::NotFound)?;
    let time_zone: &str = day.policy.get(0);
    let answer = Availability {
        restaurant_id: restaurant,
        date: asked.date,
        party_size: asked.party_size,
        time_zone,
        slots: slots(&day, &asked, time_zone).map_err(Failure::database)?,
    };
    Ok(Json(&answer).into_response())
}

async fn load(client: &Client, restaurant: i64, asked: &Asked) -> Result<Option<Day>, Error> {
    let policy = client.prepare_cached(POLICY).await?;
    let services = client.prepare_cached(SERVICES).await?;
    let tables = client.prepare_cached(TABLES).await?;
    let occupancies = client.prepare_cached(OCCUPANCIES).await?;
    let of_date: Parameters<'_, 2> = [&restaurant, &asked.date];
    let of_party: Parameters<'_, 2> = [&restaurant, &asked.party_size];
    let of_both: Parameters<'_, 3> = [&restaurant, &asked.party_size, &asked.date];
    let (policy, services, tables, occupancies) = tokio::try_join!(
        client.query_opt(&policy, &of_both),
        client.query(&services, &of_date),
        client.query(&tables, &of_party),
        client.query(&occupancies, &of_date),
    )?;
    Ok(policy.map(|policy| Day {
        policy,
        services,
        tables,
        occupancies,
    }))
}

/// The times at which a table is free.
fn slots(day: &Day, asked: &Asked, time_zone: &str) -> Result<Vec<Slot>, jiff::Error> {
    let policy = &day.policy;
    let minutes = |column| SignedDuration::from_mins(policy.get::<_, i32>(column).into());
    let (interval, turn, buffer) = (minutes(1), minutes(2), minutes(3));
    let (is_open, needs_confirmation): (bool, bool) = (policy.get(4), policy.get(5));
    let earliest: Timestamp = policy.get(6);
    let mut slots = Vec::new();
    if !is_open {
        return Ok(slots);
    }
    let time_zone = TimeZone::get(time_zone)?;
    let mut taken: HashMap<i64, Vec<(Timestamp, Timestamp)>> = HashMap::new();
    for row in &day.occupancies {
        let period = (row.get(1), row.get(2));
        taken.entry(row.get(0)).or_default().push(period);
    }
    for service in &day.services {
        let (first, ends): (Time, Time) = (service.get(0), service.get(1));
        let days = if ends <= first { 1 } else { 0 };
        let ends = asked
            .date
            .to_datetime(ends)
            .checked_add(SignedDuration::from_hours(24 * days))?;
        let mut wall = asked.date.to_datetime(first);
        while wall.checked_add(turn)? <= ends {
            let zoned = wall.to_zoned(time_zone.clone())?;
            let starts_at = zoned.timestamp();
            let free_at = starts_at.checked_add(turn)?.checked_add(buffer)?;
            let is_free = |table: &&Row| {
                let taken = taken
                    .get(&table.get::<_, i64>(0))
                    .map_or(&[][..], Vec::as_slice);
                taken
                    .iter()
                    .all(|(from, until)| free_at <= *from || *until <= starts_at)
            };
            let mut free = day.tables.iter().filter(is_free).peekable();
            if starts_at > earliest && free.peek().is_some() {
                slots.push(Slot {
                    booking_date: wall.date(),
                    booking_time: Text(ClockTime(wall.time())),
                    utc_offset: Text(UtcOffset(zoned.offset().seconds() / 60)),
                    service_date: asked.date,
                    starts_at,
                    area_ids: free.filter_map(|table| table.get(1)).collect(),
                    needs_confirmation,
                });
            }
            wall = wall.checked_add(interval)?;
        }
    }
    Ok(slots)
}

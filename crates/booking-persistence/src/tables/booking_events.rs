//! The table `booking_events`: what has happened to bookings, and what they were then.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;

use booking_domain::{
    Actor, BookingEvent, BookingField, BookingState, BookingStatus, CancellationKind,
    OperationName, PartySize, Placement, RestaurantId, UtcOffset, Visit,
};
use jiff::Timestamp;

use super::audit_events::{actor_columns, parse_actor};
use super::bookings::{area_wish, numbers, tables};
use super::{coalesce, parsed, to_the_minute};
use crate::error::{Corrupt, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, keyset};
use crate::operations::BookingRefusal;
use crate::schema::{booking_days, booking_events};

/// Something that has happened to a booking of a restaurant.
pub(crate) struct NewBookingEvent<'a> {
    pub(crate) restaurant: RestaurantId,
    /// The booking's number.
    pub(crate) key: i64,
    /// The booking's version from then on.
    pub(crate) version: i32,
    pub(crate) occurred_at: Timestamp,
    pub(crate) actor: &'a Actor,
    /// The operation, as the store names it.
    pub(crate) action: &'static str,
    /// What it has changed.
    pub(crate) changed: &'a [BookingField],
    /// What the booking was then.
    pub(crate) state: &'a StateColumns,
}

/// What a booking is, as it is read and written.
#[derive(Queryable, Insertable)]
#[diesel(
    table_name = booking_events,
    treat_none_as_default_value = false
)]
pub(crate) struct StateColumns {
    status: String,
    booking_date: jiff_diesel::Date,
    booking_time: jiff_diesel::Time,
    utc_offset_minutes: i32,
    service_date: jiff_diesel::Date,
    party_size: i32,
    area_id: Option<i64>,
    is_area_required: bool,
    table_ids: Vec<Option<i64>>,
    is_pinned: bool,
    starts_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
    free_at: jiff_diesel::Timestamp,
    arrived_at: Option<jiff_diesel::Timestamp>,
    seated_at: Option<jiff_diesel::Timestamp>,
    finished_at: Option<jiff_diesel::Timestamp>,
    cancellation_kind: Option<String>,
    contact_version: i32,
    expires_at: Option<jiff_diesel::Timestamp>,
}

/// The columns of [`StateColumns`] in `bookings` or in `booking_events`.
macro_rules! state_columns {
    ($table:ident) => {
        (
            $table::status,
            $table::booking_date,
            $table::booking_time,
            $table::utc_offset_minutes,
            $table::service_date,
            $table::party_size,
            $table::area_id,
            $table::is_area_required,
            $table::table_ids,
            $table::is_pinned,
            $table::starts_at,
            $table::ends_at,
            $table::free_at,
            $table::arrived_at,
            $table::seated_at,
            $table::finished_at,
            $table::cancellation_kind,
            $table::contact_version,
            $table::expires_at,
        )
    };
}
pub(super) use state_columns;

impl From<&BookingState> for StateColumns {
    fn from(state: &BookingState) -> Self {
        let tables = numbers(&state.placement.tables);
        let kind = state.cancellation.map(CancellationKind::as_str);
        Self {
            status: state.status.as_str().to_owned(),
            booking_date: state.date.to_diesel(),
            booking_time: state.time.to_diesel(),
            utc_offset_minutes: state.utc_offset.minutes(),
            service_date: state.placement.service_date.to_diesel(),
            party_size: state.party.get(),
            area_id: state.area.map(|wish| wish.area.get()),
            is_area_required: state.area.is_some_and(|wish| wish.is_required),
            table_ids: tables.into_iter().map(Some).collect(),
            is_pinned: state.is_pinned,
            starts_at: state.placement.starts_at.to_diesel(),
            ends_at: state.placement.ends_at.to_diesel(),
            free_at: state.placement.free_at.to_diesel(),
            arrived_at: state.visit.arrived_at.map(ToDiesel::to_diesel),
            seated_at: state.visit.seated_at.map(ToDiesel::to_diesel),
            finished_at: state.visit.finished_at.map(ToDiesel::to_diesel),
            cancellation_kind: kind.map(str::to_owned),
            contact_version: state.contact_version,
            expires_at: state.expires_at.map(ToDiesel::to_diesel),
        }
    }
}

impl StateColumns {
    /// The state of the booking with the number `key`.
    fn parse(self, key: i64) -> Result<BookingState, Corrupt> {
        let status = BookingStatus::parse(&self.status);
        let time = to_the_minute(self.booking_time.to_jiff());
        let offset = UtcOffset::from_minutes(self.utc_offset_minutes);
        let kind = self.cancellation_kind.as_deref().map(|kind| {
            parsed(
                CancellationKind::parse(kind),
                "booking_events.cancellation_kind",
                key,
            )
        });
        Ok(BookingState {
            status: parsed(status, "booking_events.status", key)?,
            date: self.booking_date.to_jiff(),
            time: parsed(time, "booking_events.booking_time", key)?,
            utc_offset: parsed(offset, "booking_events.utc_offset_minutes", key)?,
            party: parsed(
                PartySize::new(self.party_size),
                "booking_events.party_size",
                key,
            )?,
            area: area_wish(self.area_id, self.is_area_required, key)?,
            placement: Placement {
                service_date: self.service_date.to_jiff(),
                tables: tables(&self.table_ids, key)?,
                starts_at: self.starts_at.to_jiff(),
                ends_at: self.ends_at.to_jiff(),
                free_at: self.free_at.to_jiff(),
            },
            is_pinned: self.is_pinned,
            visit: Visit {
                arrived_at: self.arrived_at.map(|it| it.to_jiff()),
                seated_at: self.seated_at.map(|it| it.to_jiff()),
                finished_at: self.finished_at.map(|it| it.to_jiff()),
            },
            expires_at: self.expires_at.map(|it| it.to_jiff()),
            cancellation: kind.transpose()?,
            contact_version: self.contact_version,
        })
    }
}

/// Writes what has happened, in its own transaction, in which the booking's date has its version by now.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    event: &NewBookingEvent<'_>,
) -> QueryResult<()> {
    let (kind, actor) = actor_columns(event.actor);
    let changed: Vec<&str> = event.changed.iter().map(|field| field.as_str()).collect();
    let restaurant = event.restaurant.get();
    let day = booking_days::table
        .find((restaurant, event.state.booking_date))
        .select(booking_days::version)
        .single_value();
    diesel::insert_into(booking_events::table)
        .values((
            booking_events::restaurant_id.eq(restaurant),
            booking_events::booking_id.eq(event.key),
            booking_events::version.eq(event.version),
            booking_events::occurred_at.eq(event.occurred_at.to_diesel()),
            booking_events::actor_kind.eq(kind),
            booking_events::actor_id.eq(actor),
            booking_events::action.eq(event.action),
            booking_events::changed.eq(changed),
            booking_events::day_version.eq(coalesce(day, 0)),
            event.state,
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// What has happened, as it is read.
type EventRow = (
    i32,
    jiff_diesel::Timestamp,
    String,
    Option<String>,
    String,
    Vec<Option<String>>,
    i64,
    StateColumns,
);

fn event(key: i64, row: EventRow) -> Result<BookingEvent, Corrupt> {
    let (version, occurred_at, kind, actor, action, changed, day_version, state) = row;
    let field = |field: Option<String>| {
        let field = field.as_deref().and_then(BookingField::parse);
        parsed(field, "booking_events.changed", key)
    };
    let actor = parse_actor(&kind, actor);
    let action = OperationName::parse(action);
    Ok(BookingEvent {
        version,
        occurred_at: occurred_at.to_jiff(),
        actor: parsed(actor, "booking_events.actor_id", key)?,
        action: parsed(action, "booking_events.action", key)?,
        changed: changed.into_iter().map(field).collect::<Result<_, _>>()?,
        day_version,
        state: state.parse(key)?,
    })
}

/// What has happened to the booking with this number, the earliest first.
pub(crate) async fn list(
    mut connection: &AsyncPgConnection,
    (restaurant, key): (RestaurantId, i64),
    window: &Window,
) -> Result<Page<BookingEvent>, TransactionError<BookingRefusal<CursorOfAnotherList>>> {
    let list = Digest::new("booking_events")
        .text(Some(&format!("{restaurant} {key}")))
        .finish();
    let after = window
        .place(list, |position| i32::try_from(position).ok())
        .map_err(TransactionError::into_rule)?;
    let query = booking_events::table
        .filter(booking_events::restaurant_id.eq(restaurant.get()))
        .filter(booking_events::booking_id.eq(key))
        .select((
            booking_events::version,
            booking_events::occurred_at,
            booking_events::actor_kind,
            booking_events::actor_id,
            booking_events::action,
            booking_events::changed,
            booking_events::day_version,
            state_columns!(booking_events),
        ))
        .into_boxed();
    let query = keyset!(query, after (version, key) = after, asc [
        booking_events::version => version,
        booking_events::booking_id => key
    ]);
    let rows = query.limit(window.rows()).load(&mut connection);
    let page = window.load_uncounted(rows, |row: &EventRow| Cursor {
        list,
        position: row.0.into(),
        id: key,
    });
    Ok(page.await?.try_map(|row| event(key, row))?)
}

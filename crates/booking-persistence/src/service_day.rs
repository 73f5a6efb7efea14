//! The snapshot on which the domain decides.

use std::ops::Bound;

use diesel::dsl::{lower, upper};
use diesel::prelude::*;
use diesel::sql_types::{Range, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_diesel::ToDiesel;

use booking_domain::{
    BookingId, DiningTable, Occupancy, PartySize, Restaurant, RestaurantId, ServiceDay, TableId,
};

use crate::error::{Corrupt, Failure};
use crate::restaurants;
use crate::schema::{bookings, dining_tables, occupancies};

/// A `tstzrange` as Diesel has it.
pub(crate) type Period = (Bound<jiff_diesel::Timestamp>, Bound<jiff_diesel::Timestamp>);

/// From `starts_at` up to, and without, `ends_at`.
pub(crate) fn period(starts_at: Timestamp, ends_at: Timestamp) -> Period {
    (
        Bound::Included(starts_at.to_diesel()),
        Bound::Excluded(ends_at.to_diesel()),
    )
}

/// A restaurant and its tables: what does not change from date to date.
pub(crate) struct House {
    pub(crate) restaurant: Restaurant,
    pub(crate) tables: Vec<DiningTable>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = dining_tables, check_for_backend(diesel::pg::Pg))]
struct TableRow {
    table_id: i64,
    name: String,
    min_party: i32,
    max_party: i32,
}

impl TryFrom<TableRow> for DiningTable {
    type Error = Corrupt;

    fn try_from(row: TableRow) -> Result<Self, Corrupt> {
        let party = |size: i32, column| {
            PartySize::new(i64::from(size)).ok_or_else(|| Corrupt::new(column, row.table_id))
        };
        Ok(Self {
            id: TableId::new(row.table_id),
            min_party: party(row.min_party, "dining_tables.min_party")?,
            max_party: party(row.max_party, "dining_tables.max_party")?,
            name: row.name,
        })
    }
}

/// The restaurant and its tables, if there is such a restaurant, in one round trip.
pub(crate) async fn load_house<R>(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
) -> Result<Option<House>, Failure<R>> {
    let tables = dining_tables::table
        .filter(dining_tables::restaurant_id.eq(id.get()))
        .select(TableRow::as_select())
        .load::<TableRow>(&mut connection);
    let tables = async { Ok(tables.await?) };
    let (restaurant, tables) = tokio::try_join!(biased; restaurants::find(connection, id), tables)?;
    let Some(restaurant) = restaurant else {
        return Ok(None);
    };
    let tables = tables
        .into_iter()
        .map(DiningTable::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Some(House { restaurant, tables }))
}

impl House {
    /// One date of it, as it is now. Who wants to write what is decided on it holds the date's
    /// lock (`lock.rs`).
    pub(crate) async fn day<R>(
        self,
        connection: &AsyncPgConnection,
        date: Date,
    ) -> Result<ServiceDay, Failure<R>> {
        let occupancies = match ServiceDay::span(&self.restaurant, date) {
            Some((from, to)) => load_occupancies(connection, self.restaurant.id, from, to).await?,
            None => Vec::new(),
        };
        Ok(ServiceDay {
            restaurant: self.restaurant,
            tables: self.tables,
            date,
            occupancies,
        })
    }
}

async fn load_occupancies<R>(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Occupancy>, Failure<R>> {
    let span = period(from, to).into_sql::<Range<Timestamptz>>();
    let rows: Vec<OccupancyRow> = occupancies::table
        .inner_join(
            bookings::table.on(bookings::restaurant_id
                .eq(occupancies::restaurant_id)
                .and(bookings::booking_id.eq(occupancies::booking_id))),
        )
        .filter(occupancies::restaurant_id.eq(restaurant.get()))
        .filter(occupancies::period.overlaps_with(span))
        .select((
            occupancies::table_id,
            bookings::public_id,
            lower(occupancies::period),
            upper(occupancies::period),
        ))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(occupancy).collect::<Result<_, _>>()?)
}

/// The table, the booking, and from when until when.
type OccupancyRow = (
    i64,
    String,
    Option<jiff_diesel::Timestamp>,
    Option<jiff_diesel::Timestamp>,
);

fn occupancy((table, booking, starts_at, ends_at): OccupancyRow) -> Result<Occupancy, Corrupt> {
    let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at) else {
        return Err(Corrupt::new("occupancies.period", booking));
    };
    let id = BookingId::parse(&booking);
    Ok(Occupancy {
        table: TableId::new(table),
        booking: id.ok_or_else(|| Corrupt::new("bookings.public_id", booking))?,
        starts_at: starts_at.to_jiff(),
        ends_at: ends_at.to_jiff(),
    })
}

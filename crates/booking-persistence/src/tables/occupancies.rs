//! The table `occupancies`: which table is taken when.

use std::ops::Bound;

use diesel::dsl::{lower, upper};
use diesel::prelude::*;
use diesel::sql_types::{Range, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{Occupancy, Placement, RestaurantId, TableId};

use crate::error::{Corrupt, LoadError};
use crate::schema::occupancies;

/// A `tstzrange` as Diesel has it.
type Period = (Bound<jiff_diesel::Timestamp>, Bound<jiff_diesel::Timestamp>);

/// `[starts_at, ends_at)`.
fn period(starts_at: Timestamp, ends_at: Timestamp) -> Period {
    (
        Bound::Included(starts_at.to_diesel()),
        Bound::Excluded(ends_at.to_diesel()),
    )
}

/// The table, the booking's number, and from when until when.
type OccupancyRow = (
    i64,
    i64,
    Option<jiff_diesel::Timestamp>,
    Option<jiff_diesel::Timestamp>,
);

fn occupancy((table, booking, starts_at, ends_at): OccupancyRow) -> Result<Occupancy, Corrupt> {
    let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at) else {
        return Err(Corrupt::new("occupancies.period", booking));
    };
    Ok(Occupancy {
        table: TableId::new(table),
        starts_at: starts_at.to_jiff(),
        ends_at: ends_at.to_jiff(),
    })
}

/// What of a restaurant is taken at any instant of `[from, to)`, by other bookings than the one with
/// this number, if there is one.
pub(crate) async fn overlapping(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (from, to): (Timestamp, Timestamp),
    excluded: Option<i64>,
) -> Result<Vec<Occupancy>, LoadError> {
    let span = period(from, to).into_sql::<Range<Timestamptz>>();
    let rows: Vec<OccupancyRow> = occupancies::table
        .filter(occupancies::restaurant_id.eq(restaurant.get()))
        .filter(occupancies::period.overlaps_with(span))
        .filter(
            occupancies::booking_id
                .nullable()
                .is_distinct_from(excluded),
        )
        .select((
            occupancies::table_id,
            occupancies::booking_id,
            lower(occupancies::period),
            upper(occupancies::period),
        ))
        .load(&mut connection)
        .await?;
    Ok(rows.into_iter().map(occupancy).collect::<Result<_, _>>()?)
}

/// Takes the table of a booking.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    booking: i64,
    placement: &Placement,
) -> QueryResult<usize> {
    diesel::insert_into(occupancies::table)
        .values((
            occupancies::restaurant_id.eq(restaurant.get()),
            occupancies::booking_id.eq(booking),
            occupancies::table_id.eq(placement.table.get()),
            occupancies::period.eq(period(placement.starts_at, placement.ends_at)),
        ))
        .execute(&mut connection)
        .await
}

/// Moves the occupancy of a booking. Gives the number of rows: 1 for an active booking.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    booking: i64,
    placement: &Placement,
) -> QueryResult<usize> {
    diesel::update(occupancies::table)
        .filter(occupancies::restaurant_id.eq(restaurant.get()))
        .filter(occupancies::booking_id.eq(booking))
        .set((
            occupancies::table_id.eq(placement.table.get()),
            occupancies::period.eq(period(placement.starts_at, placement.ends_at)),
        ))
        .execute(&mut connection)
        .await
}

/// Sets the table of a booking free.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    booking: i64,
) -> QueryResult<usize> {
    diesel::delete(occupancies::table)
        .filter(occupancies::restaurant_id.eq(restaurant.get()))
        .filter(occupancies::booking_id.eq(booking))
        .execute(&mut connection)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::LargeDatabase;

    #[tokio::test]
    async fn what_a_day_has_taken_is_found_by_an_index_of_its_period() {
        let database = LargeDatabase::new();
        let connection = database.connect().await;
        let restaurant = RestaurantId::new(7).expect("it is in range");
        let midnight: Timestamp = "2027-02-11T23:00:00Z".parse().expect("it is an instant");
        let next: Timestamp = "2027-02-13T00:30:00Z".parse().expect("it is an instant");
        let taken = overlapping(&connection.diesel, restaurant, (midnight, next), None).await;
        assert_eq!(taken.expect("it is read").len(), 80);
        connection.assert_plans(&["idx_occupancies_period|occupancies_no_overlap"]);
    }
}

//! The table `occupancies`: which table is taken when. The last guard against a double booking; what
//! is taken is read from `bookings`.

use std::ops::Bound;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join_all;
use jiff_diesel::ToDiesel;

use booking_domain::{Placement, RestaurantId};

use crate::schema::occupancies;

/// Takes the tables of a hold, by its number.
pub(crate) async fn insert_of_hold(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (hold, placement): (i64, &Placement),
) -> QueryResult<usize> {
    let rows = try_join_all(placement.tables.iter().map(|table| async move {
        let mut connection = connection;
        diesel::insert_into(occupancies::table)
            .values((
                occupancies::restaurant_id.eq(restaurant.get()),
                occupancies::hold_id.eq(hold),
                occupancies::table_id.eq(table.get()),
                occupancies::period.eq(period(placement)),
            ))
            .execute(&mut connection)
            .await
    }));
    Ok(rows.await?.into_iter().sum())
}

/// From when until when the tables are taken.
fn period(placement: &Placement) -> (Bound<jiff_diesel::Timestamp>, Bound<jiff_diesel::Timestamp>) {
    (
        Bound::Included(placement.starts_at.to_diesel()),
        Bound::Excluded(placement.free_at.to_diesel()),
    )
}

/// Takes the tables of bookings, by their numbers.
pub(crate) async fn insert(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    bookings: &[(i64, &Placement)],
) -> QueryResult<usize> {
    let taken = bookings.iter().flat_map(|(booking, placement)| {
        let tables = placement.tables.iter();
        tables.map(move |table| (*booking, *placement, *table))
    });
    // A statement for each, sent at once: one of many rows is never kept prepared.
    let rows = try_join_all(taken.map(|(booking, placement, table)| async move {
        let mut connection = connection;
        diesel::insert_into(occupancies::table)
            .values((
                occupancies::restaurant_id.eq(restaurant.get()),
                occupancies::booking_id.eq(booking),
                occupancies::table_id.eq(table.get()),
                occupancies::period.eq(period(placement)),
            ))
            .execute(&mut connection)
            .await
    }));
    Ok(rows.await?.into_iter().sum())
}

/// Sets the tables of bookings free, by their numbers.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    bookings: &[i64],
) -> QueryResult<usize> {
    diesel::delete(occupancies::table)
        .filter(occupancies::restaurant_id.eq(restaurant.get()))
        .filter(occupancies::booking_id.eq_any(bookings))
        .execute(&mut connection)
        .await
}

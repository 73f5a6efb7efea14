//! The table `restaurants`: what a restaurant shows of itself.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{
    Address, Coordinates, Cuisine, RestaurantId, RestaurantName, RestaurantProfile,
    RestaurantSummary,
};

use super::{parsed, restaurant_id};
use crate::error::{Corrupt, LoadError};
use crate::schema::restaurants;

diesel::define_sql_function! {
    /// The next number of a sequence.
    fn nextval(sequence: Text) -> BigInt;
}

/// The number of a restaurant that is still to be written. It is drawn before, for a row is written
/// only into the restaurant that its transaction sees.
pub(crate) async fn draw_id(mut connection: &AsyncPgConnection) -> Result<RestaurantId, LoadError> {
    let number: i64 = diesel::select(nextval("restaurants_restaurant_id_seq"))
        .get_result(&mut connection)
        .await?;
    Ok(restaurant_id(number, "restaurants.restaurant_id")?)
}

/// A restaurant's profile.
#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurants, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ProfileRow {
    pub(crate) restaurant_id: i64,
    name: String,
    cuisine: String,
    address: String,
    lat: f64,
    lng: f64,
}

impl TryFrom<ProfileRow> for RestaurantProfile {
    type Error = Corrupt;

    fn try_from(row: ProfileRow) -> Result<Self, Corrupt> {
        let key = row.restaurant_id;
        Ok(Self {
            id: restaurant_id(key, "restaurants.restaurant_id")?,
            name: parsed(RestaurantName::parse(row.name), "restaurants.name", key)?,
            cuisine: parsed(Cuisine::parse(row.cuisine), "restaurants.cuisine", key)?,
            address: parsed(Address::parse(row.address), "restaurants.address", key)?,
            coordinates: parsed(Coordinates::new(row.lat, row.lng), "restaurants.lat", key)?,
        })
    }
}

/// What a booking shows of its restaurant.
#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurants, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SummaryRow {
    restaurant_id: i64,
    name: String,
    address: String,
}

impl TryFrom<SummaryRow> for RestaurantSummary {
    type Error = Corrupt;

    fn try_from(row: SummaryRow) -> Result<Self, Corrupt> {
        let key = row.restaurant_id;
        Ok(Self {
            id: restaurant_id(key, "restaurants.restaurant_id")?,
            name: parsed(RestaurantName::parse(row.name), "restaurants.name", key)?,
            address: parsed(Address::parse(row.address), "restaurants.address", key)?,
        })
    }
}

/// What a booking shows of the restaurant with this number, if there is one.
pub(crate) async fn find_summary(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
) -> Result<Option<RestaurantSummary>, LoadError> {
    let row: Option<SummaryRow> = restaurants::table
        .find(id.get())
        .select(SummaryRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    Ok(row.map(RestaurantSummary::try_from).transpose()?)
}

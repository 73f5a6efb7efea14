//! The table `restaurants`: what a restaurant shows of itself.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Address, BookingPolicy, Cuisine, Latitude, Longitude, RestaurantId, RestaurantName,
    RestaurantProfile, RestaurantSummary, RestaurantView, ServicePeriod, opening_hours,
};

use super::{nextval, parsed, restaurant_id};
use crate::access::{PlatformAccess, RestaurantAccess};
use crate::error::{Corrupt, LoadError};
use crate::schema::restaurants;

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
    pub(crate) version: i32,
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
            latitude: parsed(Latitude::from_degrees(row.lat), "restaurants.lat", key)?,
            longitude: parsed(Longitude::from_degrees(row.lng), "restaurants.lng", key)?,
        })
    }
}

impl ProfileRow {
    /// What callers see of the restaurant, with how it takes bookings, and when as of `now`.
    pub(crate) fn with_policy(
        self,
        policy: BookingPolicy,
        services: &[ServicePeriod],
        now: Timestamp,
    ) -> Result<RestaurantView, Corrupt> {
        let version = self.version;
        Ok(RestaurantView {
            profile: self.try_into()?,
            opening_hours: opening_hours(services, policy.time_zone.today(now)),
            policy,
            version,
        })
    }
}

/// What a booking shows of its restaurant.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = restaurants, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SummaryRow {
    restaurant_id: i64,
    name: String,
    address: String,
    version: i32,
}

impl TryFrom<SummaryRow> for RestaurantSummary {
    type Error = Corrupt;

    fn try_from(row: SummaryRow) -> Result<Self, Corrupt> {
        let key = row.restaurant_id;
        Ok(Self {
            id: restaurant_id(key, "restaurants.restaurant_id")?,
            name: parsed(RestaurantName::parse(row.name), "restaurants.name", key)?,
            address: parsed(Address::parse(row.address), "restaurants.address", key)?,
            version: row.version,
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

/// The profile of the restaurant with this number, which nobody else changes until the transaction
/// ends. Bookings go on meanwhile.
pub(crate) async fn lock_profile(
    mut connection: &AsyncPgConnection,
    id: RestaurantId,
) -> QueryResult<ProfileRow> {
    restaurants::table
        .find(id.get())
        .select(ProfileRow::as_select())
        .for_no_key_update()
        .first(&mut connection)
        .await
}

/// Notes that something has changed that callers see of a restaurant beside its profile.
pub(crate) async fn touch(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
) -> QueryResult<usize> {
    diesel::update(restaurants::table.find(access.restaurant().get()))
        .set(restaurants::version.eq(restaurants::version + 1))
        .execute(&mut connection)
        .await
}

/// Writes what a restaurant has become.
pub(crate) async fn update_profile(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    restaurant: &RestaurantView,
) -> QueryResult<usize> {
    let profile = &restaurant.profile;
    diesel::update(restaurants::table.find(access.restaurant().get()))
        .set((
            restaurants::name.eq(profile.name.as_str()),
            restaurants::cuisine.eq(profile.cuisine.as_str()),
            restaurants::address.eq(profile.address.as_str()),
            restaurants::lat.eq(profile.latitude.degrees()),
            restaurants::lng.eq(profile.longitude.degrees()),
            restaurants::version.eq(restaurant.version),
        ))
        .execute(&mut connection)
        .await
}

/// Adds a restaurant.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    restaurant: &RestaurantView,
    now: Timestamp,
) -> QueryResult<usize> {
    let profile = &restaurant.profile;
    diesel::insert_into(restaurants::table)
        .values((
            restaurants::restaurant_id.eq(profile.id.get()),
            restaurants::name.eq(profile.name.as_str()),
            restaurants::cuisine.eq(profile.cuisine.as_str()),
            restaurants::address.eq(profile.address.as_str()),
            restaurants::lat.eq(profile.latitude.degrees()),
            restaurants::lng.eq(profile.longitude.degrees()),
            restaurants::version.eq(restaurant.version),
            restaurants::created_at.eq(now.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Suspends a restaurant from an instant on, or ends that for `None`. Gives whether that is new;
/// `None` if there is no such restaurant.
pub(crate) async fn set_suspended_at(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    id: RestaurantId,
    suspended_at: Option<Timestamp>,
) -> QueryResult<Option<bool>> {
    let was_suspended: Option<bool> = restaurants::table
        .find(id.get())
        .select(restaurants::suspended_at.is_not_null())
        .for_no_key_update()
        .first(&mut connection)
        .await
        .optional()?;
    let Some(was_suspended) = was_suspended else {
        return Ok(None);
    };
    let is_new = was_suspended != suspended_at.is_some();
    if is_new {
        diesel::update(restaurants::table.find(id.get()))
            .set(restaurants::suspended_at.eq(suspended_at.map(ToDiesel::to_diesel)))
            .execute(&mut connection)
            .await?;
    }
    Ok(Some(is_new))
}

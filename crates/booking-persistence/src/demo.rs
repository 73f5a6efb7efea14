//! A small demonstration: four restaurants on four continents, and who works in the first.

use std::convert::Infallible;

use credentials::PasswordHash;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::{Time, time};
use jiff_diesel::ToDiesel;

use booking_domain::{Account, Registration, RestaurantId, StaffRole, UserId};

use crate::connection::{pg_advisory_xact_lock, show_restaurant};
use crate::error::{Corrupt, LoadError, StoreError};
use crate::operations::to_the_microsecond;
use crate::schema::{booking_policies, dining_tables, opening_hours, restaurants};
use crate::store::Store;
use crate::tables::{self, accounts, restaurant_staff, users};

/// When the restaurants were entered: 1 January 2026. A demonstration needs no clock.
const FOUNDED: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// A restaurant of the demonstration.
struct DemoRestaurant {
    name: &'static str,
    cuisine: &'static str,
    address: &'static str,
    lat: f64,
    lng: f64,
    time_zone: &'static str,
    slot_interval_minutes: i32,
    turn_minutes: i32,
    hours: &'static [Hours],
    tables: &'static [Tables],
}

/// The first and the last day (Monday is 1), and when it opens and closes on each of them.
type Hours = (i16, i16, Time, Time);

/// How many tables, and the smallest and largest party at each.
type Tables = (usize, i32, i32);

const NOON: Time = time(12, 0, 0, 0);
const THREE: Time = time(15, 0, 0, 0);

const RESTAURANTS: [DemoRestaurant; 4] = [
    DemoRestaurant {
        name: "Bella Italia",
        cuisine: "Italian",
        address: "123 Main St, New York, NY",
        lat: 40.712_8,
        lng: -74.006,
        time_zone: "America/New_York",
        slot_interval_minutes: 15,
        turn_minutes: 90,
        hours: &[
            (1, 5, NOON, THREE),
            (1, 4, time(17, 0, 0, 0), time(22, 30, 0, 0)),
            (5, 6, time(17, 0, 0, 0), time(23, 30, 0, 0)),
            (7, 7, time(16, 0, 0, 0), time(22, 0, 0, 0)),
        ],
        tables: &[(4, 1, 2), (4, 2, 4), (2, 4, 6), (1, 6, 10)],
    },
    DemoRestaurant {
        name: "Zum Goldenen Hirsch",
        cuisine: "German",
        address: "Oranienstraße 21, 10999 Berlin",
        lat: 52.502_3,
        lng: 13.413_9,
        time_zone: "Europe/Berlin",
        slot_interval_minutes: 30,
        turn_minutes: 120,
        hours: &[
            (2, 4, time(17, 30, 0, 0), time(23, 0, 0, 0)),
            // Friday's and Saturday's evening last into the next day.
            (5, 6, time(17, 30, 0, 0), time(1, 30, 0, 0)),
            (7, 7, NOON, time(21, 0, 0, 0)),
        ],
        tables: &[(3, 1, 2), (5, 2, 4), (2, 5, 8)],
    },
    DemoRestaurant {
        name: "Sakura Izakaya",
        cuisine: "Japanese",
        address: "2-14-5 Kabukicho, Shinjuku, Tokyo",
        lat: 35.693_8,
        lng: 139.703_4,
        time_zone: "Asia/Tokyo",
        slot_interval_minutes: 30,
        turn_minutes: 120,
        hours: &[(1, 7, time(18, 0, 0, 0), time(2, 0, 0, 0))],
        tables: &[(6, 1, 2), (3, 2, 4), (1, 4, 8)],
    },
    DemoRestaurant {
        name: "Harbour Kitchen",
        cuisine: "Australian",
        address: "7 Circular Quay W, The Rocks, Sydney NSW",
        lat: -33.858_6,
        lng: 151.209_1,
        time_zone: "Australia/Sydney",
        slot_interval_minutes: 15,
        turn_minutes: 105,
        hours: &[
            (3, 7, time(11, 30, 0, 0), THREE),
            (2, 7, time(17, 30, 0, 0), time(22, 30, 0, 0)),
        ],
        tables: &[(4, 1, 2), (6, 2, 5), (2, 5, 12)],
    },
];

/// The lock under which the demonstration is filled in; see `migrate.rs` for the other one.
const DEMO_LOCK: i64 = 0x4445_4d4f;

impl Store {
    /// Fills an empty database with four restaurants, their tables and their opening hours. A
    /// database in which there is any restaurant stays as it is.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn fill_demo(&self) -> Result<(), StoreError<Infallible>> {
        self.transact("fill_demo", async |connection| Ok(fill(connection).await?))
            .await
    }

    /// Makes the account of somebody who works in the first restaurant of the demonstration. Gives
    /// whether there is one: where the demonstration was not filled in, nobody works for it, and
    /// an account that is there stays as it is.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn create_demo_staff(
        &self,
        registration: &Registration,
        password_hash: &PasswordHash,
        role: StaffRole,
        now: Timestamp,
    ) -> Result<bool, StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("create_demo_staff", async |connection| {
            let Some(restaurant) = first_restaurant(connection).await? else {
                return Ok(false);
            };
            let id = RestaurantId::new(restaurant);
            let restaurant = id.ok_or_else(|| Corrupt::new("restaurants", restaurant))?;
            let Registration { email, name } = registration;
            let user = users::insert_or_find(connection, email, name, None, now).await?;
            let id = UserId::from_random(self.random().bytes()?);
            let account = Account::from_registration(id, registration.clone(), now);
            if accounts::insert(connection, user, &account, Some(password_hash)).await? == 0 {
                return Ok(false);
            }
            show_restaurant(connection, restaurant).await?;
            restaurant_staff::put(connection, restaurant, user, role, now).await?;
            Ok(true)
        })
        .await
    }
}

/// The first restaurant of the demonstration, if it was filled in.
async fn first_restaurant(mut connection: &AsyncPgConnection) -> QueryResult<Option<i64>> {
    restaurants::table
        .filter(restaurants::name.eq(RESTAURANTS[0].name))
        .filter(restaurants::created_at.eq(FOUNDED.to_diesel()))
        .select(restaurants::restaurant_id)
        .first(&mut connection)
        .await
        .optional()
}

async fn fill(mut connection: &AsyncPgConnection) -> Result<(), LoadError> {
    // Of two processes that start at once, the second finds the first one's restaurants.
    diesel::select(pg_advisory_xact_lock(DEMO_LOCK))
        .execute(&mut connection)
        .await?;
    let any = restaurants::table.select(restaurants::restaurant_id);
    let any = diesel::select(diesel::dsl::exists(any));
    if any.get_result::<bool>(&mut connection).await? {
        return Ok(());
    }
    for restaurant in &RESTAURANTS {
        let id = tables::restaurants::draw_id(connection).await?;
        show_restaurant(connection, id).await?;
        let id = id.get();
        add_restaurant(connection, id, restaurant).await?;
        add_policy(connection, id, restaurant).await?;
        add_hours(connection, id, restaurant.hours).await?;
        add_tables(connection, id, restaurant.tables).await?;
    }
    Ok(())
}

async fn add_restaurant(
    mut connection: &AsyncPgConnection,
    id: i64,
    restaurant: &DemoRestaurant,
) -> QueryResult<()> {
    diesel::insert_into(restaurants::table)
        .values((
            restaurants::restaurant_id.eq(id),
            restaurants::name.eq(restaurant.name),
            restaurants::cuisine.eq(restaurant.cuisine),
            restaurants::address.eq(restaurant.address),
            restaurants::lat.eq(restaurant.lat),
            restaurants::lng.eq(restaurant.lng),
            restaurants::created_at.eq(FOUNDED.to_diesel()),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

async fn add_policy(
    mut connection: &AsyncPgConnection,
    id: i64,
    restaurant: &DemoRestaurant,
) -> QueryResult<()> {
    diesel::insert_into(booking_policies::table)
        .values((
            booking_policies::restaurant_id.eq(id),
            booking_policies::time_zone.eq(restaurant.time_zone),
            booking_policies::slot_interval_minutes.eq(restaurant.slot_interval_minutes),
            booking_policies::turn_minutes.eq(restaurant.turn_minutes),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

async fn add_hours(
    mut connection: &AsyncPgConnection,
    restaurant: i64,
    hours: &[Hours],
) -> QueryResult<()> {
    let rows: Vec<_> = hours
        .iter()
        .flat_map(|&(first, last, opens, closes)| {
            (first..=last).map(move |day| {
                (
                    opening_hours::restaurant_id.eq(restaurant),
                    opening_hours::day.eq(day),
                    opening_hours::opens.eq(opens.to_diesel()),
                    opening_hours::closes.eq(closes.to_diesel()),
                )
            })
        })
        .collect();
    diesel::insert_into(opening_hours::table)
        .values(rows)
        .execute(&mut connection)
        .await
        .map(drop)
}

async fn add_tables(
    mut connection: &AsyncPgConnection,
    restaurant: i64,
    tables: &[Tables],
) -> QueryResult<()> {
    let sizes = tables
        .iter()
        .flat_map(|&(count, min, max)| std::iter::repeat_n((min, max), count));
    let rows: Vec<_> = (1..)
        .zip(sizes)
        .map(|(number, (min, max))| {
            (
                dining_tables::restaurant_id.eq(restaurant),
                dining_tables::name.eq(format!("Table {number}")),
                dining_tables::min_party.eq(min),
                dining_tables::max_party.eq(max),
            )
        })
        .collect();
    diesel::insert_into(dining_tables::table)
        .values(rows)
        .execute(&mut connection)
        .await
        .map(drop)
}

//! A small demonstration: four restaurants on four continents, and who works in the first.

use std::convert::Infallible;

use credentials::PasswordHash;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use jiff_diesel::ToDiesel;

use booking_domain::{Account, Registration, RestaurantId, StaffRole, TimeZoneRelease, UserId};

use crate::connection::{pg_advisory_xact_lock, show_restaurant};
use crate::error::{Corrupt, LoadError, StoreError};
use crate::operations::to_the_microsecond;
use crate::schema::{booking_policies, dining_tables, restaurants, service_periods};
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
    /// What else it says of how it seats: SQL, in which `restaurant()` is its number and `special()`
    /// a date of next month.
    seating: &'static str,
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
        seating: "",
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
        // Large parties stay longer, and are confirmed by hand. One evening next month is closed.
        seating: "
            UPDATE booking_policies SET turn_step_parties = '{6}', turn_step_minutes = '{150}',
                confirmation_min_party = 6 WHERE restaurant_id = restaurant();
            INSERT INTO special_days (restaurant_id, name, date_from, date_to)
            VALUES (restaurant(), 'Private party', special(), special());",
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
        // A bar that is open past midnight, and takes no more guests than it has stools and hands.
        seating: "
            UPDATE booking_policies SET max_covers = 28, min_notice_minutes = 15
            WHERE restaurant_id = restaurant();
            WITH bar AS (
                INSERT INTO dining_areas (restaurant_id, name, setting, is_accessible, has_high_chairs)
                VALUES (restaurant(), 'Bar', 'indoor', true, false) RETURNING area_id
            )
            UPDATE dining_tables SET area_id = bar.area_id, min_party_lapse_hours = 3 FROM bar
            WHERE restaurant_id = restaurant() AND max_party = 2;",
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
        // A terrace, tables for two that are put together, and a kitchen that takes so many at once.
        seating: "
            UPDATE service_periods SET max_parties = 8, max_covers = 30
            WHERE restaurant_id = restaurant();
            WITH terrace AS (
                INSERT INTO dining_areas (restaurant_id, name, setting, is_accessible, has_high_chairs)
                VALUES (restaurant(), 'Terrace', 'outdoor', true, true) RETURNING area_id
            )
            UPDATE dining_tables SET area_id = terrace.area_id FROM terrace
            WHERE restaurant_id = restaurant() AND max_party = 2;
            WITH pair AS (
                INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
                VALUES (restaurant(), 'Tables 1 and 2', 3, 4) RETURNING combination_id
            )
            INSERT INTO combined_tables
            SELECT restaurant(), combination_id, table_id FROM pair, dining_tables
            WHERE restaurant_id = restaurant() AND name IN ('Table 1', 'Table 2');",
    },
];

/// The lock under which the demonstration is filled in; see `migrate.rs` for the other one.
const DEMO_LOCK: i64 = 0x4445_4d4f;

impl Store {
    /// Fills an empty database with four restaurants, their tables and services; `now` says which
    /// month is the next. A database in which there is any restaurant stays as it is.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn fill_demo(&self, now: Timestamp) -> Result<(), StoreError<Infallible>> {
        let special = special_date(now);
        self.transact("fill_demo", async |connection| {
            Ok(fill(connection, special).await?)
        })
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

/// The first Thursday of next month.
fn special_date(now: Timestamp) -> Date {
    let next = now.to_zoned(TimeZone::UTC).date().first_of_month();
    let next = next.checked_add(1.month()).unwrap_or(next);
    next.nth_weekday_of_month(1, Weekday::Thursday)
        .unwrap_or(next)
}

async fn fill(mut connection: &AsyncPgConnection, special: Date) -> Result<(), LoadError> {
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
        let seating = restaurant.seating.replace("restaurant()", &id.to_string());
        let seating = seating.replace("special()", &format!("date '{special}'"));
        connection.batch_execute(&seating).await?;
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
            booking_policies::time_zone_release.eq(TimeZoneRelease::bundled().as_str()),
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
        .map(|&(first, last, opens, closes)| {
            let weekdays = (first..=last).fold(0_i16, |bits, day| bits | 1 << (day - 1));
            let name = if opens < THREE { "Lunch" } else { "Dinner" };
            (
                service_periods::restaurant_id.eq(restaurant),
                service_periods::name.eq(name),
                service_periods::weekdays.eq(weekdays),
                service_periods::first_seating.eq(opens.to_diesel()),
                service_periods::ends.eq(closes.to_diesel()),
            )
        })
        .collect();
    diesel::insert_into(service_periods::table)
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

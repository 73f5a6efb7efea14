//! The table `restaurant_staff`: who works for a restaurant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    CustomerName, EmailAddress, Employment, RestaurantId, StaffMember, StaffRole, UserId,
};

use super::parsed;
use super::restaurants::SummaryRow;
use crate::access::{Guarded, RestaurantAccess, RestaurantAccessRefusal};
use crate::error::{Corrupt, LoadError, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, instant_at, keyset};
use crate::schema::{accounts, restaurant_staff, restaurants, users};

/// A member of the staff as they are read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurant_staff, check_for_backend(diesel::pg::Pg))]
struct StaffRow {
    user_id: i64,
    #[diesel(select_expression = accounts::public_id)]
    public_id: String,
    #[diesel(select_expression = accounts::name)]
    name: String,
    #[diesel(select_expression = users::email)]
    email: String,
    role: String,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    updated_at: Timestamp,
}

impl TryFrom<StaffRow> for StaffMember {
    type Error = Corrupt;

    fn try_from(row: StaffRow) -> Result<Self, Corrupt> {
        let key = row.user_id;
        Ok(Self {
            id: parsed(UserId::parse(row.public_id), "accounts.public_id", key)?,
            name: parsed(CustomerName::parse(row.name), "accounts.name", key)?,
            email: parsed(EmailAddress::parse(row.email), "users.email", key)?,
            role: parsed(StaffRole::parse(&row.role), "restaurant_staff.role", key)?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The staff of a restaurant, those first who have been there longest.
pub(crate) async fn list(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    window: &Window,
) -> Result<
    Guarded<Page<StaffMember>>,
    TransactionError<RestaurantAccessRefusal<CursorOfAnotherList>>,
> {
    let list = Digest::new("restaurant_staff")
        .text(Some(&restaurant.to_string()))
        .finish();
    let after = window
        .place(list, instant_at)
        .map_err(TransactionError::into_rule)?;
    let after = after.map(|(instant, id)| (instant.to_diesel(), id));
    let query = restaurant_staff::table
        .inner_join(accounts::table.inner_join(users::table))
        .filter(restaurant_staff::restaurant_id.eq(restaurant.get()))
        .select(StaffRow::as_select())
        .into_boxed();
    let query = keyset!(query, after (instant, id) = after, asc [
        restaurant_staff::created_at => instant,
        restaurant_staff::user_id => id
    ]);
    let rows = query.limit(window.rows()).load(&mut connection);
    let page = window.load_uncounted(rows, |row: &StaffRow| Cursor {
        list,
        position: row.created_at.as_microsecond(),
        id: row.user_id,
    });
    Ok(Guarded::new(
        restaurant,
        page.await?.try_map(StaffMember::try_from)?,
    ))
}

/// An employment as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = restaurant_staff, check_for_backend(diesel::pg::Pg))]
struct EmploymentRow {
    #[diesel(embed)]
    restaurant: SummaryRow,
    restaurant_id: i64,
    role: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl TryFrom<EmploymentRow> for Employment {
    type Error = Corrupt;

    fn try_from(row: EmploymentRow) -> Result<Self, Corrupt> {
        let (key, role) = (row.restaurant_id, StaffRole::parse(&row.role));
        Ok(Self {
            restaurant: row.restaurant.try_into()?,
            role: parsed(role, "restaurant_staff.role", key)?,
        })
    }
}

/// Where a user works, those restaurants first where they have worked longest, and without those that
/// are suspended.
pub(crate) async fn list_of_user(
    mut connection: &AsyncPgConnection,
    user: &UserId,
    window: &Window,
) -> Result<Page<Employment>, TransactionError<CursorOfAnotherList>> {
    let list = Digest::new("employments")
        .text(Some(user.as_str()))
        .finish();
    let after = window.place(list, instant_at)?;
    let after = after.map(|(instant, id)| (instant.to_diesel(), id));
    let query = restaurant_staff::table
        .inner_join(accounts::table)
        .inner_join(restaurants::table)
        .filter(accounts::public_id.eq(user.as_str()))
        .filter(restaurants::suspended_at.is_null())
        .select(EmploymentRow::as_select())
        .into_boxed();
    let query = keyset!(query, after (instant, id) = after, asc [
        restaurant_staff::created_at => instant,
        restaurant_staff::restaurant_id => id
    ]);
    let rows = query.limit(window.rows()).load(&mut connection);
    let page = window.load_uncounted(rows, |row: &EmploymentRow| Cursor {
        list,
        position: row.created_at.as_microsecond(),
        id: row.restaurant_id,
    });
    Ok(page.await?.try_map(Employment::try_from)?)
}

/// Waits until nobody else decides who works for a restaurant.
pub(crate) async fn lock(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> QueryResult<()> {
    // In one order, so that no two wait for each other.
    restaurant_staff::table
        .filter(restaurant_staff::restaurant_id.eq(restaurant.get()))
        .order(restaurant_staff::user_id)
        .select(restaurant_staff::user_id)
        .for_update()
        .load::<i64>(&mut connection)
        .await
        .map(drop)
}

/// The whole staff of a restaurant.
pub(crate) async fn all(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Guarded<Vec<StaffMember>>, LoadError> {
    let rows: Vec<StaffRow> = restaurant_staff::table
        .inner_join(accounts::table.inner_join(users::table))
        .filter(restaurant_staff::restaurant_id.eq(restaurant.get()))
        .select(StaffRow::as_select())
        .load(&mut connection)
        .await?;
    let staff: Result<Vec<_>, Corrupt> = rows.into_iter().map(StaffMember::try_from).collect();
    Ok(Guarded::new(restaurant, staff?))
}

/// Writes what somebody's role has become.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    member: &StaffMember,
) -> QueryResult<usize> {
    let user = accounts::table
        .filter(accounts::public_id.eq(member.id.as_str()))
        .select(accounts::user_id);
    diesel::update(restaurant_staff::table)
        .filter(restaurant_staff::restaurant_id.eq(access.restaurant().get()))
        .filter(restaurant_staff::user_id.eq_any(user))
        .set((
            restaurant_staff::role.eq(member.role.as_str()),
            restaurant_staff::version.eq(member.version),
            restaurant_staff::updated_at.eq(member.updated_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Ends somebody's work for a restaurant; whom they have invited is invited no more.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: &UserId,
) -> QueryResult<usize> {
    let user = accounts::table
        .filter(accounts::public_id.eq(id.as_str()))
        .select(accounts::user_id);
    diesel::delete(restaurant_staff::table)
        .filter(restaurant_staff::restaurant_id.eq(access.restaurant().get()))
        .filter(restaurant_staff::user_id.eq_any(user))
        .execute(&mut connection)
        .await
}

/// What the user with this number is in a restaurant, and nobody else changes until the transaction
/// ends.
pub(crate) async fn lock_role(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    user: i64,
) -> Result<Option<StaffRole>, LoadError> {
    let role: Option<String> = restaurant_staff::table
        .find((restaurant.get(), user))
        .select(restaurant_staff::role)
        .for_update()
        .first(&mut connection)
        .await
        .optional()?;
    let role = role.map(|role| parsed(StaffRole::parse(&role), "restaurant_staff.role", user));
    Ok(role.transpose()?)
}

/// Makes the user with this number a member of the staff that has invited them, or gives them
/// another role there.
pub(crate) async fn put(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    user: i64,
    role: StaffRole,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::insert_into(restaurant_staff::table)
        .values((
            restaurant_staff::restaurant_id.eq(restaurant.get()),
            restaurant_staff::user_id.eq(user),
            restaurant_staff::role.eq(role.as_str()),
            restaurant_staff::version.eq(1),
            restaurant_staff::created_at.eq(now.to_diesel()),
            restaurant_staff::updated_at.eq(now.to_diesel()),
        ))
        .on_conflict((restaurant_staff::restaurant_id, restaurant_staff::user_id))
        .do_update()
        .set((
            restaurant_staff::role.eq(role.as_str()),
            restaurant_staff::version.eq(restaurant_staff::version + 1),
            restaurant_staff::updated_at.eq(now.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// An account, and where it works: a row for each restaurant, or one without any.
#[derive(Queryable)]
pub(crate) struct Employed {
    /// The account's public id.
    pub(crate) user: String,
    /// The account's number.
    pub(crate) account: i64,
    /// The restaurant's number.
    pub(crate) restaurant: Option<i64>,
    pub(crate) role: Option<String>,
}

/// The accounts with these public ids, and where they work.
pub(crate) async fn employments(
    mut connection: &AsyncPgConnection,
    users: &[&str],
) -> QueryResult<Vec<Employed>> {
    let is_of_account = restaurant_staff::user_id.eq(accounts::user_id);
    accounts::table
        .left_join(restaurant_staff::table.on(is_of_account))
        .filter(accounts::public_id.eq_any(users))
        .select((
            accounts::public_id,
            accounts::user_id,
            restaurant_staff::restaurant_id.nullable(),
            restaurant_staff::role.nullable(),
        ))
        .load(&mut connection)
        .await
}

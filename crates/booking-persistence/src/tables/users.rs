//! The table `users`.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{Customer, CustomerName, EmailAddress, PhoneNumber};

use crate::schema::users;

/// The user with this address, whatever its case, if there is one.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    email: &EmailAddress,
) -> QueryResult<Option<i64>> {
    users::table
        .filter(users::email.eq(email.normalized()))
        .select(users::user_id)
        .first(&mut connection)
        .await
        .optional()
}

/// Finds who has an address, and adds them if nobody has. By hand: Diesel prepares no statement anew that has
/// ON CONFLICT.
#[derive(QueryId)]
struct FindOrInsert {
    email: String,
    name: String,
    phone: Option<String>,
    created_at: jiff_diesel::Timestamp,
}

impl Query for FindOrInsert {
    type SqlType = BigInt;
}

impl QueryFragment<Pg> for FindOrInsert {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH found AS (SELECT user_id FROM users WHERE email = ");
        out.push_bind_param::<Text, _>(&self.email)?;
        out.push_sql("), added AS (INSERT INTO users (email, name, phone, created_at) SELECT ");
        out.push_bind_param::<Text, _>(&self.email)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.name)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.phone)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&self.created_at)?;
        out.push_sql(
            " WHERE NOT EXISTS (SELECT FROM found) ON CONFLICT (email) DO NOTHING \
             RETURNING user_id) SELECT user_id FROM found UNION ALL SELECT user_id FROM added",
        );
        Ok(())
    }
}

/// The user who has the address of a customer, who is added if need be; none without an address, and none
/// where somebody else adds them at this moment. One round trip.
pub(crate) async fn find_or_insert(
    mut connection: &AsyncPgConnection,
    customer: &Customer,
    now: Timestamp,
) -> QueryResult<Option<i64>> {
    let Some(email) = &customer.email else {
        return Ok(None);
    };
    let query = FindOrInsert {
        email: email.normalized(),
        name: name_of(customer, email).as_str().to_owned(),
        phone: customer.phone.as_ref().map(|it| it.as_str().to_owned()),
        created_at: now.to_diesel(),
    };
    let users: Vec<i64> = query.load(&mut connection).await?;
    Ok(users.into_iter().next())
}

fn name_of(customer: &Customer, email: &EmailAddress) -> CustomerName {
    let name = customer.name.clone();
    name.unwrap_or_else(|| CustomerName::from_address(email))
}

/// The user who has the address of a customer, who is added if need be; none without an address.
pub(crate) async fn of_customer(
    connection: &AsyncPgConnection,
    customer: &Customer,
    now: Timestamp,
) -> QueryResult<Option<i64>> {
    match (
        find_or_insert(connection, customer, now).await?,
        &customer.email,
    ) {
        // Somebody else has just added them: they are there by now.
        (None, Some(email)) => find(connection, email).await,
        (user, _) => Ok(user),
    }
}

/// Adds a user. If somebody has just added the same one, theirs stays as it is: nobody can
/// rewrite another's details by booking with their address.
pub(crate) async fn insert_or_find(
    mut connection: &AsyncPgConnection,
    email: &EmailAddress,
    name: &CustomerName,
    phone: Option<&PhoneNumber>,
    now: Timestamp,
) -> QueryResult<i64> {
    let added: Option<i64> = diesel::insert_into(users::table)
        .values((
            users::name.eq(name.as_str()),
            users::email.eq(email.normalized()),
            users::phone.eq(phone.map(PhoneNumber::as_str)),
            users::created_at.eq(now.to_diesel()),
        ))
        .on_conflict(users::email)
        .do_nothing()
        .returning(users::user_id)
        .get_result(&mut connection)
        .await
        .optional()?;
    match added {
        Some(user) => Ok(user),
        None => find(connection, email)
            .await?
            .ok_or(diesel::result::Error::NotFound),
    }
}

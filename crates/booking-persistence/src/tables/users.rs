//! The table `users`.

use diesel::prelude::*;
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

/// The user who has the address of a customer, who is added if need be; none without an address.
pub(crate) async fn of_customer(
    connection: &AsyncPgConnection,
    customer: &Customer,
    now: Timestamp,
) -> QueryResult<Option<i64>> {
    let Some(email) = &customer.email else {
        return Ok(None);
    };
    if let Some(user) = find(connection, email).await? {
        return Ok(Some(user));
    }
    let name = customer.name.clone();
    let name = name.unwrap_or_else(|| CustomerName::from_address(email));
    let added = insert_or_find(connection, email, &name, customer.phone.as_ref(), now);
    added.await.map(Some)
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

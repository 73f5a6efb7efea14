//! The table `user_identities`: whom an OpenID provider outside means by a subject.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{OidcIdentity, UserId};

use super::parsed;
use crate::error::LoadError;
use crate::schema::{accounts, user_identities};

/// Whose account an identity is linked with, if it is.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    identity: &OidcIdentity,
) -> Result<Option<UserId>, LoadError> {
    let found: Option<(i64, String)> = user_identities::table
        .inner_join(accounts::table)
        .filter(user_identities::issuer.eq(identity.issuer.as_str()))
        .filter(user_identities::subject.eq(identity.subject.as_str()))
        .select((accounts::user_id, accounts::public_id))
        .first(&mut connection)
        .await
        .optional()?;
    let found = found.map(|(key, id)| parsed(UserId::parse(id), "accounts.public_id", key));
    Ok(found.transpose()?)
}

/// Links an identity with the account of the user in this row, unless it is linked already. Gives the
/// number of rows.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    identity: &OidcIdentity,
    user: i64,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::insert_into(user_identities::table)
        .values((
            user_identities::issuer.eq(identity.issuer.as_str()),
            user_identities::subject.eq(identity.subject.as_str()),
            user_identities::user_id.eq(user),
            user_identities::created_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(&mut connection)
        .await
}

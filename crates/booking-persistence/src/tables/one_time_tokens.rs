//! The table `one_time_tokens`: what a mail lets its reader do once.

use credentials::{OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRecord};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{CustomerName, EmailAddress};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::one_time_tokens;

/// What stands beside a token.
pub(crate) struct StoredToken {
    /// Whose it is, in lower case.
    pub(crate) email: EmailAddress,
    /// The name that they have registered with.
    pub(crate) name: Option<CustomerName>,
    /// How long it is good.
    pub(crate) record: OneTimeTokenRecord,
}

type TokenRow = (String, Option<String>, jiff_diesel::Timestamp);

const COLUMNS: (
    one_time_tokens::email,
    one_time_tokens::name,
    one_time_tokens::expires_at,
) = (
    one_time_tokens::email,
    one_time_tokens::name,
    one_time_tokens::expires_at,
);

fn found(row: QueryResult<TokenRow>) -> Result<Option<StoredToken>, LoadError> {
    let Some((email, name, expires_at)) = row.optional()? else {
        return Ok(None);
    };
    let stored = || {
        let name = name.map(CustomerName::parse);
        let name = name.map(|name| parsed(name, "one_time_tokens.name", &email));
        Ok::<_, Corrupt>(StoredToken {
            name: name.transpose()?,
            email: parsed(
                EmailAddress::parse(email.as_str()),
                "one_time_tokens.email",
                &email,
            )?,
            record: OneTimeTokenRecord {
                expires_at: expires_at.to_jiff(),
                used_at: None,
            },
        })
    };
    Ok(Some(stored()?))
}

/// A purpose as the table has it.
const fn purpose_name(purpose: OneTimeTokenPurpose) -> &'static str {
    match purpose {
        OneTimeTokenPurpose::EmailVerification => "verify_email",
        OneTimeTokenPurpose::PasswordReset => "reset_password",
        OneTimeTokenPurpose::StaffInvitation => "staff_invitation",
        OneTimeTokenPurpose::AuthorizationCode => "authorization_code",
    }
}

/// Gives a token out for this address. An older one for the same purpose is good no more.
pub(crate) async fn replace(
    mut connection: &AsyncPgConnection,
    email: &EmailAddress,
    (purpose, token): (OneTimeTokenPurpose, &OneTimeToken),
    name: Option<&CustomerName>,
    now: Timestamp,
) -> QueryResult<usize> {
    let record = OneTimeTokenRecord::new(purpose, now);
    let columns = (
        one_time_tokens::digest.eq(token.digest().as_bytes().to_vec()),
        one_time_tokens::name.eq(name.map(CustomerName::as_str)),
        one_time_tokens::created_at.eq(now.to_diesel()),
        one_time_tokens::expires_at.eq(record.expires_at.to_diesel()),
    );
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::email.eq(email.normalized()),
            one_time_tokens::purpose.eq(purpose_name(purpose)),
            columns.clone(),
        ))
        .on_conflict((one_time_tokens::email, one_time_tokens::purpose))
        .do_update()
        .set(columns)
        .execute(&mut connection)
        .await
}

/// What stands beside this token, if it is there for this purpose.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    (purpose, token): (OneTimeTokenPurpose, &OneTimeToken),
) -> Result<Option<StoredToken>, LoadError> {
    let row = one_time_tokens::table
        .filter(one_time_tokens::digest.eq(token.digest().as_bytes().to_vec()))
        .filter(one_time_tokens::purpose.eq(purpose_name(purpose)))
        .select(COLUMNS)
        .first(&mut connection);
    found(row.await)
}

/// Takes this token away, if it is there for this purpose: of two who do so at once, one gets what stood beside it.
pub(crate) async fn delete(
    mut connection: &AsyncPgConnection,
    (purpose, token): (OneTimeTokenPurpose, &OneTimeToken),
) -> Result<Option<StoredToken>, LoadError> {
    let row = diesel::delete(one_time_tokens::table)
        .filter(one_time_tokens::digest.eq(token.digest().as_bytes().to_vec()))
        .filter(one_time_tokens::purpose.eq(purpose_name(purpose)))
        .returning(COLUMNS)
        .get_result(&mut connection);
    found(row.await)
}

/// Takes back what was given out for this address and purpose.
pub(crate) async fn delete_for(
    mut connection: &AsyncPgConnection,
    email: &EmailAddress,
    purpose: OneTimeTokenPurpose,
) -> QueryResult<usize> {
    diesel::delete(one_time_tokens::table)
        .filter(one_time_tokens::email.eq(email.normalized()))
        .filter(one_time_tokens::purpose.eq(purpose_name(purpose)))
        .execute(&mut connection)
        .await
}

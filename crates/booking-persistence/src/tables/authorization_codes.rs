//! The table `authorization_codes`: what a program exchanges for tokens once.

use credentials::{CodeChallenge, OneTimeToken, OneTimeTokenRecord};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use booking_domain::{ClientId, Scopes};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::authorization_codes;

/// What somebody has let a program do.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The program.
    pub client: ClientId,
    /// Where the code is sent, up to 2,000 characters.
    pub redirect_uri: String,
    /// What only the program can answer.
    pub code_challenge: CodeChallenge,
    /// What it may do.
    pub scopes: Scopes,
}

/// What stands beside a code.
pub(crate) struct StoredCode {
    pub(crate) authorization: Authorization,
    /// How long it is good, and whether it was used.
    pub(crate) record: OneTimeTokenRecord,
    /// What it was exchanged for.
    pub(crate) session: Option<Uuid>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = authorization_codes, check_for_backend(diesel::pg::Pg))]
struct CodeRow {
    user_id: i64,
    client_id: String,
    redirect_uri: String,
    code_challenge: Vec<u8>,
    scopes: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
    used_at: Option<jiff_diesel::Timestamp>,
    session_id: Option<Uuid>,
}

impl TryFrom<CodeRow> for StoredCode {
    type Error = Corrupt;

    fn try_from(row: CodeRow) -> Result<Self, Corrupt> {
        let key = row.user_id;
        let challenge = row.code_challenge.try_into().ok();
        let challenge = challenge.map(CodeChallenge::from_bytes);
        let client = ClientId::parse(row.client_id);
        let scopes = Scopes::parse(&row.scopes);
        Ok(Self {
            authorization: Authorization {
                client: parsed(client, "authorization_codes.client_id", key)?,
                redirect_uri: row.redirect_uri,
                code_challenge: parsed(challenge, "authorization_codes.code_challenge", key)?,
                scopes: parsed(scopes, "authorization_codes.scopes", key)?,
            },
            record: OneTimeTokenRecord {
                expires_at: row.expires_at,
                used_at: row.used_at.map(jiff_diesel::Timestamp::to_jiff),
            },
            session: row.session_id,
        })
    }
}

/// Writes a code of this user.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    (user, code): (i64, &OneTimeToken),
    authorization: &Authorization,
    (record, now): (OneTimeTokenRecord, Timestamp),
) -> QueryResult<usize> {
    diesel::insert_into(authorization_codes::table)
        .values((
            authorization_codes::digest.eq(code.digest().as_bytes().to_vec()),
            authorization_codes::user_id.eq(user),
            authorization_codes::client_id.eq(authorization.client.as_str()),
            authorization_codes::redirect_uri.eq(authorization.redirect_uri.as_str()),
            authorization_codes::code_challenge
                .eq(authorization.code_challenge.as_bytes().to_vec()),
            authorization_codes::scopes.eq(authorization.scopes.to_string()),
            authorization_codes::created_at.eq(now.to_diesel()),
            authorization_codes::expires_at.eq(record.expires_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// The number of the user whose code it is, if there is one.
pub(crate) async fn find_user(
    mut connection: &AsyncPgConnection,
    code: &OneTimeToken,
) -> QueryResult<Option<i64>> {
    authorization_codes::table
        .find(code.digest().as_bytes().to_vec())
        .select(authorization_codes::user_id)
        .first(&mut connection)
        .await
        .optional()
}

/// Locks a code, if it is there.
pub(crate) async fn lock(
    mut connection: &AsyncPgConnection,
    code: &OneTimeToken,
) -> Result<Option<StoredCode>, LoadError> {
    let row: Option<CodeRow> = authorization_codes::table
        .find(code.digest().as_bytes().to_vec())
        .select(CodeRow::as_select())
        .for_no_key_update()
        .first(&mut connection)
        .await
        .optional()?;
    Ok(row.map(StoredCode::try_from).transpose()?)
}

/// Remembers what a code was exchanged for.
pub(crate) async fn redeem(
    mut connection: &AsyncPgConnection,
    code: &OneTimeToken,
    session: Uuid,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(authorization_codes::table.find(code.digest().as_bytes().to_vec()))
        .set((
            authorization_codes::used_at.eq(now.to_diesel()),
            authorization_codes::session_id.eq(session),
        ))
        .execute(&mut connection)
        .await
}

/// Takes back what a user has given out and nobody has used.
pub(crate) async fn delete_unused(
    mut connection: &AsyncPgConnection,
    user: i64,
) -> QueryResult<usize> {
    diesel::delete(authorization_codes::table)
        .filter(authorization_codes::user_id.eq(user))
        .filter(authorization_codes::used_at.is_null())
        .execute(&mut connection)
        .await
}

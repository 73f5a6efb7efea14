//! The table `sessions`: logins that last, each a family of refresh tokens.

use credentials::RefreshFamily;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use booking_domain::{ClientId, RevocationReason, Scopes};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::sessions;

/// A login that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, its age, and which of its refresh tokens is the latest.
    pub family: RefreshFamily,
    /// The program with which the user has logged in.
    pub client: ClientId,
    /// What the user has let the program do at the most. What they may do themselves is another
    /// question, asked by each operation.
    pub scopes: Scopes,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
struct SessionRow {
    session_id: Uuid,
    user_id: i64,
    client_id: String,
    scopes: String,
    generation: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    rotated_at: Timestamp,
    revoked_at: Option<jiff_diesel::Timestamp>,
}

/// A session, and the number of its user's row.
pub(crate) struct StoredSession {
    pub(crate) user: i64,
    pub(crate) session: Session,
}

impl TryFrom<SessionRow> for StoredSession {
    type Error = Corrupt;

    fn try_from(row: SessionRow) -> Result<Self, Corrupt> {
        let key = row.session_id;
        let generation = u32::try_from(row.generation).ok();
        let session = Session {
            family: RefreshFamily {
                id: key,
                generation: parsed(generation, "sessions.generation", key)?,
                started_at: row.created_at,
                rotated_at: row.rotated_at,
                revoked_at: row.revoked_at.map(jiff_diesel::Timestamp::to_jiff),
            },
            client: parsed(ClientId::parse(row.client_id), "sessions.client_id", key)?,
            scopes: parsed(Scopes::parse(&row.scopes), "sessions.scopes", key)?,
        };
        Ok(Self {
            user: row.user_id,
            session,
        })
    }
}

/// Writes a new session of this user.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    user: i64,
    session: &Session,
) -> QueryResult<usize> {
    let family = session.family;
    diesel::insert_into(sessions::table)
        .values((
            sessions::session_id.eq(family.id),
            sessions::user_id.eq(user),
            sessions::client_id.eq(session.client.as_str()),
            sessions::scopes.eq(session.scopes.to_string()),
            sessions::generation.eq(i64::from(family.generation)),
            sessions::created_at.eq(family.started_at.to_diesel()),
            sessions::rotated_at.eq(family.rotated_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Locks the session with this id, if there is one.
pub(crate) async fn lock(
    mut connection: &AsyncPgConnection,
    id: Uuid,
) -> Result<Option<StoredSession>, LoadError> {
    let row: Option<SessionRow> = sessions::table
        .find(id)
        .select(SessionRow::as_select())
        .for_no_key_update()
        .first(&mut connection)
        .await
        .optional()?;
    Ok(row.map(StoredSession::try_from).transpose()?)
}

/// Writes the next generation of a session.
pub(crate) async fn update(
    mut connection: &AsyncPgConnection,
    family: &RefreshFamily,
) -> QueryResult<usize> {
    diesel::update(sessions::table.find(family.id))
        .set((
            sessions::generation.eq(i64::from(family.generation)),
            sessions::rotated_at.eq(family.rotated_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Ends a session. One that has ended before stays as it is.
pub(crate) async fn revoke(
    mut connection: &AsyncPgConnection,
    id: Uuid,
    reason: RevocationReason,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(sessions::table.find(id))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::revoked_at.eq(now.to_diesel()),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .execute(&mut connection)
        .await
}

/// Ends all sessions of a user, or all but one. Those that have ended before stay as they are.
pub(crate) async fn revoke_all(
    mut connection: &AsyncPgConnection,
    user: i64,
    but: Option<Uuid>,
    reason: RevocationReason,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::session_id.nullable().is_distinct_from(but))
        .set((
            sessions::revoked_at.eq(now.to_diesel()),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .execute(&mut connection)
        .await
}

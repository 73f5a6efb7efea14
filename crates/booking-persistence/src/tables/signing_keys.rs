//! The table `signing_keys`: what access tokens are signed with.

use credentials::{PublicKey, SigningKeyLife};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::signing_keys;

/// A signing key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// What its tokens are verified with.
    pub public_key: PublicKey,
    /// What its tokens are signed with, sealed under the server's secret key.
    pub sealed_private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when until when it signs.
    pub life: SigningKeyLife,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
struct KeyRow {
    key_id: String,
    public_key: Vec<u8>,
    sealed_private_key: Vec<u8>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    active_from: Timestamp,
    retired_at: Option<jiff_diesel::Timestamp>,
}

impl TryFrom<KeyRow> for StoredSigningKey {
    type Error = Corrupt;

    fn try_from(row: KeyRow) -> Result<Self, Corrupt> {
        let public_key = row.public_key.try_into().ok().map(PublicKey::from_bytes);
        let public_key = public_key.filter(|key| key.key_id() == row.key_id);
        Ok(Self {
            public_key: parsed(public_key, "signing_keys.public_key", row.key_id)?,
            sealed_private_key: row.sealed_private_key,
            created_at: row.created_at,
            life: SigningKeyLife {
                active_from: row.active_from,
                retired_at: row.retired_at.map(jiff_diesel::Timestamp::to_jiff),
            },
        })
    }
}

/// All keys, in the order in which they become active.
pub(crate) async fn all(
    mut connection: &AsyncPgConnection,
) -> Result<Vec<StoredSigningKey>, LoadError> {
    let rows: Vec<KeyRow> = signing_keys::table
        .order((signing_keys::active_from, signing_keys::key_id))
        .select(KeyRow::as_select())
        .load(&mut connection)
        .await?;
    let keys = rows.into_iter().map(StoredSigningKey::try_from);
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Writes a new key, or the life of one that is there.
pub(crate) async fn upsert(
    mut connection: &AsyncPgConnection,
    key: &StoredSigningKey,
) -> QueryResult<usize> {
    let life = (
        signing_keys::active_from.eq(key.life.active_from.to_diesel()),
        signing_keys::retired_at.eq(key.life.retired_at.map(ToDiesel::to_diesel)),
    );
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::key_id.eq(key.public_key.key_id()),
            signing_keys::public_key.eq(key.public_key.as_bytes().to_vec()),
            signing_keys::sealed_private_key.eq(key.sealed_private_key.as_slice()),
            signing_keys::created_at.eq(key.created_at.to_diesel()),
            life,
        ))
        .on_conflict(signing_keys::key_id)
        .do_update()
        .set(life)
        .execute(&mut connection)
        .await
}

//! The table `api_keys`: keys of the programs that act for a restaurant.

use credentials::{ApiKey, TokenDigest};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{ApiKeyId, ApiKeyName, ApiKeyView, Principal, RestaurantId, Scopes};

use super::{parsed, restaurant_id};
use crate::access::{Guarded, RestaurantAccess, RestaurantAccessRefusal};
use crate::error::{Corrupt, LoadError, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, instant_at, keyset};
use crate::schema::api_keys;

/// A key as its restaurant sees it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
struct KeyRow {
    api_key_id: i64,
    public_id: String,
    name: String,
    scopes: String,
    created_at: jiff_diesel::Timestamp,
    expires_at: jiff_diesel::Timestamp,
    last_used_at: Option<jiff_diesel::Timestamp>,
}

impl TryFrom<KeyRow> for ApiKeyView {
    type Error = Corrupt;

    fn try_from(row: KeyRow) -> Result<Self, Corrupt> {
        let key = row.api_key_id;
        Ok(Self {
            id: parsed(ApiKeyId::parse(row.public_id), "api_keys.public_id", key)?,
            name: parsed(ApiKeyName::parse(row.name), "api_keys.name", key)?,
            scopes: parsed(Scopes::parse(&row.scopes), "api_keys.scopes", key)?,
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            last_used_at: row.last_used_at.map(jiff_diesel::Timestamp::to_jiff),
        })
    }
}

/// Writes a new key, of which only the digest is kept.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    (view, digest): (&ApiKeyView, &TokenDigest),
    created_by: i64,
) -> QueryResult<usize> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::restaurant_id.eq(access.restaurant().get()),
            api_keys::public_id.eq(view.id.as_str()),
            api_keys::digest.eq(digest.as_bytes().to_vec()),
            api_keys::name.eq(view.name.as_str()),
            api_keys::scopes.eq(view.scopes.to_string()),
            api_keys::created_by.eq(created_by),
            api_keys::created_at.eq(view.created_at.to_diesel()),
            api_keys::expires_at.eq(view.expires_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// The keys of a restaurant that are not revoked, the newest first.
pub(crate) async fn list(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    window: &Window,
) -> Result<Guarded<Page<ApiKeyView>>, TransactionError<RestaurantAccessRefusal<CursorOfAnotherList>>>
{
    let list = Digest::new("api_keys")
        .text(Some(&restaurant.to_string()))
        .finish();
    let after = window
        .place(list, instant_at)
        .map_err(TransactionError::into_rule)?;
    let after = after.map(|(instant, id)| (instant.to_diesel(), id));
    let query = api_keys::table
        .filter(api_keys::restaurant_id.eq(restaurant.get()))
        .filter(api_keys::revoked_at.is_null())
        .select(KeyRow::as_select())
        .into_boxed();
    let query = keyset!(query, after (instant, id) = after, desc [
        api_keys::created_at => instant,
        api_keys::api_key_id => id
    ]);
    let rows = query.limit(window.rows()).load(&mut connection);
    let page = window.load_uncounted(rows, |row: &KeyRow| Cursor {
        list,
        position: row.created_at.to_jiff().as_microsecond(),
        id: row.api_key_id,
    });
    Ok(Guarded::new(
        restaurant,
        page.await?.try_map(ApiKeyView::try_from)?,
    ))
}

/// One key of a restaurant, if it has it and has not revoked it.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    id: &ApiKeyId,
) -> Result<Guarded<Option<ApiKeyView>>, LoadError> {
    let row: Option<KeyRow> = api_keys::table
        .filter(api_keys::restaurant_id.eq(restaurant.get()))
        .filter(api_keys::public_id.eq(id.as_str()))
        .filter(api_keys::revoked_at.is_null())
        .select(KeyRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    let view = row.map(ApiKeyView::try_from).transpose()?;
    Ok(Guarded::new(restaurant, view))
}

/// Ends a key. Gives the number of rows: 1, if the restaurant has it and has not revoked it.
pub(crate) async fn revoke(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    id: &ApiKeyId,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(api_keys::table)
        .filter(api_keys::restaurant_id.eq(access.restaurant().get()))
        .filter(api_keys::public_id.eq(id.as_str()))
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::revoked_at.eq(now.to_diesel()))
        .execute(&mut connection)
        .await
}

/// What a key that is presented has to be compared with.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PresentedKey {
    restaurant_id: i64,
    api_key_id: i64,
    digest: Vec<u8>,
    scopes: String,
    expires_at: jiff_diesel::Timestamp,
    last_used_at: Option<jiff_diesel::Timestamp>,
    revoked_at: Option<jiff_diesel::Timestamp>,
}

/// What a key that is presented has to be compared with, if there is one with its id.
pub(crate) async fn find_presented(
    mut connection: &AsyncPgConnection,
    key: &ApiKey,
) -> QueryResult<Option<PresentedKey>> {
    api_keys::table
        .filter(api_keys::public_id.eq(key.key_id()))
        .select(PresentedKey::as_select())
        .first(&mut connection)
        .await
        .optional()
}

impl PresentedKey {
    /// Whom the key identifies, if it is good now. Its digest is compared in constant time.
    pub(crate) fn authenticate(
        &self,
        key: &ApiKey,
        now: Timestamp,
    ) -> Result<Option<Principal>, Corrupt> {
        let row = self.api_key_id;
        let digest: Option<[u8; 32]> = self.digest.as_slice().try_into().ok();
        let digest = TokenDigest::from_bytes(parsed(digest, "api_keys.digest", row)?);
        let is_same = digest.matches(&key.digest());
        if !is_same || self.revoked_at.is_some() || self.expires_at.to_jiff() <= now {
            return Ok(None);
        }
        Ok(Some(Principal::ApiKey {
            id: parsed(ApiKeyId::parse(key.key_id()), "api_keys.public_id", row)?,
            restaurant: restaurant_id(self.restaurant_id, "api_keys.restaurant_id")?,
            scopes: parsed(Scopes::parse(&self.scopes), "api_keys.scopes", row)?,
        }))
    }

    /// Whether its last use was longer ago than is kept track of.
    pub(crate) fn is_use_due(&self, now: Timestamp) -> bool {
        let last = self.last_used_at.map(jiff_diesel::Timestamp::to_jiff);
        last.is_none_or(|last| now.duration_since(last) >= USE_RESOLUTION)
    }
}

/// To what a key's last use is known.
const USE_RESOLUTION: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// Remembers that a key was used, unless somebody has just done so.
pub(crate) async fn record_use(
    mut connection: &AsyncPgConnection,
    key: &PresentedKey,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(api_keys::table.find((key.restaurant_id, key.api_key_id)))
        .filter(api_keys::last_used_at.is_not_distinct_from(key.last_used_at))
        .set(api_keys::last_used_at.eq(now.to_diesel()))
        .execute(&mut connection)
        .await
}

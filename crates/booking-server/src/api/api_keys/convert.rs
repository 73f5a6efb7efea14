//! Keys of a restaurant's programs.

use booking_api::types;
use booking_domain as domain;
use credentials::ExposeSecret;

use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// What createApiKey asks for.
pub(crate) fn new_api_key(body: types::NewApiKey) -> domain::NewApiKey {
    let scopes = body.scopes.into_iter().map(wanted_scope);
    domain::NewApiKey {
        name: body.name.into_domain(),
        scopes: scopes.fold(domain::Scopes::default(), |set, scope| {
            set.union(domain::Scopes::new(&[scope]))
        }),
        expires_at: body.expires_at.get(),
    }
}

/// A key as it is answered, without itself.
pub(crate) fn api_key(view: &domain::ApiKeyView) -> Result<types::ApiKey, BreaksContract> {
    let last_used_at = view.last_used_at.map(types::OptionalTimestamp::try_from);
    Ok(types::ApiKey {
        api_key_id: view.id.to_contract(),
        name: view.name.to_contract(),
        scopes: scopes(view.scopes)?,
        created_at: timestamp(view.created_at, "created_at")?,
        expires_at: timestamp(view.expires_at, "expires_at")?,
        last_used_at: last_used_at
            .transpose()
            .map_err(BreaksContract::at("last_used_at"))?
            .into(),
    })
}

/// A new key as it is answered, this once.
pub(crate) fn created_api_key(
    (key, view): &(credentials::ApiKey, domain::ApiKeyView),
) -> Result<types::CreatedApiKey, BreaksContract> {
    let types::ApiKey {
        api_key_id,
        name,
        scopes,
        created_at,
        expires_at,
        last_used_at,
    } = api_key(view)?;
    Ok(types::CreatedApiKey {
        key: types::ApiKeyText::try_from(key.expose_text().expose_secret())
            .map_err(BreaksContract::at("key"))?,
        api_key_id,
        name,
        scopes,
        created_at,
        expires_at,
        last_used_at,
    })
}

fn timestamp(
    instant: jiff::Timestamp,
    what: &'static str,
) -> Result<types::Timestamp, BreaksContract> {
    types::Timestamp::try_from(instant).map_err(BreaksContract::at(what))
}

/// What a key may. What the contract does not know is not there: no key is made with it.
fn scopes(scopes: domain::Scopes) -> Result<types::ApiKeyScopes, BreaksContract> {
    let known: Vec<_> = scopes
        .iter()
        .filter_map(|scope| match scope {
            domain::Scope::BookingsRead => Some(types::ApiKeyScope::BookingsRead),
            domain::Scope::BookingsWrite => Some(types::ApiKeyScope::BookingsWrite),
            _ => None,
        })
        .collect();
    types::ApiKeyScopes::try_from(known).map_err(BreaksContract::at("scopes"))
}

const fn wanted_scope(scope: types::ApiKeyScope) -> domain::Scope {
    match scope {
        types::ApiKeyScope::BookingsRead => domain::Scope::BookingsRead,
        types::ApiKeyScope::BookingsWrite => domain::Scope::BookingsWrite,
    }
}

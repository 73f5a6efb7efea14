//! Keys with which the programs of a restaurant act for it.

use jiff::Timestamp;

use super::Scopes;
use crate::bounded::{bounded_text, is_single_line};
use crate::ids::ApiKeyId;

bounded_text! {
    /// What a key is for, in the words of those who made it.
    ApiKeyName, 1..=100, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

/// A key that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// What it is for, 1–100 characters.
    pub name: ApiKeyName,
    /// What it may; nothing beyond [`API_KEY_SCOPES`](crate::API_KEY_SCOPES) comes to anything.
    pub scopes: Scopes,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A key as its restaurant sees it. The key itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyView {
    /// Public id, a part of the key.
    pub id: ApiKeyId,
    /// What it is for, 1–100 characters.
    pub name: ApiKeyName,
    /// What it may.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
}

/// The key would have ended already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expires_at must be in the future")]
pub struct ApiKeyExpiryRefusal;

/// The key that is asked for, under its id.
///
/// # Errors
/// [`ApiKeyExpiryRefusal`].
pub fn create_api_key(
    id: ApiKeyId,
    new: NewApiKey,
    now: Timestamp,
) -> Result<ApiKeyView, ApiKeyExpiryRefusal> {
    if new.expires_at <= now {
        return Err(ApiKeyExpiryRefusal);
    }
    Ok(ApiKeyView {
        id,
        name: new.name,
        scopes: new.scopes,
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;
    use crate::Scope;
    use crate::fixtures::NOW;

    proptest! {
        #[test]
        fn a_key_is_made_as_it_is_asked_for_if_it_has_a_future(seconds in -2..3_i32) {
            let id = ApiKeyId::parse("001IYT0XLWR").expect("it is an id");
            let new = NewApiKey {
                name: ApiKeyName::parse("Till").expect("it is a name"),
                scopes: Scopes::new(&[Scope::BookingsRead]),
                expires_at: NOW + seconds.seconds(),
            };
            let made = create_api_key(id, new.clone(), NOW);
            prop_assert_eq!(made.is_ok(), seconds > 0);
            if let Ok(key) = made {
                let same = NewApiKey { name: key.name, scopes: key.scopes, expires_at: key.expires_at };
                prop_assert_eq!(same, new);
                prop_assert_eq!((key.created_at, key.last_used_at), (NOW, None));
            }
        }
    }
}

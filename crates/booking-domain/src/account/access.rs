//! Who asks, and whether they may.

use super::{Scope, Scopes, StaffRole};
use crate::ids::{ApiKeyId, RestaurantId, UserId};

/// Who a credential has identified, and what it lets them do at most. What they may do in a
/// restaurant is read there, at every request ([`RestaurantRights`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A user who is logged in.
    User {
        /// Public id.
        id: UserId,
        /// What the token lets its bearer do.
        scopes: Scopes,
    },
    /// A program that acts for a restaurant.
    ApiKey {
        /// Public id.
        id: ApiKeyId,
        /// The one restaurant that it acts for.
        restaurant: RestaurantId,
        /// What the key lets its bearer do.
        scopes: Scopes,
    },
}

impl Principal {
    /// What the credential lets its bearer do at most.
    #[must_use]
    pub const fn scopes(&self) -> Scopes {
        match self {
            Self::User { scopes, .. } | Self::ApiKey { scopes, .. } => *scopes,
        }
    }

    /// The user, if it is one.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User { id, .. } => Some(id),
            Self::ApiKey { .. } => None,
        }
    }

    /// The key, if it is one.
    #[must_use]
    pub const fn api_key(&self) -> Option<&ApiKeyId> {
        match self {
            Self::ApiKey { id, .. } => Some(id),
            Self::User { .. } => None,
        }
    }
}

/// What a restaurant lets somebody do, as it stands now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestaurantRights {
    /// Whether the restaurant is suspended: then it lets nobody do anything.
    pub is_suspended: bool,
    /// What the user is there, if they work there.
    pub role: Option<StaffRole>,
    /// What the key may do there, if it is one of the restaurant's that is still good.
    pub api_key: Option<Scopes>,
}

impl RestaurantRights {
    /// What they let somebody do; `None` for who has nothing to do with the restaurant.
    #[must_use]
    pub fn scopes(self) -> Option<Scopes> {
        let key = self
            .api_key
            .map(|scopes| scopes.intersection(API_KEY_SCOPES));
        let role = self.role.map(StaffRole::scopes);
        let both = role.into_iter().chain(key).reduce(Scopes::union);
        both.filter(|_| !self.is_suspended)
    }
}

/// What a key of a restaurant may be allowed at most. Who works there, and which keys there are, is
/// decided by people.
pub const API_KEY_SCOPES: Scopes = Scopes::new(&[Scope::BookingsRead, Scope::BookingsWrite]);

/// What a diner may do with a booking of their own.
pub const OWN_BOOKING_SCOPES: Scopes = Scopes::new(&[Scope::BookingsRead, Scope::BookingsWrite]);

/// Why somebody may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenial {
    /// They have nothing to do with it, and do not learn whether it exists.
    #[error("there is no such thing for this caller")]
    NotFound,
    /// They know of it, and their role or their credential allows less.
    #[error("the caller's role or credential does not allow it")]
    Forbidden,
}

/// Whether somebody whose credential allows `credential`, and to whom the thing itself allows
/// `granted`, may do what needs `required`: both have to allow it.
///
/// # Errors
/// [`AccessDenial`].
pub fn decide_access(
    credential: Scopes,
    granted: Option<Scopes>,
    required: Scope,
) -> Result<(), AccessDenial> {
    let granted = granted.ok_or(AccessDenial::NotFound)?;
    match credential.intersection(granted).contains(required) {
        true => Ok(()),
        false => Err(AccessDenial::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_scopes() -> impl Strategy<Value = Scopes> {
        prop::sample::subsequence(Scope::ALL, 0..=Scope::ALL.len())
            .prop_map(|scopes| Scopes::new(&scopes))
    }

    fn any_rights() -> impl Strategy<Value = RestaurantRights> {
        let role = prop::option::of(prop::sample::select(StaffRole::ALL));
        (any::<bool>(), role, prop::option::of(any_scopes())).prop_map(
            |(is_suspended, role, api_key)| RestaurantRights {
                is_suspended,
                role,
                api_key,
            },
        )
    }

    proptest! {
        #[test]
        fn access_needs_the_credential_and_the_restaurant(
            credential in any_scopes(),
            rights in any_rights(),
            required in prop::sample::select(Scope::ALL),
        ) {
            let decided = decide_access(credential, rights.scopes(), required);
            let role_allows = rights.role.is_some_and(|role| role.scopes().contains(required));
            let key_allows = rights.api_key.is_some_and(|scopes| scopes.contains(required))
                && API_KEY_SCOPES.contains(required);
            let is_related = rights.role.is_some() || rights.api_key.is_some();
            let expected = if rights.is_suspended || !is_related {
                Err(AccessDenial::NotFound)
            } else if credential.contains(required) && (role_allows || key_allows) {
                Ok(())
            } else {
                Err(AccessDenial::Forbidden)
            };
            prop_assert_eq!(decided, expected);
        }

        #[test]
        fn nobody_runs_the_installation_or_an_account_by_a_restaurants_right(rights in any_rights()) {
            let all = Scopes::new(Scope::ALL);
            for scope in [Scope::PlatformAdmin, Scope::AccountManage] {
                prop_assert!(decide_access(all, rights.scopes(), scope).is_err());
            }
        }

        #[test]
        fn no_key_decides_who_works_in_a_restaurant_or_which_keys_it_has(scopes in any_scopes()) {
            let rights = RestaurantRights { api_key: Some(scopes), ..RestaurantRights::default() };
            for scope in [Scope::StaffManage, Scope::ApiKeysManage, Scope::AuditRead] {
                let decided = decide_access(Scopes::new(Scope::ALL), rights.scopes(), scope);
                prop_assert_eq!(decided, Err(AccessDenial::Forbidden));
            }
        }
    }
}

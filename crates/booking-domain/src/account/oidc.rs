//! How an OpenID provider outside names somebody.

use super::{Scope, Scopes};
use crate::bounded::bounded_text;

bounded_text! {
    /// An OpenID provider, by the `iss` of its tokens: visible ASCII, compared exactly.
    OidcIssuer, 1..=200, r"^[!-~]+$", |text| text.bytes().all(|byte| byte.is_ascii_graphic())
}

bounded_text! {
    /// What a provider calls somebody, the `sub` of its tokens: at most 255 ASCII characters (OpenID
    /// Connect Core, section 2). With some providers it is an address.
    OidcSubject, 1..=255, r"^[\u0020-\u007E]+$", |text| {
        text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
    }, personal: true
}

/// Somebody, as a provider identifies them. Only both together mean one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OidcIdentity {
    /// The provider.
    pub issuer: OidcIssuer,
    /// What the provider calls them.
    pub subject: OidcSubject,
}

/// What somebody may do at most who calls with a token of an outside provider, whatever the token says:
/// all that they may here, but not run the installation. Whoever can make such a token, or take over an
/// account at the provider, would run it otherwise.
pub const OUTSIDE_ISSUER_SCOPES: Scopes = Scopes::new(&[
    Scope::BookingsRead,
    Scope::BookingsWrite,
    Scope::RestaurantManage,
    Scope::StaffManage,
    Scope::ApiKeysManage,
    Scope::AuditRead,
    Scope::AccountManage,
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_runs_the_installation_by_the_word_of_an_outside_provider() {
        let refused = Scope::ALL
            .iter()
            .filter(|scope| !OUTSIDE_ISSUER_SCOPES.contains(**scope));
        assert_eq!(refused.collect::<Vec<_>>(), [&Scope::PlatformAdmin]);
    }
}

//! Accounts: users who can log in, and what they may do.

mod access;
mod api_key;
mod audit;
mod oidc;
mod role;
mod scope;
mod staff;

pub use access::{
    API_KEY_SCOPES, AccessDenial, OWN_BOOKING_SCOPES, Principal, RestaurantRights, decide_access,
};
pub use api_key::{ApiKeyExpiryRefusal, ApiKeyName, ApiKeyView, NewApiKey, create_api_key};
pub use audit::{Actor, AuditEvent, CallerNetwork, OperationName, RequestId, SubjectId};
pub use oidc::{OUTSIDE_ISSUER_SCOPES, OidcIdentity, OidcIssuer, OidcSubject};
pub use role::StaffRole;
pub use scope::{Scope, Scopes};
pub use staff::{
    Employment, InvitationRefusal, StaffInvitation, StaffMember, StaffRefusal, accept_invitation,
    remove_staff, update_staff,
};

use jiff::Timestamp;

use crate::booking::{CustomerName, EmailAddress, PhoneNumber};
use crate::bounded::text_enum;
use crate::ids::UserId;

/// A user who can log in. There is one only once its address is verified, so that nobody can
/// prepare an account for an address that is somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Public id.
    pub id: UserId,
    /// Verified address. No two accounts have the same, whatever its case.
    pub email: EmailAddress,
    /// Name, 2–100 characters.
    pub name: CustomerName,
    /// Telephone number, E.164, if one was given.
    pub phone: Option<PhoneNumber>,
    /// When the user has shown that mail to the address reaches them.
    pub email_verified_at: Timestamp,
    /// Whether the user runs the installation. No operation sets it.
    pub is_platform_admin: bool,
    /// 1 when it was made, one more with every change.
    pub version: i32,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An account that is asked for, by somebody of whom nothing is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Address to verify.
    pub email: EmailAddress,
    /// Name, 2–100 characters.
    pub name: CustomerName,
}

text_enum! {
    /// What a mail says.
    MessageKind {
        /// With this token, set a password, and the account is yours.
        VerifyEmail = "verify_email",
        /// Somebody has tried to register, and there is an account already.
        AccountExists = "account_exists",
        /// With this token, set another password.
        ResetPassword = "reset_password",
        /// Somebody has asked for another password, and there is no account.
        NoAccount = "no_account",
        /// With this token, you work for the restaurant.
        StaffInvitation = "staff_invitation",
        /// This link opens your booking.
        BookingLink = "booking_link",
    }
}

text_enum! {
    /// Why a login has ended before its time.
    RevocationReason {
        /// The user has logged out.
        Logout = "logout",
        /// The user has changed the password, elsewhere.
        PasswordChanged = "password_changed",
        /// The user has set another password by mail.
        PasswordReset = "password_reset",
        /// An old token was used: somebody has a copy of it.
        TokenReused = "token_reused",
        /// A program's code was used twice: somebody has a copy of it.
        CodeReused = "code_reused",
    }
}

/// What is to change about an account. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Another name.
    pub name: Option<CustomerName>,
    /// Another telephone number; `Some(None)` withdraws it.
    pub phone: Option<Option<PhoneNumber>>,
}

/// Why an account does not change: its version is none of those that the caller expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account has changed in the meantime")]
pub struct ChangeAccountRefusal;

impl Registration {
    /// What is registered for somebody whose verified address is all that is known for certain: under
    /// the name that they are said to have, or under their address where that can be nobody's name.
    #[must_use]
    pub fn from_verified_email(email: EmailAddress, name: Option<String>) -> Self {
        let name = name.and_then(CustomerName::parse);
        let name = name.unwrap_or_else(|| CustomerName::from_address(&email));
        Self { email, name }
    }
}

impl Account {
    /// The account of somebody who has verified the address that they registered.
    #[must_use]
    pub fn from_registration(id: UserId, registration: Registration, now: Timestamp) -> Self {
        Self {
            id,
            email: registration.email,
            name: registration.name,
            phone: None,
            email_verified_at: now,
            is_platform_admin: false,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// What the user may do with what is their own, and with the installation if they run it.
    /// What they may do in a restaurant follows from their role there ([`StaffRole::scopes`]).
    #[must_use]
    pub const fn scopes(&self) -> Scopes {
        let own = Scopes::new(&[
            Scope::BookingsRead,
            Scope::BookingsWrite,
            Scope::AccountManage,
        ]);
        if self.is_platform_admin {
            own.union(Scopes::new(&[Scope::PlatformAdmin]))
        } else {
            own
        }
    }
}

/// What an account becomes, if its version is one of `expected`; any will do for `None`. A change
/// that changes nothing is `None`.
///
/// # Errors
/// [`ChangeAccountRefusal`].
pub fn change_account(
    account: &Account,
    change: &AccountChange,
    expected: Option<&[i32]>,
    now: Timestamp,
) -> Result<Option<Account>, ChangeAccountRefusal> {
    if expected.is_some_and(|versions| !versions.contains(&account.version)) {
        return Err(ChangeAccountRefusal);
    }
    let wanted = Account {
        name: change.name.clone().unwrap_or_else(|| account.name.clone()),
        phone: change
            .phone
            .clone()
            .unwrap_or_else(|| account.phone.clone()),
        ..account.clone()
    };
    Ok((wanted != *account).then(|| Account {
        version: account.version.saturating_add(1),
        updated_at: now,
        ..wanted
    }))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::NOW;

    fn account() -> Account {
        let registration = Registration {
            email: EmailAddress::parse("sarah.chen@example.com").expect("it is an address"),
            name: CustomerName::parse("Sarah Chen").expect("it is a name"),
        };
        Account::from_registration(UserId::from_random([1; 32]), registration, NOW)
    }

    fn any_change() -> impl Strategy<Value = AccountChange> {
        let name =
            prop::option::of("[A-Z][a-z]{1,9}").prop_map(|name| name.and_then(CustomerName::parse));
        let phone = prop::option::of(prop::option::of("\\+49[0-9]{2,9}"))
            .prop_map(|phone| phone.map(|number| number.and_then(PhoneNumber::parse)));
        (name, phone).prop_map(|(name, phone)| AccountChange { name, phone })
    }

    #[test]
    fn somebody_without_a_name_is_called_by_the_address() {
        let name_of = |email: &str, name: Option<&str>| {
            let email = EmailAddress::parse(email).expect("it is an address");
            let registration = Registration::from_verified_email(email, name.map(str::to_owned));
            registration.name.into_string()
        };
        assert_eq!(name_of("a@b.example", Some("Ada")), "Ada");
        for odd in [
            None,
            Some(""),
            Some("A"),
            Some("A\nda"),
            Some(&*"A".repeat(101)),
        ] {
            assert_eq!(name_of("a@b.example", odd), "a@b.example");
        }
        let host = format!("{}.{}.example", "h".repeat(60), "i".repeat(60));
        assert_eq!(name_of(&format!("a@{host}"), None).len(), 100);
    }

    #[test]
    fn only_who_runs_the_installation_may_run_it() {
        let mut account = account();
        assert!(!account.scopes().contains(Scope::PlatformAdmin));
        account.is_platform_admin = true;
        assert!(account.scopes().contains(Scope::PlatformAdmin));
    }

    #[test]
    fn change_of_a_version_that_nobody_expects_is_refused() {
        let change = AccountChange {
            phone: Some(PhoneNumber::parse("+15551234567")),
            ..AccountChange::default()
        };
        let change = |expected| change_account(&account(), &change, expected, NOW);
        assert_eq!(change(Some(&[2, 3])), Err(ChangeAccountRefusal));
        let changed = change(Some(&[3, 1])).expect("it is expected");
        assert_eq!(changed.map(|account| account.version), Some(2));
    }

    proptest! {
        #[test]
        fn change_is_made_once_and_touches_nothing_else(change in any_change()) {
            let before = account();
            let later = NOW + 1.minute();
            let changed = change_account(&before, &change, None, later).expect("any version will do");
            let after = changed.clone().unwrap_or_else(|| before.clone());
            prop_assert_eq!(&after.name, change.name.as_ref().unwrap_or(&before.name));
            prop_assert_eq!(&after.phone, change.phone.as_ref().unwrap_or(&before.phone));
            prop_assert_eq!(after.scopes(), before.scopes());
            if changed.is_some() {
                prop_assert_eq!((after.version, after.updated_at), (2, later));
            }
            let again = change_account(&after, &change, None, later);
            prop_assert_eq!(again, Ok(None));
        }
    }
}

//! What the staff of a restaurant may do in it.

use super::{Scope, Scopes};
use crate::bounded::text_enum;

text_enum! {
    /// What somebody is in a restaurant. Each may do all that the one before may.
    StaffRole {
        /// Receives guests: sees, makes and changes bookings.
        Host = "host",
        /// Runs the service: changes how the restaurant takes bookings, too.
        Manager = "manager",
        /// Answers for the restaurant: decides who works in it, which programs may act for it, and
        /// reads who did what.
        Owner = "owner",
    }
}

impl StaffRole {
    /// What the role allows, in its own restaurant only.
    #[must_use]
    pub const fn scopes(self) -> Scopes {
        match self {
            Self::Host => Scopes::new(&[Scope::BookingsRead, Scope::BookingsWrite]),
            Self::Manager => Self::Host
                .scopes()
                .union(Scopes::new(&[Scope::RestaurantManage])),
            Self::Owner => Self::Manager.scopes().union(Scopes::new(&[
                Scope::StaffManage,
                Scope::ApiKeysManage,
                Scope::AuditRead,
            ])),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_role_may_do_all_that_the_one_before_may_and_more() {
        for pair in StaffRole::ALL.windows(2) {
            let (less, more) = (pair[0].scopes(), pair[1].scopes());
            assert!(more.contains_all(less) && more != less, "{}", pair[1]);
        }
    }

    /// The table as the README shows it.
    #[test]
    fn roles_have_the_scopes_of_the_table() {
        let table = [
            (StaffRole::Host, "bookings:read bookings:write"),
            (
                StaffRole::Manager,
                "bookings:read bookings:write restaurant:manage",
            ),
            (
                StaffRole::Owner,
                "bookings:read bookings:write restaurant:manage staff:manage api_keys:manage audit:read",
            ),
        ];
        for (role, scopes) in table {
            assert_eq!(role.scopes().to_string(), scopes);
            assert_eq!(StaffRole::parse(role.as_str()), Some(role));
        }
    }

    proptest! {
        #[test]
        fn no_role_gives_what_is_not_its_restaurants(index in 0_usize..3) {
            let scopes = StaffRole::ALL[index].scopes();
            for scope in [Scope::AccountManage, Scope::PlatformAdmin] {
                prop_assert!(!scopes.contains(scope));
            }
        }
    }
}

//! What a caller may do.

use std::fmt;

use crate::bounded::text_enum;

text_enum! {
    /// What an operation demands, as the contract and tokens name it (RFC 6749, section 3.3).
    Scope {
        /// To see bookings.
        BookingsRead = "bookings:read",
        /// To make, change and cancel bookings.
        BookingsWrite = "bookings:write",
        /// To change what a restaurant shows of itself, and how it takes bookings.
        RestaurantManage = "restaurant:manage",
        /// To decide who works in a restaurant.
        StaffManage = "staff:manage",
        /// To give programs access to a restaurant.
        ApiKeysManage = "api_keys:manage",
        /// To read who did what in a restaurant.
        AuditRead = "audit:read",
        /// To see and change one's own account.
        AccountManage = "account:manage",
        /// To run the installation.
        PlatformAdmin = "platform:admin",
    }
}

/// A set of scopes. What somebody may do is what their credential allows and what they may
/// themselves ([`Scopes::intersection`]): neither adds to the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// The greatest number of characters of the text of a set.
    pub const MAX_CHARS: u32 = 200;

    /// The set of these.
    #[must_use]
    pub const fn new(scopes: &[Scope]) -> Self {
        let mut set = 0;
        let mut index = 0;
        while index < scopes.len() {
            set |= 1 << scopes[index] as u16;
            index += 1;
        }
        Self(set)
    }

    /// The set that is written as names with a space between any two, as RFC 6749 has it, in
    /// whatever order; `None` if one is no scope, or is there twice.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        text.split(' ').try_fold(Self::default(), |set, name| {
            let scope = Scope::parse(name)?;
            (!set.contains(scope)).then(|| set.union(Self::new(&[scope])))
        })
    }

    /// Whether the scope is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.contains_all(Self::new(&[scope]))
    }

    /// Whether all of the others are in the set.
    #[must_use]
    pub const fn contains_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        let is_in = move |scope: &Scope| self.contains(*scope);
        Scope::ALL.iter().copied().filter(is_in)
    }
}

/// As [`Scopes::parse`] reads it.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(formatter, "{space}{scope}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn any_scopes() -> impl Strategy<Value = Vec<Scope>> {
        prop::sample::subsequence(Scope::ALL, 0..=Scope::ALL.len())
    }

    #[test]
    fn the_longest_text_is_within_the_bound() {
        let longest = Scopes::new(Scope::ALL).to_string();
        assert!(longest.len() <= usize::try_from(Scopes::MAX_CHARS).expect("it fits"));
    }

    proptest! {
        #[test]
        fn scopes_are_a_set(some in any_scopes(), others in any_scopes()) {
            let set = |scopes: Scopes| scopes.iter().collect::<BTreeSet<_>>();
            let (one, other) = (Scopes::new(&some), Scopes::new(&others));
            let some: BTreeSet<_> = some.into_iter().collect();
            let others: BTreeSet<_> = others.into_iter().collect();
            prop_assert_eq!(set(one), some.clone());
            prop_assert_eq!(set(one.union(other)), &some | &others);
            prop_assert_eq!(set(one.intersection(other)), &some & &others);
            prop_assert_eq!(one.contains_all(other), some.is_superset(&others));
        }

        #[test]
        fn what_a_credential_lacks_its_owner_does_not_add(some in any_scopes(), others in any_scopes()) {
            let (token, own) = (Scopes::new(&some), Scopes::new(&others));
            let effective = token.intersection(own);
            prop_assert!(token.contains_all(effective) && own.contains_all(effective));
        }

        #[test]
        fn scopes_are_read_as_they_are_written(scopes in any_scopes().prop_shuffle()) {
            let text = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
            let parsed = Scopes::parse(&text);
            prop_assert_eq!(parsed, Some(Scopes::new(&scopes)));
            prop_assert_eq!(Scopes::parse(&Scopes::new(&scopes).to_string()), parsed);
        }

        #[test]
        fn text_with_another_word_is_no_set_of_scopes(
            text in "[ a-z:_]{0,40}|bookings:read( {1,2}[a-z:]{0,20}){1,3}"
        ) {
            let names: Vec<&str> = text.split(' ').collect();
            let unique: BTreeSet<&&str> = names.iter().collect();
            let is_set = text.is_empty()
                || (unique.len() == names.len() && names.iter().all(|name| Scope::parse(name).is_some()));
            prop_assert_eq!(Scopes::parse(&text).is_some(), is_set);
        }
    }
}

//! Values with bounds, between the contract and the domain.
//!
//! Both sides state the bounds of each value as constants, and here they are compared while the
//! server is compiled: a bound that is changed on one side only does not compile. So a value is
//! not looked at again on its way out, and on its way in it cannot be refused.

use booking_api::types;
use booking_domain as domain;
use contract_runtime::rules::{BoundedInteger, BoundedText, IntegerRules, TextRules};

/// A conversion into the contract's type, which cannot fail.
#[diagnostic::on_unimplemented(
    message = "there is no conversion from `{Self}` to the contract's `{Contract}`",
    note = "values with bounds have theirs in crates/booking-server/src/api/shared/bounds.rs"
)]
pub(crate) trait ToContract<Contract> {
    /// The value as the contract has it.
    fn to_contract(&self) -> Contract;
}

/// A conversion into the domain's type, which cannot fail.
#[diagnostic::on_unimplemented(
    message = "there is no conversion from the contract's `{Self}` to `{Domain}`",
    note = "values with bounds have theirs in crates/booking-server/src/api/shared/bounds.rs"
)]
pub(crate) trait ToDomain<Domain> {
    /// The value as the domain has it.
    fn to_domain(&self) -> Domain;
}

/// A value of the domain, whose bounds the contract's side can ask for.
struct FromDomain<'a, T>(&'a T);

/// Conversions of texts: the contract's type, and the domain's of the same bounds.
macro_rules! texts {
    ($($name:ident = $domain:ident;)*) => {$(
        impl BoundedText for FromDomain<'_, domain::$domain> {
            const RULES: TextRules = TextRules {
                min_length: Some(domain::$domain::MIN_CHARS),
                max_length: Some(domain::$domain::MAX_CHARS),
                pattern: Some(domain::$domain::PATTERN),
                format: None,
            };

            fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl ToContract<types::$name> for domain::$domain {
            fn to_contract(&self) -> types::$name {
                types::$name::from_bounded(&FromDomain(self))
            }
        }

        impl ToDomain<domain::$domain> for types::$name {
            fn to_domain(&self) -> domain::$domain {
                const {
                    let domain = <FromDomain<'_, domain::$domain> as BoundedText>::RULES;
                    assert!(
                        domain.includes(&types::$name::RULES),
                        concat!("the contract's bounds of ", stringify!($name), " are wider than the domain's")
                    );
                }
                domain::$domain::parse(self.as_str())
                    .expect("the bounds are the domain's: they are compared above")
            }
        }
    )*};
}

texts! {
    Address = Address;
    BookingId = BookingId;
    CancellationReason = CancellationReason;
    ConfirmationCode = ConfirmationCode;
    Cuisine = Cuisine;
    CustomerName = CustomerName;
    PhoneNumber = PhoneNumber;
    RestaurantName = RestaurantName;
    SpecialRequests = SpecialRequests;
    TimeZone = TimeZoneName;
}

/// Conversions of integers: the contract's type, and the domain's with its constructor and getter.
macro_rules! integers {
    ($($name:ident = $domain:ident, $new:ident, $get:ident;)*) => {$(
        impl BoundedInteger for FromDomain<'_, domain::$domain> {
            const RULES: IntegerRules = IntegerRules {
                minimum: Some(domain::$domain::MIN),
                maximum: Some(domain::$domain::MAX),
                ..IntegerRules::NONE
            };

            fn get(&self) -> i64 {
                i64::from(self.0.$get())
            }
        }

        impl ToContract<types::$name> for domain::$domain {
            fn to_contract(&self) -> types::$name {
                types::$name::from_bounded(&FromDomain(self))
            }
        }

        impl ToDomain<domain::$domain> for types::$name {
            fn to_domain(&self) -> domain::$domain {
                const {
                    let domain = <FromDomain<'_, domain::$domain> as BoundedInteger>::RULES;
                    assert!(
                        domain.includes(&types::$name::RULES),
                        concat!("the contract's bounds of ", stringify!($name), " are wider than the domain's")
                    );
                }
                domain::$domain::$new(i64::from(self.get()))
                    .expect("the bounds are the domain's: they are compared above")
            }
        }
    )*};
}

integers! {
    PartySize = PartySize, new, get;
    RestaurantId = RestaurantId, new, get;
    SlotIntervalMinutes = SlotInterval, from_minutes, minutes;
    TurnMinutes = TurnTime, from_minutes, minutes;
}

impl ToDomain<domain::PhoneNumber> for types::DialledPhoneNumber {
    fn to_domain(&self) -> domain::PhoneNumber {
        const {
            let dialled = TextRules {
                min_length: Some(domain::PhoneNumber::DIALLED_MIN_CHARS),
                max_length: Some(domain::PhoneNumber::DIALLED_MAX_CHARS),
                pattern: Some(domain::PhoneNumber::DIALLED_PATTERN),
                format: None,
            };
            assert!(
                dialled.includes(&types::DialledPhoneNumber::RULES),
                "the contract's bounds of DialledPhoneNumber are wider than the domain's"
            );
        }
        domain::PhoneNumber::from_dialled(self.as_str())
            .expect("the bounds are the domain's: they are compared above")
    }
}

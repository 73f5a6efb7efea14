//! Values with bounds, between the contract and the domain.
//!
//! Both sides state the bounds of each value as constants, and here they are compared while the
//! server is compiled: a bound that is changed on one side only does not compile. So no value is
//! looked at again, on its way out or in, and no conversion can fail.

use booking_api::types;
use booking_domain as domain;
use booking_persistence::Cursor;
use contract_runtime::rules::{BoundedInteger, BoundedText, IntegerRules, TextFormat, TextRules};

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
pub(crate) trait IntoDomain<Domain> {
    /// The value as the domain has it.
    fn into_domain(self) -> Domain;
}

/// A value of the domain, with its bounds in the contract's words.
struct FromDomain<T>(T);

/// A value of the contract, with its bounds in the domain's words.
struct FromContract<T>(T);

impl<T: domain::BoundedText> BoundedText for FromDomain<T> {
    const RULES: TextRules = TextRules {
        min_length: Some(T::MIN_CHARS),
        max_length: Some(T::MAX_CHARS),
        pattern: Some(T::PATTERN),
        format: if T::IS_EMAIL {
            Some(TextFormat::Email)
        } else {
            None
        },
    };

    fn into_string(self) -> String {
        self.0.into_string()
    }
}

impl<T: BoundedText> domain::BoundedText for FromContract<T> {
    const MIN_CHARS: u32 = match T::RULES.min_length {
        Some(least) => least,
        None => 0,
    };
    const MAX_CHARS: u32 = match T::RULES.max_length {
        Some(most) => most,
        None => u32::MAX,
    };
    const PATTERN: &'static str = match T::RULES.pattern {
        Some(pattern) => pattern,
        None => "",
    };
    const IS_EMAIL: bool = matches!(T::RULES.format, Some(TextFormat::Email));

    fn into_string(self) -> String {
        self.0.into_string()
    }
}

impl<T: domain::BoundedInteger> BoundedInteger for FromDomain<T> {
    const RULES: IntegerRules = IntegerRules {
        minimum: Some(T::MIN),
        maximum: Some(T::MAX),
        ..IntegerRules::NONE
    };

    fn into_integer(self) -> i64 {
        self.0.into_integer()
    }
}

impl<T: BoundedInteger> domain::BoundedInteger for FromContract<T> {
    const MIN: i64 = match T::RULES.least() {
        Some(least) => least,
        None => i64::MIN,
    };
    const MAX: i64 = match T::RULES.most() {
        Some(most) => most,
        None => i64::MAX,
    };

    fn into_integer(self) -> i64 {
        self.0.into_integer()
    }
}

/// Conversions both ways: the contract's type, and the domain's of the same bounds.
macro_rules! same_bounds {
    ($($contract:ident = $domain:ident;)*) => {$(
        impl ToContract<types::$contract> for domain::$domain {
            fn to_contract(&self) -> types::$contract {
                types::$contract::from_bounded(FromDomain(self.clone()))
            }
        }

        impl IntoDomain<domain::$domain> for types::$contract {
            fn into_domain(self) -> domain::$domain {
                domain::$domain::from_bounded(FromContract(self))
            }
        }
    )*};
}

same_bounds! {
    SearchRadiusKm = SearchRadius;
    TimeWindowMinutes = TimeTolerance;
    Address = Address;
    ApiKeyId = ApiKeyId;
    ApiKeyName = ApiKeyName;
    AuditAction = OperationName;
    AuditSubject = SubjectId;
    BlockoutId = BlockoutId;
    BlockoutReason = BlockoutReason;
    BookingId = BookingId;
    HoldId = HoldId;
    HoldSeconds = HoldTime;
    MaxBookingsPerGuest = MaxBookingsPerGuest;
    BookingWindowDays = BookingWindow;
    BufferMinutes = BufferTime;
    BookingTag = BookingTag;
    CancellationReason = CancellationReason;
    ConfirmationCode = ConfirmationCode;
    ConfirmationMinutes = ConfirmationTime;
    Cuisine = Cuisine;
    CustomerName = CustomerName;
    CutoffMinutes = Cutoff;
    DialledPhoneNumber = DialledPhoneNumber;
    DiningAreaId = DiningAreaId;
    DiningAreaName = DiningAreaName;
    DiningTableName = DiningTableName;
    EmailAddress = EmailAddress;
    InternalNote = InternalNote;
    MaxCovers = MaxCovers;
    MaxParties = MaxParties;
    MinNoticeMinutes = MinNotice;
    MinPartyLapseHours = MinPartyLapse;
    OptionalCustomerName = CustomerName;
    OptionalDialledPhoneNumber = DialledPhoneNumber;
    OptionalEmailAddress = EmailAddress;
    OptionalPartySize = PartySize;
    OptionalPhoneNumber = PhoneNumber;
    OverrideReason = OverrideReason;
    PartySize = PartySize;
    PhoneNumber = PhoneNumber;
    RequestId = RequestId;
    RestaurantId = RestaurantId;
    RestaurantName = RestaurantName;
    ServiceMaxCovers = MaxCovers;
    ServicePeriodId = ServicePeriodId;
    ServicePeriodName = ServicePeriodName;
    SlotIntervalMinutes = SlotInterval;
    SpecialDayId = SpecialDayId;
    SpecialDayName = SpecialDayName;
    SpecialRequests = SpecialRequests;
    TableCombinationId = TableCombinationId;
    TableCombinationName = TableCombinationName;
    TableId = TableId;
    TimeZone = TimeZoneName;
    TurnMinutes = TurnTime;
    UserId = UserId;
    UtcOffset = UtcOffset;
}

/// Conversions of numbers into the domain's types, whose bounds are compared with the contract's.
macro_rules! number_within {
    ($($contract:ident => $domain:ident;)*) => {$(
        impl domain::BoundedNumber for FromContract<types::$contract> {
            const MIN: f64 = match types::$contract::RULES.minimum {
                Some(least) => least,
                None => f64::MIN,
            };
            const MAX: f64 = match types::$contract::RULES.maximum {
                Some(most) => most,
                None => f64::MAX,
            };

            fn into_number(self) -> f64 {
                self.0.get()
            }
        }

        impl IntoDomain<domain::$domain> for types::$contract {
            fn into_domain(self) -> domain::$domain {
                domain::$domain::from_bounded(FromContract(self))
            }
        }
    )*};
}

number_within! {
    Latitude => Latitude;
    Longitude => Longitude;
}

impl ToContract<types::NextCursor> for Cursor {
    fn to_contract(&self) -> types::NextCursor {
        types::NextCursor::from_bounded(FromDomain(self.clone()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // `format: email` is a name to both sides. This compares what they take for one.
        #[test]
        fn an_email_address_of_the_one_side_is_one_of_the_other(
            text in "[a-zA-Z0-9.\"()<> @é\t-]{0,9}@[a-z0-9.\\[\\]: -]{0,9}",
        ) {
            let ours = types::EmailAddress::try_from(text.clone()).is_ok();
            prop_assert_eq!(ours, domain::EmailAddress::parse(text).is_some());
        }
    }
}

//! What is wrong with a request, and where.

use serde::Serialize;

/// More violations than this are not listed: the answer stays small whatever was sent.
pub const MAX_DETAILS: usize = 100;

/// The kinds of violation, one for each way in which a value can miss its contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ViolationCode {
    /// It cannot be read at all: broken JSON, bytes that are not UTF-8.
    Malformed,
    /// It is required, and absent.
    Missing,
    /// It is `null`, which the contract does not allow there.
    Null,
    /// It is of another type.
    WrongType,
    /// The contract does not know it.
    UnknownField,
    /// It was given more than once.
    Duplicate,
    /// Below the minimum.
    TooSmall,
    /// Above the maximum.
    TooLarge,
    /// Not a multiple of the stated step.
    NotAMultiple,
    /// Fewer characters than the minimum.
    TooShort,
    /// More characters than the maximum.
    TooLong,
    /// It does not match the stated pattern.
    Pattern,
    /// It is not of the stated format.
    Format,
    /// It is none of the listed values.
    NotAllowed,
    /// Fewer items than the minimum.
    TooFewItems,
    /// More items than the maximum.
    TooManyItems,
    /// Two items are equal.
    DuplicateItems,
}

/// The name of a field of a request, as problems name it. Generated code has one for each
/// parameter and each property that callers send: `NewBooking::FIELDS.booking_date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName(&'static str);

impl FieldName {
    /// For generated code: the name as it stands in the contract.
    #[doc(hidden)]
    #[must_use]
    pub const fn from_contract(name: &'static str) -> Self {
        Self(name)
    }

    /// Whether two types call a field alike, for assertions at compile time.
    #[must_use]
    pub const fn is_same(self, other: Self) -> bool {
        crate::rules::is_same_text(self.0, other.0)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// One rule that one value breaks, without the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RuleViolation {
    /// The kind.
    pub code: ViolationCode,
    /// What the value must be, for people; it never repeats the value.
    pub message: String,
}

impl RuleViolation {
    /// A broken rule.
    pub fn new(code: ViolationCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The kind.
    pub code: ViolationCode,
    /// Where: a parameter's name, or a path into the body such as `customer.email` or
    /// `items[2].name`; `body` for the body as a whole.
    pub field: String,
    /// What must be there instead. It never repeats what was submitted.
    pub message: String,
}

/// Everything that is wrong with one request, and the place that is being looked at.
#[derive(Debug, Default)]
pub struct Violations {
    found: Vec<Violation>,
    place: String,
}

impl Violations {
    /// Nothing wrong so far, at the root of the body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in the order in which it was met.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.found
    }

    /// Records a broken rule at the present place.
    pub fn report(&mut self, violation: RuleViolation) {
        if self.found.len() < MAX_DETAILS {
            let field = if self.place.is_empty() {
                "body".to_owned()
            } else {
                self.place.clone()
            };
            self.found.push(Violation {
                code: violation.code,
                field,
                message: violation.message,
            });
        }
    }

    /// Takes over what was found elsewhere, as long as there is room.
    pub(crate) fn extend(&mut self, other: Self) {
        let room = MAX_DETAILS.saturating_sub(self.found.len());
        self.found.extend(other.found.into_iter().take(room));
    }

    /// Looks into the property or parameter `name` of the present place.
    pub fn within<R>(&mut self, name: &str, look: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.place.len();
        if !self.place.is_empty() {
            self.place.push('.');
        }
        self.place.push_str(name);
        let result = look(self);
        self.place.truncate(length);
        result
    }

    /// Looks into the item at `index` of the present place.
    pub fn within_item<R>(&mut self, index: usize, look: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.place.len();
        self.place.push_str(&format!("[{index}]"));
        let result = look(self);
        self.place.truncate(length);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_and_the_root_is_the_body() {
        let mut violations = Violations::new();
        let broken = || RuleViolation::new(ViolationCode::Null, "must not be null");
        violations.report(broken());
        violations.within("items", |v| {
            v.within_item(2, |v| v.within("name", |v| v.report(broken())));
        });
        let fields: Vec<_> = violations.into_vec().into_iter().map(|v| v.field).collect();
        assert_eq!(fields, ["body", "items[2].name"]);
    }

    #[test]
    fn no_more_than_the_stated_number_is_listed() {
        let mut violations = Violations::new();
        for _ in 0..MAX_DETAILS + 5 {
            violations.report(RuleViolation::new(ViolationCode::Null, "must not be null"));
        }
        assert_eq!(violations.into_vec().len(), MAX_DETAILS);
    }
}

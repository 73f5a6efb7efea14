//! What every value of a request has, and the difference between absence and `null`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::rules::{InvalidField, InvalidValue};

/// A value that can say whether it keeps the contract's rules.
///
/// The types' constructors refuse what breaks them. A value that was read from an answer is taken
/// as it came, so every value is asked once more before it is sent.
pub trait Validate {
    /// Whether the value, and each value within it, may be sent.
    ///
    /// # Errors
    /// The first rule that is broken, and where within the value.
    fn validate(&self) -> Result<(), InvalidField>;
}

impl Validate for bool {
    fn validate(&self) -> Result<(), InvalidField> {
        Ok(())
    }
}

impl<T: Validate> Validate for Option<T> {
    fn validate(&self) -> Result<(), InvalidField> {
        self.as_ref().map_or(Ok(()), Validate::validate)
    }
}

/// A value that may be `null`. Within an `Option`, `None` leaves the property out of the request,
/// which is another thing than to send `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Nullable<T> {
    /// A value.
    Value(T),
    /// `null`.
    Null,
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Validate> Validate for Nullable<T> {
    fn validate(&self) -> Result<(), InvalidField> {
        match self {
            Self::Value(value) => value.validate(),
            Self::Null => Ok(()),
        }
    }
}

/// What can be given where the contract asks for a `T`: a `T`, and whatever converts into one, such
/// as a text or a number. It is implemented for all that `TryInto<T>` is.
#[diagnostic::on_unimplemented(
    message = "a value of `{Self}` cannot be sent where the contract asks for a `{T}`",
    label = "does not convert into `{T}`"
)]
pub trait IntoField<T> {
    /// Converts the value.
    ///
    /// # Errors
    /// The rule that it breaks, and where within the value.
    fn into_field(self) -> Result<T, InvalidField>;
}

#[diagnostic::do_not_recommend]
impl<T, V: TryInto<T, Error: Into<InvalidField>>> IntoField<T> for V {
    fn into_field(self) -> Result<T, InvalidField> {
        self.try_into().map_err(Into::into)
    }
}

/// Converts and checks a value of the field `name`.
///
/// # Errors
/// The rule that it breaks, at the field.
pub fn within<T: Validate>(name: &str, value: impl IntoField<T>) -> Result<T, InvalidField> {
    let checked = value.into_field().and_then(|value: T| {
        value.validate()?;
        Ok(value)
    });
    checked.map_err(|invalid| invalid.within(name))
}

/// Checks the property `name` of an object.
///
/// # Errors
/// The rule that it breaks, and where.
pub fn validate_property(name: &str, value: &impl Validate) -> Result<(), InvalidField> {
    value.validate().map_err(|invalid| invalid.within(name))
}

/// Checks each item of a list.
///
/// # Errors
/// The rule that an item breaks, and where.
pub fn validate_items<T: Validate>(items: &[T]) -> Result<(), InvalidField> {
    items.iter().enumerate().try_for_each(|(index, item)| {
        let checked = item.validate();
        checked.map_err(|invalid| invalid.within(&format!("[{index}]")))
    })
}

/// What is told of the required field `name` that nobody has set.
#[must_use]
pub fn missing(name: &str) -> InvalidField {
    InvalidField::from(InvalidValue::Missing).within(name)
}

/// Reads a property that is present, be it `null`: serde by itself takes `null` for absence.
///
/// # Errors
/// The value is not one of the type.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Reads a property that must be present, though it may be `null`: serde by itself takes absence
/// for `null`.
///
/// # Errors
/// The value is not one of the type.
pub fn required<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer)
}

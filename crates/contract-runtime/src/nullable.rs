//! `null` as a value, told apart from absence.
//!
//! | in the contract | in Rust |
//! |---|---|
//! | required | `T` |
//! | optional | `Option<T>` |
//! | required, nullable | `Nullable<T>` |
//! | optional, nullable | `Option<Nullable<T>>` |

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that may be `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// `null` was stated.
    Null,
    /// A value was stated.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is not `null`.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

/// Reads an optional property that is present: its value, and never `null` unless `T` says so.
/// (Serde's own `Option` takes `null` for absence.)
///
/// # Errors
/// Whatever `T` refuses.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a required nullable property. (Without it, serde would take absence for `null`.)
///
/// # Errors
/// Whatever `T` refuses.
pub fn required_nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Nullable<T>, D::Error> {
    Nullable::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        note: Option<Nullable<String>>,
        #[serde(
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        size: Option<u8>,
        #[serde(deserialize_with = "required_nullable")]
        must: Nullable<u8>,
    }

    fn read(text: &str) -> Option<Change> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn absence_and_null_and_a_value_are_three_things() {
        let note = |text| read(text).map(|change| change.note);
        assert_eq!(note(r#"{"must":1}"#), Some(None));
        assert_eq!(
            note(r#"{"must":1,"note":null}"#),
            Some(Some(Nullable::Null))
        );
        assert_eq!(
            note(r#"{"must":1,"note":"x"}"#),
            Some(Some(Nullable::Value("x".to_owned())))
        );
    }

    #[test]
    fn null_is_no_value_and_absence_is_no_null() {
        assert_eq!(read(r#"{"must":1,"size":null}"#), None);
        assert_eq!(read("{}"), None);
        assert!(read(r#"{"must":null}"#).is_some());
    }

    #[test]
    fn what_was_read_is_written_again() {
        for text in [r#"{"must":null}"#, r#"{"note":null,"size":3,"must":7}"#] {
            let change = read(text).expect("it is valid");
            assert_eq!(
                serde_json::to_string(&change).expect("it can be written"),
                text
            );
        }
    }
}

//! The properties of objects: what their types say of them, how they are read and written.
//!
//! | in the contract | in Rust |
//! |---|---|
//! | required | `T` |
//! | optional | `Option<T>` |
//! | required, nullable | [`Nullable<T>`] |
//! | optional, nullable | `Option<Nullable<T>>` |

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct};
use serde_json::Value;

use crate::inspect::Inspect;
use crate::metadata;
use crate::nullable::Nullable;
use crate::violation::Violations;

/// A type of a contract. (It tells them from `Option` and [`Nullable`], which say how a property
/// may be there.)
pub trait ContractType: JsonSchema {}

impl ContractType for bool {}

/// A property's type.
pub trait Property: Sized {
    /// Whether it must be present.
    const REQUIRED: bool;
    /// Whether it may be `null`.
    const NULLABLE: bool;
    /// What it is when it is present and not `null`.
    type Value: ContractType;

    /// Its JSON Schema.
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = generator.subschema_for::<Self::Value>();
        if Self::NULLABLE {
            metadata::nullable(schema)
        } else {
            schema
        }
    }
}

impl<T: ContractType> Property for T {
    const REQUIRED: bool = true;
    const NULLABLE: bool = false;
    type Value = T;
}

impl<T: ContractType> Property for Nullable<T> {
    const REQUIRED: bool = true;
    const NULLABLE: bool = true;
    type Value = T;
}

impl<P: Property> Property for Option<P> {
    const REQUIRED: bool = false;
    const NULLABLE: bool = P::NULLABLE;
    type Value = P::Value;
}

/// A property of an object that callers send.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request",
    note = "a type of the contract can be read where a request body leads to it"
)]
pub trait AskedProperty: Property {
    /// Reads its value, which is present.
    ///
    /// # Errors
    /// Whatever the type refuses.
    fn read<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Self, A::Error>;

    /// What stands for its absence, if it may be absent.
    fn absent() -> Option<Self>;

    /// Reports everything that is wrong with its value, which is present.
    fn inspect_property(value: &Value, violations: &mut Violations);
}

impl<T: ContractType + Inspect + for<'de> Deserialize<'de>> AskedProperty for T {
    fn read<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Self, A::Error> {
        entries.next_value()
    }

    fn absent() -> Option<Self> {
        None
    }

    fn inspect_property(value: &Value, violations: &mut Violations) {
        <T as Inspect>::inspect(value, violations);
    }
}

impl<T: ContractType + Inspect + for<'de> Deserialize<'de>> AskedProperty for Nullable<T> {
    fn read<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Self, A::Error> {
        entries.next_value()
    }

    fn absent() -> Option<Self> {
        None
    }

    fn inspect_property(value: &Value, violations: &mut Violations) {
        if !value.is_null() {
            <T as Inspect>::inspect(value, violations);
        }
    }
}

impl<P: AskedProperty> AskedProperty for Option<P> {
    // Serde's own `Option` takes `null` for absence; here a value that is present is `P`'s.
    fn read<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Self, A::Error> {
        P::read(entries).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn inspect_property(value: &Value, violations: &mut Violations) {
        P::inspect_property(value, violations);
    }
}

/// A property of an object that is answered.
pub trait AnsweredProperty {
    /// Writes it under `name`, or nothing where it is absent.
    ///
    /// # Errors
    /// Whatever the serializer refuses.
    fn write<S: SerializeStruct>(&self, name: &'static str, object: &mut S)
    -> Result<(), S::Error>;
}

impl<T: ContractType + Serialize> AnsweredProperty for T {
    fn write<S: SerializeStruct>(
        &self,
        name: &'static str,
        object: &mut S,
    ) -> Result<(), S::Error> {
        object.serialize_field(name, self)
    }
}

impl<T: ContractType + Serialize> AnsweredProperty for Nullable<T> {
    fn write<S: SerializeStruct>(
        &self,
        name: &'static str,
        object: &mut S,
    ) -> Result<(), S::Error> {
        object.serialize_field(name, self)
    }
}

impl<P: AnsweredProperty> AnsweredProperty for Option<P> {
    fn write<S: SerializeStruct>(
        &self,
        name: &'static str,
        object: &mut S,
    ) -> Result<(), S::Error> {
        match self {
            Some(value) => value.write(name, object),
            None => object.skip_field(name),
        }
    }
}

/// Writes one property.
///
/// # Errors
/// Whatever the serializer refuses.
#[doc(hidden)]
pub fn write_property<P: AnsweredProperty, S: SerializeStruct>(
    value: &P,
    name: &'static str,
    mut object: S,
) -> Result<S, S::Error> {
    value.write(name, &mut object)?;
    Ok(object)
}

/// Reads one property into its slot.
///
/// # Errors
/// The property is there twice, or its type refuses the value.
#[doc(hidden)]
pub fn read_property<'de, P: AskedProperty, A: MapAccess<'de>>(
    slot: &mut Option<P>,
    name: &'static str,
    entries: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(P::read(entries)?);
    Ok(())
}

/// The property of an object that has been read.
///
/// # Errors
/// It is absent and must not be.
#[doc(hidden)]
pub fn finish_property<P: AskedProperty, E: Error>(
    slot: Option<P>,
    name: &'static str,
) -> Result<P, E> {
    slot.or_else(P::absent)
        .ok_or_else(|| E::missing_field(name))
}

/// The name of a property as it stands in a body, borrowed where it can be.
#[doc(hidden)]
#[derive(Debug)]
pub struct PropertyName<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for PropertyName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = PropertyName<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a property")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(PropertyName(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(PropertyName(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

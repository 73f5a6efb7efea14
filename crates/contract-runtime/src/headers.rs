//! Declared headers of answers.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;

use crate::parameters::FromParameter;

/// The declared headers of an answer: a generated struct.
pub trait ResponseHeaders: JsonSchema + Send + Sync + 'static {
    /// Writes each that has a value.
    ///
    /// # Errors
    /// A value has a character that no header may have.
    fn write(&self, headers: &mut HeaderMap) -> Result<(), InvalidHeader>;
}

/// A value that cannot be sent as a header: a fault of the backend's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the response header {0} has a character that no header may have")]
pub struct InvalidHeader(pub &'static str);

/// A field of [`ResponseHeaders`]: a scalar, or an `Option` of one.
pub trait HeaderField {
    /// Whether it is always sent.
    const REQUIRED: bool;

    /// Writes it under `name`, which is in lower case.
    ///
    /// # Errors
    /// The value has a character that no header may have.
    fn write(&self, name: &'static str, headers: &mut HeaderMap) -> Result<(), InvalidHeader>;

    /// Its JSON Schema.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

impl<T: FromParameter + fmt::Display + JsonSchema> HeaderField for T {
    const REQUIRED: bool = true;

    fn write(&self, name: &'static str, headers: &mut HeaderMap) -> Result<(), InvalidHeader> {
        headers.insert(HeaderName::from_static(name), header_value(name, self)?);
        Ok(())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

impl<T: HeaderField> HeaderField for Option<T> {
    const REQUIRED: bool = false;

    fn write(&self, name: &'static str, headers: &mut HeaderMap) -> Result<(), InvalidHeader> {
        self.as_ref()
            .map_or(Ok(()), |value| value.write(name, headers))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

pub(crate) fn header_value(
    name: &'static str,
    value: &impl fmt::Display,
) -> Result<HeaderValue, InvalidHeader> {
    HeaderValue::try_from(value.to_string()).map_err(|_| InvalidHeader(name))
}

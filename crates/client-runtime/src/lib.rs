//! What generated client code calls.
//!
//! The generator emits one invocation of a macro for each type and a few lines for each operation;
//! everything that is the same for all of them is here: values that keep the contract's bounds
//! ([`Validate`]), a request that is checked before it travels ([`Request`]), and an answer that is
//! read the way the contract promises ([`Error`]). A request carries the credentials of the schemes
//! that its operation names, and no others ([`Credential`], [`TokenSource`]):
//!
//! - what is sent is strict: a value out of its bounds never travels, and the error names its field;
//! - what is read is lenient: unknown properties, states and codes are no failure, and a value in an
//!   answer is taken as the server sent it;
//! - whatever goes wrong after an answer has begun keeps the answer's status.
//!
//! It knows no word of any contract, and nothing of the server's code.

mod authorization;
mod builder;
mod credentials;
mod decode;
mod error;
mod headers;
mod macros;
mod random;
mod request;
mod retry;
mod rules;
mod token;
mod value;

pub use authorization::Alternatives;
pub use builder::{BuildClientError, Transport, TransportBuilder};
pub use credentials::{Credential, SecurityScheme};
pub use decode::{Conditional, Decode, DecodeError, Empty, Json, OrNotModified, Received};
pub use error::{Error, ErrorResponse, ResponseFailure, Violation};
pub use headers::{FromHeader, header};
pub use progenitor_client::ResponseValue;
pub use request::Request;
pub use reqwest::{Method, StatusCode};
pub use rules::{InvalidField, InvalidValue, check_integer, check_items, check_number, check_text};
pub use secrecy::SecretString;
pub use token::{AccessToken, RefreshingToken, TokenError, TokenSource};
pub use value::{
    IntoField, Nullable, Validate, missing, present, required, validate_items, validate_property,
    within,
};

#[doc(hidden)]
pub use serde::{Deserialize, Serialize};

/// What the macros of this crate name in the crates that call them.
#[doc(hidden)]
pub mod support {
    pub use {jiff, regex, reqwest, serde, uuid};
}

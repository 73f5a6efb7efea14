//! What generated server code calls: it parses a request into constrained types, says
//! everything that is wrong with one that does not fit, and writes the answer.
//!
//! It knows no word of bookings and names no contract: everything particular comes from
//! generated code through the traits of this crate. It may use nothing else of ours.
//!
//! A request takes one of two ways:
//! - the fast one: parameters and body are parsed once, straight into types whose values
//!   cannot break the contract;
//! - the slow one, only for a request that has failed: it is looked at again, value by
//!   value ([`Inspect`]), so that one answer lists every [`Violation`].
//!
//! Both ways ask the same rules ([`rules`]), which are constants of the generated types,
//! and the same constants make the JSON Schema of the type. What is documented is
//! therefore what is enforced.

mod body;
mod entity_tag;
mod error;
pub mod formats;
mod headers;
mod idempotency;
mod inspect;
mod json;
mod macros;
pub mod metadata;
mod methods;
mod nullable;
mod operation;
mod origin;
mod parameters;
#[doc(hidden)]
pub mod private;
mod property;
mod reference;
mod reply;
pub mod rules;
mod security;
mod serve;
mod variables;
mod violation;

pub use entity_tag::{EntityTag, EntityTagCondition};
pub use error::{DeclaredError, DropshotError, ErrorResponse, Problem};
pub use headers::{HeaderField, InvalidHeader, ResponseHeaders};
pub use idempotency::{
    IdempotencyHandle, IdempotencyStore, Keyed, KeyedRequest, Repetition, Unkeyed,
};
pub use inspect::{Inspect, Inspector};
pub use nullable::Nullable;
pub use operation::{FromRequest, Operation, OperationResponse, RawRequest, register};
pub use origin::RequestOrigin;
pub use parameters::{
    FromParameter, ParameterField, ParameterPlace, ParameterValue, Parameters, PartMetadata,
    RequestPart, RequestParts, parse_repeated,
};
pub use property::{AnsweredProperty, AskedProperty, ContractType, Property};
pub use reference::PathReference;
pub use reply::{DeclaredResponse, ResponseParts};
pub use security::{
    Anonymous, ApiKey, AuthenticationError, BearerToken, Caller, CredentialPlace, Credentials,
    Grant, MAX_CREDENTIAL_BYTES, NoScope, Public, Scope, SecurityScheme,
};
pub use serve::{describe_metrics, serve};
pub use violation::{FieldName, MAX_DETAILS, RuleViolation, Violation, ViolationCode, Violations};

/// What generated code names of other crates, so that a generated crate depends on this one
/// and on Dropshot only.
#[doc(hidden)]
pub mod support {
    pub use ::{dropshot, http, jiff, regex, schemars, serde, serde_json, uuid};
}

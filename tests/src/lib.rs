//! The booking service inside a test's own process, and two ways to talk to it: the generated
//! client for everything that the contract allows, and bytes on a connection for the rest.
//!
//! Between the tests and the service stands a witness: every answer to an operation is held
//! against the contract, whatever the test itself looks at.
//!
//! Every test gets a database of its own, with the demo's restaurants in it, and a clock that
//! stands still until the test sets it. It may know the client, the server's public way to
//! start, and PostgreSQL; it may not know the server's domain, its store, or its tables beyond
//! what it takes to bring a booking into a state that no operation leads to.

mod accounts;
mod consistency;
mod examples;
mod owner;
mod request;
mod response;
mod seating;
mod service;
mod witness;

pub use accounts::{ALL_SCOPES, ISSUER, LoggedIn, PASSWORD, signed};
pub use consistency::{OVERLAPS, UNTRUE_HISTORIES, WRONG_CONTACTS, WRONG_OCCUPANCIES};
pub use examples::{Examples, alternatives, is_optional, is_secured, takes};
pub use owner::{OWNER, OwnerTokens, hire_owner};
pub use request::Request;
pub use response::{Detail, Refusal, Response};
pub use seating::SEATING_IDS;
pub use service::{NOW, OAUTH_CLIENTS, TestService};
pub use witness::{Witness, contract, document};

//! A witness: given a contract (OpenAPI 3.0, as JSON) and what a service was asked and has
//! answered, it says which operation that was, and every way in which the answer breaks the
//! contract.
//!
//! It reads the contract for itself, with a JSON Schema validator that knows nothing of the
//! generator, so that a mistake of the generator is not repeated here. It knows nothing of
//! bookings, of how the exchange was overheard, of files or of the network, and it may use
//! nothing of ours: the test suite and the checks of the repository use it alike.

mod contract;
mod exchange;
mod headers;
mod judge;
mod route;
mod schema;

pub use contract::{Contract, ContractError, Operation, Response};
pub use exchange::{Body, Exchange, RECORD_VARIABLE, Record, Seen};
pub use headers::TRANSPORT_HEADERS;
pub use judge::{Judgement, Mismatch, Rule};
pub use schema::flaws;

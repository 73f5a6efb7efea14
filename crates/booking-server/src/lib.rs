//! Serves the ReserveEasy booking API: the binary's parts, and what a test needs to run
//! the server inside its own process.
//!
//! A request arrives through the generated traits, is converted into the domain's terms,
//! decided by the domain inside one transaction of the store, and converted back. This
//! crate holds the edges of that way: configuration, telemetry, the clock, randomness,
//! the HTTP server and its end. It may not know Diesel or SQL, and it decides nothing
//! about bookings.

mod api;
mod background;
mod boot;
pub mod clock;
mod idempotency;
mod identity;
mod operational;
pub mod random;
mod service;
pub mod telemetry;

pub use api::routes;
pub use boot::{DatabaseAccess, RunningServer, ServerOptions, StartError, config, run, start};
pub use identity::{
    IdentityOptions, LoadIdentityError, OauthClients, OidcIssuerUrl, OidcOptions,
    ParseOauthClientsError, ParseOidcIssuerUrlError, SigningKeysError,
};
pub use service::Service;

/// A sixth of the time for a read was the system's `malloc` (docs/decisions.md). Here, so that whatever serves
/// has this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

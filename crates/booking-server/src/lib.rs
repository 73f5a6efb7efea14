//! Serves the ReserveEasy booking API: the binary's parts, and what a test needs to run
//! the server inside its own process.
//!
//! A request arrives through the generated traits, is converted into the domain's terms,
//! decided by the domain inside one transaction of the store, and converted back. This
//! crate holds the edges of that way: configuration, telemetry, the clock, randomness,
//! the HTTP server and its end. It may not know Diesel or SQL, and it decides nothing
//! about bookings.

mod announcement;
mod api;
pub mod clock;
pub mod config;
mod convert;
mod database;
mod error;
mod handlers;
mod http_server;
mod operational;
pub mod random;
mod run;
mod running;
mod service;
mod signals;
pub mod telemetry;

pub use api::routes;
pub use error::StartError;
pub use run::run;
pub use running::{Options, RunningServer, start};
pub use service::Service;

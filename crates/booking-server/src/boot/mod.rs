//! How the server begins and ends: what the operator decides, the database behind it, the
//! HTTP server in front, the signals that end it, and what the terminal shows.

mod admin;
mod announcement;
pub mod config;
mod database;
mod demo_logins;
mod error;
mod http_server;
mod migrate;
mod private_file;
mod run;
mod running;
mod secret_key;
mod signals;
mod signing_keys;

pub use database::DatabaseAccess;
pub use error::StartError;
pub(crate) use http_server::{HttpServer, Listen};
pub use run::run;
pub use running::{RunningServer, ServerOptions, start};

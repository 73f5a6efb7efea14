//! Everything between an operation and the socket.
//!
//! An operation has two ways to the database: [`Store::transact`](crate::Store) for what writes,
//! and `Store::read` for what does not. Both stand in `transact.rs`, and both have a deadline,
//! classify what goes wrong, and count themselves. What of the restaurants' rows they see is said by
//! a `Visibility` (`visibility.rs`).

mod batch;
mod connect;
mod constraints;
mod database_error;
mod idempotency;
mod lock;
mod migrate;
mod pool;
mod retry;
mod transact;
mod verify;
mod visibility;

pub(crate) use batch::Batches;
pub use connect::ConnectError;
pub(crate) use connect::{configuration, open_session};
pub(crate) use constraints::{ConstraintViolation, FromViolation};
pub(crate) use database_error::DatabaseErrorKind;
pub use idempotency::{IdempotentRequest, RequestEnd};
pub(crate) use lock::{
    lock_days, lock_guest, lock_quota, lock_seating, lock_signing_keys, pg_advisory_xact_lock,
    try_lock_retention,
};
pub use migrate::{MigrateError, migrate};
pub(crate) use pool::{OnDatabaseChange, Pool};
pub(crate) use verify::verify;
pub use verify::{PrivilegedRole, SERVICE_ROLE, VerifyError};
pub(crate) use visibility::{Visibility, show_booking, show_restaurant, show_restaurants};

//! Restaurants, bookings and accounts in PostgreSQL.
//!
//! The [`Store`] loads a snapshot, has the domain decide on it, and writes the new state that was
//! decided, all in one transaction. It owns the pool, the transactions, the locks, the retries,
//! the migrations, and the meaning of every constraint. It may not know HTTP, JSON or the
//! contract, decides nothing about bookings itself, and reads no clock and no randomness: every
//! instant and every random byte comes from its caller, who may ask what the database's clock shows
//! ([`Store::database_time`]).
//!
//! | room | holds |
//! |---|---|
//! | `connection/` | everything between an operation and the socket: one way to write, one to read |
//! | `tables/` | a module for each table: its row, and the statements on it |
//! | `lists/` | cursors, pages and the one keyset helper |
//! | `operations/` | a module for each operation, by tag: load, decide, store |
//!
//! What keeps two bookings apart, and a booking and a hold, from the outside in:
//!
//! 1. A lock on the restaurant's date: bookings of one date are decided one after the other.
//! 2. The exclusion constraint `occupancies_no_overlap`: whatever comes past the lock (a late
//!    service that reaches into the next date, another program) is refused by the database,
//!    and the decision is made again on what is there now.
//!
//! What decides on a service date is kept in memory, and used only where the versions of the restaurant's
//! seating and of the dates that matter are those that it was read with (`operations/service_day/`). So
//! whatever changes what somebody takes (a `Claim` of the domain), or how a restaurant seats, raises them in
//! its own transaction.
//!
//! What is read for somebody is of one instant; what decides sees what is committed when each of its statements
//! begins, and so what whoever it has waited for has done (`connection/transact.rs`).
//!
//! What keeps two restaurants apart:
//!
//! 1. What is done or read for somebody takes a value that only authorization makes, from the rows as
//!    they are at that moment (`access.rs`).
//! 2. Row-level security: a request says whose rows it is about (`connection/visibility.rs`), for its
//!    own transaction, and a statement that forgets its filter finds nothing of anybody else's.
//!
//! Statements that do not need each other's answers are pipelined: `tokio::try_join!` over one
//! shared connection, `biased` so that the error of the first that fails is the one reported,
//! and not that of those behind it ("current transaction is aborted").

mod access;
mod connection;
mod demo;
mod error;
mod lists;
mod operations;
#[cfg(test)]
mod plans;
mod schema;
mod store;
mod tables;

pub use access::{
    AccessRefusal, BookingCaller, Forbidden, RequestContext, RestaurantAccessRefusal,
};
pub use connection::{
    ConnectError, IdempotentRequest, MigrateError, PrivilegedRole, RequestEnd, SERVICE_ROLE,
    VerifyError, migrate,
};
pub use error::{Corrupt, Internal, OperationRefusal, StoreError, Unavailable};
pub use lists::{Cursor, CursorOfAnotherList, Page, Window};
pub use operations::*;
pub use store::{DEFAULT_CACHE_BYTES, RandomSource, Store};
pub use tables::{Authorization, PasswordLogin, PendingMessage, Session, StoredSigningKey};

//! Restaurants and bookings in PostgreSQL.
//!
//! The [`Store`] loads a snapshot, has the domain decide on it, and writes the decision, all
//! in one transaction. It owns the pool, the transactions, the locks, the retries, the
//! migrations, and the meaning of every constraint. It may not know HTTP, JSON or the
//! contract, decides nothing about bookings itself, and reads no clock: every instant comes
//! from its caller.
//!
//! What keeps two bookings apart, from the outside in:
//!
//! 1. A lock on the restaurant's date: bookings of one date are decided one after the other.
//! 2. The exclusion constraint `occupancies_no_overlap`: whatever comes past the lock (a late
//!    service that reaches into the next date, another program) is refused by the database,
//!    and the decision is made again on what is there now.
//!
//! Statements that do not need each other's answers are pipelined: `tokio::try_join!` over one
//! shared connection, `biased` so that the error of the first that fails is the one reported,
//! and not that of those behind it ("current transaction is aborted").

mod availability;
mod bookings;
mod connect;
mod constraints;
mod cursor;
mod demo;
mod error;
mod lock;
mod migrate;
mod page;
mod pool;
mod restaurants;
mod retry;
mod schema;
mod service_day;
mod store;
mod trouble;

pub use availability::{Availability, AvailabilityStoreRefusal};
pub use bookings::{
    BookingFilter, BookingNotFound, BookingSort, CancelBookingRefusal, CreateRefusal, UpdateRefusal,
};
pub use connect::ConnectError;
pub use cursor::Cursor;
pub use demo::Never;
pub use error::{Corrupt, Internal, StoreError, Unavailable};
pub use migrate::MigrateError;
pub use page::{CursorOfAnotherList, Page, Window};
pub use restaurants::{RestaurantFilter, RestaurantNotFound};
pub use store::Store;

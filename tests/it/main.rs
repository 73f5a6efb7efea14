//! The service driven from outside: each operation in a module of its own, by tag, and what is
//! asked of all of them in `across`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod across;
mod api_keys;
mod audit;
mod auth;
mod bookings;
mod holds;
mod issuer;
mod restaurants;
mod seating;
mod staff;
mod support;
mod users;

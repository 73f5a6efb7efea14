//! The proof that no table is ever booked twice and nothing that was acknowledged is lost: two servers
//! as processes of their own on one PostgreSQL, many clients, and faults of every kind.
//!
//! It needs Linux for what is done to processes and their clocks. It is short unless the environment has
//! `BOOKING_PROOF=long` (`length.rs`).

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod caches;
mod clocks;
mod faults;
mod history;
mod installation;
mod judgement;
mod length;
mod no_space;
mod oracle;
mod proxy;
mod race;
mod server;
mod workload;

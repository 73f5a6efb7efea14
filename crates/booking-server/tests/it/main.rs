//! The server from outside: what operators give it, what they ask it, how it begins and
//! how it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod booking_times;
mod completion;
mod configuration;
mod lifecycle;
mod metrics;
mod operational;
mod retention;
mod support;

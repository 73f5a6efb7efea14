//! The service driven from outside: each module proves one side of what it promises.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod availability;
mod bad_bodies;
mod bad_requests;
mod bookings;
mod changes;
mod contract;
mod documents;
mod example;
mod faults;
mod lists;
mod races;
mod refusals;
mod support;
mod unrouted;
mod witness;

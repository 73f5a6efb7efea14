//! What is asked of all operations alike: one side of what the service promises a module.

mod agreement;
mod bad_bodies;
mod bad_requests;
mod bad_values;
mod contract;
mod documents;
mod example;
mod faults;
mod idempotency;
mod lists;
mod not_found;
mod personal_data;
mod races;
mod security;
mod tenancy;
mod unrouted;
mod witness;

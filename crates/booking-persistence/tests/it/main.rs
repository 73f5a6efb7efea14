//! The store on a real PostgreSQL.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod authorization_codes;
#[cfg(test)]
mod booking_times;
mod bookings;
#[cfg(test)]
mod changing_rules;
#[cfg(test)]
mod expiry;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod races;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod restaurant_profiles;
#[cfg(test)]
mod restaurants;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod row_security;
#[cfg(test)]
mod schema_bounds;
#[cfg(test)]
mod schema_rules;
#[cfg(test)]
mod seating;
#[cfg(test)]
mod seating_migration;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod support;
#[cfg(test)]
mod team;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod users;

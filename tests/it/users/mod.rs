//! The operations tagged Users, a module for what belongs together.

mod account;
mod list_my_bookings;
mod list_my_employments;
mod register_user;

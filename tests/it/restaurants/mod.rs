//! The operations tagged Restaurants, a module for each.

mod get_availability;
mod list_restaurants;

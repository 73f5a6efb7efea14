//! The operations tagged Restaurants, a module for each.

mod create_restaurant;
mod get_availability;
mod list_restaurants;
mod suspend_restaurant;
mod update_restaurant;

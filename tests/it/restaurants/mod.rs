//! The operations tagged Restaurants, a module for each.

mod booking_policy;
mod create_restaurant;
mod get_availability;
mod get_availability_calendar;
mod list_restaurants;
mod moving_booking;
mod search_availability;
mod suspend_restaurant;
mod update_restaurant;

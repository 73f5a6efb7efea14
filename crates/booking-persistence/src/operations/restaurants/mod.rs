//! The operations tagged Restaurants.

mod get_availability;
mod get_restaurant;
mod list_restaurants;

pub use get_availability::{Availability, AvailabilityStoreRefusal};
pub use get_restaurant::RestaurantNotFound;
pub use list_restaurants::RestaurantFilter;

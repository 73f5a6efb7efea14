//! The operations tagged Restaurants.

mod booking_policy;
mod create_restaurant;
mod distance;
mod get_availability;
mod get_availability_calendar;
mod get_restaurant;
mod list_restaurants;
mod moving_booking;
mod recompute_booking_times;
mod search_availability;
mod suspend_restaurant;
mod update_restaurant;

pub use booking_policy::ChangedBookingPolicy;
pub use get_availability::Availability;
pub use get_availability_calendar::AvailabilityCalendar;
pub use get_restaurant::RestaurantNotFound;
pub use list_restaurants::RestaurantFilter;
pub use moving_booking::{
    AvailabilityCaller, AvailabilityRefused, MovingBooking, OwnPlaceNotFound,
};
pub use recompute_booking_times::RecomputedBookings;
pub use search_availability::{AvailabilitySearch, FoundRestaurant};

use crate::error::OperationRefusal;

/// Why something is not done at a restaurant: there is none, or a rule refuses.
pub type RestaurantRefusal<R> = OperationRefusal<RestaurantNotFound, R>;

//! All that a restaurant says of how it seats, and what becomes of its bookings when that changes.

mod change;
mod conflict;
mod parts;

pub use change::{
    AffectedBooking, SeatingPlanChange, UpcomingBooking, change_seating_plan,
    recompute_booking_times,
};
pub use conflict::SeatingConflict;
pub use parts::{
    BlockoutRefusal, DiningAreaRefusal, DiningTableRefusal, SeatingPart, SpecialDayRefusal,
    TableCombinationRefusal,
};

use crate::calendar::{RestaurantCalendar, ServicePeriod, SpecialDay, UnknownTimeZone};
use crate::floor::{Blockout, Floor};
use crate::policy::BookingPolicy;

/// All that a restaurant says of how it seats: its rules, and its parts ([`SeatingPart`]).
#[derive(Debug, Clone, PartialEq)]
pub struct SeatingPlan {
    /// How it takes bookings.
    pub policy: BookingPolicy,
    /// Its areas, tables and combinations.
    pub floor: Floor,
    /// Its weekly services, in any order.
    pub service_periods: Vec<ServicePeriod>,
    /// Its special days, in any order. Those that are over can be left out.
    pub special_days: Vec<SpecialDay>,
    /// Its blockouts, in any order. Those that are over can be left out.
    pub blockouts: Vec<Blockout>,
}

impl SeatingPlan {
    /// Its rules and services, with those of its time zone.
    ///
    /// # Errors
    /// No time zone has the policy's name.
    pub fn calendar(&self) -> Result<RestaurantCalendar, UnknownTimeZone> {
        RestaurantCalendar::new(
            self.policy.clone(),
            self.service_periods.clone(),
            self.special_days.clone(),
        )
    }
}

#[cfg(test)]
mod tests;

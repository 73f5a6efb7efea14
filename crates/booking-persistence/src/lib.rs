//! booking-persistence

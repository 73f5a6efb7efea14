//! booking-tests

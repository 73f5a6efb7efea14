//! booking-client

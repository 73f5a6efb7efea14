//! booking-server

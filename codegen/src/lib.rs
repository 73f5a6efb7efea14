//! booking-codegen

//! booking-server
fn main() {}

//! How a restaurant seats, part by part, and what becomes of its bookings.

mod affected;
mod parts;
mod zone;

//! The operations of the contract, one file for each tag. A handler is a conversion in, one
//! call of the store, and a conversion out; what is refused becomes the operation's own error.

mod bookings;
mod restaurants;

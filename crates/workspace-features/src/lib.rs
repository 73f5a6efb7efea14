//! Holds no code. Its manifest turns the same features of packages from outside on in every
//! build, so that `cargo run`, `cargo xtask` and `cargo test -p booking-tests` share what they
//! have compiled: cargo chooses features for the packages of one command, and builds anew what
//! another command has with others.
//!
//! Which packages belong here is seen in `cargo build --unit-graph` of the three commands.

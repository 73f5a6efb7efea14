//! The generator from outside: contracts in, diagnostics or code out; and the code that came
//! out, driven from outside as well.

mod accept;
mod agreement;
mod bodies;
mod boundaries;
mod breaking;
mod client;
mod every_key;
mod fuzz;
mod live;
mod probe;
mod refuse;
mod round_trip;
mod routes;

mod constraints;
mod names;

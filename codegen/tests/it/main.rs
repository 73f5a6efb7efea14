//! The generator from outside: contracts in, diagnostics or code out; and the code that came
//! out, driven from outside as well.

mod accept;
mod agreement;
mod bodies;
mod boundaries;
mod breaking;
mod client;
mod constraint_cases;
mod credentials;
mod every_key;
mod fuzz;
mod refuse;
mod round_trip;
mod routes;
mod security;
mod security_names;
mod test_server;

mod constraints;
mod doors;
mod names;
mod personal;

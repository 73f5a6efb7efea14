//! The migrations are compiled in, and the macro that does so does not tell Cargo which
//! files it has read.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}

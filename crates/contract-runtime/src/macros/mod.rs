//! What all generated types of one kind have in common, as one macro for each kind.
//!
//! Generated code writes the contract's own words; these macros make the types and their
//! conversions of them. They are for generated code only.

mod enumeration;
mod errors;
mod formatted;
mod headers;
mod list;
mod number;
mod object;
mod operations;
mod paths;
mod scalars;
mod security;
mod shared;
mod text;

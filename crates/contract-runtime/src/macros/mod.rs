//! What all generated types of one kind have in common, as one macro for each kind.
//!
//! Generated code writes the type and its rules out, so that they can be read; these macros
//! add the conversions. They are for generated code only.

mod enumeration;
mod formatted;
mod list;
mod number;
mod object;
mod shared;
mod text;

//! The generator: a contract in (OpenAPI 3.0 as YAML), Rust out.
//!
//! ```text
//! text → source (YAML with positions) → lower (keys audited, names chosen) → ir → emit → files
//!                                     → lint
//! ```
//!
//! It knows nothing of bookings, of this repository's layout, of files or of the command
//! line: text comes in, text goes out. It may use nothing that is generated, so that it
//! builds when the generated code is broken. The same text in gives the same bytes out.

pub mod breaking;
pub mod diagnostic;
pub mod emit;
pub mod ir;
mod lint;
mod load;
mod lower;
pub mod naming;
pub mod pattern;
pub mod round_trip;
mod source;

pub use load::{Places, load, open_api};
pub use lower::{ignored_keys, keys};

//! What the generator makes of `accept/names.yaml`, compiled.

#[rustfmt::skip]
#[expect(dead_code, unreachable_pub, reason = "generated code is for a library, and this is a program")]
#[path = "../accept/names/mod.rs"]
mod generated;

#[rustfmt::skip]
#[expect(
    unreachable_pub,
    unused_imports,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    reason = "progenitor writes most of this file, in its own style, and for a library"
)]
#[path = "../accept/names/client.rs"]
pub(crate) mod client;

pub(crate) use generated::*;

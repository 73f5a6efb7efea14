//! What the generator makes of `accept/constraints.yaml`, compiled.

#[rustfmt::skip]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "generated code is for a library, and this is a program"
)]
#[path = "../accept/constraints/mod.rs"]
mod generated;

#[rustfmt::skip]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "generated code is for a library, and this is a program")]
#[path = "../accept/constraints/client/mod.rs"]
pub(crate) mod client;

pub(crate) use generated::*;

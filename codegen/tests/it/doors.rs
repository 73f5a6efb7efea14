//! What the generator makes of `accept/security.yaml`, compiled.

#[rustfmt::skip]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "generated code is for a library, and this is a program"
)]
#[path = "../accept/security/mod.rs"]
mod generated;

#[rustfmt::skip]
#[expect(unreachable_pub, unused_imports, reason = "generated code is for a library, and this is a program")]
#[path = "../accept/security/client/mod.rs"]
pub(crate) mod client;

pub(crate) use generated::*;

//! Where randomness comes from: nowhere else is it drawn.

use uuid::Uuid;

/// A key that no other request has.
pub(crate) fn idempotency_key() -> String {
    Uuid::new_v4().to_string()
}

/// A random number, evenly distributed.
pub(crate) fn number() -> u32 {
    let (first, ..) = Uuid::new_v4().as_fields();
    first
}

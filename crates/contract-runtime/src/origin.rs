//! Where a request came from.

use std::net::IpAddr;

use crate::idempotency::IdempotencyHandle;

/// Where a request came from, for limits and for logs of who did what. A proxy in between counts as
/// the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The address that has sent it.
    pub address: IpAddr,
    /// Its id in the server's log and in error bodies.
    pub request_id: String,
    /// What the backend knows of it by its `Idempotency-Key`, if it has one.
    pub idempotency: Option<IdempotencyHandle>,
}

//! The operations on the log of who did what.

mod list_audit_events;

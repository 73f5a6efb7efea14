//! The operations tagged Audit, a module for each.

mod list_audit_events;

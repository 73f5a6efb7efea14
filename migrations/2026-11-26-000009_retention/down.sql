-- The role stays: other databases of the cluster may have it, too.
DROP INDEX idx_sessions_created;
DROP INDEX idx_one_time_tokens_expiry;
DROP INDEX idx_staff_invitations_expiry;
DROP POLICY staff_invitations_retention_delete ON staff_invitations;
DROP POLICY staff_invitations_retention_select ON staff_invitations;
DROP INDEX idx_audit_events_network;
DROP POLICY audit_events_retention_update ON audit_events;
DROP POLICY audit_events_retention_select ON audit_events;
REVOKE ALL ON audit_events, staff_invitations, one_time_tokens, authorization_codes, sessions
    FROM booking_retention;
REVOKE ALL (restaurant_id, audit_event_id, occurred_at, network) ON audit_events
    FROM booking_retention;
REVOKE ALL (digest, expires_at) ON staff_invitations FROM booking_retention;
REVOKE ALL (digest, expires_at) ON one_time_tokens FROM booking_retention;
REVOKE ALL (digest, expires_at) ON authorization_codes FROM booking_retention;
REVOKE ALL (session_id, created_at) ON sessions FROM booking_retention;
COMMENT ON COLUMN audit_events.network IS
    'The caller''s address, cut to /24 or /48. Contract: CallerNetwork.';
COMMENT ON TABLE audit_events IS
    'Who did what in a restaurant, and from where. A row is written in the transaction of what it '
    'records, and never changes. No values, and nothing personal: only names of things.';

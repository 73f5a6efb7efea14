-- Who forgets what is kept for a time only. The service becomes this role to do so, and inherits
-- nothing of it: as itself it can neither see nor change what this role can. Roles are of the whole
-- cluster: another database may have made it, or be making it at this moment.
DO $$
BEGIN
    FOR attempt IN 1..20 LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'booking_retention') THEN
                CREATE ROLE booking_retention;
            END IF;
            IF (SELECT rolinherit FROM pg_roles WHERE rolname = 'booking_service') THEN
                ALTER ROLE booking_service NOINHERIT;
            END IF;
            IF NOT pg_has_role('booking_service', 'booking_retention', 'MEMBER') THEN
                GRANT booking_retention TO booking_service;
            END IF;
            EXIT;
        EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
            IF attempt = 20 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

-- Of the log it sees what is older than thirty days, as the database has the time, and can take the
-- callers' networks out of it. Nothing else of the log ever changes.
GRANT SELECT (restaurant_id, audit_event_id, occurred_at, network), UPDATE (network)
    ON audit_events TO booking_retention;
CREATE POLICY audit_events_retention_select ON audit_events FOR SELECT TO booking_retention
    USING (occurred_at < now() - interval '30 days');
CREATE POLICY audit_events_retention_update ON audit_events FOR UPDATE TO booking_retention
    USING (occurred_at < now() - interval '30 days') WITH CHECK (network IS NULL);
CREATE INDEX idx_audit_events_network ON audit_events (occurred_at) WHERE network IS NOT NULL;
COMMENT ON INDEX idx_audit_events_network IS 'Networks that are not forgotten yet.';
COMMENT ON COLUMN audit_events.network IS
    'The caller''s address, cut to /24 or /48, for thirty days. Contract: CallerNetwork.';
COMMENT ON TABLE audit_events IS
    'Who did what in a restaurant, and from where. A row is written in the transaction of what it '
    'records, and nothing of it ever changes, but that its network is forgotten. No values, and '
    'nothing personal: only names of things.';

GRANT SELECT (digest, expires_at), DELETE ON staff_invitations TO booking_retention;
CREATE POLICY staff_invitations_retention_select ON staff_invitations FOR SELECT
    TO booking_retention USING (expires_at < now());
CREATE POLICY staff_invitations_retention_delete ON staff_invitations FOR DELETE
    TO booking_retention USING (expires_at < now());
CREATE INDEX idx_staff_invitations_expiry ON staff_invitations (expires_at);
COMMENT ON INDEX idx_staff_invitations_expiry IS 'Those that are not kept any longer.';

GRANT SELECT (digest, expires_at), DELETE ON one_time_tokens TO booking_retention;
CREATE INDEX idx_one_time_tokens_expiry ON one_time_tokens (expires_at);
COMMENT ON INDEX idx_one_time_tokens_expiry IS 'Those that are not kept any longer.';

GRANT SELECT (digest, expires_at), DELETE ON authorization_codes TO booking_retention;

GRANT SELECT (session_id, created_at), DELETE ON sessions TO booking_retention;
CREATE INDEX idx_sessions_created ON sessions (created_at);
COMMENT ON INDEX idx_sessions_created IS
    'Those that are over for long. What it holds never changes, so that using a session costs no more.';

-- The log has no word for the service itself, and nothing else in it ever changes.
ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY;
DELETE FROM audit_events WHERE actor_kind = 'system';
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_actor_check,
    DROP CONSTRAINT audit_events_actor_kind_check,
    ADD CONSTRAINT audit_events_actor_kind_check
        CHECK (actor_kind IN ('user', 'platform_admin', 'api_key', 'guest')),
    ADD CONSTRAINT audit_events_actor_check
        CHECK ((actor_id IS NULL) = (actor_kind = 'guest'));

ALTER TABLE booking_policies
    DROP CONSTRAINT booking_policies_time_zone_release_check,
    DROP COLUMN time_zone_release;

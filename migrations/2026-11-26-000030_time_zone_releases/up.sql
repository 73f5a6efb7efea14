-- The rules of time zones change, and with them the instants of wall clocks that were promised.
ALTER TABLE booking_policies
    ADD COLUMN time_zone_release varchar(6),
    ADD CONSTRAINT booking_policies_time_zone_release_check
        CHECK (time_zone_release ~ '^[0-9]{4}[a-z]{1,2}$');
COMMENT ON COLUMN booking_policies.time_zone_release IS
    'The release of the IANA database by which the instants of its bookings to come were computed; '
    'an older one than the program''s, or none, and they are computed anew. Contract: none, callers '
    'never read it.';

-- What nobody has asked for is done by the service itself.
ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_actor_kind_check,
    DROP CONSTRAINT audit_events_actor_check,
    ADD CONSTRAINT audit_events_actor_kind_check
        CHECK (actor_kind IN ('user', 'platform_admin', 'api_key', 'guest', 'system')),
    ADD CONSTRAINT audit_events_actor_check
        CHECK ((actor_id IS NULL) = (actor_kind IN ('guest', 'system')));

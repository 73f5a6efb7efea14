DROP INDEX idx_booking_contacts_phone;
DROP INDEX idx_bookings_guest;
ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY;
UPDATE audit_events SET overridden_rules = array_remove(overridden_rules, 'already_booked')
    WHERE 'already_booked' = ANY (overridden_rules);
ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_overridden_rules_check,
    ADD CONSTRAINT audit_events_overridden_rules_check CHECK (
        overridden_rules <@ '{hours,pacing,capacity,party_size,blockouts}'::varchar[]
        AND cardinality(overridden_rules) <= 5
    );
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_policies
    DROP COLUMN one_booking_per_service,
    DROP COLUMN max_bookings_per_guest;

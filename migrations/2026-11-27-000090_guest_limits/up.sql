-- How many bookings one guest may have in a restaurant.
ALTER TABLE booking_policies
    ADD COLUMN max_bookings_per_guest integer DEFAULT 3,
    ADD COLUMN one_booking_per_service boolean NOT NULL DEFAULT true,
    ADD CONSTRAINT booking_policies_max_bookings_per_guest_check
        CHECK (max_bookings_per_guest BETWEEN 1 AND 100);
COMMENT ON COLUMN booking_policies.max_bookings_per_guest IS
    'How many live bookings one guest may have; NULL for any number. Contract: MaxBookingsPerGuest.';
COMMENT ON COLUMN booking_policies.one_booking_per_service IS
    'Whether one guest may have one live booking in a service only. Contract: OneBookingPerService.';

ALTER TABLE audit_events
    DROP CONSTRAINT audit_events_overridden_rules_check,
    ADD CONSTRAINT audit_events_overridden_rules_check CHECK (
        overridden_rules
            <@ '{hours,pacing,capacity,party_size,blockouts,already_booked}'::varchar[]
        AND cardinality(overridden_rules) <= 6
    );

CREATE INDEX idx_bookings_guest ON bookings (restaurant_id, user_id);
COMMENT ON INDEX idx_bookings_guest IS 'The bookings of an address in a restaurant.';
CREATE INDEX idx_booking_contacts_phone ON booking_contacts (restaurant_id, phone);
COMMENT ON INDEX idx_booking_contacts_phone IS 'The bookings of a telephone number.';

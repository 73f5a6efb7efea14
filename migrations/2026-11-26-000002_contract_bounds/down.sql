ALTER TABLE bookings
    DROP CONSTRAINT bookings_cancellation_check,
    DROP CONSTRAINT bookings_cancellation_reason_check,
    ADD CONSTRAINT bookings_cancellation_reason_check CHECK (
        cancellation_reason IS NULL OR (
            status = 'cancelled'
            AND cancellation_reason ~ '^[^\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+$'
        )
    );

COMMENT ON COLUMN users.name IS NULL;
COMMENT ON COLUMN users.email IS
    'The longest address that RFC 5321 can deliver to has 254 characters.';
COMMENT ON COLUMN users.phone IS NULL;
COMMENT ON COLUMN restaurants.restaurant_id IS NULL;
COMMENT ON COLUMN restaurants.name IS NULL;
COMMENT ON COLUMN restaurants.cuisine IS NULL;
COMMENT ON COLUMN restaurants.address IS NULL;
COMMENT ON COLUMN restaurants.lat IS NULL;
COMMENT ON COLUMN restaurants.lng IS NULL;
COMMENT ON COLUMN booking_policies.time_zone IS
    'A name of the IANA database: every wall-clock time of the restaurant is in it.';
COMMENT ON COLUMN booking_policies.slot_interval_minutes IS NULL;
COMMENT ON COLUMN booking_policies.turn_minutes IS NULL;
COMMENT ON COLUMN booking_policies.booking_window_days IS NULL;
COMMENT ON COLUMN dining_tables.name IS NULL;
COMMENT ON COLUMN opening_hours.day IS 'As in ISO 8601: Monday is 1, Sunday is 7.';
COMMENT ON COLUMN bookings.public_id IS
    'The booking''s name outside: made at random, so that it cannot be guessed.';
COMMENT ON COLUMN bookings.party_size IS NULL;
COMMENT ON COLUMN bookings.status IS NULL;
COMMENT ON COLUMN bookings.confirmation_code IS NULL;
COMMENT ON COLUMN bookings.customer_name IS
    'As given with this booking: a later booking of the same user cannot change them.';
COMMENT ON COLUMN bookings.customer_email IS NULL;
COMMENT ON COLUMN bookings.customer_phone IS NULL;
COMMENT ON COLUMN bookings.special_requests IS NULL;
COMMENT ON COLUMN bookings.cancellation_reason IS NULL;
COMMENT ON COLUMN bookings.version IS NULL;

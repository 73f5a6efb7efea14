-- Columns say which schema of the contract they hold, and `cargo xtask check` tries the bounds of
-- both in them.

COMMENT ON COLUMN users.name IS 'Contract: CustomerName.';
COMMENT ON COLUMN users.email IS
    'The longest address that RFC 5321 can deliver to has 254 characters. '
    'Contract: EmailAddress.';
COMMENT ON COLUMN users.phone IS 'Contract: PhoneNumber.';

COMMENT ON COLUMN restaurants.restaurant_id IS 'Contract: RestaurantId.';
COMMENT ON COLUMN restaurants.name IS 'Contract: RestaurantName.';
COMMENT ON COLUMN restaurants.cuisine IS 'Contract: Cuisine.';
COMMENT ON COLUMN restaurants.address IS 'Contract: Address.';
COMMENT ON COLUMN restaurants.lat IS 'Contract: Latitude.';
COMMENT ON COLUMN restaurants.lng IS 'Contract: Longitude.';

COMMENT ON COLUMN booking_policies.time_zone IS
    'A name of the IANA database: every wall-clock time of the restaurant is in it. '
    'Contract: TimeZone.';
COMMENT ON COLUMN booking_policies.slot_interval_minutes IS 'Contract: SlotIntervalMinutes.';
COMMENT ON COLUMN booking_policies.turn_minutes IS 'Contract: TurnMinutes.';
COMMENT ON COLUMN booking_policies.booking_window_days IS
    'Contract: none, callers only meet it as a refusal.';

COMMENT ON COLUMN dining_tables.name IS 'Contract: none, callers do not see tables.';

COMMENT ON COLUMN opening_hours.day IS
    'As in ISO 8601: Monday is 1, Sunday is 7. '
    'Contract: none, callers read the name of the day.';

COMMENT ON COLUMN bookings.public_id IS
    'The booking''s name outside: made at random, so that it cannot be guessed. '
    'Contract: BookingId.';
COMMENT ON COLUMN bookings.party_size IS 'Contract: PartySize.';
COMMENT ON COLUMN bookings.status IS 'Contract: BookingStatus.';
COMMENT ON COLUMN bookings.confirmation_code IS 'Contract: ConfirmationCode.';
COMMENT ON COLUMN bookings.customer_name IS
    'As given with this booking: a later booking of the same user cannot change them. '
    'Contract: CustomerName.';
COMMENT ON COLUMN bookings.customer_email IS 'Contract: EmailAddress.';
COMMENT ON COLUMN bookings.customer_phone IS 'Contract: PhoneNumber.';
COMMENT ON COLUMN bookings.special_requests IS 'Contract: SpecialRequests.';
COMMENT ON COLUMN bookings.cancellation_reason IS 'Contract: CancellationReason.';
COMMENT ON COLUMN bookings.version IS 'Contract: none, callers read it in the entity tag.';

-- What a reason is and when there is one are two rules, and only the first is the contract's too.
ALTER TABLE bookings
    DROP CONSTRAINT bookings_cancellation_reason_check,
    ADD CONSTRAINT bookings_cancellation_reason_check
        CHECK (cancellation_reason ~ '^[^\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+$'),
    ADD CONSTRAINT bookings_cancellation_check
        CHECK (cancellation_reason IS NULL OR status = 'cancelled');

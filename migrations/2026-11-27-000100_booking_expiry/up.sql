-- A booking waits for the restaurant's word until an instant, and is cancelled from then on. Nothing has to
-- run for that: whoever reads it compares, and some process writes it within a minute.
ALTER TABLE booking_policies ADD COLUMN confirmation_minutes integer NOT NULL DEFAULT 1440,
    ADD CONSTRAINT booking_policies_confirmation_minutes_check
        CHECK (confirmation_minutes BETWEEN 15 AND 43200);
COMMENT ON COLUMN booking_policies.confirmation_minutes IS
    'How long the restaurant has to confirm a booking. Contract: ConfirmationMinutes.';

-- A migration by an owner whom the policies bind would see no row.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;

ALTER TABLE bookings ADD COLUMN expires_at timestamptz;
ALTER TABLE booking_events ADD COLUMN expires_at timestamptz;
-- Nobody was told that a booking waits for no longer than this.
UPDATE bookings SET expires_at = starts_at WHERE status = 'pending';
UPDATE booking_events SET expires_at = starts_at WHERE status = 'pending';
ALTER TABLE bookings
    DROP CONSTRAINT bookings_cancellation_kind_check,
    ADD CONSTRAINT bookings_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined', 'expired')),
    -- A program of before, beside a newer one, cancels a pending booking and leaves its expiry.
    ADD CONSTRAINT bookings_expires_at_check CHECK (
        '0001-01-01 00:00Z' <= expires_at AND expires_at < '9999-12-30 00:00Z'
        AND (expires_at IS NULL OR status IN ('pending', 'cancelled'))
    );
ALTER TABLE booking_events
    DROP CONSTRAINT booking_events_cancellation_kind_check,
    ADD CONSTRAINT booking_events_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined', 'expired')),
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,expires_at,cancellation_kind,customer_name,customer_email,customer_phone,
            special_requests}'::varchar[]
        AND cardinality(changed) <= 22
    );
COMMENT ON COLUMN bookings.expires_at IS
    'Until when a pending booking waits for the restaurant''s word, never longer than until it begins: the '
    'earlier of the two counts, and where a program of before has made it, that it begins.';

ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;

CREATE INDEX idx_bookings_expiry ON bookings (LEAST(expires_at, starts_at), restaurant_id)
    WHERE status = 'pending';
COMMENT ON INDEX idx_bookings_expiry IS 'Those that nobody has confirmed in time, whosever they are.';

GRANT SELECT (expires_at) ON bookings TO booking_search;

-- In which restaurants bookings have expired is looked for over all of them, as a role that sees nothing
-- else of a booking: no name of one, and nothing of its guest.
GRANT SELECT (restaurant_id, status, starts_at, expires_at) ON bookings TO booking_retention;
CREATE POLICY bookings_expiry ON bookings FOR SELECT TO booking_retention USING (status = 'pending');
-- What the policy of bookings for diners compares with.
GRANT SELECT (user_id, public_id) ON accounts TO booking_retention;

REVOKE SELECT (user_id, public_id) ON accounts FROM booking_retention;
DROP POLICY bookings_expiry ON bookings;
REVOKE SELECT (restaurant_id, status, starts_at, expires_at) ON bookings FROM booking_retention;
REVOKE SELECT (expires_at) ON bookings FROM booking_search;
DROP INDEX idx_bookings_expiry;
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;
-- That the restaurant has not confirmed it is all that can be said of it.
UPDATE bookings SET cancellation_kind = 'declined' WHERE cancellation_kind = 'expired';
UPDATE booking_events SET cancellation_kind = 'declined' WHERE cancellation_kind = 'expired';
UPDATE booking_events SET changed = array_remove(changed, 'expires_at');
ALTER TABLE booking_events
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,cancellation_kind,customer_name,customer_email,customer_phone,
            special_requests}'::varchar[]
        AND cardinality(changed) <= 21
    ),
    DROP CONSTRAINT booking_events_cancellation_kind_check,
    ADD CONSTRAINT booking_events_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined')),
    DROP COLUMN expires_at;
ALTER TABLE bookings
    DROP CONSTRAINT bookings_expires_at_check,
    DROP CONSTRAINT bookings_cancellation_kind_check,
    ADD CONSTRAINT bookings_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined')),
    DROP COLUMN expires_at;
ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_policies DROP COLUMN confirmation_minutes;

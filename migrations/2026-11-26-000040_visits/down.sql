-- The history is lost.
DROP TABLE booking_events;
REVOKE SELECT (seated_at) ON bookings FROM booking_search;
ALTER TABLE bookings
    DROP CONSTRAINT bookings_visit_check,
    DROP CONSTRAINT bookings_cancellation_check,
    ADD CONSTRAINT bookings_cancellation_check
        CHECK (cancellation_reason IS NULL OR status = 'cancelled'),
    DROP COLUMN arrived_at,
    DROP COLUMN seated_at,
    DROP COLUMN finished_at,
    DROP COLUMN cancellation_kind;

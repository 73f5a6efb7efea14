-- A booking that has waited for too long, and one that still waits, with what has happened to them.
UPDATE bookings SET expires_at = NULL, cancellation_kind = 'expired' WHERE booking_id = (
    SELECT min(booking_id) FROM bookings WHERE status = 'cancelled'
);
UPDATE bookings SET expires_at = starts_at - interval '1 hour' WHERE booking_id = (
    SELECT min(booking_id) FROM bookings WHERE status = 'pending'
);
UPDATE booking_events SET changed = '{status,expires_at,cancellation_kind}', cancellation_kind = 'expired'
WHERE booking_id = (SELECT min(booking_id) FROM bookings WHERE cancellation_kind = 'expired');

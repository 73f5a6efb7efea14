-- Takes away what a measurement has booked and held, and puts back what it has changed: the next one finds
-- what this one has found. What its first event says is what a booking was.
DELETE FROM audit_events;
DELETE FROM messages;
DELETE FROM holds;
DELETE FROM bookings WHERE booking_id > current_setting('bench.last_booking')::bigint;
DELETE FROM users WHERE user_id > current_setting('bench.last_user')::bigint;
CREATE TEMPORARY TABLE changed AS SELECT restaurant_id, booking_id FROM bookings WHERE version > 1;
DELETE FROM occupancies USING changed
WHERE (occupancies.restaurant_id, occupancies.booking_id) = (changed.restaurant_id, changed.booking_id);
UPDATE bookings b SET status = e.status, booking_date = e.booking_date, booking_time = e.booking_time,
    utc_offset_minutes = e.utc_offset_minutes, service_date = e.service_date, party_size = e.party_size,
    table_ids = e.table_ids, starts_at = e.starts_at, ends_at = e.ends_at, free_at = e.free_at,
    is_pinned = e.is_pinned, expires_at = e.expires_at, cancellation_kind = NULL,
    cancellation_reason = NULL, version = 1, updated_at = b.created_at
FROM changed JOIN booking_events e USING (restaurant_id, booking_id)
WHERE (b.restaurant_id, b.booking_id) = (changed.restaurant_id, changed.booking_id) AND e.version = 1;
INSERT INTO occupancies (restaurant_id, booking_id, table_id, period)
SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at)
FROM bookings JOIN changed USING (restaurant_id, booking_id);
DELETE FROM booking_events e USING changed
WHERE (e.restaurant_id, e.booking_id) = (changed.restaurant_id, changed.booking_id) AND e.version > 1;
DROP TABLE changed;
-- Whoever remembers a date as a measurement has left it would see that it is another one; those that none has
-- touched since the last time are remembered.
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.days (restaurant_id bigint, date date, version bigint);
UPDATE booking_days SET version = booking_days.version + 1
WHERE NOT EXISTS (
    SELECT FROM bench.days known
    WHERE (known.restaurant_id, known.date, known.version)
        = (booking_days.restaurant_id, booking_days.date, booking_days.version)
);
TRUNCATE bench.days;
INSERT INTO bench.days SELECT restaurant_id, date, version FROM booking_days;
SELECT setval('bookings_booking_id_seq', current_setting('bench.last_booking')::bigint),
    setval('users_user_id_seq', current_setting('bench.last_user')::bigint);

-- Takes away what a measurement has booked: the next one finds what this one has found.
DELETE FROM audit_events;
DELETE FROM bookings WHERE booking_id > current_setting('bench.last_booking')::bigint;
DELETE FROM users WHERE user_id > current_setting('bench.last_user')::bigint;
SELECT setval('bookings_booking_id_seq', current_setting('bench.last_booking')::bigint),
    setval('users_user_id_seq', current_setting('bench.last_user')::bigint);

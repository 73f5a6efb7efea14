-- The fewest statements that do the work of createBooking: one lock, which is also the date's version,
-- one that finds the table and writes everything, and the commit. The lock is a statement of its own: what
-- is free has to be looked at behind it.
\set restaurant random(1, :restaurants)
\set day random(0, :days - 1)
\set turn random(0, 7)
BEGIN;
INSERT INTO booking_days AS days (restaurant_id, date, version)
VALUES (:restaurant, :first_day::date + :day::integer, 1)
ON CONFLICT (restaurant_id, date) DO UPDATE SET version = days.version + 1;
WITH new AS MATERIALIZED (
    SELECT nextval('bookings_booking_id_seq') AS number, starts,
        starts AT TIME ZONE p.time_zone AS starts_at,
        starts AT TIME ZONE p.time_zone + p.turn_minutes * interval '1 minute' AS ends_at
    FROM restaurants r JOIN booking_policies p USING (restaurant_id),
        LATERAL (
            SELECT :first_day::date + :day::integer + time '11:00'
                + :turn::integer * interval '90 minutes'
                + CASE WHEN :turn::integer >= 3 THEN interval '30 minutes' ELSE interval '0' END AS starts
        ) AS instant
    WHERE restaurant_id = :restaurant AND r.suspended_at IS NULL
), free AS (
    SELECT t.table_id FROM dining_tables t, new
    WHERE t.restaurant_id = :restaurant AND 2 BETWEEN min_party AND max_party AND is_bookable_online
        AND deleted_at IS NULL
        AND NOT EXISTS (
            SELECT FROM occupancies o
            WHERE o.restaurant_id = :restaurant AND o.table_id = t.table_id
                AND o.period && tstzrange(new.starts_at, new.ends_at)
        )
    ORDER BY max_party, table_id LIMIT 1
), guest AS (
    INSERT INTO users (name, email, phone, created_at)
    SELECT 'Guest ' || number, 'pgbench' || number || '@example.com', '+4940' || number, now() FROM new
    RETURNING user_id
), booking AS (
    INSERT INTO bookings (restaurant_id, booking_id, public_id, user_id, booking_date, booking_time,
        party_size, confirmation_code, table_ids, starts_at, ends_at, free_at, service_date,
        utc_offset_minutes, created_at, updated_at)
    SELECT :restaurant, number, 'bk_' || md5(number::text), user_id, starts::date, starts::time, 2,
        translate(upper(lpad(to_hex(number), 6, '0')), '01', 'YZ'), ARRAY[table_id], starts_at, ends_at,
        ends_at, starts::date, extract(epoch FROM starts - starts_at AT TIME ZONE 'UTC') / 60, now(), now()
    FROM new, free, guest
    RETURNING *
), contact AS (
    INSERT INTO booking_contacts (restaurant_id, booking_id, version, name, email, phone)
    SELECT restaurant_id, booking_id, 1, 'Guest ' || booking_id,
        'pgbench' || booking_id || '@example.com', '+4940' || booking_id
    FROM booking
), occupancy AS (
    INSERT INTO occupancies (restaurant_id, booking_id, table_id, period)
    SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at) FROM booking
)
INSERT INTO booking_events (restaurant_id, booking_id, version, occurred_at, actor_kind, action,
    changed, day_version, status, booking_date, booking_time, utc_offset_minutes, service_date,
    party_size, is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at)
SELECT restaurant_id, booking_id, booking.version, created_at, 'guest', 'create_booking', '{}',
    days.version, status, booking_date, booking_time, utc_offset_minutes, service_date, party_size,
    is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at
FROM booking JOIN booking_days days USING (restaurant_id) WHERE days.date = service_date;
COMMIT;

-- Restaurants with tables, each of which is booked for five of the eight turns of each day, every booking
-- with its contact, its occupancy and its event. How many there are of them, and the first day, is set by
-- whoever runs this: `bench.restaurants`, `bench.tables`, `bench.days`, `bench.users`, `bench.accounts`,
-- `bench.first_day`, `bench.time_zone_release`. Some users have an account.

-- What is written here is right: foreign keys are not tried row by row, indexes are made when all is
-- there, and that no two parties have one table is not looked for again.
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
SET work_mem = '64MB';
UPDATE pg_index SET indisready = false, indisexclusion = false
WHERE indrelid = ANY ('{bookings,occupancies,booking_contacts,booking_events}'::regclass[]);
SET enable_indexscan = off;
SET enable_bitmapscan = off;

INSERT INTO restaurants (restaurant_id, name, cuisine, address, lat, lng, created_at)
SELECT n, 'Restaurant ' || n, 'Cuisine ' || n % 10, 'Street ' || n, n % 60, n % 180,
    '2026-01-01 00:00Z'
FROM generate_series(1, current_setting('bench.restaurants')::integer) n;
INSERT INTO booking_policies (restaurant_id, time_zone, slot_interval_minutes, turn_minutes,
    booking_window_days, time_zone_release)
SELECT restaurant_id, 'Europe/Berlin', 15, 90, 365, current_setting('bench.time_zone_release')
FROM restaurants;
INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
SELECT restaurant_id, services.name, 127, first_seating, ends
FROM restaurants, (VALUES ('Lunch', time '11:00', time '15:30'), ('Dinner', '16:00', '23:30'))
    AS services (name, first_seating, ends);
INSERT INTO dining_tables (restaurant_id, table_id, name, min_party, max_party)
SELECT restaurant_id, restaurant_id * 1000 + n, 'Table ' || n, 1, 4
FROM restaurants, generate_series(1, current_setting('bench.tables')::integer) n;
INSERT INTO users (user_id, name, email, phone, created_at)
SELECT n, 'Guest ' || n, 'guest' || n || '@example.com', '+4930' || n, '2026-01-01 00:00Z'
FROM generate_series(1, current_setting('bench.users')::integer) n;
-- All of them have the password `correct horse battery staple`.
INSERT INTO accounts (user_id, public_id, name, password_hash, email_verified_at, version, created_at,
    updated_at)
SELECT user_id, 'usr_' || md5(user_id::text), name,
    '$argon2id$v=19$m=19456,t=2,p=1$v8mPSrMdsDvVWJJM/IjPYg$uaWftGZ81EsdDu6XSlzZdwwvikwFIWFgFemjypGh87o',
    created_at, 1, created_at, created_at
FROM users WHERE user_id <= current_setting('bench.accounts')::integer;
INSERT INTO bookings (restaurant_id, booking_id, public_id, user_id, account_user_id, booking_date,
    booking_time, party_size, status, confirmation_code, table_ids, starts_at, ends_at, free_at, service_date,
    utc_offset_minutes, created_at, updated_at)
SELECT restaurant_id, number, 'bk_' || md5(number::text), user_id,
    CASE WHEN user_id <= current_setting('bench.accounts')::integer THEN user_id END, starts::date, starts::time, 2, 'confirmed',
    -- Six digits to the base of 16, from the number.
    translate(upper(lpad(to_hex(number), 6, '0')), '01', 'YZ'),
    ARRAY[table_id], starts_at, starts_at + interval '90 minutes', starts_at + interval '90 minutes',
    starts::date, extract(epoch FROM starts - starts_at AT TIME ZONE 'UTC') / 60,
    '2026-11-01Z'::timestamptz + number * interval '1 second',
    '2026-11-01Z'::timestamptz + number * interval '1 second'
FROM (
    SELECT restaurant_id, table_id, starts, starts AT TIME ZONE 'Europe/Berlin' AS starts_at,
        row_number() OVER (ORDER BY starts, restaurant_id, table_id) AS number
    FROM dining_tables,
        generate_series(0, current_setting('bench.days')::integer - 1) day,
        generate_series(0, 7) turn,
        LATERAL (
            SELECT current_setting('bench.first_day')::date + day + time '11:00'
                + turn * interval '90 minutes'
                + CASE WHEN turn >= 3 THEN interval '30 minutes' ELSE interval '0' END AS starts
        ) AS instant
    -- At each turn, five of eight tables.
    WHERE (table_id + day + turn) % 8 < 5
) AS turns,
    LATERAL (SELECT 1 + number % current_setting('bench.users')::integer AS user_id) AS guest;
INSERT INTO booking_contacts (restaurant_id, booking_id, version, booking_public_id, name, email, phone)
SELECT restaurant_id, booking_id, 1, public_id, 'Guest ' || user_id, 'guest' || user_id || '@example.com',
    '+4930' || user_id
FROM bookings;
INSERT INTO occupancies (restaurant_id, booking_id, table_id, period)
SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at) FROM bookings
ORDER BY restaurant_id, table_ids, starts_at;
INSERT INTO booking_events (restaurant_id, booking_id, version, occurred_at, actor_kind, action,
    changed, day_version, status, booking_date, booking_time, utc_offset_minutes, service_date,
    party_size, is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at)
SELECT restaurant_id, booking_id, version, created_at, 'guest', 'create_booking', '{}', 1, status,
    booking_date, booking_time, utc_offset_minutes, service_date, party_size, is_area_required,
    table_ids, is_pinned, starts_at, ends_at, free_at
FROM bookings;
INSERT INTO booking_days (restaurant_id, date, version)
SELECT restaurant_id, date, count(*) FROM (SELECT restaurant_id, service_date AS date FROM bookings) b
GROUP BY restaurant_id, date;

SELECT setval('bookings_booking_id_seq', (SELECT max(booking_id) FROM bookings)),
    setval('users_user_id_seq', (SELECT max(user_id) FROM users)),
    setval('restaurants_restaurant_id_seq', (SELECT max(restaurant_id) FROM restaurants)),
    setval('dining_tables_table_id_seq', (SELECT max(table_id) FROM dining_tables));
RESET enable_indexscan;
RESET enable_bitmapscan;
REINDEX TABLE bookings;
REINDEX TABLE occupancies;
REINDEX TABLE booking_contacts;
REINDEX TABLE booking_events;
UPDATE pg_index SET indisexclusion = true WHERE indexrelid = 'occupancies_no_overlap'::regclass;
RESET session_replication_role;

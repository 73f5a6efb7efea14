-- 100 restaurants of 40 tables, each of which is booked five times on each of 30 days: 600,000
-- bookings by 20,000 users, half of whom have an account and five sessions. 19,900 restaurants
-- besides, with nothing booked; everywhere on Earth.

-- What is written here is right: foreign keys are not tried row by row, indexes are made when all is
-- there, and that no two parties have one table is not looked for again.
SET session_replication_role = replica;
SET maintenance_work_mem = '256MB';
SET work_mem = '64MB';
UPDATE pg_index SET indisready = false, indisexclusion = false
WHERE indrelid IN ('bookings'::regclass, 'occupancies'::regclass);
-- Nothing is looked up in an index that is not made yet.
SET enable_indexscan = off;
SET enable_bitmapscan = off;

INSERT INTO restaurants
SELECT n, 'Restaurant ' || md5(n::text), 'Cuisine ' || n % 4000, 'Street ' || n,
    n % 1200 / 10.0 - 60, n % 3600 / 10.0 - 180, '2026-01-01 00:00Z'
FROM generate_series(1, 20000) n;
INSERT INTO booking_policies
SELECT restaurant_id, 'Europe/Berlin', 15, 90, 365 FROM restaurants;
INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
SELECT restaurant_id, 'Service ' || n, 127, time '11:00' + n * interval '6 hours',
    time '15:00' + n * interval '8 hours'
FROM restaurants, generate_series(0, 1) n;
INSERT INTO special_days (restaurant_id, special_day_id, name, date_from, date_to)
SELECT restaurant_id, restaurant_id * 100 + n, 'Holiday ' || n, date '2027-01-01' + 30 * n,
    date '2027-01-01' + 30 * n
FROM restaurants, generate_series(1, 12) n;
INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends)
SELECT restaurant_id, special_day_id, '17:00', '23:00' FROM special_days
WHERE special_day_id % 2 = 0;
INSERT INTO dining_areas (restaurant_id, area_id, name, setting, is_accessible, has_high_chairs)
SELECT restaurant_id, restaurant_id * 100 + n, 'Area ' || n, 'indoor', true, true
FROM restaurants, generate_series(1, 3) n;
INSERT INTO dining_tables
SELECT restaurant_id, restaurant_id * 100 + n, 'Table ' || n, 1, 4, restaurant_id * 100 + 1 + n % 3
FROM restaurants, generate_series(1, CASE WHEN restaurant_id <= 100 THEN 40 ELSE 5 END) n;
INSERT INTO table_combinations (restaurant_id, combination_id, name, min_party, max_party)
SELECT restaurant_id, restaurant_id * 100 + n, 'Combination ' || n, 5, 8
FROM restaurants, generate_series(1, 2) n;
INSERT INTO combined_tables
SELECT restaurant_id, combination_id, combination_id + n
FROM table_combinations, generate_series(0, 1) n;
INSERT INTO blockouts (restaurant_id, table_id, starts, ends)
SELECT restaurant_id, restaurant_id * 100 + 1, timestamp '2027-01-01' + n * interval '30 days',
    timestamp '2027-01-01' + n * interval '30 days' + interval '6 hours'
FROM restaurants, generate_series(1, 12) n;
INSERT INTO users
SELECT n, 'Guest ' || n, 'guest' || n || '@example.com', '+4930' || n, '2026-01-01 00:00Z'
FROM generate_series(1, 20000) n;
INSERT INTO accounts
SELECT user_id, 'usr_' || user_id, name, phone,
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$' || repeat('A', 43), '2026-01-01Z',
    false, 1, '2026-01-01Z', '2026-01-01Z'
FROM users WHERE user_id % 2 = 1;
INSERT INTO bookings (restaurant_id, booking_id, public_id, user_id, account_user_id, booking_date,
    booking_time, party_size, status, confirmation_code, table_ids, starts_at, ends_at, free_at, service_date, utc_offset_minutes,
    created_at, updated_at)
SELECT restaurant_id, number, 'bk_' || md5(number::text), 1 + number % 20000,
    CASE WHEN number % 6 = 0 THEN 1 + number % 20000 END, date '2027-02-10' + day,
    '11:00'::time + since, 2, CASE WHEN number % 10 = 0 THEN 'pending' ELSE 'confirmed' END,
    -- Six digits to the base of 16, from the number.
    translate(upper(lpad(to_hex(number), 6, '0')), '01', 'YZ'),
    ARRAY[table_id],
    starts_at, starts_at + interval '90 minutes', starts_at + interval '90 minutes',
    date '2027-02-10' + day, 60, '2026-11-01Z'::timestamptz + number * interval '10 seconds',
    '2026-11-01Z'::timestamptz + number * interval '10 seconds'
FROM (
    SELECT restaurant_id, table_id, day, since,
        row_number() OVER (ORDER BY day, since, table_id) AS number,
        '2027-02-10 10:00Z'::timestamptz + day * interval '1 day' + since AS starts_at
    FROM dining_tables, generate_series(0, 29) day,
        unnest('{0h, 2h, 6h, 8h, 10h}'::interval[]) since
    WHERE restaurant_id <= 100
) AS turns;
INSERT INTO booking_contacts
SELECT restaurant_id, booking_id, 1, 'Guest', 'guest' || user_id || '@example.com',
    '+4930' || user_id, NULL, public_id
FROM bookings;
INSERT INTO booking_notes
SELECT restaurant_id, booking_id, 'Knows the owner', '{regular}' FROM bookings;
INSERT INTO occupancies
SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at) FROM bookings
ORDER BY restaurant_id, table_ids, starts_at;
INSERT INTO booking_events
SELECT restaurant_id, booking_id, version, created_at, 'guest', NULL, 'create_booking', '{}', 7,
    status, booking_date, booking_time, utc_offset_minutes, service_date, party_size, area_id,
    is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at
FROM bookings WHERE restaurant_id <= 10;
INSERT INTO booking_days
SELECT restaurant_id, date '2026-11-01' + day, 200
FROM restaurants, generate_series(0, 149) day WHERE restaurant_id <= 100;
INSERT INTO sessions
SELECT md5(user_id || 'session' || n)::uuid, user_id, 'web', 'account:manage', n, '2027-01-01Z',
    '2027-01-02Z'
FROM accounts, generate_series(1, 5) n;
INSERT INTO authorization_codes
SELECT sha256(user_id::text::bytea), user_id, 'web', 'https://web.example/', sha256('1'),
    'account:manage', '2027-01-01Z', '2027-01-01 00:01Z'
FROM accounts;
INSERT INTO user_identities
SELECT 'https://issuer.example', 'subject ' || user_id, user_id, '2027-01-01Z'
FROM accounts;
INSERT INTO idempotency_records
SELECT sha256(user_id::text::bytea), sha256('1'), sha256('1'), '2027-01-02Z'
FROM users;
INSERT INTO holds
SELECT restaurant_id, n, 'hd_' || n, 'address:' || n, true, '2027-01-09', '19:00', 60, '2027-01-09', 2,
    NULL, false, ARRAY[restaurant_id * 100 + n], '2027-01-09 18:00Z', '2027-01-09 19:30Z',
    '2027-01-09 19:30Z', '2027-01-02Z'
FROM restaurants, generate_series(1, 2) n;
INSERT INTO one_time_tokens
SELECT email, 'reset_password', decode(md5(email) || md5(email), 'hex'), NULL, '2027-01-01Z',
    '2027-01-02Z'
FROM users;
INSERT INTO messages (kind, recipient, created_at, sent_at)
SELECT 'account_exists', email, '2027-01-01Z',
    CASE WHEN user_id % 9 > 0 THEN '2027-01-02Z'::timestamptz END
FROM users;
INSERT INTO restaurant_staff
SELECT restaurant_id, 1 + 2 * ((restaurant_id + n) % 4000),
    (ARRAY['owner', 'manager', 'host'])[n], 1, '2026-01-01Z', '2026-01-01Z'
FROM restaurants, generate_series(1, 3) n;
INSERT INTO api_keys (restaurant_id, public_id, digest, name, scopes, created_by, created_at,
    expires_at)
SELECT restaurant_id, substr(md5(restaurant_id::text), 1, 11), sha256('1'), 'Till',
    'bookings:read', 1, '2026-01-01Z', '2030-01-01Z'
FROM restaurants;
INSERT INTO staff_invitations
SELECT restaurant_id, 'guest1@example.com', 'host', sha256(restaurant_id::text::bytea), NULL,
    '2026-01-01Z', '2026-01-08Z'
FROM restaurants;
INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, actor_id, action, network,
    request_id)
SELECT 1 + n % 100, '2026-01-01Z'::timestamptz + n * interval '1 minute', 'user', 'usr_1',
    'update_booking', CASE WHEN n % 1000 = 0 THEN '192.0.2.0/24' END, 'r-1'
FROM generate_series(1, 100000) n;
SELECT setval('bookings_booking_id_seq', 600000), setval('users_user_id_seq', 20000);

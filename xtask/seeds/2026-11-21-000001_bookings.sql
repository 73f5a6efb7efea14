-- What later migrations are tried on: the restaurants of the demonstration, and three thousand
-- bookings of every status. It is run once 2026-11-21-000001_bookings has made the tables.

INSERT INTO users (name, email, phone, created_at)
SELECT 'Guest ' || n, 'guest' || n || '@example.com', '+1555' || 1000000 + n, '2026-01-01 12:00Z'
FROM generate_series(1, 500) n;

INSERT INTO restaurants (
    name, cuisine, address, lat, lng, time_zone, slot_interval_minutes, turn_minutes, created_at
)
VALUES
    ('Bella Italia', 'Italian', '123 Main St, New York, NY', 40.7128, -74.006, 'America/New_York', 15, 90, '2026-01-01 00:00Z'),
    ('Zum Goldenen Hirsch', 'German', 'Oranienstraße 21, 10999 Berlin', 52.5023, 13.4139, 'Europe/Berlin', 30, 120, '2026-01-01 00:00Z'),
    ('Sakura Izakaya', 'Japanese', '2-14-5 Kabukicho, Shinjuku, Tokyo', 35.6938, 139.7034, 'Asia/Tokyo', 30, 120, '2026-01-01 00:00Z'),
    ('Harbour Kitchen', 'Australian', '7 Circular Quay W, The Rocks, Sydney NSW', -33.8586, 151.2091, 'Australia/Sydney', 15, 105, '2026-01-01 00:00Z');

INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
SELECT restaurant_id, 'T' || n, 1 + n / 4, 2 + n
FROM restaurants, generate_series(1, 10) n;

INSERT INTO opening_hours (restaurant_id, day, opens, closes)
SELECT restaurant_id, day, opens, closes
FROM restaurants, generate_series(1, 7) day,
    (VALUES (time '12:00', time '15:00'), (time '17:00', time '01:00')) period (opens, closes);

-- Every table, three times an evening, for 25 days. A code has 32 letters and digits to choose from.
INSERT INTO bookings (
    restaurant_id, public_id, user_id, booking_date, booking_time, party_size, status,
    confirmation_code, customer_name, customer_email, customer_phone, special_requests,
    cancellation_reason, table_id, starts_at, ends_at, created_at, updated_at
)
SELECT
    restaurant_id, 'bk_' || n, 1 + n % 500, booking_date, booking_time, 1 + n % 2, status,
    (
        SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', 1 + (n / (32 ^ place)::bigint % 32)::integer, 1), '')
        FROM generate_series(0, 5) place
    ),
    'Guest ' || n, 'Guest' || n || '@example.com', '+1555' || 1000000 + n,
    CASE WHEN n % 3 = 0 THEN 'Window seat if available' END,
    CASE WHEN status = 'cancelled' AND n % 2 = 0 THEN 'Our flight was delayed' END,
    table_id, starts_at, starts_at + interval '90 minutes', '2026-01-01 12:00Z', '2026-01-02 12:00Z'
FROM (
    SELECT
        restaurant_id, table_id, n, booking_date, booking_time,
        (ARRAY['confirmed', 'pending', 'cancelled', 'completed', 'no_show'])[1 + n % 5] AS status,
        (booking_date + booking_time) AT TIME ZONE time_zone AS starts_at
    FROM (
        SELECT
            restaurant_id, table_id, time_zone, date '2026-02-01' + day AS booking_date,
            time '17:00' + make_interval(hours => 2 * turn) AS booking_time,
            row_number() OVER (ORDER BY restaurant_id, table_id, day, turn) AS n
        FROM restaurants JOIN dining_tables USING (restaurant_id),
            generate_series(0, 24) day, generate_series(0, 2) turn
    ) slots
) placed;

INSERT INTO occupancies (restaurant_id, booking_id, table_id, period)
SELECT restaurant_id, booking_id, table_id, tstzrange(starts_at, ends_at)
FROM bookings
WHERE status IN ('pending', 'confirmed');

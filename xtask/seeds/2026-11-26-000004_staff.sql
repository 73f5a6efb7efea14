-- Some of the accounts work for a restaurant, and the restaurants have keys, invitations and a log.

INSERT INTO restaurant_staff (restaurant_id, user_id, role, version, created_at, updated_at)
SELECT
    restaurant_id, user_id, (ARRAY['owner', 'manager', 'host'])[1 + user_id % 3], 1,
    '2026-01-04 12:00Z', '2026-01-04 12:00Z'
FROM restaurants, accounts;

INSERT INTO staff_invitations (
    restaurant_id, email, role, digest, invited_by, created_at, expires_at
)
SELECT
    restaurant_id, 'invited@example.com', 'host', sha256(restaurant_id::text::bytea), min(user_id),
    '2026-01-05 12:00Z', '2026-01-12 12:00Z'
FROM restaurant_staff GROUP BY restaurant_id;

INSERT INTO api_keys (
    restaurant_id, public_id, digest, name, scopes, created_by, created_at, expires_at,
    last_used_at, revoked_at
)
SELECT
    restaurant_id, substr(md5(restaurant_id || ' ' || n), 1, 11), sha256(n::text::bytea),
    'Till ' || n, 'bookings:read bookings:write', 1, '2026-01-05 12:00Z', '2027-01-05 12:00Z',
    CASE WHEN n > 1 THEN timestamptz '2026-01-06 12:00Z' END,
    CASE WHEN n > 2 THEN timestamptz '2026-01-07 12:00Z' END
FROM restaurants, generate_series(1, 3) n;

INSERT INTO audit_events (
    restaurant_id, occurred_at, actor_kind, actor_id, action, subject_id, network, request_id
)
VALUES
    (1, '2026-01-05 12:00Z', 'user', 'usr_1', 'create_api_key', '0123456789a', '192.0.2.0/24', 'r-1'),
    (1, '2026-01-06 12:00Z', 'api_key', '0123456789a', 'update_booking', 'bk_1', '2001:db8:1::/48', 'r-2'),
    (1, '2026-01-07 12:00Z', 'guest', NULL, 'cancel_booking', 'bk_2', NULL, 'r-3');

INSERT INTO messages (kind, recipient, restaurant_name, booking_id, token, created_at)
VALUES
    ('staff_invitation', 'invited@example.com', 'Bella Italia', NULL, 'in_1', '2026-01-05 12:00Z'),
    ('booking_link', 'guest1@example.com', 'Bella Italia', 'bk_1', NULL, '2026-01-05 12:00Z');

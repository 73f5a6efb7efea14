-- Some of the users have an account, and are at every point of its life.

INSERT INTO users (name, email, created_at)
VALUES ('Only Registered', 'registered@example.com', '2026-01-03 12:00Z');

INSERT INTO accounts (
    user_id, public_id, name, phone, password_hash, email_verified_at, is_platform_admin, version,
    created_at, updated_at
)
SELECT
    user_id, 'usr_' || user_id, name, CASE WHEN user_id % 2 = 0 THEN phone END,
    CASE WHEN user_id % 5 > 0 THEN '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA' END,
    '2026-01-03 12:00Z', user_id = 1, 1, '2026-01-03 12:00Z', '2026-01-03 12:00Z'
FROM users
WHERE user_id % 10 < 2 OR phone IS NULL;

UPDATE bookings SET account_user_id = accounts.user_id
FROM accounts
WHERE accounts.user_id = bookings.user_id AND booking_id % 2 = 0;

INSERT INTO one_time_tokens (email, purpose, digest, name, created_at, expires_at)
VALUES
    ('somebody@example.com', 'verify_email', decode(repeat('01', 32), 'hex'), 'Somebody', '2026-01-03 12:00Z', '2026-01-04 12:00Z'),
    ('guest10@example.com', 'reset_password', decode(repeat('02', 32), 'hex'), NULL, '2026-01-03 12:00Z', '2026-01-03 13:00Z');

INSERT INTO messages (kind, recipient, name, token, created_at, sent_at)
VALUES
    ('verify_email', 'somebody@example.com', 'Somebody', 'ev_1', '2026-01-03 12:00Z', NULL),
    ('reset_password', 'guest10@example.com', 'Guest 10', NULL, '2026-01-03 12:00Z', '2026-01-03 12:01Z'),
    ('account_exists', 'guest20@example.com', 'Guest 20', NULL, '2026-01-03 12:00Z', NULL),
    ('no_account', 'nobody@example.com', NULL, NULL, '2026-01-03 12:00Z', NULL);

INSERT INTO sessions (
    session_id, user_id, client_id, scopes, generation, created_at, rotated_at, revoked_at,
    revoked_reason
)
SELECT
    md5(user_id::text)::uuid, user_id, 'web', 'bookings:read account:manage', user_id,
    '2026-01-03 12:00Z', '2026-01-05 12:00Z',
    CASE WHEN user_id % 20 = 0 THEN timestamptz '2026-01-06 12:00Z' END,
    CASE WHEN user_id % 20 = 0 THEN 'logout' END
FROM accounts;

INSERT INTO signing_keys (key_id, public_key, sealed_private_key, created_at, active_from, retired_at)
VALUES
    (repeat('a', 43), decode(repeat('01', 32), 'hex'), decode(repeat('01', 61), 'hex'), '2026-01-01 12:00Z', '2026-01-01 12:00Z', '2026-02-01 12:00Z'),
    (repeat('b', 43), decode(repeat('02', 32), 'hex'), decode(repeat('02', 61), 'hex'), '2026-01-31 12:00Z', '2026-02-01 12:00Z', NULL);

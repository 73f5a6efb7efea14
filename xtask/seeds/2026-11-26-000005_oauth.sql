INSERT INTO authorization_codes (
    digest, user_id, client_id, redirect_uri, code_challenge, scopes, created_at, expires_at,
    used_at, session_id
)
SELECT
    sha256(user_id::text::bytea), user_id, 'calendar', 'https://calendar.example/callback',
    sha256('verifier'), 'bookings:read', '2026-01-03 12:00Z', '2026-01-03 12:01Z',
    CASE WHEN user_id % 2 = 0 THEN timestamptz '2026-01-03 12:00:30Z' END,
    CASE WHEN user_id % 2 = 0 THEN session_id END
FROM accounts JOIN sessions USING (user_id);

INSERT INTO user_identities (issuer, subject, user_id, created_at)
SELECT 'https://issuer.example', 'subject ' || user_id, user_id, '2026-01-03 12:00Z'
FROM accounts WHERE user_id % 3 = 0;

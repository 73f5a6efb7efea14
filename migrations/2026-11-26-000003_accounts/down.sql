DROP TABLE signing_keys;
DROP TABLE sessions;
DROP TABLE messages;
DROP TABLE one_time_tokens;
ALTER TABLE bookings DROP COLUMN account_user_id;
DROP TABLE accounts;

-- Before, whoever was known had booked and given a number. Who has only registered goes.
UPDATE users SET phone = (
    SELECT customer_phone FROM bookings WHERE bookings.user_id = users.user_id
    ORDER BY created_at, booking_id LIMIT 1
)
WHERE phone IS NULL;
DELETE FROM users WHERE phone IS NULL;
ALTER TABLE users ALTER COLUMN phone SET NOT NULL;
COMMENT ON TABLE users IS
    'Who books. The email, in lower case, is what tells users apart; what is kept here is '
    'what came with their first booking, and is never overwritten by a later one.';

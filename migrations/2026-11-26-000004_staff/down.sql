DELETE FROM messages WHERE kind IN ('staff_invitation', 'booking_link');
ALTER TABLE messages
    DROP COLUMN restaurant_name,
    DROP COLUMN booking_id,
    DROP CONSTRAINT messages_kind_check,
    DROP CONSTRAINT messages_pending_token_check,
    ADD CONSTRAINT messages_kind_check
        CHECK (kind IN ('verify_email', 'account_exists', 'reset_password', 'no_account')),
    ADD CONSTRAINT messages_pending_token_check CHECK (
        CASE WHEN sent_at IS NULL
            THEN (token IS NOT NULL) = (kind IN ('verify_email', 'reset_password'))
            ELSE token IS NULL
        END
    );

CREATE INDEX idx_bookings_date ON bookings (booking_date, booking_time, booking_id);
CREATE INDEX idx_bookings_created ON bookings (created_at, booking_id);

ALTER TABLE bookings DROP COLUMN secret_rotation;
DROP TABLE audit_events;
DROP TABLE api_keys;
DROP TABLE staff_invitations;
DROP TABLE restaurant_staff;
COMMENT ON COLUMN booking_policies.booking_window_days IS
    'Contract: none, callers only meet it as a refusal.';
COMMENT ON COLUMN dining_tables.name IS 'Contract: none, callers do not see tables.';
ALTER TABLE dining_tables DROP CONSTRAINT dining_tables_name_check;
ALTER TABLE restaurants DROP COLUMN suspended_at, DROP COLUMN version;

-- Older versions of contacts are lost.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_contacts NO FORCE ROW LEVEL SECURITY;

UPDATE booking_events SET changed = ARRAY(
    SELECT field FROM unnest(changed) WITH ORDINALITY fields (field, place)
    WHERE field NOT IN ('customer_name', 'customer_email', 'customer_phone') ORDER BY place
) WHERE changed && '{customer_name,customer_email,customer_phone}'::varchar[];
ALTER TABLE booking_events
    DROP COLUMN contact_version,
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,cancellation_kind,special_requests}'::varchar[]
        AND cardinality(changed) <= 18
    );

ALTER TABLE bookings
    ADD COLUMN customer_name varchar(100),
    ADD COLUMN customer_email varchar(254),
    ADD COLUMN customer_phone varchar(16),
    ADD COLUMN special_requests varchar(500);
COMMENT ON COLUMN bookings.customer_name IS
    'As given with this booking: a later booking of the same user cannot change them. '
    'Contract: CustomerName.';
COMMENT ON COLUMN bookings.customer_email IS 'Contract: EmailAddress.';
COMMENT ON COLUMN bookings.customer_phone IS 'Contract: PhoneNumber.';
COMMENT ON COLUMN bookings.special_requests IS 'Contract: SpecialRequests.';
-- What nobody was asked for has to be there now.
UPDATE bookings SET
    customer_name = COALESCE(contact.name, 'Guest'),
    customer_email = COALESCE(contact.email, 'guest@unknown.invalid'),
    customer_phone = COALESCE(contact.phone, '+10'),
    special_requests = contact.special_requests
FROM booking_contacts contact
WHERE contact.restaurant_id = bookings.restaurant_id AND contact.booking_id = bookings.booking_id
    AND contact.version = bookings.contact_version;
INSERT INTO users (name, email, created_at)
SELECT 'Guest', 'guest@unknown.invalid', now() WHERE EXISTS (SELECT FROM bookings WHERE user_id IS NULL)
ON CONFLICT (email) DO NOTHING;
UPDATE bookings SET user_id = (SELECT user_id FROM users WHERE email = 'guest@unknown.invalid')
WHERE user_id IS NULL;
COMMENT ON COLUMN bookings.user_id IS NULL;
ALTER TABLE bookings
    ALTER COLUMN user_id SET NOT NULL,
    ALTER COLUMN customer_name SET NOT NULL,
    ALTER COLUMN customer_email SET NOT NULL,
    ALTER COLUMN customer_phone SET NOT NULL,
    ADD CONSTRAINT bookings_customer_name_check CHECK (
        char_length(customer_name) >= 2 AND customer_name !~ '[\u0001-\u001F\u007F-\u009F]'
        AND customer_name ~ '[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]'
    ),
    ADD CONSTRAINT bookings_customer_email_check
        CHECK (customer_email ~ '^[\u0020-\u007E]+@[\u0020-\u007E]+$'),
    ADD CONSTRAINT bookings_customer_phone_check CHECK (customer_phone ~ '^\+[1-9][0-9]{1,14}$'),
    ADD CONSTRAINT bookings_special_requests_check
        CHECK (special_requests ~ '^[^\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+$'),
    DROP COLUMN contact_version;

DROP TABLE booking_contacts;
ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;

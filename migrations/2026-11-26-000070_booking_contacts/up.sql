-- What tells of a booking's guest stands apart, in versions: so that a person can be erased by overwriting
-- these rows, while the booking and its history stay what they are.

-- A migration by an owner whom the policies bind would see no row.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;

CREATE TABLE booking_contacts (
    restaurant_id    bigint  NOT NULL,
    booking_id       bigint  NOT NULL,
    version          integer NOT NULL,
    name             varchar(100),
    email            varchar(254),
    phone            varchar(16),
    special_requests varchar(500),
    CONSTRAINT booking_contacts_pkey PRIMARY KEY (restaurant_id, booking_id, version),
    CONSTRAINT booking_contacts_booking_id_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES bookings (restaurant_id, booking_id) ON DELETE CASCADE,
    CONSTRAINT booking_contacts_version_check CHECK (version >= 1),
    CONSTRAINT booking_contacts_name_check CHECK (
        char_length(name) >= 2 AND name !~ '[\u0001-\u001F\u007F-\u009F]'
        AND name ~ '[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]'
    ),
    CONSTRAINT booking_contacts_email_check CHECK (email ~ '^[\u0020-\u007E]+@[\u0020-\u007E]+$'),
    CONSTRAINT booking_contacts_phone_check CHECK (phone ~ '^\+[1-9][0-9]{1,14}$'),
    CONSTRAINT booking_contacts_special_requests_check
        CHECK (special_requests ~ '^[^\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+$')
);
COMMENT ON TABLE booking_contacts IS
    'What tells of a booking''s guest, a row for each of its versions; bookings and booking_events say '
    'which one counts. Nothing of it ever changes, unless a person is erased.';
COMMENT ON COLUMN booking_contacts.version IS 'Contract: none, it is not shown.';
COMMENT ON COLUMN booking_contacts.name IS
    'As given with this booking: a later booking of the same user cannot change it. Contract: CustomerName.';
COMMENT ON COLUMN booking_contacts.email IS 'Contract: EmailAddress.';
COMMENT ON COLUMN booking_contacts.phone IS 'Contract: PhoneNumber.';
COMMENT ON COLUMN booking_contacts.special_requests IS 'Contract: SpecialRequests.';

INSERT INTO booking_contacts
SELECT restaurant_id, booking_id, 1, customer_name, customer_email, customer_phone, special_requests
FROM bookings;

ALTER TABLE bookings
    -- Whom the restaurant has no address of is no user.
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN contact_version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT bookings_contact_version_check CHECK (contact_version >= 1),
    DROP COLUMN customer_name,
    DROP COLUMN customer_email,
    DROP COLUMN customer_phone,
    DROP COLUMN special_requests;
COMMENT ON COLUMN bookings.user_id IS 'Who has the address of its guest; none without an address.';
COMMENT ON COLUMN bookings.contact_version IS
    'Which row of booking_contacts counts. Contract: none, it is not shown.';

ALTER TABLE booking_events
    ADD COLUMN contact_version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT booking_events_contact_version_check CHECK (contact_version >= 1),
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,cancellation_kind,customer_name,customer_email,customer_phone,
            special_requests}'::varchar[]
        AND cardinality(changed) <= 21
    );
COMMENT ON COLUMN booking_events.contact_version IS
    'Which row of booking_contacts counted then. Contract: none, it is not shown.';

-- Whoever may see a booking may see whose it is.
ALTER TABLE booking_contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY booking_contacts_select ON booking_contacts FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE EXISTS (
            SELECT FROM bookings booking
            WHERE booking.restaurant_id = booking_contacts.restaurant_id
                AND booking.booking_id = booking_contacts.booking_id
        )
    END
);
CREATE POLICY booking_contacts_insert ON booking_contacts FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
GRANT SELECT, INSERT ON booking_contacts TO booking_service;

ALTER TABLE booking_contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;

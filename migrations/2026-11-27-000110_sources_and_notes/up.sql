-- How a booking came in, and what the restaurant notes of it for itself. The notes tell of a guest, and
-- stand apart: so that they can be erased, while the booking and its history stay what they are.

-- A migration by an owner whom the policies bind would see no row.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;

ALTER TABLE bookings
    -- What a program of before, beside this one, makes is mostly a guest's.
    ADD COLUMN source varchar(20) NOT NULL DEFAULT 'web',
    ADD CONSTRAINT bookings_source_check
        CHECK (source IN ('web', 'phone', 'email', 'in_person', 'walk_in', 'partner'));
COMMENT ON COLUMN bookings.source IS 'How it came in. It never changes. Contract: BookingSource.';

-- By who has made it, as it is assumed from now on of which nobody says so.
UPDATE bookings SET source = CASE event.actor_kind WHEN 'api_key' THEN 'partner' ELSE 'phone' END
FROM booking_events event
WHERE event.restaurant_id = bookings.restaurant_id AND event.booking_id = bookings.booking_id
    AND event.version = 1 AND event.action = 'create_booking'
    AND (event.actor_kind = 'api_key'
        OR event.actor_kind = 'user' AND bookings.account_user_id IS NULL);

ALTER TABLE booking_events
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,expires_at,cancellation_kind,customer_name,customer_email,customer_phone,
            special_requests,internal_note,tags}'::varchar[]
        AND cardinality(changed) <= 24
    );

CREATE TABLE booking_notes (
    restaurant_id bigint        NOT NULL,
    booking_id    bigint        NOT NULL,
    internal_note varchar(1000),
    tags          varchar(40)[] NOT NULL,
    CONSTRAINT booking_notes_pkey PRIMARY KEY (restaurant_id, booking_id),
    CONSTRAINT booking_notes_booking_id_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES bookings (restaurant_id, booking_id) ON DELETE CASCADE,
    CONSTRAINT booking_notes_internal_note_check
        CHECK (internal_note ~ '^[^\u0001-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+$'),
    CONSTRAINT booking_notes_tags_check CHECK (
        cardinality(tags) <= 20 AND array_position(tags, NULL) IS NULL
        -- Each of them holds no control character, and something that can be seen.
        AND (tags = '{}' OR cardinality(tags) = cardinality(string_to_array(array_to_string(tags, E'\n'), E'\n'))
            AND array_to_string(tags, E'\n') || E'\n' ~ '^([^\u0001-\u001F\u007F-\u009F]*[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF][^\u0001-\u001F\u007F-\u009F]*\n)*$')
    )
);
COMMENT ON TABLE booking_notes IS
    'What the restaurant notes of a booking for itself, where it has noted something. It is shown to nobody '
    'else, and changes where it stands: what it was before is not kept.';
COMMENT ON COLUMN booking_notes.internal_note IS 'Contract: InternalNote.';
COMMENT ON COLUMN booking_notes.tags IS 'Each once. Contract: none, callers read a list.';

-- Not even whoever may see a booking sees them: only its restaurant does, and who works there.
ALTER TABLE booking_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY booking_notes_select ON booking_notes FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE EXISTS (
            SELECT FROM restaurant_staff staff JOIN accounts USING (user_id)
            WHERE staff.restaurant_id = booking_notes.restaurant_id
                AND accounts.public_id = NULLIF(current_setting('booking.user', true), '')
        )
    END
);
CREATE POLICY booking_notes_insert ON booking_notes FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY booking_notes_update ON booking_notes FOR UPDATE
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
GRANT SELECT, INSERT, UPDATE ON booking_notes TO booking_service;

ALTER TABLE booking_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;

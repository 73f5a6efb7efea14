-- Whoever looks a booking up by its id sees its contact by the same id, and the booking is not looked up a
-- second time for that. What was written before, or is by a program of before, has none, and is seen with its
-- booking.
ALTER TABLE booking_contacts ADD COLUMN booking_public_id varchar(35);
COMMENT ON COLUMN booking_contacts.booking_public_id IS
    'bookings.public_id, unless a program of before has written it. Contract: none, it is not shown.';

DROP POLICY booking_contacts_select ON booking_contacts;
CREATE POLICY booking_contacts_select ON booking_contacts FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        WHEN booking_public_id = ANY (
            (SELECT string_to_array(current_setting('booking.reference', true), ','))::text[]
        ) THEN true
        ELSE EXISTS (
            SELECT FROM bookings booking
            WHERE booking.restaurant_id = booking_contacts.restaurant_id
                AND booking.booking_id = booking_contacts.booking_id
        )
    END
);

DROP POLICY booking_contacts_select ON booking_contacts;
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
ALTER TABLE booking_contacts DROP COLUMN booking_public_id;

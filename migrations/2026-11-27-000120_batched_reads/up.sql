-- Several bookings may be looked up at once: booking.reference is one id or code, or several with commas
-- in between, of which neither has any.
DROP POLICY bookings_select ON bookings;
CREATE POLICY bookings_select ON bookings FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        WHEN public_id = ANY (
            (SELECT string_to_array(current_setting('booking.reference', true), ','))::text[]
        ) THEN true
        WHEN confirmation_code = (SELECT NULLIF(current_setting('booking.reference', true), ''))
            THEN true
        ELSE (
            SELECT user_id FROM accounts
            WHERE public_id = NULLIF(current_setting('booking.user', true), '')
        ) IN (user_id, account_user_id)
    END
);
-- Where several users work, likewise: booking.user is one public id, or several.
DROP POLICY restaurant_staff_select ON restaurant_staff;
CREATE POLICY restaurant_staff_select ON restaurant_staff FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE user_id = ANY (ARRAY(
            SELECT user_id FROM accounts
            WHERE public_id = ANY (string_to_array(current_setting('booking.user', true), ','))
        ))
    END
);
-- The versions of many restaurants' dates are read at once, and say nothing of any guest.
CREATE POLICY booking_days_public ON booking_days FOR SELECT USING (true);
GRANT SELECT ON booking_days TO booking_search;

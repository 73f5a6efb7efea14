REVOKE SELECT ON booking_days FROM booking_search;
DROP POLICY booking_days_public ON booking_days;
DROP POLICY restaurant_staff_select ON restaurant_staff;
CREATE POLICY restaurant_staff_select ON restaurant_staff FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE user_id = (
            SELECT user_id FROM accounts
            WHERE public_id = NULLIF(current_setting('booking.user', true), '')
        )
    END
);
DROP POLICY bookings_select ON bookings;
CREATE POLICY bookings_select ON bookings FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        WHEN public_id = (SELECT NULLIF(current_setting('booking.reference', true), '')) THEN true
        WHEN confirmation_code = (SELECT NULLIF(current_setting('booking.reference', true), ''))
            THEN true
        ELSE (
            SELECT user_id FROM accounts
            WHERE public_id = NULLIF(current_setting('booking.user', true), '')
        ) IN (user_id, account_user_id)
    END
);

-- The second wall between restaurants: what a statement sees of their tables depends on settings of
-- its transaction, whatever filter it has or has forgotten. The owner is bound, too (FORCE): only a
-- superuser, or a role with BYPASSRLS, is not. A setting that was made once is an empty text and no
-- longer NULL in later transactions of the connection, hence NULLIF.
--
--   booking.restaurant  the restaurant for which something is done
--   booking.user        the account for which something is done, by its public id
--   booking.reference   the id or code by which one row is looked up, whosever it is: the public id
--                       of a booking or of an API key, a confirmation code, the digest of an invitation
--
-- Where more than one of them counts it is a CASE, which no index can be asked for: several
-- comparisons side by side would be, and the planner, who cannot know what they are compared with,
-- would take them for the best of ways. Sub-selects give one value to a whole statement.

-- What everybody may see: it says nothing of any guest. Written is only within the restaurant.
ALTER TABLE restaurants ENABLE ROW LEVEL SECURITY;
ALTER TABLE restaurants FORCE ROW LEVEL SECURITY;
CREATE POLICY restaurants_public ON restaurants FOR SELECT USING (true);
CREATE POLICY restaurants_restaurant ON restaurants
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE booking_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY booking_policies_public ON booking_policies FOR SELECT USING (true);
CREATE POLICY booking_policies_restaurant ON booking_policies
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE opening_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE opening_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_hours_public ON opening_hours FOR SELECT USING (true);
CREATE POLICY opening_hours_restaurant ON opening_hours
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE dining_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE dining_tables FORCE ROW LEVEL SECURITY;
CREATE POLICY dining_tables_public ON dining_tables FOR SELECT USING (true);
CREATE POLICY dining_tables_restaurant ON dining_tables
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE occupancies ENABLE ROW LEVEL SECURITY;
ALTER TABLE occupancies FORCE ROW LEVEL SECURITY;
CREATE POLICY occupancies_public ON occupancies FOR SELECT USING (true);
CREATE POLICY occupancies_restaurant ON occupancies
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

-- What only the restaurant may see, and those whom a row concerns.
ALTER TABLE bookings ENABLE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
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
CREATE POLICY bookings_insert ON bookings FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
-- A booking is locked before its restaurant is known, and written only then.
CREATE POLICY bookings_update ON bookings FOR UPDATE USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE public_id = (SELECT NULLIF(current_setting('booking.reference', true), ''))
    END
) WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE restaurant_staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE restaurant_staff FORCE ROW LEVEL SECURITY;
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
CREATE POLICY restaurant_staff_insert ON restaurant_staff FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY restaurant_staff_update ON restaurant_staff FOR UPDATE
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY restaurant_staff_delete ON restaurant_staff FOR DELETE
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE staff_invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY staff_invitations_select ON staff_invitations FOR SELECT USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE encode(digest, 'hex') = (SELECT NULLIF(current_setting('booking.reference', true), ''))
    END
);
CREATE POLICY staff_invitations_insert ON staff_invitations FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY staff_invitations_update ON staff_invitations FOR UPDATE
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
-- Whoever has the token takes the invitation away.
CREATE POLICY staff_invitations_delete ON staff_invitations FOR DELETE USING (
    CASE
        WHEN restaurant_id = (SELECT NULLIF(current_setting('booking.restaurant', true), '')::bigint)
            THEN true
        ELSE encode(digest, 'hex') = (SELECT NULLIF(current_setting('booking.reference', true), ''))
    END
);

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
-- Each of the two has its index here, and both find few.
CREATE POLICY api_keys_select ON api_keys FOR SELECT
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY api_keys_reference ON api_keys FOR SELECT
    USING (public_id = NULLIF(current_setting('booking.reference', true), ''));
CREATE POLICY api_keys_insert ON api_keys FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY api_keys_update ON api_keys FOR UPDATE
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_events_select ON audit_events FOR SELECT
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY audit_events_insert ON audit_events FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);

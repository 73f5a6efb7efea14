-- Searching for tables over many restaurants. Whoever searches becomes a role that only reads: of the
-- restaurants that its transaction has named (`booking.restaurants`) it sees how they seat and what of
-- their tables is taken when, and of no booking a column that tells of a guest. Roles are of the whole
-- cluster: another database may have made it, or be making it at this moment.
DO $$
BEGIN
    FOR attempt IN 1..20 LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'booking_search') THEN
                CREATE ROLE booking_search;
            END IF;
            IF NOT pg_has_role('booking_service', 'booking_search', 'MEMBER') THEN
                GRANT booking_search TO booking_service;
            END IF;
            EXIT;
        EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
            IF attempt = 20 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

CREATE INDEX idx_restaurants_place ON restaurants (lat, lng);
COMMENT ON INDEX idx_restaurants_place IS 'Those near a place.';

-- Guests choose among areas: what they are like is for everybody to know.
CREATE POLICY dining_areas_public ON dining_areas FOR SELECT USING (true);

GRANT SELECT ON restaurants, booking_policies, service_periods, dining_areas TO booking_search;

GRANT SELECT ON dining_tables TO booking_search;
CREATE POLICY dining_tables_search ON dining_tables FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
GRANT SELECT ON table_combinations TO booking_search;
CREATE POLICY table_combinations_search ON table_combinations FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
GRANT SELECT ON combined_tables TO booking_search;
CREATE POLICY combined_tables_search ON combined_tables FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
GRANT SELECT ON special_days TO booking_search;
CREATE POLICY special_days_search ON special_days FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
GRANT SELECT ON special_day_services TO booking_search;
CREATE POLICY special_day_services_search ON special_day_services FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
-- The reasons of blockouts are the staff's own.
GRANT SELECT (restaurant_id, blockout_id, area_id, table_id, starts, ends) ON blockouts
    TO booking_search;
CREATE POLICY blockouts_search ON blockouts FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));

GRANT SELECT (restaurant_id, booking_id, status, service_date, party_size, table_ids, starts_at,
    ends_at, free_at, area_id, is_area_required, is_pinned) ON bookings TO booking_search;
CREATE POLICY bookings_search ON bookings FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
-- What the policy of bookings for diners compares with.
GRANT SELECT (user_id, public_id) ON accounts TO booking_search;

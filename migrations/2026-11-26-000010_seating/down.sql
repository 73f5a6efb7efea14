ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE occupancies NO FORCE ROW LEVEL SECURITY;
ALTER TABLE service_periods NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dining_tables NO FORCE ROW LEVEL SECURITY;

CREATE TABLE opening_hours (
    restaurant_id bigint   NOT NULL,
    day           smallint NOT NULL,
    opens         time     NOT NULL,
    closes        time     NOT NULL,
    CONSTRAINT opening_hours_pkey PRIMARY KEY (restaurant_id, day, opens),
    CONSTRAINT opening_hours_restaurant_id_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (restaurant_id),
    CONSTRAINT opening_hours_day_check CHECK (day BETWEEN 1 AND 7),
    CONSTRAINT opening_hours_opens_check CHECK (opens < '24:00' AND extract(second FROM opens) = 0),
    CONSTRAINT opening_hours_closes_check CHECK (closes < '24:00' AND extract(second FROM closes) = 0)
);
COMMENT ON TABLE opening_hours IS
    'When a restaurant receives guests, week by week. A period that closes at or before the time at '
    'which it opens runs past midnight.';
COMMENT ON COLUMN opening_hours.day IS
    'As in ISO 8601: Monday is 1, Sunday is 7. Contract: none, callers read the name of the day.';
INSERT INTO opening_hours
SELECT restaurant_id, day, first_seating, min(ends)
FROM service_periods, generate_series(1, 7) day
WHERE weekdays & (1 << (day - 1)) <> 0
GROUP BY restaurant_id, day, first_seating;
ALTER TABLE opening_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE opening_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY opening_hours_public ON opening_hours FOR SELECT USING (true);
CREATE POLICY opening_hours_restaurant ON opening_hours
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
GRANT SELECT, INSERT, UPDATE, DELETE ON opening_hours TO booking_service;

REVOKE USAGE ON SEQUENCE bookings_booking_id_seq, dining_tables_table_id_seq FROM booking_service;
DROP TABLE booking_days;
ALTER TABLE audit_events DROP COLUMN override_reason, DROP COLUMN overridden_rules;

CREATE POLICY dining_tables_public ON dining_tables FOR SELECT USING (true);
CREATE POLICY occupancies_public ON occupancies FOR SELECT USING (true);
CREATE INDEX idx_occupancies_period ON occupancies USING gist (restaurant_id, period);
COMMENT ON INDEX idx_occupancies_period IS 'What one restaurant has taken on one day.';

-- A code was one of a restaurant's, and is one of all again: the first booking keeps it.
DO $$
DECLARE
    booking record;
    code text;
BEGIN
    FOR booking IN
        SELECT restaurant_id, booking_id FROM (
            SELECT *, row_number() OVER (PARTITION BY confirmation_code ORDER BY booking_id) AS place
            FROM bookings
        ) AS numbered WHERE place > 1
    LOOP
        LOOP
            SELECT string_agg(
                substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', 1 + floor(random() * 32)::integer, 1), ''
            ) INTO code FROM generate_series(1, 6);
            EXIT WHEN NOT EXISTS (SELECT FROM bookings WHERE confirmation_code = code);
        END LOOP;
        UPDATE bookings SET confirmation_code = code
        WHERE restaurant_id = booking.restaurant_id AND booking_id = booking.booking_id;
    END LOOP;
END $$;

DROP INDEX idx_bookings_confirmation_code;
DROP INDEX idx_bookings_area;
DROP INDEX idx_bookings_taken;
-- A booking that is to be seated anew has no table, and that of a combination had several: what was
-- one table before is one again, where it can be.
UPDATE bookings SET table_ids = ARRAY[(
    SELECT min(table_id) FROM dining_tables tables
    WHERE tables.restaurant_id = bookings.restaurant_id
)] WHERE cardinality(table_ids) = 0;
ALTER TABLE bookings
    DROP CONSTRAINT bookings_table_ids_check,
    DROP CONSTRAINT bookings_utc_offset_minutes_check,
    DROP CONSTRAINT bookings_service_date_check,
    DROP CONSTRAINT bookings_area_id_fkey,
    DROP CONSTRAINT bookings_confirmation_code_key,
    DROP CONSTRAINT bookings_period_check,
    ADD CONSTRAINT bookings_period_check CHECK (
        '0001-01-01 00:00Z' <= starts_at AND starts_at < ends_at AND ends_at < '9999-12-30 00:00Z'
    ),
    ADD CONSTRAINT bookings_confirmation_code_key UNIQUE (confirmation_code),
    DROP COLUMN is_pinned,
    DROP COLUMN free_at,
    DROP COLUMN is_area_required,
    DROP COLUMN area_id,
    DROP COLUMN utc_offset_minutes,
    DROP COLUMN service_date;
ALTER TABLE bookings RENAME COLUMN table_ids TO table_id;
ALTER TABLE bookings ALTER COLUMN table_id TYPE bigint USING table_id[1];
ALTER TABLE bookings ADD CONSTRAINT bookings_table_id_fkey FOREIGN KEY (restaurant_id, table_id)
    REFERENCES dining_tables (restaurant_id, table_id);
CREATE INDEX idx_bookings_table ON bookings (restaurant_id, table_id);
COMMENT ON INDEX idx_bookings_table IS 'The foreign key to the table.';
COMMENT ON COLUMN bookings.table_id IS NULL;
COMMENT ON COLUMN bookings.confirmation_code IS 'Contract: ConfirmationCode.';

ALTER TABLE booking_policies
    DROP CONSTRAINT booking_policies_slot_interval_minutes_check,
    ADD CONSTRAINT booking_policies_slot_interval_minutes_check
        CHECK (slot_interval_minutes BETWEEN 1 AND 1440),
    DROP CONSTRAINT booking_policies_turn_steps_check,
    DROP CONSTRAINT booking_policies_online_party_check,
    DROP COLUMN seating_version,
    DROP COLUMN version,
    DROP COLUMN cancellation_cutoff_minutes,
    DROP COLUMN change_cutoff_minutes,
    DROP COLUMN confirmation_min_party,
    DROP COLUMN online_max_party,
    DROP COLUMN online_min_party,
    DROP COLUMN min_notice_minutes,
    DROP COLUMN booking_window_opens,
    DROP COLUMN max_covers,
    DROP COLUMN buffer_minutes,
    DROP COLUMN turn_step_minutes,
    DROP COLUMN turn_step_parties;

DROP TABLE blockouts;
DROP TABLE special_day_services;
DROP TABLE special_days;
DROP TABLE service_periods;
DROP TABLE combined_tables;
DROP TABLE table_combinations;

-- Names of tables that are no more are in the way of those that are.
UPDATE dining_tables SET name = left(name, 20) || ' (deleted ' || table_id || ')'
WHERE deleted_at IS NOT NULL;
DROP INDEX idx_dining_tables_area;
DROP INDEX dining_tables_name_key;
ALTER TABLE dining_tables
    ADD CONSTRAINT dining_tables_name_key UNIQUE (restaurant_id, name),
    DROP CONSTRAINT dining_tables_area_id_fkey,
    DROP CONSTRAINT dining_tables_table_id_check,
    DROP COLUMN deleted_at,
    DROP COLUMN is_bookable_online,
    DROP COLUMN min_party_lapse_hours,
    DROP COLUMN area_id;
COMMENT ON COLUMN dining_tables.table_id IS NULL;
DROP TABLE dining_areas;

ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
ALTER TABLE occupancies FORCE ROW LEVEL SECURITY;
ALTER TABLE dining_tables FORCE ROW LEVEL SECURITY;

-- The columns come back in their old places, so created_at goes behind them again.
ALTER TABLE restaurants RENAME COLUMN created_at TO created_at_before;
ALTER TABLE restaurants
    ADD COLUMN time_zone             varchar(64),
    ADD COLUMN slot_interval_minutes integer,
    ADD COLUMN turn_minutes          integer,
    ADD COLUMN booking_window_days   integer NOT NULL DEFAULT 365,
    ADD COLUMN created_at            timestamptz;

-- Before, every restaurant had a policy; one without gets the least surprising there is.
UPDATE restaurants SET
    time_zone = 'UTC', slot_interval_minutes = 15, turn_minutes = 90,
    created_at = created_at_before;
UPDATE restaurants SET
    time_zone = policy.time_zone,
    slot_interval_minutes = policy.slot_interval_minutes,
    turn_minutes = policy.turn_minutes,
    booking_window_days = policy.booking_window_days
FROM booking_policies AS policy
WHERE policy.restaurant_id = restaurants.restaurant_id;

ALTER TABLE restaurants
    DROP COLUMN created_at_before,
    ALTER COLUMN time_zone SET NOT NULL,
    ALTER COLUMN slot_interval_minutes SET NOT NULL,
    ALTER COLUMN turn_minutes SET NOT NULL,
    ALTER COLUMN created_at SET NOT NULL,
    ADD CONSTRAINT restaurants_time_zone_check
        CHECK (time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$'),
    ADD CONSTRAINT restaurants_slot_interval_minutes_check
        CHECK (slot_interval_minutes BETWEEN 1 AND 1440),
    ADD CONSTRAINT restaurants_turn_minutes_check CHECK (turn_minutes BETWEEN 1 AND 1440),
    ADD CONSTRAINT restaurants_booking_window_days_check
        CHECK (booking_window_days BETWEEN 0 AND 3650);
COMMENT ON COLUMN restaurants.time_zone IS
    'A name of the IANA database: every wall-clock time of the restaurant is in it.';

DROP TABLE booking_policies;

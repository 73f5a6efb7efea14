-- How a restaurant takes bookings is decided by others, and more often, than what it shows of
-- itself; and a decision needs the one without the other. So it gets rows of its own.

CREATE TABLE booking_policies (
    restaurant_id         bigint      NOT NULL,
    time_zone             varchar(64) NOT NULL,
    slot_interval_minutes integer     NOT NULL,
    turn_minutes          integer     NOT NULL,
    booking_window_days   integer     NOT NULL DEFAULT 365,
    CONSTRAINT booking_policies_pkey PRIMARY KEY (restaurant_id),
    CONSTRAINT booking_policies_restaurant_id_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (restaurant_id),
    CONSTRAINT booking_policies_time_zone_check
        CHECK (time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$'),
    CONSTRAINT booking_policies_slot_interval_minutes_check
        CHECK (slot_interval_minutes BETWEEN 1 AND 1440),
    CONSTRAINT booking_policies_turn_minutes_check CHECK (turn_minutes BETWEEN 1 AND 1440),
    CONSTRAINT booking_policies_booking_window_days_check
        CHECK (booking_window_days BETWEEN 0 AND 3650)
);
COMMENT ON TABLE booking_policies IS
    'How a restaurant takes bookings. A restaurant without a row here takes none, and is not '
    'shown.';
COMMENT ON COLUMN booking_policies.time_zone IS
    'A name of the IANA database: every wall-clock time of the restaurant is in it.';

INSERT INTO booking_policies
    (restaurant_id, time_zone, slot_interval_minutes, turn_minutes, booking_window_days)
SELECT restaurant_id, time_zone, slot_interval_minutes, turn_minutes, booking_window_days
FROM restaurants;

ALTER TABLE restaurants
    DROP COLUMN time_zone,
    DROP COLUMN slot_interval_minutes,
    DROP COLUMN turn_minutes,
    DROP COLUMN booking_window_days;

-- The history is lost.
DROP TABLE booking_events;
REVOKE SELECT (seated_at) ON bookings FROM booking_search;
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
UPDATE bookings SET area_id = NULL WHERE NOT EXISTS (
    SELECT FROM dining_areas area
    WHERE area.restaurant_id = bookings.restaurant_id AND area.area_id = bookings.area_id
);
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
CREATE INDEX idx_bookings_area ON bookings (restaurant_id, area_id);
COMMENT ON INDEX idx_bookings_area IS 'The foreign key to the area.';
COMMENT ON COLUMN bookings.area_id IS 'Where the party wants to sit.';
COMMENT ON COLUMN occupancies.period IS 'Half-open, [starts_at, ends_at).';
ALTER TABLE bookings
    ADD CONSTRAINT bookings_area_id_fkey FOREIGN KEY (restaurant_id, area_id)
        REFERENCES dining_areas (restaurant_id, area_id) ON DELETE SET NULL (area_id),
    DROP CONSTRAINT bookings_visit_check,
    DROP CONSTRAINT bookings_cancellation_check,
    ADD CONSTRAINT bookings_cancellation_check
        CHECK (cancellation_reason IS NULL OR status = 'cancelled'),
    DROP COLUMN arrived_at,
    DROP COLUMN seated_at,
    DROP COLUMN finished_at,
    DROP COLUMN cancellation_kind;

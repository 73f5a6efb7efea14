-- Who sits longer than their turn is listed, and looked for whenever the restaurant reads its bookings.
CREATE INDEX idx_bookings_seated ON bookings (restaurant_id, ends_at)
    WHERE status = 'confirmed' AND seated_at IS NOT NULL;
COMMENT ON INDEX idx_bookings_seated IS 'Those whose parties sit.';

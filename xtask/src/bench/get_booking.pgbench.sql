-- The fewest statements that do the work of getBooking.
\set number random(1, :bookings)
SELECT b.secret_rotation, b.confirmation_code, b.status, b.restaurant_id, r.name, r.address,
    b.booking_date, b.booking_time, b.utc_offset_minutes, b.service_date, b.party_size, c.name, c.email,
    c.phone, c.special_requests, b.created_at, b.updated_at, b.version, r.version, b.expires_at, b.source,
    b.cancellation_kind, b.cancellation_reason
FROM bookings b JOIN restaurants r USING (restaurant_id)
LEFT JOIN booking_contacts c
    ON (c.restaurant_id, c.booking_id, c.version) = (b.restaurant_id, b.booking_id, b.contact_version)
WHERE b.public_id = 'bk_' || md5(:number::text) AND r.suspended_at IS NULL;

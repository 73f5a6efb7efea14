//! The statements that write, and those that say what can be written.

/// Waits for whoever books on the date, and gives it its next version.
pub(crate) const LOCK: &str = "
    INSERT INTO booking_days (restaurant_id, date, version) VALUES ($1, $2, 1)
    ON CONFLICT (restaurant_id, date) DO UPDATE SET version = booking_days.version + 1
    RETURNING version";

/// The user with this address, made if there is none.
pub(crate) const USER: &str = "
    INSERT INTO users (name, email, phone, created_at) VALUES ($1, lower($2), $3, now())
    ON CONFLICT (email) DO UPDATE SET name = users.name RETURNING user_id";

/// The restaurant, if it takes bookings at that time of day, and the instants of a visit then.
pub(crate) const RESTAURANT: &str = "
    SELECT r.name, r.address, r.version, starts_at, starts_at + p.turn_minutes * interval '1 minute',
        starts_at + (p.turn_minutes + p.buffer_minutes) * interval '1 minute',
        (extract(epoch FROM ($2::date + $3::time) - (starts_at AT TIME ZONE 'UTC')) / 60)::integer
    FROM restaurants r JOIN booking_policies p USING (restaurant_id),
        LATERAL (SELECT ($2::date + $3::time) AT TIME ZONE p.time_zone AS starts_at) instant
    WHERE restaurant_id = $1 AND r.suspended_at IS NULL AND starts_at > now()
        AND EXISTS (
            SELECT FROM service_periods s
            WHERE s.restaurant_id = $1 AND $3::time >= s.first_seating
                AND $3::time + p.turn_minutes * interval '1 minute' <= s.ends
                AND s.weekdays & (1 << (extract(isodow FROM $2::date)::integer - 1)) <> 0
        )";

/// The smallest table that is free.
pub(crate) const FREE_TABLE: &str = "
    SELECT table_id FROM dining_tables t JOIN booking_policies p USING (restaurant_id),
        LATERAL (SELECT ($2::date + $3::time) AT TIME ZONE p.time_zone AS starts_at) instant
    WHERE restaurant_id = $1 AND $4::integer BETWEEN min_party AND max_party AND is_bookable_online
        AND deleted_at IS NULL
        AND NOT EXISTS (
            SELECT FROM occupancies o
            WHERE o.restaurant_id = $1 AND o.table_id = t.table_id
                AND o.period && tstzrange(starts_at,
                    starts_at + (p.turn_minutes + p.buffer_minutes) * interval '1 minute')
        )
    ORDER BY max_party, table_id LIMIT 1";

/// The booking with everything that belongs to it.
pub(crate) const WRITE: &str = "
    WITH booking AS (
        INSERT INTO bookings (restaurant_id, public_id, user_id, booking_date, booking_time,
            party_size, confirmation_code, table_ids, starts_at, ends_at, free_at, service_date,
            utc_offset_minutes, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, ARRAY[$8::bigint], $9, $10, $11, $4, $12, now(), now())
        RETURNING *
    ), contact AS (
        INSERT INTO booking_contacts
            (restaurant_id, booking_id, version, name, email, phone, special_requests)
        SELECT restaurant_id, booking_id, 1, $13::varchar, $14::varchar, $15::varchar, $16::varchar
        FROM booking
    ), occupancy AS (
        INSERT INTO occupancies (restaurant_id, booking_id, table_id, period)
        SELECT restaurant_id, booking_id, $8, tstzrange(starts_at, free_at) FROM booking
    ), event AS (
        INSERT INTO booking_events (restaurant_id, booking_id, version, occurred_at, actor_kind,
            action, changed, day_version, status, booking_date, booking_time, utc_offset_minutes,
            service_date, party_size, is_area_required, table_ids, is_pinned, starts_at, ends_at,
            free_at)
        SELECT restaurant_id, booking_id, version, created_at, 'guest', 'create_booking', '{}', $17::bigint,
            status, booking_date, booking_time, utc_offset_minutes, service_date, party_size,
            is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at
        FROM booking
    )
    SELECT created_at FROM booking";

/// The smallest table that is free, or one of the booking's own where it still does: what it takes itself
/// is free for it.
pub(crate) const OTHER_TABLE: &str = "
    SELECT table_id FROM dining_tables t JOIN booking_policies p USING (restaurant_id),
        LATERAL (SELECT ($2::date + $3::time) AT TIME ZONE p.time_zone AS starts_at) instant
    WHERE restaurant_id = $1 AND $4::integer BETWEEN min_party AND max_party AND is_bookable_online
        AND deleted_at IS NULL
        AND NOT EXISTS (
            SELECT FROM occupancies o
            WHERE o.restaurant_id = $1 AND o.table_id = t.table_id
                AND o.booking_id IS DISTINCT FROM $5
                AND o.period && tstzrange(starts_at,
                    starts_at + (p.turn_minutes + p.buffer_minutes) * interval '1 minute')
        )
    ORDER BY
        EXISTS (
            SELECT FROM occupancies o
            WHERE o.restaurant_id = $1 AND o.booking_id = $5 AND o.table_id = t.table_id
        ) DESC,
        max_party, table_id
    LIMIT 1";

/// What the booking takes from now on.
pub(crate) const MOVE: &str = "
    UPDATE occupancies SET table_id = $3, period = tstzrange($4, $5)
    WHERE restaurant_id = $1 AND booking_id = $2
        AND (table_id, period) IS DISTINCT FROM ($3::bigint, tstzrange($4, $5))";

/// The booking with its event.
pub(crate) const CHANGE: &str = "
    WITH before AS (
        SELECT party_size, booking_date, booking_time, table_ids FROM bookings
        WHERE restaurant_id = $1 AND booking_id = $2
    ), booking AS (
        UPDATE bookings SET booking_date = $3, booking_time = $4, service_date = $3, party_size = $5,
            table_ids = ARRAY[$6::bigint], starts_at = $7, ends_at = $8, free_at = $9,
            utc_offset_minutes = $10, version = version + 1, updated_at = now()
        WHERE restaurant_id = $1 AND booking_id = $2
        RETURNING *
    ), event AS (
        INSERT INTO booking_events (restaurant_id, booking_id, version, occurred_at, actor_kind,
            action, changed, day_version, status, booking_date, booking_time, utc_offset_minutes,
            service_date, party_size, is_area_required, table_ids, is_pinned, starts_at, ends_at,
            free_at)
        SELECT b.restaurant_id, b.booking_id, b.version, b.updated_at, 'guest', 'update_booking',
            array_remove(ARRAY[
                CASE WHEN b.party_size <> before.party_size THEN 'party_size' END,
                CASE WHEN b.booking_date <> before.booking_date THEN 'booking_date' END,
                CASE WHEN b.booking_time <> before.booking_time THEN 'booking_time' END,
                CASE WHEN b.table_ids <> before.table_ids THEN 'table_ids' END
            ], NULL),
            $11::bigint, b.status, b.booking_date, b.booking_time, b.utc_offset_minutes,
            b.service_date, b.party_size, b.is_area_required, b.table_ids, b.is_pinned, b.starts_at,
            b.ends_at, b.free_at
        FROM booking b, before
    )
    SELECT updated_at FROM booking";

/// What the booking has taken is free again.
pub(crate) const FREE: &str =
    "DELETE FROM occupancies WHERE restaurant_id = $1 AND booking_id = $2";

/// The booking is called off, with its event.
pub(crate) const CANCEL: &str = "
    WITH booking AS (
        UPDATE bookings SET status = 'cancelled', cancellation_kind = 'guest', expires_at = NULL,
            version = version + 1, updated_at = now()
        WHERE restaurant_id = $1 AND booking_id = $2
        RETURNING *
    ), event AS (
        INSERT INTO booking_events (restaurant_id, booking_id, version, occurred_at, actor_kind,
            action, changed, day_version, status, booking_date, booking_time, utc_offset_minutes,
            service_date, party_size, is_area_required, table_ids, is_pinned, starts_at, ends_at,
            free_at, cancellation_kind)
        SELECT restaurant_id, booking_id, b.version, updated_at, 'guest', 'cancel_booking',
            '{status,cancellation_kind}', days.version, status, booking_date, booking_time,
            utc_offset_minutes, service_date, party_size, is_area_required, table_ids, is_pinned,
            starts_at, ends_at, free_at, cancellation_kind
        FROM booking b JOIN booking_days days USING (restaurant_id)
        WHERE days.date = b.service_date
    )
    SELECT updated_at FROM booking";

/// A hold with what it takes.
pub(crate) const HOLD: &str = "
    WITH hold AS (
        INSERT INTO holds (restaurant_id, hold_id, public_id, holder, is_anonymous, booking_date,
            booking_time, utc_offset_minutes, service_date, party_size, is_area_required, table_ids,
            starts_at, ends_at, free_at, expires_at)
        SELECT $1, nextval('bookings_booking_id_seq'), $2, 'address:guest', true, $3, $4, $10, $3, $5,
            false, ARRAY[$6::bigint], $7, $8, $9, now() + hold_seconds * interval '1 second'
        FROM booking_policies WHERE restaurant_id = $1
        RETURNING *
    ), occupancy AS (
        INSERT INTO occupancies (restaurant_id, hold_id, table_id, period)
        SELECT restaurant_id, hold_id, $6, tstzrange(starts_at, free_at) FROM hold
    )
    SELECT expires_at FROM hold";

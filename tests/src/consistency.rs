//! What must hold of every database of the service, asked in SQL: each query gives the number of faults.

/// The bookings that share a table at the same time, as the database sees them.
pub const OVERLAPS: &str = "SELECT count(*) FROM bookings a JOIN bookings b
    ON a.restaurant_id = b.restaurant_id AND a.table_ids && b.table_ids
    AND a.booking_id < b.booking_id
    AND a.status IN ('pending', 'confirmed') AND b.status IN ('pending', 'confirmed')
    AND a.starts_at < b.free_at AND b.starts_at < a.free_at";

/// How many bookings are not what their events say, as the database sees them: their events, each made
/// of the one before by what it says that it has changed, and the last of them. What tells of a guest is
/// in none: an event names a version of it, which is there, and another one only where it has changed.
pub const UNTRUE_HISTORIES: &str = "WITH events AS (
        SELECT restaurant_id, booking_id, version, changed, to_jsonb(event) - '{restaurant_id,
            booking_id,version,occurred_at,actor_kind,actor_id,action,changed,day_version}'::text[] state,
            contact_version
        FROM booking_events event
    ), steps AS (
        SELECT *, lag(version) OVER history last_version, lag(state) OVER history last_state,
            COALESCE(lag(contact_version) OVER history, 1) last_contact
        FROM events WINDOW history AS (PARTITION BY restaurant_id, booking_id ORDER BY version)
    ), untrue AS (
        SELECT restaurant_id, booking_id FROM steps
        WHERE CASE WHEN last_version IS NULL THEN version <> 1 ELSE version <> last_version + 1
            OR state - 'contact_version' <> last_state - 'contact_version' || COALESCE((
                SELECT jsonb_object_agg(key, value) FROM jsonb_each(state)
                WHERE replace(key, '_minutes', '') = ANY (changed)
            ), '{}') END
            OR contact_version <> last_contact + (changed && '{customer_name,customer_email,
                customer_phone,special_requests}'::varchar[])::int
            OR NOT EXISTS (
                SELECT FROM booking_contacts contact
                WHERE contact.restaurant_id = steps.restaurant_id
                    AND contact.booking_id = steps.booking_id
                    AND contact.version = contact_version
            )
        UNION SELECT restaurant_id, booking_id FROM bookings booking WHERE NOT EXISTS (
            SELECT FROM events WHERE events.restaurant_id = booking.restaurant_id
                AND events.booking_id = booking.booking_id AND events.version = booking.version
                AND to_jsonb(booking) @> state
        )
    ) SELECT count(*) FROM untrue";

/// How many contacts have not the id of their own booking written with them, which the policy of
/// `booking_contacts` trusts.
pub const WRONG_CONTACTS: &str = "SELECT count(*) FROM booking_contacts
    JOIN bookings USING (restaurant_id, booking_id)
    WHERE booking_public_id IS DISTINCT FROM public_id";

/// How many tables are taken that no active booking has, or not taken that one has.
pub const WRONG_OCCUPANCIES: &str = "SELECT count(*) FROM (
        SELECT restaurant_id, booking_id AS claim, unnest(table_ids) AS table_id FROM bookings
        WHERE status IN ('pending', 'confirmed')
        UNION ALL SELECT restaurant_id, hold_id, unnest(table_ids) FROM holds
    ) claimed FULL JOIN (
        SELECT *, COALESCE(booking_id, hold_id) AS claim FROM occupancies
    ) occupied USING (restaurant_id, claim, table_id)
    WHERE occupied.period IS NULL OR claimed IS NULL";

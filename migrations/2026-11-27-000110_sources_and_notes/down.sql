DROP TABLE booking_notes;

-- What the events of before do not know of is taken out of them.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_events NO FORCE ROW LEVEL SECURITY;
UPDATE booking_events SET changed = array_remove(array_remove(changed, 'internal_note'), 'tags')
WHERE changed && '{internal_note,tags}'::varchar[];
ALTER TABLE booking_events
    DROP CONSTRAINT booking_events_changed_check,
    ADD CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,expires_at,cancellation_kind,customer_name,customer_email,customer_phone,
            special_requests}'::varchar[]
        AND cardinality(changed) <= 22
    );
ALTER TABLE bookings DROP COLUMN source;
ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;

-- What happens to a booking: its party comes, sits and leaves; who has cancelled it; and everything that
-- has happened to it, as a history.

-- A migration by an owner whom the policies bind would see no row.
ALTER TABLE bookings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_days NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY;

ALTER TABLE bookings
    ADD COLUMN arrived_at timestamptz,
    ADD COLUMN seated_at timestamptz,
    ADD COLUMN finished_at timestamptz,
    ADD COLUMN cancellation_kind varchar(20);
COMMENT ON COLUMN bookings.arrived_at IS 'When the party has come.';
COMMENT ON COLUMN bookings.seated_at IS
    'When the party has sat down. It has the tables from then on, until it is finished.';
COMMENT ON COLUMN bookings.finished_at IS 'When the party has left.';
COMMENT ON COLUMN bookings.cancellation_kind IS 'What has cancelled it. Contract: CancellationKind.';

-- Who has cancelled a booking is known from the log. Of which it says nothing, its guest has.
UPDATE bookings SET cancellation_kind = CASE WHEN EXISTS (
        SELECT FROM audit_events event
        WHERE event.restaurant_id = bookings.restaurant_id AND event.action = 'cancel_booking'
            AND event.subject_id = bookings.public_id AND event.actor_kind <> 'guest'
            AND NOT EXISTS (
                SELECT FROM accounts WHERE accounts.public_id = event.actor_id
                    AND accounts.user_id IN (bookings.user_id, bookings.account_user_id)
            )
    ) THEN 'restaurant' ELSE 'guest' END
WHERE status = 'cancelled';
ALTER TABLE bookings
    ADD CONSTRAINT bookings_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined')),
    DROP CONSTRAINT bookings_cancellation_check,
    -- A program of before, beside a newer one, cancels without a kind.
    ADD CONSTRAINT bookings_cancellation_check
        CHECK (cancellation_kind IS NULL AND cancellation_reason IS NULL OR status = 'cancelled'),
    -- A number that a booking keeps when the area is gone: a row of a booking changes with its version,
    -- and never by itself.
    DROP CONSTRAINT bookings_area_id_fkey,
    ADD CONSTRAINT bookings_visit_check CHECK (
        '0001-01-01 00:00Z' <= arrived_at AND finished_at < '9999-12-30 00:00Z'
        AND arrived_at <= seated_at AND seated_at <= finished_at
        AND (seated_at IS NULL OR arrived_at IS NOT NULL)
        AND (finished_at IS NULL OR seated_at IS NOT NULL)
        AND (arrived_at IS NULL OR status IN ('confirmed', 'cancelled', 'completed'))
        AND (seated_at IS NULL OR status IN ('confirmed', 'completed'))
        AND (finished_at IS NULL OR status = 'completed')
    );
DROP INDEX idx_bookings_area;
COMMENT ON COLUMN bookings.area_id IS
    'Where the party wants to sit. Once a booking is over, the area may be gone.';
COMMENT ON COLUMN occupancies.period IS
    'Half-open: from when the party has the table until it is free again.';
GRANT SELECT (seated_at) ON bookings TO booking_search;

CREATE TABLE booking_events (
    restaurant_id      bigint       NOT NULL,
    booking_id         bigint       NOT NULL,
    version            integer      NOT NULL,
    occurred_at        timestamptz  NOT NULL,
    actor_kind         varchar(20)  NOT NULL,
    actor_id           varchar(36),
    action             varchar(64)  NOT NULL,
    changed            varchar(30)[] NOT NULL,
    day_version        bigint       NOT NULL,
    status             varchar(20)  NOT NULL,
    booking_date       date         NOT NULL,
    booking_time       time         NOT NULL,
    utc_offset_minutes integer      NOT NULL,
    service_date       date         NOT NULL,
    party_size         integer      NOT NULL,
    area_id            bigint,
    is_area_required   boolean      NOT NULL,
    table_ids          bigint[]     NOT NULL,
    is_pinned          boolean      NOT NULL,
    starts_at          timestamptz  NOT NULL,
    ends_at            timestamptz  NOT NULL,
    free_at            timestamptz  NOT NULL,
    arrived_at         timestamptz,
    seated_at          timestamptz,
    finished_at        timestamptz,
    cancellation_kind  varchar(20),
    CONSTRAINT booking_events_pkey PRIMARY KEY (restaurant_id, booking_id, version),
    CONSTRAINT booking_events_booking_id_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES bookings (restaurant_id, booking_id) ON DELETE CASCADE,
    CONSTRAINT booking_events_version_check CHECK (version >= 1),
    CONSTRAINT booking_events_occurred_at_check
        CHECK ('0001-01-01 00:00Z' <= occurred_at AND occurred_at < '9999-12-30 00:00Z'),
    CONSTRAINT booking_events_actor_kind_check
        CHECK (actor_kind IN ('user', 'platform_admin', 'api_key', 'guest', 'system')),
    CONSTRAINT booking_events_actor_id_check CHECK (actor_id ~ '^[0-9A-Za-z_]+$'),
    CONSTRAINT booking_events_actor_check
        CHECK ((actor_id IS NULL) = (actor_kind IN ('guest', 'system'))),
    CONSTRAINT booking_events_action_check CHECK (action ~ '^[a-z]+(_[a-z]+)*$'),
    CONSTRAINT booking_events_changed_check CHECK (
        changed <@ '{status,booking_date,booking_time,utc_offset,service_date,party_size,area_id,
            is_area_required,table_ids,is_pinned,starts_at,ends_at,free_at,arrived_at,seated_at,
            finished_at,cancellation_kind,special_requests}'::varchar[]
        AND cardinality(changed) <= 18
    ),
    CONSTRAINT booking_events_status_check
        CHECK (status IN ('confirmed', 'pending', 'cancelled', 'completed', 'no_show')),
    CONSTRAINT booking_events_cancellation_kind_check
        CHECK (cancellation_kind IN ('guest', 'restaurant', 'declined')),
    CONSTRAINT booking_events_party_size_check CHECK (party_size BETWEEN 1 AND 20),
    CONSTRAINT booking_events_area_id_check CHECK (area_id BETWEEN 1 AND 9007199254740991),
    CONSTRAINT booking_events_table_ids_check CHECK (cardinality(table_ids) <= 20),
    CONSTRAINT booking_events_day_version_check
        CHECK (day_version BETWEEN 0 AND 9007199254740991)
);
COMMENT ON TABLE booking_events IS
    'What has happened to a booking, and what it was then: a row for each of its versions, written in the '
    'transaction that makes it, as a copy of its row. Nothing of it ever changes, and nothing of it '
    'tells of a guest.';
COMMENT ON COLUMN booking_events.version IS 'Contract: BookingVersion.';
COMMENT ON COLUMN booking_events.actor_kind IS 'As whom the caller was known. Contract: AuditActorKind.';
COMMENT ON COLUMN booking_events.actor_id IS
    'The public id of the user or the key; none for a guest and the system. Contract: AuditActorId.';
COMMENT ON COLUMN booking_events.action IS 'The operation, as the store names it. Contract: AuditAction.';
COMMENT ON COLUMN booking_events.changed IS
    'What it has changed; nothing, where it has made the booking. Contract: none, callers read a list.';
COMMENT ON COLUMN booking_events.day_version IS
    'The version of the booking''s date in booking_days, as of this event. Contract: DayVersion.';
COMMENT ON COLUMN booking_events.status IS 'From here on, the booking as it was then. Contract: BookingStatus.';
COMMENT ON COLUMN booking_events.utc_offset_minutes IS 'Contract: none, callers read it as +02:00.';
COMMENT ON COLUMN booking_events.party_size IS 'Contract: PartySize.';
COMMENT ON COLUMN booking_events.area_id IS 'An area that may be gone by now. Contract: DiningAreaId.';
COMMENT ON COLUMN booking_events.cancellation_kind IS 'Contract: CancellationKind.';

ALTER TABLE booking_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY booking_events_select ON booking_events FOR SELECT
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY booking_events_insert ON booking_events FOR INSERT
    WITH CHECK (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
GRANT SELECT, INSERT ON booking_events TO booking_service;

-- A booking that is there already begins its history as what it is.
INSERT INTO booking_events
SELECT restaurant_id, booking_id, version, updated_at, 'system', NULL, 'begin_history', '{}',
    COALESCE((
        SELECT day.version FROM booking_days day
        WHERE day.restaurant_id = bookings.restaurant_id AND day.date = bookings.booking_date
    ), 0),
    status, booking_date, booking_time, utc_offset_minutes, service_date, party_size, area_id,
    is_area_required, table_ids, is_pinned, starts_at, ends_at, free_at, arrived_at, seated_at,
    finished_at, cancellation_kind
FROM bookings;

ALTER TABLE booking_events FORCE ROW LEVEL SECURITY;
ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
ALTER TABLE booking_days FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;

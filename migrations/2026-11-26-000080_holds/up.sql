-- Tables that are kept while somebody fills in a form. A hold takes its tables as a booking does, and
-- under the same guard; it has its number from the same sequence, so that no booking has the same.
ALTER TABLE booking_policies ADD COLUMN hold_seconds integer NOT NULL DEFAULT 300,
    ADD CONSTRAINT booking_policies_hold_seconds_check CHECK (hold_seconds BETWEEN 60 AND 900);
COMMENT ON COLUMN booking_policies.hold_seconds IS
    'For how long a hold keeps its tables. Contract: HoldSeconds.';

CREATE TABLE holds (
    restaurant_id      bigint      NOT NULL,
    hold_id            bigint      NOT NULL,
    public_id          varchar(35) NOT NULL,
    holder             varchar(80) NOT NULL,
    is_anonymous       boolean     NOT NULL,
    booking_date       date        NOT NULL,
    booking_time       time        NOT NULL,
    utc_offset_minutes integer     NOT NULL,
    service_date       date        NOT NULL,
    party_size         integer     NOT NULL,
    area_id            bigint,
    is_area_required   boolean     NOT NULL,
    table_ids          bigint[]    NOT NULL,
    starts_at          timestamptz NOT NULL,
    ends_at            timestamptz NOT NULL,
    free_at            timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    CONSTRAINT holds_pkey PRIMARY KEY (restaurant_id, hold_id),
    CONSTRAINT holds_restaurant_id_fkey FOREIGN KEY (restaurant_id)
        REFERENCES restaurants (restaurant_id),
    CONSTRAINT holds_public_id_key UNIQUE (restaurant_id, public_id),
    CONSTRAINT holds_public_id_check CHECK (public_id ~ '^hd_[0-9A-Za-z]{1,32}$'),
    CONSTRAINT holds_holder_check CHECK (holder ~ '^(user|key|address):[0-9A-Za-z_]+$'),
    CONSTRAINT holds_booking_date_check
        CHECK (booking_date BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT holds_booking_time_check
        CHECK (booking_time < '24:00' AND extract(second FROM booking_time) = 0),
    CONSTRAINT holds_utc_offset_minutes_check CHECK (utc_offset_minutes BETWEEN -1439 AND 1439),
    CONSTRAINT holds_service_date_check
        CHECK (service_date BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT holds_party_size_check CHECK (party_size BETWEEN 1 AND 20),
    CONSTRAINT holds_area_id_check CHECK (area_id BETWEEN 1 AND 9007199254740991),
    CONSTRAINT holds_table_ids_check CHECK (cardinality(table_ids) BETWEEN 1 AND 20),
    CONSTRAINT holds_period_check CHECK (
        '0001-01-01 00:00Z' <= starts_at AND starts_at < ends_at AND ends_at <= free_at
        AND free_at < '9999-12-30 00:00Z' AND free_at <= starts_at + interval '28 hours'
    ),
    CONSTRAINT holds_expires_at_check
        CHECK ('0001-01-01 00:00Z' <= expires_at AND expires_at < '9999-12-30 00:00Z')
);
COMMENT ON TABLE holds IS
    'Tables that are kept for somebody who is about to book them: gone once that is done, or given back. '
    'One that has expired keeps nothing, and is deleted by whoever needs its tables, or after a day.';
COMMENT ON COLUMN holds.hold_id IS 'Drawn from the sequence of bookings.';
COMMENT ON COLUMN holds.public_id IS 'The hold''s name outside. Contract: HoldId.';
COMMENT ON COLUMN holds.holder IS
    'Who has it, to count by: a user, a key, or of a guest an HMAC of the address. Contract: none, '
    'callers never read it.';
COMMENT ON COLUMN holds.utc_offset_minutes IS 'Contract: none, callers read it as +02:00.';
COMMENT ON COLUMN holds.party_size IS 'Contract: PartySize.';
COMMENT ON COLUMN holds.area_id IS 'Contract: DiningAreaId.';
CREATE INDEX idx_holds_expiry ON holds (expires_at);
COMMENT ON INDEX idx_holds_expiry IS 'Those that are not kept any longer.';

-- A migration by an owner whom the policies bind would see no row.
ALTER TABLE occupancies NO FORCE ROW LEVEL SECURITY;

-- What is taken is a booking's or a hold's. No two rows have a table at one time, so that table and time
-- are the key.
ALTER TABLE occupancies
    DROP CONSTRAINT occupancies_pkey,
    ALTER COLUMN booking_id DROP NOT NULL,
    ADD COLUMN hold_id bigint,
    ADD CONSTRAINT occupancies_pkey PRIMARY KEY (restaurant_id, table_id, period),
    ADD CONSTRAINT occupancies_hold_id_fkey FOREIGN KEY (restaurant_id, hold_id)
        REFERENCES holds (restaurant_id, hold_id) ON DELETE CASCADE,
    ADD CONSTRAINT occupancies_claimant_check CHECK ((booking_id IS NULL) <> (hold_id IS NULL));
CREATE INDEX idx_occupancies_booking ON occupancies (restaurant_id, booking_id);
COMMENT ON INDEX idx_occupancies_booking IS 'What a booking takes.';
CREATE INDEX idx_occupancies_hold ON occupancies (restaurant_id, hold_id) WHERE hold_id IS NOT NULL;
COMMENT ON INDEX idx_occupancies_hold IS 'What a hold takes.';
ALTER TABLE occupancies FORCE ROW LEVEL SECURITY;

ALTER TABLE holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE holds FORCE ROW LEVEL SECURITY;
CREATE POLICY holds_restaurant ON holds
    USING (restaurant_id = NULLIF(current_setting('booking.restaurant', true), '')::bigint);
CREATE POLICY holds_search ON holds FOR SELECT TO booking_search
    USING (restaurant_id = ANY (NULLIF(current_setting('booking.restaurants', true), '')::bigint[]));
CREATE POLICY holds_retention_select ON holds FOR SELECT
    TO booking_retention USING (expires_at < now());
CREATE POLICY holds_retention_delete ON holds FOR DELETE
    TO booking_retention USING (expires_at < now());
GRANT SELECT, INSERT, DELETE ON holds TO booking_service;
GRANT SELECT (restaurant_id, hold_id, is_anonymous, service_date, party_size, area_id,
    is_area_required, table_ids, starts_at, ends_at, free_at, expires_at) ON holds TO booking_search;
GRANT SELECT (restaurant_id, hold_id, expires_at), DELETE ON holds TO booking_retention;

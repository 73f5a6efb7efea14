-- What was answered to requests with an `Idempotency-Key`. A record is found by an id that only the
-- server can make, of its secret, the caller, the operation and the key; and a transaction sees the one
-- whose id it names, and no other.
CREATE TABLE idempotency_records (
    record_id      bytea       NOT NULL,
    content_digest bytea       NOT NULL,
    response       bytea       NOT NULL,
    expires_at     timestamptz NOT NULL,
    CONSTRAINT idempotency_records_pkey PRIMARY KEY (record_id),
    CONSTRAINT idempotency_records_record_id_check CHECK (octet_length(record_id) = 32),
    CONSTRAINT idempotency_records_content_digest_check CHECK (octet_length(content_digest) = 32),
    CONSTRAINT idempotency_records_response_check
        CHECK (octet_length(response) BETWEEN 29 AND 2097152),
    CONSTRAINT idempotency_records_expires_at_check
        CHECK ('0001-01-01 00:00Z' <= expires_at AND expires_at < '9999-12-30 00:00Z')
);
COMMENT ON TABLE idempotency_records IS
    'What was answered to requests with an Idempotency-Key: written in the transaction of what was '
    'done, and good for a day.';
COMMENT ON COLUMN idempotency_records.record_id IS 'An HMAC of operation, key and caller.';
COMMENT ON COLUMN idempotency_records.content_digest IS
    'An HMAC of what was asked for: another request with the key is refused.';
COMMENT ON COLUMN idempotency_records.response IS
    'The answer, without secrets that can be made again, sealed under the server''s secret and the '
    'caller''s key.';

ALTER TABLE idempotency_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_records FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_records_request ON idempotency_records
    USING (record_id = decode(NULLIF(current_setting('booking.idempotency', true), ''), 'hex'));
GRANT SELECT, INSERT, UPDATE ON idempotency_records TO booking_service;

GRANT SELECT (record_id, expires_at), DELETE ON idempotency_records TO booking_retention;
CREATE POLICY idempotency_records_retention_select ON idempotency_records FOR SELECT
    TO booking_retention USING (expires_at < now());
CREATE POLICY idempotency_records_retention_delete ON idempotency_records FOR DELETE
    TO booking_retention USING (expires_at < now());
CREATE INDEX idx_idempotency_records_expiry ON idempotency_records (expires_at);
COMMENT ON INDEX idx_idempotency_records_expiry IS 'Those that are not kept any longer.';

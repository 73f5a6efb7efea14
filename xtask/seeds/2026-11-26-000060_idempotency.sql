INSERT INTO idempotency_records (record_id, content_digest, response, expires_at)
VALUES (sha256('a key'), sha256('a booking'), sha256('an answer'), '2027-02-16 00:00Z');

ALTER TABLE occupancies NO FORCE ROW LEVEL SECURITY;
DELETE FROM occupancies WHERE hold_id IS NOT NULL;
DROP INDEX idx_occupancies_hold;
DROP INDEX idx_occupancies_booking;
ALTER TABLE occupancies
    DROP CONSTRAINT occupancies_claimant_check,
    DROP CONSTRAINT occupancies_hold_id_fkey,
    DROP CONSTRAINT occupancies_pkey,
    DROP COLUMN hold_id,
    ALTER COLUMN booking_id SET NOT NULL,
    ADD CONSTRAINT occupancies_pkey PRIMARY KEY (restaurant_id, booking_id, table_id);
ALTER TABLE occupancies FORCE ROW LEVEL SECURITY;
DROP TABLE holds;
ALTER TABLE booking_policies DROP COLUMN hold_seconds;

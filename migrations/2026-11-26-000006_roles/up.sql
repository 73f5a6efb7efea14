-- The role that the service connects as. It owns nothing, and may do no more than it needs. Roles are
-- of the whole cluster: another database may have made it, or be making it at this moment. Without a
-- password nobody logs in as it over a network.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'booking_service') THEN
        CREATE ROLE booking_service LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;

GRANT SELECT, INSERT, UPDATE ON users TO booking_service;
GRANT SELECT, INSERT, UPDATE ON accounts TO booking_service;
GRANT SELECT, INSERT, UPDATE ON sessions TO booking_service;
GRANT SELECT, INSERT, UPDATE ON signing_keys TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON one_time_tokens TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON messages TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON authorization_codes TO booking_service;

GRANT SELECT, INSERT, UPDATE ON restaurants TO booking_service;
-- The number of a new restaurant is drawn before its row is written.
GRANT USAGE ON SEQUENCE restaurants_restaurant_id_seq TO booking_service;
GRANT SELECT, INSERT, UPDATE ON booking_policies TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON opening_hours TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dining_tables TO booking_service;
GRANT SELECT, INSERT, UPDATE ON bookings TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON occupancies TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON restaurant_staff TO booking_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_invitations TO booking_service;
GRANT SELECT, INSERT ON api_keys TO booking_service;
-- Of a key nothing else ever changes: neither what it may, nor how long.
GRANT UPDATE (last_used_at, revoked_at) ON api_keys TO booking_service;
-- The log is appended to.
GRANT SELECT, INSERT ON audit_events TO booking_service;

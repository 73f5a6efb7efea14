-- The role stays: other databases of the cluster may have it, too.
REVOKE ALL ON audit_events, api_keys, staff_invitations, restaurant_staff, occupancies, bookings,
    dining_tables, opening_hours, booking_policies, restaurants, messages, one_time_tokens,
    authorization_codes, signing_keys, sessions, accounts, users FROM booking_service;
REVOKE ALL ON SEQUENCE restaurants_restaurant_id_seq FROM booking_service;

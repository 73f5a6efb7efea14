-- The role stays: other databases of the cluster may have it, too.
REVOKE ALL (user_id, public_id) ON accounts FROM booking_search;
DROP POLICY bookings_search ON bookings;
REVOKE ALL (restaurant_id, booking_id, status, service_date, party_size, table_ids, starts_at,
    ends_at, free_at, area_id, is_area_required, is_pinned) ON bookings FROM booking_search;
DROP POLICY blockouts_search ON blockouts;
REVOKE ALL (restaurant_id, blockout_id, area_id, table_id, starts, ends) ON blockouts
    FROM booking_search;
DROP POLICY special_day_services_search ON special_day_services;
DROP POLICY special_days_search ON special_days;
DROP POLICY combined_tables_search ON combined_tables;
DROP POLICY table_combinations_search ON table_combinations;
DROP POLICY dining_tables_search ON dining_tables;
REVOKE ALL ON restaurants, booking_policies, service_periods, dining_areas, dining_tables,
    table_combinations, combined_tables, special_days, special_day_services, bookings, blockouts
    FROM booking_search;
DROP POLICY dining_areas_public ON dining_areas;
DROP INDEX idx_restaurants_place;

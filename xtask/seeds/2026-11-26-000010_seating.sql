-- Rows of the tables that the migration makes, in the first restaurant that there is.
WITH restaurant AS (SELECT min(restaurant_id) AS id FROM restaurants)
INSERT INTO dining_areas (restaurant_id, name, setting, is_accessible, has_high_chairs)
SELECT id, 'Terrace', 'outdoor', true, false FROM restaurant;
INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
SELECT min(restaurant_id), 'One and two', 3, 4 FROM restaurants;
INSERT INTO combined_tables (restaurant_id, combination_id, table_id)
SELECT restaurant_id, combination_id, (
    SELECT min(table_id) FROM dining_tables tables
    WHERE tables.restaurant_id = table_combinations.restaurant_id
)
FROM table_combinations;
INSERT INTO special_days (restaurant_id, name, date_from, date_to)
SELECT min(restaurant_id), 'New Year', '2027-12-31', '2028-01-01' FROM restaurants;
INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends)
SELECT restaurant_id, special_day_id, '18:00', '02:00' FROM special_days;
INSERT INTO blockouts (restaurant_id, starts, ends, reason)
SELECT min(restaurant_id), '2027-06-01 12:00', '2027-06-01 15:00', 'Fumigation' FROM restaurants;
INSERT INTO booking_days (restaurant_id, date, version)
SELECT restaurant_id, booking_date, 1 FROM bookings GROUP BY restaurant_id, booking_date;

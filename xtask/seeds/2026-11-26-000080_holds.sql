-- A table that a guest holds, while the restaurant has it free.
INSERT INTO holds
SELECT restaurant_id, nextval('bookings_booking_id_seq'), 'hd_seed', 'address:seed', true, '2027-12-30',
    '19:00', 60, '2027-12-30', 2, NULL, false, ARRAY[table_id], '2027-12-30 18:00Z', '2027-12-30 19:30Z',
    '2027-12-30 19:30Z', '2027-01-01 00:05Z'
FROM dining_tables ORDER BY restaurant_id, table_id LIMIT 1;
INSERT INTO occupancies (restaurant_id, hold_id, table_id, period)
SELECT restaurant_id, hold_id, table_ids[1], tstzrange(starts_at, free_at) FROM holds;

-- A note of a booking's restaurant, and an event that names it.
INSERT INTO booking_notes
SELECT restaurant_id, booking_id, E'Knows\nthe owner', '{regular,"by the window"}'
FROM bookings ORDER BY restaurant_id, booking_id LIMIT 1;

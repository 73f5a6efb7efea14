-- The extensions stay: others may use them in this database.
DROP TABLE occupancies;
DROP TABLE bookings;
DROP TABLE opening_hours;
DROP TABLE dining_tables;
DROP TABLE restaurants;
DROP TABLE users;

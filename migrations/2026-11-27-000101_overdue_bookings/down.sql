DROP INDEX idx_bookings_seated;

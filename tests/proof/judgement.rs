//! What must hold afterwards, whatever has happened.

use booking_tests::{OVERLAPS, UNTRUE_HISTORIES, WRONG_CONTACTS, WRONG_OCCUPANCIES};

use crate::installation::Installation;

/// No two bookings have one table, no table is taken by nothing, every booking is what its events say, and
/// every contact has the id of its own booking.
pub(crate) async fn assert_consistent(installation: &Installation) {
    let wrong = [
        OVERLAPS,
        WRONG_OCCUPANCIES,
        WRONG_CONTACTS,
        UNTRUE_HISTORIES,
    ];
    for query in wrong {
        assert_eq!(installation.rows(query).await, ["0"], "{query}");
    }
}

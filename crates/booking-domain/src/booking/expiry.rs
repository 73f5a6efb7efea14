//! What becomes of a booking for which the restaurant's word does not come.

use jiff::Timestamp;

use super::{Booking, BookingStatus, Cancellation, CancellationKind, Decision};
use crate::floor::PartySize;
use crate::placement::Booker;
use crate::policy::BookingPolicy;

/// A pending booking is cancelled from the instant of its expiry on. It is so by itself: whoever writes it
/// does so later, and writes what everybody has read since.
#[must_use]
pub fn expire(booking: &Booking, now: Timestamp) -> Decision {
    let expires_at = match (booking.status, booking.expires_at) {
        (BookingStatus::Pending, Some(expires_at)) if expires_at <= now => expires_at,
        _ => return Decision::Unchanged,
    };
    let expired = Booking {
        status: BookingStatus::Cancelled,
        cancellation: Some(Cancellation {
            kind: CancellationKind::Expired,
            reason: None,
        }),
        expires_at: None,
        ..booking.clone()
    };
    // Another server, whose clock is behind, may have changed it since; another time zone may have its
    // visit begin before that.
    Decision::Changed(expired.revised(expires_at.max(booking.updated_at)))
}

impl Booking {
    /// The booking as it is at `now`, whether or not it is written yet that it has expired.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match expire(&self, now) {
            Decision::Changed(expired) => expired,
            Decision::Unchanged => self,
        }
    }

    /// Until when it waits for the restaurant's word once it is at this time, for so many guests: for what
    /// the restaurant has to decide on anew it has as long as for a new booking.
    pub(super) fn expiry_at(
        &self,
        (starts_at, party): (Timestamp, PartySize),
        policy: &BookingPolicy,
        booker: Booker,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if self.is_to_be_confirmed_at((starts_at, party), policy, booker) {
            Some(policy.expiry(starts_at, now))
        } else {
            self.expires_at.map(|expires_at| expires_at.min(starts_at))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::booking::{BookingField, confirm, decline, undo_step};
    use crate::fixtures::{NOW, booking_in, party, policy};
    use crate::{ConfirmationTime, cancel};

    /// It expires an hour from now.
    fn pending() -> Booking {
        Booking {
            expires_at: Some(NOW + 1.hour()),
            ..booking_in(BookingStatus::Pending)
        }
    }

    #[test]
    fn a_pending_booking_is_cancelled_from_the_instant_of_its_expiry_on() {
        let (pending, at) = (pending(), NOW + 1.hour());
        let before = at - 1.microsecond();
        assert_eq!(expire(&pending, before), Decision::Unchanged);
        assert_eq!(pending.clone().at(before), pending);
        let expired = pending.clone().at(at);
        assert_eq!(expired.status, BookingStatus::Cancelled);
        let kind = expired.cancellation.as_ref().map(|it| it.kind);
        assert_eq!(kind, Some(CancellationKind::Expired));
        assert_eq!(expired.occupied(), None);
        let changed = [
            BookingField::Status,
            BookingField::ExpiresAt,
            BookingField::Cancellation,
        ];
        assert_eq!(pending.changed_fields(&expired), changed);
    }

    #[test]
    fn whoever_looks_later_sees_the_same_with_the_instant_of_the_expiry() {
        let (pending, at) = (pending(), NOW + 1.hour());
        let expired = pending.clone().at(at);
        assert_eq!((expired.version, expired.updated_at), (2, at));
        assert_eq!(pending.at(at + 1.hour()), expired);
        assert_eq!(expire(&expired, at + 2.hours()), Decision::Unchanged);
    }

    #[test]
    fn nothing_of_a_booking_is_older_than_what_was_before_it() {
        let changed = Booking {
            updated_at: NOW + 2.hours(),
            ..pending()
        };
        let expired = changed.at(NOW + 3.hours());
        assert_eq!(expired.updated_at, NOW + 2.hours());
    }

    #[test]
    fn only_a_pending_booking_expires() {
        for status in BookingStatus::ALL {
            let booking = booking_in(status);
            let later = booking.placement.starts_at + 1.hour();
            let is_expired = booking.clone().at(later) != booking;
            assert_eq!(is_expired, status == BookingStatus::Pending, "{status}");
        }
    }

    #[test]
    fn what_has_expired_is_neither_confirmed_nor_declined_and_stays_as_it_is() {
        let (at, by_guest) = (
            NOW + 1.hour(),
            Cancellation {
                kind: CancellationKind::Guest,
                reason: None,
            },
        );
        let expired = pending().at(at);
        let refusal = |action| BookingStatus::Cancelled.refuses(action);
        assert_eq!(confirm(&expired, at), Err(refusal("confirmed")));
        assert_eq!(decline(&expired, None, at), Err(refusal("declined")));
        assert_eq!(
            cancel(&expired, &by_guest, None, at),
            Ok(Decision::Unchanged)
        );
        assert!(undo_step(&expired, at).is_err());
    }

    #[test]
    fn a_booking_waits_as_long_as_the_restaurant_says_and_never_longer_than_until_it_begins() {
        let mut policy = policy("Europe/Berlin");
        let day = NOW + 24.hours();
        assert_eq!(policy.expiry(NOW + 168.hours(), NOW), day);
        assert_eq!(policy.expiry(day, NOW), day);
        assert_eq!(policy.expiry(NOW + 1.hour(), NOW), NOW + 1.hour());
        policy.confirmation_time = ConfirmationTime::from_minutes(15).expect("it is in range");
        assert_eq!(policy.expiry(day, NOW), NOW + 15.minutes());
    }
    #[test]
    fn what_guests_ask_for_anew_waits_anew_and_what_the_staff_move_waits_no_longer() {
        let mut policy = policy("Europe/Berlin");
        policy.confirmation_min_party = Some(party(2));
        let (pending, later) = (pending(), NOW + 30.minutes());
        let at = |starts_at, guests, booker| {
            pending.expiry_at((starts_at, party(guests)), &policy, booker, later)
        };
        let (starts_at, known) = (pending.placement.starts_at, pending.expires_at);
        let anew = Some(later + 24.hours());
        for (starts_at, guests, guest, staff) in [
            (starts_at + 1.hour(), 2, anew, known),
            (starts_at, 3, anew, known),
            (starts_at, 1, known, known),
        ] {
            assert_eq!(at(starts_at, guests, Booker::Guest), guest, "{guests}");
            assert_eq!(at(starts_at, guests, Booker::Staff), staff, "{guests}");
        }
        // Never longer than until it begins.
        let soon = NOW + 45.minutes();
        for booker in [Booker::Guest, Booker::Staff] {
            assert_eq!(at(soon, 2, booker), Some(soon));
        }
        let confirmed = booking_in(BookingStatus::Confirmed);
        let moved = (soon, party(2));
        assert_eq!(
            confirmed.expiry_at(moved, &policy, Booker::Staff, NOW),
            None
        );
    }
}

//! Calling a booking off.

use jiff::Timestamp;

use super::{Booking, BookingStatus, CancellationReason, Decision, Standing, StatusRefusal};
use crate::bounded::text_enum;
use crate::policy::Cutoff;

text_enum! {
    /// What has cancelled a booking.
    CancellationKind {
        /// Its guest.
        Guest = "guest",
        /// The restaurant.
        Restaurant = "restaurant",
        /// That the restaurant has not confirmed it.
        Declined = "declined",
        /// That the restaurant has not said in time whether it confirms it.
        Expired = "expired",
    }
}

/// How a booking was cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// What has cancelled it.
    pub kind: CancellationKind,
    /// Why, 1–500 characters, if it was said.
    pub reason: Option<CancellationReason>,
}

/// Why a booking is not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefusal {
    /// It is over.
    #[error(transparent)]
    Status(#[from] StatusRefusal),
    /// It is too late for guests.
    #[error("guests can cancel up to {minutes} minutes before the visit")]
    CutoffPassed {
        /// How long before at the latest.
        minutes: u16,
    },
}

/// Cancels a booking, which sets its tables free, as `cancellation` says. An active one can be up to the
/// last minute and beyond it, by guests up to the restaurant's `cutoff` if it has one: it is the
/// restaurant that says whether the guests have been. Who sits has come, and leaves. One that is
/// cancelled keeps the reason that was given first.
///
/// # Errors
/// [`CancelRefusal`].
pub fn cancel(
    booking: &Booking,
    cancellation: &Cancellation,
    cutoff: Option<Cutoff>,
    now: Timestamp,
) -> Result<Decision, CancelRefusal> {
    match booking.status {
        BookingStatus::Pending | BookingStatus::Confirmed => {
            if booking.visit.seated_at.is_some() {
                return Err(Standing::Seated.refuses("cancelled").into());
            }
            if let Some(cutoff) = cutoff
                && cutoff.has_passed(booking.placement.starts_at, now)
            {
                let minutes = cutoff.minutes();
                return Err(CancelRefusal::CutoffPassed { minutes });
            }
            let cancelled = Booking {
                status: BookingStatus::Cancelled,
                cancellation: Some(cancellation.clone()),
                expires_at: None,
                ..booking.clone()
            };
            Ok(Decision::Changed(cancelled.revised(now)))
        }
        BookingStatus::Cancelled => Ok(Decision::Unchanged),
        status @ (BookingStatus::Completed | BookingStatus::NoShow) => {
            Err(status.refuses("cancelled").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::booking::Visit;
    use crate::fixtures::{NOW, booking_in};

    fn by_guest(reason: Option<&str>) -> Cancellation {
        Cancellation {
            kind: CancellationKind::Guest,
            reason: reason.and_then(CancellationReason::parse),
        }
    }

    #[test]
    fn an_active_booking_is_cancelled_in_its_next_version() {
        let later = NOW + 1.minute();
        let cancellation = by_guest(Some("Flight delayed"));
        for status in [BookingStatus::Pending, BookingStatus::Confirmed] {
            let booking = booking_in(status);
            let expected = Booking {
                status: BookingStatus::Cancelled,
                cancellation: Some(cancellation.clone()),
                expires_at: None,
                updated_at: later,
                version: 2,
                ..booking.clone()
            };
            let decided = cancel(&booking, &cancellation, None, later);
            assert_eq!(decided, Ok(Decision::Changed(expected)));
        }
    }

    #[test]
    fn cancelling_twice_is_the_same() {
        let decided = cancel(
            &booking_in(BookingStatus::Cancelled),
            &by_guest(None),
            None,
            NOW,
        );
        assert_eq!(decided, Ok(Decision::Unchanged));
    }

    #[test]
    fn what_is_over_cannot_be_cancelled() {
        for status in [BookingStatus::Completed, BookingStatus::NoShow] {
            let decided = cancel(&booking_in(status), &by_guest(None), None, NOW);
            assert_eq!(decided, Err(status.refuses("cancelled").into()));
        }
    }

    #[test]
    fn guests_cancel_up_to_the_cutoff() {
        let booking = booking_in(BookingStatus::Confirmed);
        let cutoff = Cutoff::from_minutes(120);
        let at = |minutes: i64| booking.placement.starts_at - minutes.minutes();
        assert!(cancel(&booking, &by_guest(None), cutoff, at(120)).is_ok());
        assert_eq!(
            cancel(&booking, &by_guest(None), cutoff, at(119)),
            Err(CancelRefusal::CutoffPassed { minutes: 120 })
        );
        assert!(cancel(&booking, &by_guest(None), None, at(-10)).is_ok());
    }

    #[test]
    fn who_sits_is_not_cancelled() {
        let booking = Booking {
            visit: Visit {
                arrived_at: Some(NOW),
                seated_at: Some(NOW),
                finished_at: None,
            },
            ..booking_in(BookingStatus::Confirmed)
        };
        let refused = cancel(&booking, &by_guest(None), None, NOW).expect_err("they sit");
        let words = "a booking whose party is seated cannot be cancelled";
        assert_eq!(refused.to_string(), words);
    }
}

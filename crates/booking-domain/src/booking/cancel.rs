//! Calling a booking off.

use jiff::Timestamp;

use super::{Booking, BookingStatus, CancellationReason, Decision, StatusRefusal};
use crate::policy::Cutoff;

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

/// Cancels a booking, which sets its tables free. An active one can be up to the last minute and
/// beyond it, by guests up to the restaurant's `cutoff` if it has one: it is the restaurant that says
/// whether the guests have been. One that is cancelled keeps the reason that was given first.
///
/// # Errors
/// [`CancelRefusal`].
pub fn cancel(
    booking: &Booking,
    reason: Option<&CancellationReason>,
    cutoff: Option<Cutoff>,
    now: Timestamp,
) -> Result<Decision, CancelRefusal> {
    match booking.status {
        BookingStatus::Pending | BookingStatus::Confirmed => {
            if let Some(cutoff) = cutoff
                && cutoff.has_passed(booking.placement.starts_at, now)
            {
                let minutes = cutoff.minutes();
                return Err(CancelRefusal::CutoffPassed { minutes });
            }
            let cancelled = Booking {
                status: BookingStatus::Cancelled,
                cancellation_reason: reason.cloned(),
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
    use crate::fixtures::{NOW, booking_in};

    #[test]
    fn an_active_booking_is_cancelled_in_its_next_version() {
        let later = NOW + 1.minute();
        let reason = CancellationReason::parse("Flight delayed");
        for status in [BookingStatus::Pending, BookingStatus::Confirmed] {
            let booking = booking_in(status);
            let expected = Booking {
                status: BookingStatus::Cancelled,
                cancellation_reason: reason.clone(),
                updated_at: later,
                version: 2,
                ..booking.clone()
            };
            let decided = cancel(&booking, reason.as_ref(), None, later);
            assert_eq!(decided, Ok(Decision::Changed(expected)));
        }
    }

    #[test]
    fn cancelling_twice_is_the_same() {
        let decided = cancel(&booking_in(BookingStatus::Cancelled), None, None, NOW);
        assert_eq!(decided, Ok(Decision::Unchanged));
    }

    #[test]
    fn what_is_over_cannot_be_cancelled() {
        for status in [BookingStatus::Completed, BookingStatus::NoShow] {
            let decided = cancel(&booking_in(status), None, None, NOW);
            assert_eq!(decided, Err(status.refuses("cancelled").into()));
        }
    }

    #[test]
    fn guests_cancel_up_to_the_cutoff() {
        let booking = booking_in(BookingStatus::Confirmed);
        let cutoff = Cutoff::from_minutes(120);
        let at = |minutes: i64| booking.placement.starts_at - minutes.minutes();
        assert!(cancel(&booking, None, cutoff, at(120)).is_ok());
        assert_eq!(
            cancel(&booking, None, cutoff, at(119)),
            Err(CancelRefusal::CutoffPassed { minutes: 120 })
        );
        assert!(cancel(&booking, None, None, at(-10)).is_ok());
    }
}

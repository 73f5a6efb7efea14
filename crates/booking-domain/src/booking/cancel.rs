//! Calling a booking off.

use jiff::Timestamp;

use super::{Booking, BookingStatus, CancellationReason, Decision, StatusRefusal};

/// Cancels a booking, which sets its table free. An active one always can be, up to the last
/// minute and beyond it: it is the restaurant that says whether the guests have been. One that is
/// cancelled keeps the reason that was given first.
///
/// # Errors
/// A booking that is over cannot be cancelled.
pub fn cancel(
    booking: &Booking,
    reason: Option<&CancellationReason>,
    now: Timestamp,
) -> Result<Decision, StatusRefusal> {
    match booking.status {
        BookingStatus::Pending | BookingStatus::Confirmed => {
            let cancelled = Booking {
                status: BookingStatus::Cancelled,
                cancellation_reason: reason.cloned(),
                ..booking.clone()
            };
            Ok(Decision::Changed(cancelled.revised(now)))
        }
        BookingStatus::Cancelled => Ok(Decision::Unchanged),
        status @ (BookingStatus::Completed | BookingStatus::NoShow) => {
            Err(status.refuses("cancelled"))
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
            let decided = cancel(&booking, reason.as_ref(), later);
            assert_eq!(decided, Ok(Decision::Changed(expected)));
        }
    }

    #[test]
    fn cancelling_twice_is_the_same() {
        let decided = cancel(&booking_in(BookingStatus::Cancelled), None, NOW);
        assert_eq!(decided, Ok(Decision::Unchanged));
    }

    #[test]
    fn what_is_over_cannot_be_cancelled() {
        for status in [BookingStatus::Completed, BookingStatus::NoShow] {
            let decided = cancel(&booking_in(status), None, NOW);
            assert_eq!(decided, Err(status.refuses("cancelled")));
        }
    }
}

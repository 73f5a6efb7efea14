//! Calling a booking off.

use crate::booking::Booking;
use crate::status::BookingStatus;

/// What to do when a booking is to be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelDecision {
    /// It is cancelled now, and its table is free.
    Cancelled,
    /// It was cancelled before; nothing changes, and the answer is the same.
    AlreadyCancelled,
}

/// A booking that is over cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {status} booking cannot be cancelled")]
pub struct CancelRefusal {
    /// Where it stands.
    pub status: BookingStatus,
}

/// Decides whether a booking can be cancelled. An active one always can, up to the last minute
/// and beyond it: it is the restaurant that says whether the guests have been.
///
/// # Errors
/// See [`CancelRefusal`].
pub fn cancel(booking: &Booking) -> Result<CancelDecision, CancelRefusal> {
    match booking.status {
        BookingStatus::Pending | BookingStatus::Confirmed => Ok(CancelDecision::Cancelled),
        BookingStatus::Cancelled => Ok(CancelDecision::AlreadyCancelled),
        status @ (BookingStatus::Completed | BookingStatus::NoShow) => {
            Err(CancelRefusal { status })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::booking;

    fn cancelled(status: BookingStatus) -> Result<CancelDecision, CancelRefusal> {
        cancel(&Booking {
            status,
            ..booking()
        })
    }

    #[test]
    fn active_bookings_can_be_cancelled_and_cancelling_twice_is_the_same() {
        assert_eq!(
            cancelled(BookingStatus::Pending),
            Ok(CancelDecision::Cancelled)
        );
        assert_eq!(
            cancelled(BookingStatus::Confirmed),
            Ok(CancelDecision::Cancelled)
        );
        assert_eq!(
            cancelled(BookingStatus::Cancelled),
            Ok(CancelDecision::AlreadyCancelled)
        );
    }

    #[test]
    fn what_is_over_cannot_be_cancelled() {
        for status in [BookingStatus::Completed, BookingStatus::NoShow] {
            assert_eq!(cancelled(status), Err(CancelRefusal { status }));
        }
        let refusal = CancelRefusal {
            status: BookingStatus::NoShow,
        };
        assert_eq!(refusal.to_string(), "a no-show booking cannot be cancelled");
    }
}

//! The restaurant's word for a booking that waits for it.

use jiff::Timestamp;

use super::{
    Booking, BookingStatus, Cancellation, CancellationKind, CancellationReason, Decision,
    StatusRefusal,
};

/// Confirms a pending booking. One that is confirmed stays as it is.
///
/// # Errors
/// It is over.
pub fn confirm(booking: &Booking, now: Timestamp) -> Result<Decision, StatusRefusal> {
    match booking.status {
        BookingStatus::Confirmed => Ok(Decision::Unchanged),
        BookingStatus::Pending => {
            let confirmed = Booking {
                status: BookingStatus::Confirmed,
                expires_at: None,
                ..booking.clone()
            };
            Ok(Decision::Changed(confirmed.revised(now)))
        }
        status => Err(status.refuses("confirmed")),
    }
}

/// Declines a pending booking, which sets its tables free. One that was declined stays as it is.
///
/// # Errors
/// It is not pending.
pub fn decline(
    booking: &Booking,
    reason: Option<&CancellationReason>,
    now: Timestamp,
) -> Result<Decision, StatusRefusal> {
    let kind = booking.cancellation.as_ref().map(|it| it.kind);
    if kind == Some(CancellationKind::Declined) {
        return Ok(Decision::Unchanged);
    }
    if booking.status != BookingStatus::Pending {
        return Err(booking.status.refuses("declined"));
    }
    let declined = Booking {
        status: BookingStatus::Cancelled,
        cancellation: Some(Cancellation {
            kind: CancellationKind::Declined,
            reason: reason.cloned(),
        }),
        expires_at: None,
        ..booking.clone()
    };
    Ok(Decision::Changed(declined.revised(now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, booking_in};

    fn changed(decision: Result<Decision, StatusRefusal>) -> Booking {
        match decision {
            Ok(Decision::Changed(booking)) => booking,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pending_booking_is_confirmed_once() {
        let confirmed = changed(confirm(&booking_in(BookingStatus::Pending), NOW));
        let expected = Booking {
            version: 2,
            ..booking_in(BookingStatus::Confirmed)
        };
        assert_eq!(confirmed, expected);
        assert_eq!(confirm(&confirmed, NOW), Ok(Decision::Unchanged));
    }

    #[test]
    fn a_pending_booking_is_declined_once_with_a_reason() {
        let reason = CancellationReason::parse("Closed that evening");
        let pending = booking_in(BookingStatus::Pending);
        let declined = changed(decline(&pending, reason.as_ref(), NOW));
        let expected = Cancellation {
            kind: CancellationKind::Declined,
            reason,
        };
        assert_eq!(declined.status, BookingStatus::Cancelled);
        assert_eq!(declined.cancellation, Some(expected));
        assert_eq!(decline(&declined, None, NOW), Ok(Decision::Unchanged));
    }

    #[test]
    fn nothing_else_is_confirmed_or_declined() {
        for status in BookingStatus::ALL {
            let booking = booking_in(status);
            if !status.is_active() {
                assert_eq!(confirm(&booking, NOW), Err(status.refuses("confirmed")));
            }
            if status != BookingStatus::Pending {
                assert_eq!(
                    decline(&booking, None, NOW),
                    Err(status.refuses("declined"))
                );
            }
        }
    }
}

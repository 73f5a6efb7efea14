//! Where a booking stands, and how it ends.

use crate::booking::Booking;

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BookingStatus {
    /// Asked for, and waiting for the restaurant. It holds its table.
    Pending,
    /// Promised. It holds its table.
    Confirmed,
    /// Called off.
    Cancelled,
    /// The guests have been.
    Completed,
    /// The guests have not come.
    NoShow,
}

impl BookingStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Confirmed,
        Self::Cancelled,
        Self::Completed,
        Self::NoShow,
    ];

    /// As it is written everywhere: `no_show`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
        }
    }

    /// The status that is written as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether such a booking holds its table, and can be changed and cancelled.
    #[must_use]
    pub const fn is_active(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed => true,
            Self::Cancelled | Self::Completed | Self::NoShow => false,
        }
    }

    /// For people: `no-show`.
    const fn for_people(self) -> &'static str {
        match self {
            Self::NoShow => "no-show",
            other => other.as_str(),
        }
    }
}

impl std::fmt::Display for BookingStatus {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.for_people())
    }
}

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
    fn every_status_is_read_as_it_is_written() {
        for status in BookingStatus::ALL {
            assert_eq!(BookingStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(BookingStatus::parse("Confirmed"), None);
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

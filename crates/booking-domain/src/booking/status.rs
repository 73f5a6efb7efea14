//! The life cycle of a booking.

/// The status of a booking.
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

/// What a booking is, as far as it says what can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its status.
    Status(BookingStatus),
    /// Its party has come.
    Arrived,
    /// Its party sits.
    Seated,
    /// Its party does not sit.
    NotSeated,
}

/// What a booking is does not allow what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{standing} cannot be {action}")]
pub struct StatusRefusal {
    /// What the booking is.
    pub standing: Standing,
    /// What is asked for, as a participle: `cancelled`.
    pub action: &'static str,
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

    /// The refusal of what such a booking does not allow; `action` is a participle.
    pub(super) const fn refuses(self, action: &'static str) -> StatusRefusal {
        Standing::Status(self).refuses(action)
    }

    /// For people: `no-show`.
    const fn for_people(self) -> &'static str {
        match self {
            Self::NoShow => "no-show",
            other => other.as_str(),
        }
    }
}

impl Standing {
    /// The refusal of what it does not allow; `action` is a participle.
    pub(super) const fn refuses(self, action: &'static str) -> StatusRefusal {
        StatusRefusal {
            standing: self,
            action,
        }
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "a {status} booking"),
            Self::Arrived => formatter.write_str("a booking whose party has come"),
            Self::Seated => formatter.write_str("a booking whose party is seated"),
            Self::NotSeated => formatter.write_str("a booking whose party is not seated"),
        }
    }
}

impl std::fmt::Display for BookingStatus {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.for_people())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_as_it_is_written() {
        for status in BookingStatus::ALL {
            assert_eq!(BookingStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(BookingStatus::parse("Confirmed"), None);
    }

    #[test]
    fn a_refusal_says_in_words_what_the_status_does_not_allow() {
        let refusal = BookingStatus::NoShow.refuses("cancelled");
        assert_eq!(refusal.to_string(), "a no-show booking cannot be cancelled");
    }
}

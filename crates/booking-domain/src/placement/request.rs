//! What is asked for when a party is to be placed.

use jiff::civil::{Date, DateTime, Time};

use crate::bounded::{bounded_text, is_single_line, text_enum};
use crate::calendar::{RestaurantCalendar, UtcOffset};
use crate::floor::PartySize;
use crate::ids::TableId;
use crate::service_day::AreaWish;

/// By whose rules a party is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Booker {
    /// A guest, or a program: by the online rules too (window, notice, party sizes, tables).
    Guest,
    /// Somebody on the staff.
    Staff,
}

text_enum! {
    /// A rule that the staff can override. That no table is taken twice is none.
    RuleOverride {
        /// The services' hours, closed days and the slots.
        Hours = "hours",
        /// How many may start in one interval.
        Pacing = "pacing",
        /// How many guests are in the house at once.
        Capacity = "capacity",
        /// The parties that tables are for.
        PartySize = "party_size",
        /// Blockouts of tables, areas and the house.
        Blockouts = "blockouts",
        /// How many live bookings one guest may have.
        AlreadyBooked = "already_booked",
    }
}

/// Rules, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RuleOverrides(u8);

impl RuleOverrides {
    /// Whether the rule is one of them.
    #[must_use]
    pub const fn contains(self, rule: RuleOverride) -> bool {
        self.0 & (1 << rule as u8) != 0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, rule: RuleOverride) -> Self {
        Self(self.0 | (1 << rule as u8))
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All of them, in the order in which they are defined.
    pub fn iter(self) -> impl Iterator<Item = RuleOverride> {
        let all = RuleOverride::ALL.iter().copied();
        all.filter(move |rule| self.contains(*rule))
    }
}

impl FromIterator<RuleOverride> for RuleOverrides {
    fn from_iter<I: IntoIterator<Item = RuleOverride>>(rules: I) -> Self {
        rules.into_iter().fold(Self::default(), Self::with)
    }
}

bounded_text! {
    /// Why the staff override rules, for the restaurant's log.
    OverrideReason,
    1..=200,
    r"^[^\u0000-\u001F\u007F-\u009F]*$",
    is_single_line,
    personal: true
}

/// What only the restaurant's staff can say of a booking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffRequest {
    /// The tables at which it is to sit; those that waste least for `None`.
    pub tables: Option<Vec<TableId>>,
    /// Whether it stays at its tables; as it is for `None`, and not for a new one.
    pub is_pinned: Option<bool>,
    /// The rules that do not bind.
    pub overrides: RuleOverrides,
    /// Why they do not.
    pub reason: Option<OverrideReason>,
}

/// A party that is to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRequest {
    /// What the wall clock shows when it comes.
    pub date: Date,
    /// What the wall clock shows when it comes, to the minute.
    pub time: Time,
    /// Which of two is meant, where the clock shows the time twice: the first for `None`.
    pub utc_offset: Option<UtcOffset>,
    /// The service date, where it is known.
    pub service_date: Option<Date>,
    /// How many guests.
    pub party: PartySize,
    /// Where they want to sit.
    pub area: Option<AreaWish>,
    /// By whose rules.
    pub booker: Booker,
    /// The rules that do not bind. Only the staff have any.
    pub overrides: RuleOverrides,
    /// The tables that the staff have chosen.
    pub tables: Option<Vec<TableId>>,
    /// The tables that the party has at this very time, and keeps if they still do; none for one that
    /// is to be seated anew. What was promised stands: hours, notice and window do not count again.
    pub keep: Option<Vec<TableId>>,
}

impl PlaceRequest {
    /// What the wall clock shows when the party comes.
    #[must_use]
    pub fn wall(&self) -> DateTime {
        self.date.to_datetime(self.time)
    }

    /// Whether the party comes at this time already.
    pub(crate) const fn keeps_its_time(&self) -> bool {
        self.keep.is_some()
    }

    /// Whether it is not bound by the rule.
    pub(crate) fn overrides(&self, rule: RuleOverride) -> bool {
        self.booker == Booker::Staff && self.overrides.contains(rule)
    }
}

impl RestaurantCalendar {
    /// The service date that decides on a request: the one that it names; that of the service which
    /// the time is in; else the date itself.
    #[must_use]
    pub fn service_date(&self, request: &PlaceRequest) -> Date {
        request.service_date.unwrap_or_else(|| {
            self.service_at(request.wall())
                .map_or(request.date, |(date, _)| date)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_kept_apart() {
        let some: RuleOverrides = [RuleOverride::Pacing, RuleOverride::Blockouts]
            .into_iter()
            .collect();
        let rules: Vec<RuleOverride> = some.iter().collect();
        assert_eq!(rules, [RuleOverride::Pacing, RuleOverride::Blockouts]);
        assert!(RuleOverrides::default().is_empty() && !some.is_empty());
    }
}

//! When a restaurant takes guests: weekly, and on special days.

use jiff::civil::{Date, Weekday};

use super::service::{DAY_MINUTES, Service};
use crate::bounded::{bounded_text, is_single_line};
use crate::ids::{ServicePeriodId, SpecialDayId};

bounded_text! {
    /// What a service is called: `Dinner`.
    ServicePeriodName, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

bounded_text! {
    /// What a special day is called: `New Year's Eve`.
    SpecialDayName, 1..=100, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

/// Days of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The whole week.
    pub const ALL: Self = Self(0b0111_1111);

    /// As bits: Monday is the lowest of seven. `None` for no day at all, and for more than seven.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        (1..=Self::ALL.0).contains(&bits).then_some(Self(bits))
    }

    /// As bits: Monday is the lowest of seven.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the day is one of them.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::from(day).0 != 0
    }

    /// The days, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        let week = Weekday::Monday.cycle_forward().take(7);
        week.filter(move |day| self.contains(*day))
    }
}

impl From<Weekday> for Weekdays {
    fn from(day: Weekday) -> Self {
        Self(1 << day.to_monday_zero_offset())
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        let days = days.into_iter().map(Self::from);
        days.fold(Self::default(), |all, day| Self(all.0 | day.0))
    }
}

/// A weekly service: lunch, dinner. It belongs to the date on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePeriod {
    /// Number of the period.
    pub id: ServicePeriodId,
    /// Name, 1–50 characters.
    pub name: ServicePeriodName,
    /// The days on which it begins: at least one.
    pub weekdays: Weekdays,
    /// The first date on which it begins; always for `None`.
    pub valid_from: Option<Date>,
    /// The last date on which it begins; for ever for `None`.
    pub valid_to: Option<Date>,
    /// What it is like.
    pub service: Service,
}

/// A date, or a range of dates, with hours of its own, in place of the weekly ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// Number of the special day.
    pub id: SpecialDayId,
    /// Name, 1–100 characters.
    pub name: SpecialDayName,
    /// The first date.
    pub date_from: Date,
    /// The last date.
    pub date_to: Date,
    /// The services that begin on each of the dates. Without any the restaurant is closed.
    pub services: Vec<Service>,
}

impl SpecialDay {
    /// Whether the date is one of its own.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        (self.date_from..=self.date_to).contains(&date)
    }
}

impl ServicePeriod {
    /// Whether it begins on the date.
    #[must_use]
    pub fn begins_on(&self, date: Date) -> bool {
        self.weekdays.contains(date.weekday())
            && self.valid_from.is_none_or(|from| from <= date)
            && self.valid_to.is_none_or(|to| date <= to)
    }
}

/// Why hours cannot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceHoursRefusal {
    /// Two services have a minute in common: which of them a guest is in would be unclear.
    #[error("the hours overlap with those of another service")]
    Overlap,
    /// The first date is after the last.
    #[error("the first date is after the last")]
    EmptyDateRange,
    /// Two turn times begin with the same party.
    #[error("two turn times begin with the same party size")]
    RepeatedTurnTime,
    /// Nobody could be seated last.
    #[error("the last seating has to be before the end")]
    LateLastSeating,
    /// Larger parties would have a turn of their own, and smaller ones none.
    #[error("turn times by party size need one for everybody else")]
    TurnTimeStepsAlone,
}

/// Whether these can be the weekly services of one restaurant.
///
/// # Errors
/// [`ServiceHoursRefusal`].
pub fn check_service_periods(periods: &[ServicePeriod]) -> Result<(), ServiceHoursRefusal> {
    for period in periods {
        check_turn_times(&period.service)?;
        if let (Some(from), Some(to)) = (period.valid_from, period.valid_to)
            && to < from
        {
            return Err(ServiceHoursRefusal::EmptyDateRange);
        }
    }
    for (index, one) in periods.iter().enumerate() {
        if periods[index + 1..].iter().any(|other| one.overlaps(other)) {
            return Err(ServiceHoursRefusal::Overlap);
        }
    }
    Ok(())
}

/// Whether these can be the special days of one restaurant: none shares a date with another, and
/// the services of each follow one another, from date to date too.
///
/// # Errors
/// [`ServiceHoursRefusal`].
pub fn check_special_days(days: &[SpecialDay]) -> Result<(), ServiceHoursRefusal> {
    for (index, day) in days.iter().enumerate() {
        if day.date_to < day.date_from {
            return Err(ServiceHoursRefusal::EmptyDateRange);
        }
        let mut others = days[index + 1..].iter();
        if others.any(|other| other.date_from <= day.date_to && day.date_from <= other.date_to) {
            return Err(ServiceHoursRefusal::Overlap);
        }
        for (index, service) in day.services.iter().enumerate() {
            check_turn_times(service)?;
            let lasts = day.date_from < day.date_to;
            // Of the same date, and of the date before.
            let mut others = day.services.iter().enumerate();
            if others.any(|(other, next)| {
                (index < other && overlaps_in_a_day(service, next, 0))
                    || (lasts && overlaps_in_a_day(service, next, DAY_MINUTES))
            }) {
                return Err(ServiceHoursRefusal::Overlap);
            }
        }
    }
    Ok(())
}

fn check_turn_times(service: &Service) -> Result<(), ServiceHoursRefusal> {
    match &service.turn_times {
        Some(turns) if turns.is_ambiguous() => Err(ServiceHoursRefusal::RepeatedTurnTime),
        _ => Ok(()),
    }
}

/// Whether the hours have a minute in common when `next` begins so many minutes later in the
/// calendar.
fn overlaps_in_a_day(service: &Service, next: &Service, later: i32) -> bool {
    let (begins, next_begins) = (
        service.hours.first_minute(),
        next.hours.first_minute() + later,
    );
    begins < next_begins + next.hours.minutes() && next_begins < begins + service.hours.minutes()
}

impl ServicePeriod {
    /// Whether there is a date on which the two have a minute in common.
    fn overlaps(&self, other: &Self) -> bool {
        [(self, other, 0), (self, other, 1), (other, self, 1)]
            .into_iter()
            .any(|(first, second, days)| {
                first.meets(second, days)
                    && overlaps_in_a_day(&first.service, &second.service, days * DAY_MINUTES)
            })
    }

    /// Whether this one begins on some date, and `next` begins so many days later.
    fn meets(&self, next: &Self, days: i32) -> bool {
        let later = |day: Weekday| day.wrapping_add(days);
        let shared = self
            .weekdays
            .iter()
            .filter(|day| next.weekdays.contains(later(*day)));
        // The dates of this one on which both are valid.
        let earlier = |date: Date| {
            let span = jiff::Span::new().days(i64::from(-days));
            date.checked_add(span).unwrap_or(Date::MIN)
        };
        let from = self.valid_from.max(next.valid_from.map(earlier));
        let to = [self.valid_to, next.valid_to.map(earlier)];
        let to = to.into_iter().flatten().min();
        let week = |from: Date| {
            let dates = std::iter::successors(Some(from), |date| date.tomorrow().ok());
            let dates = dates
                .take(7)
                .take_while(|date| to.is_none_or(|to| *date <= to));
            dates.map(|date| date.weekday()).collect::<Weekdays>()
        };
        match (from, to) {
            (Some(from), _) => {
                let days = week(from);
                shared.into_iter().any(|day| days.contains(day))
            }
            // Whatever has no beginning has been on each day of the week.
            (None, _) => self
                .weekdays
                .iter()
                .any(|day| next.weekdays.contains(later(day))),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::service_period;

    fn any_period() -> impl Strategy<Value = ServicePeriod> {
        let day = || prop::option::of((0_i64..20).prop_map(|days| date(2027, 3, 1) + days.days()));
        (1_u8..128, 0_i8..24, 0_i8..24, day(), day()).prop_map(|(days, first, ends, from, to)| {
            ServicePeriod {
                weekdays: Weekdays::from_bits(days).expect("it is in range"),
                valid_from: from,
                valid_to: to.max(from),
                ..service_period(time(first, 0, 0, 0), time(ends, 0, 0, 0))
            }
        })
    }

    proptest! {
        /// The short way and the long one: every hour of every date is looked at.
        #[test]
        fn periods_overlap_that_have_an_hour_in_common(
            periods in prop::collection::vec(any_period(), 0..4)
        ) {
            let mut taken = std::collections::HashSet::new();
            let dates = date(2027, 2, 1).series(1.day()).take(80);
            let mut apart = true;
            for date in dates {
                for period in periods.iter().filter(|period| period.begins_on(date)) {
                    let hours = period.service.hours.on(date).expect("the date exists");
                    let all = hours.first_seating.series(1.hour());
                    for hour in all.take_while(|hour| *hour < hours.ends) {
                        apart &= taken.insert(hour);
                    }
                }
            }
            let expected = if apart { Ok(()) } else { Err(ServiceHoursRefusal::Overlap) };
            prop_assert_eq!(check_service_periods(&periods), expected);
        }

        #[test]
        fn weekdays_are_read_as_they_are_written(bits in 0_u8..=255) {
            let days = Weekdays::from_bits(bits);
            prop_assert_eq!(days.is_some(), (1..128).contains(&bits));
            if let Some(days) = days {
                prop_assert_eq!(days.iter().collect::<Weekdays>(), days);
                prop_assert_eq!(days.bits(), bits);
            }
        }
    }

    fn special(from: Date, to: Date, services: Vec<Service>) -> SpecialDay {
        SpecialDay {
            id: SpecialDayId::new(1_i64).expect("it is in range"),
            name: SpecialDayName::parse("New Year").expect("it is a name"),
            date_from: from,
            date_to: to,
            services,
        }
    }

    #[test]
    fn special_days_share_no_date_and_their_services_no_minute() {
        let service =
            |first, ends| service_period(time(first, 0, 0, 0), time(ends, 0, 0, 0)).service;
        let (eve, new_year) = (date(2027, 12, 31), date(2028, 1, 1));
        let check = |days: &[SpecialDay]| check_special_days(days);
        let over_new_year = special(eve, new_year, vec![service(18, 2)]);
        assert_eq!(check(std::slice::from_ref(&over_new_year)), Ok(()));
        let closed = special(new_year, new_year, vec![]);
        let overlap = Err(ServiceHoursRefusal::Overlap);
        assert_eq!(check(&[over_new_year, closed.clone()]), overlap);
        assert_eq!(check(&[special(eve, eve, vec![]), closed]), Ok(()));
        assert_eq!(
            check(&[special(new_year, eve, vec![])]),
            Err(ServiceHoursRefusal::EmptyDateRange)
        );
        let meeting = vec![service(12, 15), service(15, 18)];
        assert_eq!(check(&[special(eve, eve, meeting)]), Ok(()));
        let crossing = vec![service(12, 15), service(14, 18)];
        assert_eq!(check(&[special(eve, eve, crossing)]), overlap);
        // Of two dates in a row, the night of the first runs into the breakfast of the second.
        let long = vec![service(7, 9), service(20, 8)];
        assert_eq!(check(&[special(eve, eve, long.clone())]), Ok(()));
        assert_eq!(check(&[special(eve, new_year, long)]), overlap);
    }
}

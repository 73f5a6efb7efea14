//! When guests find a restaurant open: its weekly services, as most people ask for them.

use jiff::civil::{Date, Time, Weekday};

use crate::calendar::{Pacing, Service, ServiceHours, ServicePeriod, Weekdays};

/// A weekly period in which guests are taken, on the restaurant's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningPeriod {
    /// The day on which it begins.
    pub day: Weekday,
    /// When it begins, to the minute.
    pub opens: Time,
    /// When it ends, to the minute. A time that is not after [`Self::opens`] is one of the next
    /// day.
    pub closes: Time,
}

/// The opening hours that these services come to on the date, by day and time.
#[must_use]
pub fn opening_hours(periods: &[ServicePeriod], today: Date) -> Vec<OpeningPeriod> {
    let is_valid = |period: &&ServicePeriod| {
        period.valid_from.is_none_or(|from| from <= today)
            && period.valid_to.is_none_or(|to| today <= to)
    };
    let mut hours: Vec<OpeningPeriod> = periods
        .iter()
        .filter(is_valid)
        .flat_map(|period| {
            let hours = period.service.hours;
            period.weekdays.iter().map(move |day| OpeningPeriod {
                day,
                opens: hours.first_seating(),
                closes: hours.ends(),
            })
        })
        .collect();
    hours.sort_by_key(|period| (period.day.to_monday_zero_offset(), period.opens));
    hours
}

/// The services that these opening hours come to: one for each pair of times, on its days, in order
/// of time.
#[must_use]
pub(crate) fn services(hours: &[OpeningPeriod]) -> Vec<(Weekdays, Service)> {
    let mut times: Vec<(Time, Time)> = hours.iter().map(|it| (it.opens, it.closes)).collect();
    times.sort_unstable();
    times.dedup();
    times
        .into_iter()
        .filter_map(|(opens, closes)| {
            let days = hours
                .iter()
                .filter(|period| (period.opens, period.closes) == (opens, closes))
                .map(|period| period.day)
                .collect();
            let service = Service {
                hours: ServiceHours::new(opens, None, closes)?,
                turn_times: None,
                buffer: None,
                pacing: Pacing::default(),
            };
            Some((days, service))
        })
        .collect()
}

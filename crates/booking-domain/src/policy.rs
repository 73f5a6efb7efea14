//! How a restaurant takes bookings.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use crate::bounded::bounded_integer;
use crate::calendar::{BufferTime, MaxCovers, TimeZoneName, TurnTime, TurnTimeStep, TurnTimes};
use crate::floor::PartySize;

bounded_integer! {
    /// How far apart two bookable starts are, counted from the first seating of a service.
    SlotInterval(u16), 5..=60, from_minutes, minutes
}

bounded_integer! {
    /// How many days ahead of today bookings are taken; 0 is today only.
    BookingWindow(u16), 0..=3650, from_days, days
}

bounded_integer! {
    /// How long before a visit guests have to book at the latest: up to 30 days.
    MinNotice(u16), 0..=43_200, from_minutes, minutes
}

bounded_integer! {
    /// How long before a visit guests can change or cancel it at the latest: up to 30 days.
    Cutoff(u16), 0..=43_200, from_minutes, minutes
}

bounded_integer! {
    /// How long a restaurant has to confirm a booking: from a quarter of an hour to 30 days.
    ConfirmationTime(u16), 15..=43_200, from_minutes, minutes
}

bounded_integer! {
    /// For how many seconds a hold keeps its tables.
    HoldTime(u16), 60..=900, from_seconds, seconds
}

bounded_integer! {
    /// How many live bookings one guest may have in the restaurant.
    MaxBookingsPerGuest(u16), 1..=100, new, get
}

impl Cutoff {
    /// Whether it is too late for guests, as of `now`, to touch a visit that begins at `starts_at`.
    pub(crate) fn has_passed(self, starts_at: Timestamp, now: Timestamp) -> bool {
        let cutoff = SignedDuration::from_mins(i64::from(self.minutes()));
        starts_at.duration_since(now) < cutoff
    }
}

/// How a restaurant takes bookings. All dates and times are those of its wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingPolicy {
    /// Name of the restaurant's time zone (IANA).
    pub time_zone: TimeZoneName,
    /// Distance of two bookable starts, 5–60 minutes.
    pub slot_interval: SlotInterval,
    /// For how long parties have their tables, where a service does not say it.
    pub turn_times: TurnTimes,
    /// For how long a table stays empty after a party, where a service does not say it.
    pub buffer: BufferTime,
    /// How many guests are in the house at once; any number for `None`.
    pub max_covers: Option<MaxCovers>,
    /// Days ahead of today for which guests can book, 0–3,650.
    pub booking_window: BookingWindow,
    /// The time of day at which the last day of the window opens.
    pub booking_window_opens: Time,
    /// How long before a visit guests have to book at the latest.
    pub min_notice: MinNotice,
    /// The smallest party that guests can book for.
    pub online_min_party: PartySize,
    /// The largest party that guests can book for.
    pub online_max_party: PartySize,
    /// From this party size on the restaurant confirms what guests book; none needs it for `None`.
    pub confirmation_min_party: Option<PartySize>,
    /// How long the restaurant has to confirm a booking, at the latest until the visit begins.
    pub confirmation_time: ConfirmationTime,
    /// How long before a visit guests can move it, or change its party, at the latest; at any time
    /// for `None`.
    pub change_cutoff: Option<Cutoff>,
    /// How long before a visit guests can cancel it at the latest; at any time for `None`.
    pub cancellation_cutoff: Option<Cutoff>,
    /// For how long a hold keeps its tables.
    pub hold_time: HoldTime,
    /// How many live bookings one guest may have, told by the address or the telephone number; any number
    /// for `None`.
    pub max_bookings_per_guest: Option<MaxBookingsPerGuest>,
    /// Whether a guest has one live booking in each service at most.
    pub one_booking_per_service: bool,
}

impl BookingPolicy {
    /// The distance of two bookable starts where a restaurant states none: a quarter of an hour.
    pub const DEFAULT_SLOT_INTERVAL: SlotInterval = SlotInterval(15);
    /// The length of a visit where a restaurant states none: an hour and a half.
    pub const DEFAULT_TURN_TIME: TurnTime = TurnTime::DEFAULT;
    /// For how long ahead bookings are taken where a restaurant states nothing: a year.
    pub const DEFAULT_BOOKING_WINDOW: BookingWindow = BookingWindow(365);

    /// For how long a hold keeps its tables where a restaurant states nothing: five minutes.
    pub const DEFAULT_HOLD_TIME: HoldTime = HoldTime(300);
    /// How many live bookings one guest may have where a restaurant states nothing.
    pub const DEFAULT_MAX_BOOKINGS_PER_GUEST: MaxBookingsPerGuest = MaxBookingsPerGuest(3);

    /// How long a restaurant has to confirm a booking where it states nothing: a day.
    pub const DEFAULT_CONFIRMATION_TIME: ConfirmationTime = ConfirmationTime(1440);

    /// The policy of a restaurant in this time zone that has said nothing else: no limit but its
    /// tables, its services, and what one guest may have of them.
    #[must_use]
    pub const fn new(time_zone: TimeZoneName) -> Self {
        Self {
            time_zone,
            slot_interval: Self::DEFAULT_SLOT_INTERVAL,
            turn_times: TurnTimes::all(Self::DEFAULT_TURN_TIME),
            buffer: BufferTime::NONE,
            max_covers: None,
            booking_window: Self::DEFAULT_BOOKING_WINDOW,
            booking_window_opens: Time::midnight(),
            min_notice: MinNotice(0),
            online_min_party: PartySize::SMALLEST,
            online_max_party: PartySize::LARGEST,
            confirmation_min_party: None,
            confirmation_time: Self::DEFAULT_CONFIRMATION_TIME,
            change_cutoff: None,
            cancellation_cutoff: None,
            hold_time: Self::DEFAULT_HOLD_TIME,
            max_bookings_per_guest: Some(Self::DEFAULT_MAX_BOOKINGS_PER_GUEST),
            one_booking_per_service: true,
        }
    }

    /// Whether a booking by guests waits for the restaurant's word.
    #[must_use]
    pub fn needs_confirmation(&self, party: PartySize) -> bool {
        self.confirmation_min_party
            .is_some_and(|from| from <= party)
    }

    /// Until when a booking waits for the restaurant's word that is asked for now, for a visit that begins
    /// at `starts_at`: never longer than until then.
    #[must_use]
    pub fn expiry(&self, starts_at: Timestamp, now: Timestamp) -> Timestamp {
        let minutes = i64::from(self.confirmation_time.minutes());
        let expires_at = now.checked_add(SignedDuration::from_mins(minutes));
        expires_at.map_or(starts_at, |expires_at| expires_at.min(starts_at))
    }
}

/// A policy as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingPolicyView {
    /// The policy.
    pub policy: BookingPolicy,
    /// 1 when it was made, one more with every change.
    pub version: i32,
}

/// What is to change about a policy. What is `None` stays as it is; `Some(None)` takes a limit away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingPolicyChange {
    /// Another name of the time zone (IANA), in any case.
    pub time_zone: Option<TimeZoneName>,
    /// Another distance of two bookable starts.
    pub slot_interval: Option<SlotInterval>,
    /// Another length of visits.
    pub turn_time: Option<TurnTime>,
    /// Other lengths for larger parties.
    pub turn_steps: Option<Vec<TurnTimeStep>>,
    /// Another time for which a table stays empty after a party.
    pub buffer: Option<BufferTime>,
    /// Another number of guests in the house at once.
    pub max_covers: Option<Option<MaxCovers>>,
    /// Another number of days ahead.
    pub booking_window: Option<BookingWindow>,
    /// Another time of day at which the last day of the window opens.
    pub booking_window_opens: Option<Time>,
    /// Another notice.
    pub min_notice: Option<MinNotice>,
    /// Another smallest party of guests.
    pub online_min_party: Option<PartySize>,
    /// Another largest party of guests.
    pub online_max_party: Option<PartySize>,
    /// Another party from which on the restaurant confirms.
    pub confirmation_min_party: Option<Option<PartySize>>,
    /// Another time for the restaurant to confirm. Bookings that wait already keep theirs.
    pub confirmation_time: Option<ConfirmationTime>,
    /// Another cutoff of changes.
    pub change_cutoff: Option<Option<Cutoff>>,
    /// Another cutoff of cancellations.
    pub cancellation_cutoff: Option<Option<Cutoff>>,
    /// Another time for holds. Those that there are keep theirs.
    pub hold_time: Option<HoldTime>,
    /// Another number of live bookings of one guest. Those that there are stay.
    pub max_bookings_per_guest: Option<Option<MaxBookingsPerGuest>>,
    /// Whether a guest has one live booking in each service at most from now on.
    pub one_booking_per_service: Option<bool>,
}

/// Why a policy does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookingPolicyRefusal {
    /// Its version is none of those that the caller expects.
    #[error("the booking policy has changed in the meantime")]
    VersionMismatch,
    /// No time zone has the name.
    #[error("no time zone of the IANA database has this name")]
    UnknownTimeZone,
    /// Guests could book for no party.
    #[error("the largest party of guests is smaller than their smallest")]
    EmptyPartyRange,
    /// Which of two turn times counts would be unclear.
    #[error("two turn times begin with the same party size")]
    RepeatedTurnTime,
}

/// What a policy becomes, if its version is one of `expected`; any will do for `None`. A change that
/// changes nothing is `None`.
///
/// # Errors
/// [`BookingPolicyRefusal`].
pub fn change_booking_policy(
    current: &BookingPolicyView,
    change: BookingPolicyChange,
    expected: Option<&[i32]>,
) -> Result<Option<BookingPolicyView>, BookingPolicyRefusal> {
    if expected.is_some_and(|versions| !versions.contains(&current.version)) {
        return Err(BookingPolicyRefusal::VersionMismatch);
    }
    let old = current.policy.clone();
    let time_zone = change.time_zone.map(TimeZoneName::canonical).transpose();
    let time_zone = time_zone.map_err(|_| BookingPolicyRefusal::UnknownTimeZone)?;
    let wanted = BookingPolicy {
        time_zone: time_zone.unwrap_or(old.time_zone),
        slot_interval: change.slot_interval.unwrap_or(old.slot_interval),
        turn_times: TurnTimes {
            base: change.turn_time.unwrap_or(old.turn_times.base),
            steps: change.turn_steps.unwrap_or(old.turn_times.steps),
        },
        buffer: change.buffer.unwrap_or(old.buffer),
        max_covers: change.max_covers.unwrap_or(old.max_covers),
        booking_window: change.booking_window.unwrap_or(old.booking_window),
        booking_window_opens: change
            .booking_window_opens
            .unwrap_or(old.booking_window_opens),
        min_notice: change.min_notice.unwrap_or(old.min_notice),
        online_min_party: change.online_min_party.unwrap_or(old.online_min_party),
        online_max_party: change.online_max_party.unwrap_or(old.online_max_party),
        confirmation_min_party: change
            .confirmation_min_party
            .unwrap_or(old.confirmation_min_party),
        confirmation_time: change.confirmation_time.unwrap_or(old.confirmation_time),
        change_cutoff: change.change_cutoff.unwrap_or(old.change_cutoff),
        cancellation_cutoff: change
            .cancellation_cutoff
            .unwrap_or(old.cancellation_cutoff),
        hold_time: change.hold_time.unwrap_or(old.hold_time),
        max_bookings_per_guest: change
            .max_bookings_per_guest
            .unwrap_or(old.max_bookings_per_guest),
        one_booking_per_service: change
            .one_booking_per_service
            .unwrap_or(old.one_booking_per_service),
    };
    if wanted.online_max_party < wanted.online_min_party {
        return Err(BookingPolicyRefusal::EmptyPartyRange);
    }
    if wanted.turn_times.is_ambiguous() {
        return Err(BookingPolicyRefusal::RepeatedTurnTime);
    }
    Ok((wanted != current.policy).then(|| BookingPolicyView {
        policy: wanted,
        version: current.version.saturating_add(1),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{party, policy};

    fn current() -> BookingPolicyView {
        BookingPolicyView {
            policy: policy("Europe/Berlin"),
            version: 3,
        }
    }

    #[test]
    fn what_is_not_named_stays_and_a_limit_can_be_taken_away() {
        let limited = BookingPolicyChange {
            max_covers: Some(MaxCovers::new(40)),
            buffer: BufferTime::from_minutes(15),
            ..BookingPolicyChange::default()
        };
        let limited = change_booking_policy(&current(), limited, Some(&[3]));
        let limited = limited.expect("it is valid").expect("it is another");
        assert_eq!((limited.version, limited.policy.buffer.minutes()), (4, 15));
        assert_eq!(limited.policy.slot_interval, current().policy.slot_interval);
        let free = BookingPolicyChange {
            max_covers: Some(None),
            ..BookingPolicyChange::default()
        };
        let free = change_booking_policy(&limited, free.clone(), None).expect("it is valid");
        let free_policy = free.clone().expect("it is another").policy;
        assert_eq!(free_policy.max_covers, None);
        let again = BookingPolicyChange {
            max_covers: Some(None),
            ..BookingPolicyChange::default()
        };
        let free = free.expect("it is another");
        assert_eq!(change_booking_policy(&free, again, None), Ok(None));
    }

    #[test]
    fn a_policy_that_contradicts_itself_and_one_that_has_changed_are_refused() {
        let refused = |change, expected: &[i32]| {
            change_booking_policy(&current(), change, Some(expected)).expect_err("it is refused")
        };
        let none = BookingPolicyChange::default();
        assert_eq!(refused(none, &[2]), BookingPolicyRefusal::VersionMismatch);
        let empty = BookingPolicyChange {
            online_min_party: Some(party(5)),
            online_max_party: Some(party(4)),
            ..BookingPolicyChange::default()
        };
        assert_eq!(refused(empty, &[3]), BookingPolicyRefusal::EmptyPartyRange);
        let step = TurnTimeStep {
            min_party: party(4),
            turn_time: TurnTime::DEFAULT,
        };
        let twice = BookingPolicyChange {
            turn_steps: Some(vec![step, step]),
            ..BookingPolicyChange::default()
        };
        assert_eq!(refused(twice, &[3]), BookingPolicyRefusal::RepeatedTurnTime);
    }
}

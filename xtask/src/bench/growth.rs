//! What growth costs: every operation on the database, and on one that is ten times as large in one
//! dimension, in turns.

use super::load::Workload;
use super::measure::{Bed, Turns, rate};
use super::programs::Server;
use super::report::{Figure, Goal, Measurement, Row};
use super::requests::Requests;
use super::rows::{AT_HALF, MOST_MIXED, SERVICE};
use crate::finding::Failure;

const GROWN: &str = "service, larger";
const GROWN_AT_HALF: &str = "service, larger, same rate";

/// As flat as it is to be: no more than one and a half times as slow.
const FLAT: f64 = 1.0 / 1.5;

/// How often a server is warmed until it has read all days again, of ten times the bookings.
const WARM_UPS: usize = 3;

/// A database with the service on it.
pub(super) struct Side<'a> {
    pub(super) bed: Bed<'a>,
    pub(super) requests: Requests<'a>,
    pub(super) server: &'a Server,
}

/// An operation, by what makes its requests, and whether its latency is looked at as well.
type Operation = (
    &'static str,
    fn(&Side<'_>) -> Result<Workload, Failure>,
    bool,
);

const OPERATIONS: [Operation; 7] = [
    ("getBooking", |side| side.requests.get_booking(), false),
    (
        "createBooking",
        |side| side.requests.create_booking(&[]),
        false,
    ),
    (
        "getAvailability, one day",
        |side| side.requests.get_availability(),
        true,
    ),
    (
        "getAvailabilityCalendar, 31 days",
        |side| side.requests.get_availability_calendar(),
        true,
    ),
    (
        "searchAvailability",
        |side| side.requests.search_availability(),
        true,
    ),
    (
        "createBooking, the hot slot",
        |side| side.requests.hot_slot(),
        false,
    ),
    ("90 % reads, 10 % writes", |side| side.mix(), false),
];

impl Side<'_> {
    /// As much as the service answers, which keeps all days in memory: those that a measurement has written on
    /// were taken back, and are others than it has kept.
    fn peak(&self, workload: &Workload) -> Result<Measurement, Failure> {
        if workload.writes {
            let days = self.requests.get_availability()?;
            for _ in 0..WARM_UPS {
                self.bed.warm(self.server, &days)?;
            }
        }
        self.bed.peak(self.server, workload)
    }

    fn mix(&self) -> Result<Workload, Failure> {
        let plan = self.bed.plan;
        let most = MOST_MIXED * plan.duration.max(plan.warm_up).as_secs();
        self.requests.mix(&self.server.address, most)
    }
}

/// The service's rows on both databases.
pub(super) fn rows(
    base: &Side<'_>,
    grown: &Side<'_>,
    progress: &dyn Fn(&str),
) -> Result<Vec<Row>, Failure> {
    let bookings = [base, grown].map(|side| side.bed.database.size.bookings());
    let setting = format!("{} and {} bookings", bookings[0], bookings[1]);
    // The larger one has so much more to keep in memory before it is as warm as the other.
    let days = grown.requests.get_availability()?;
    for _ in 0..bookings[1] / bookings[0] {
        grown.bed.warm(grown.server, &days)?;
    }
    let measured = OPERATIONS
        .into_iter()
        .map(|(name, requests, with_latency)| {
            let (of_base, of_grown) = (&requests(base)?, &requests(grown)?);
            for (side, asked) in [(base, of_base), (grown, of_grown)] {
                side.bed.warm(side.server, asked)?;
            }
            let mut turns = Turns::new(
                name,
                format!("{} connections, {setting}", of_base.connections),
            )
            .then(SERVICE, |_| base.peak(of_base))
            .then(GROWN, |_| grown.peak(of_grown))
            .goal(Goal::ratio(Figure::PerSecond, (GROWN, SERVICE), Some(FLAT)));
            if with_latency {
                turns = turns
                    .then(AT_HALF, |before| {
                        (base.bed).at_rate(base.server, of_base, rate(&before[0]) / 2.0)
                    })
                    .then(GROWN_AT_HALF, |before| {
                        (grown.bed).at_rate(grown.server, of_grown, rate(&before[0]) / 2.0)
                    })
                    .goal(Goal::ratio(
                        Figure::P99Ms,
                        (AT_HALF, GROWN_AT_HALF),
                        Some(FLAT),
                    ));
            }
            turns.measure(base.bed.plan.repetitions, progress)
        });
    measured.collect()
}

//! The rows: what is measured of which operation beside what, and its goals.

use std::path::Path;

use super::answers;
use super::load::Workload;
use super::measure::{Bed, Turns, rate};
use super::programs::Server;
use super::report::{Figure, Goal, Measurement, Row};
use super::requests::Requests;
use crate::finding::Failure;

/// The names of the series.
pub(super) const SERVICE: &str = "service";
pub(super) const PEER: &str = "peer";
pub(super) const CEILING: &str = "ceiling";
const DROPSHOT: &str = "plain Dropshot";
pub(super) const AT_HALF: &str = "service at half its peak";

const PEER_PEAK: &str = "peer at its peak";
const SERVICE_MIXED: &str = "service at the rate";
const PEER_MIXED: &str = "peer at the rate";

/// Which part of the peer's peak the mix is asked for at, and at most so many a second.
const MIX_SHARE: f64 = 0.7;
const MIX_RATE: f64 = 10_000.0;

/// More of the mix than anybody answers in a second.
pub(super) const MOST_MIXED: u64 = 20_000;

/// Everything that the rows are measured with.
pub(super) struct Rows<'a> {
    pub(super) bed: Bed<'a>,
    pub(super) requests: Requests<'a>,
    pub(super) server: &'a Server,
    pub(super) peer: &'a Server,
    pub(super) dropshot: &'a Server,
    pub(super) progress: &'a dyn Fn(&str),
}

impl Rows<'_> {
    /// getBooking, uncached, beside the peer and plain Dropshot.
    pub(super) fn get_booking(&self) -> Result<Row, Failure> {
        let (bed, asked) = (&self.bed, &self.requests.get_booking()?);
        for peer in [self.peer, self.dropshot] {
            self.compare("getBooking", (self.server, peer), &asked.requests)?;
        }
        for server in [self.server, self.peer, self.dropshot] {
            bed.warm(server, asked)?;
        }
        let statements = include_str!("get_booking.pgbench.sql");
        Turns::new("getBooking", "64 connections")
            .then(SERVICE, |_| bed.peak(self.server, asked))
            .then(PEER, |_| bed.peak(self.peer, asked))
            .then(DROPSHOT, |_| bed.peak(self.dropshot, asked))
            .then(CEILING, |_| bed.statements(statements, 8, asked))
            .goal(Goal::ratio(Figure::PerSecond, (SERVICE, PEER), Some(1.25)))
            .goal(Goal::ratio(Figure::P99Ms, (PEER, SERVICE), Some(1.0)))
            .goal(Goal::ratio(Figure::PerSecond, (SERVICE, DROPSHOT), None))
            .goal(Goal::ratio(Figure::PerSecond, (SERVICE, CEILING), None))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// createBooking, durable, spread over the restaurants.
    pub(super) fn create_booking(&self) -> Result<Row, Failure> {
        let (bed, asked) = (&self.bed, &self.requests.create_booking(&[])?);
        self.compare("createBooking", (self.server, self.peer), &asked.requests)?;
        for server in [self.server, self.peer] {
            bed.warm(server, asked)?;
        }
        let statements = include_str!("create_booking.pgbench.sql");
        Turns::new("createBooking", "32 connections")
            .then(SERVICE, |_| bed.peak(self.server, asked))
            .then(PEER, |_| bed.peak(self.peer, asked))
            .then(CEILING, |_| bed.statements(statements, 32, asked))
            .goal(Goal::ratio(Figure::PerSecond, (SERVICE, PEER), Some(1.25)))
            .goal(Goal::ratio(
                Figure::PerSecond,
                (SERVICE, CEILING),
                Some(0.9),
            ))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// getAvailability of one day, beside getBooking in the same run.
    pub(super) fn get_availability(&self) -> Result<Row, Failure> {
        let (bed, asked) = (&self.bed, &self.requests.get_availability()?);
        let get_booking = &self.requests.get_booking()?;
        self.compare("getAvailability", (self.server, self.peer), &asked.requests)?;
        for server in [self.server, self.peer] {
            bed.warm(server, asked)?;
        }
        Turns::new("getAvailability, one day", "64 connections")
            .then(SERVICE, |_| bed.peak(self.server, asked))
            .then(PEER, |_| bed.peak(self.peer, asked))
            .then("getBooking", |_| bed.peak(self.server, get_booking))
            .then(AT_HALF, |before| {
                bed.at_rate(self.server, asked, rate(&before[0]) / 2.0)
            })
            .goal(Goal::ratio(
                Figure::PerSecond,
                (SERVICE, "getBooking"),
                Some(0.8),
            ))
            .goal(Goal::ratio(Figure::PerSecond, (SERVICE, PEER), None))
            .goal(Goal::under(Figure::P99Ms, AT_HALF, 5.0))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// getAvailabilityCalendar of 31 days.
    pub(super) fn get_availability_calendar(&self) -> Result<Row, Failure> {
        let asked = self.requests.get_availability_calendar()?;
        self.latency_at_half("getAvailabilityCalendar, 31 days", &asked, 15.0)
    }

    /// searchAvailability over 50 restaurants.
    pub(super) fn search_availability(&self) -> Result<Row, Failure> {
        let asked = self.requests.search_availability()?;
        let name = format!("searchAvailability, {} restaurants", self.requests.page);
        self.latency_at_half(&name, &asked, 30.0)
    }

    fn latency_at_half(&self, name: &str, asked: &Workload, most_ms: f64) -> Result<Row, Failure> {
        let bed = &self.bed;
        bed.warm(self.server, asked)?;
        Turns::new(name, format!("{} connections", asked.connections))
            .then(SERVICE, |_| bed.peak(self.server, asked))
            .then(AT_HALF, |before| {
                bed.at_rate(self.server, asked, rate(&before[0]) / 2.0)
            })
            .goal(Goal::under(Figure::P99Ms, AT_HALF, most_ms))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// The hot slot: a hundred clients on one. What is right is known before: as many bookings as there
    /// are free tables, and no more.
    pub(super) fn hot_slot(&self) -> Result<Row, Failure> {
        let (bed, asked) = (&self.bed, &self.requests.hot_slot()?);
        bed.warm(self.server, asked)?;
        Turns::new("createBooking, the hot slot", "100 connections")
            .then(SERVICE, |_| {
                let (address, duration) = (&self.server.address, bed.plan.duration);
                let measured = bed.load.peak(address, asked, duration)?;
                let made = bed.database.bookings_made()?;
                let free = bed.database.size.free_at_once();
                bed.clean(asked)?;
                match made == free {
                    true => Ok(measured),
                    false => Err(Failure::tool(
                        "the hot slot",
                        format!("{made} bookings were made for {free} tables"),
                    )),
                }
            })
            .goal(Goal::under(Figure::P99Ms, SERVICE, 100.0))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// The mix, at seven tenths of what the peer reaches with it, and the memory meanwhile of this
    /// server, which has done nothing else.
    pub(super) fn mix(&self, server: &Server) -> Result<Row, Failure> {
        let bed = &self.bed;
        let most = MOST_MIXED * bed.plan.duration.max(bed.plan.warm_up).as_secs();
        let asked = &self.requests.mix(&server.address, most)?;
        self.compare("the mix", (server, self.peer), &asked.requests)?;
        for warmed in [server, self.peer] {
            bed.warm(warmed, asked)?;
        }
        let at = |before: &[Measurement]| (MIX_SHARE * rate(&before[0])).min(MIX_RATE);
        Turns::new("90 % reads, 10 % writes", "64 connections")
            .then(PEER_PEAK, |_| bed.peak(self.peer, asked))
            .then(SERVICE_MIXED, |before| {
                server.reset_memory()?;
                let mut measured = bed.at_rate(server, asked, at(before))?;
                measured.insert(Figure::ResidentMib, server.memory()?);
                Ok(measured)
            })
            .then(PEER_MIXED, |before| {
                bed.at_rate(self.peer, asked, at(before))
            })
            .goal(Goal::under(Figure::P95Ms, SERVICE_MIXED, 10.0))
            .goal(Goal::under(Figure::P99Ms, SERVICE_MIXED, 25.0))
            .goal(Goal::ratio(
                Figure::P99Ms,
                (PEER_MIXED, SERVICE_MIXED),
                None,
            ))
            .goal(Goal::under(Figure::ResidentMib, SERVICE_MIXED, 64.0))
            .measure(bed.plan.repetitions, self.progress)
    }

    /// Whether a peer answers as this server of the service does.
    fn compare(
        &self,
        name: &str,
        (server, peer): (&Server, &Server),
        requests: &Path,
    ) -> Result<(), Failure> {
        (self.progress)(&format!("{name}: whether both answer the same"));
        let addresses = (server.address.as_str(), peer.address.as_str());
        answers::compare(addresses, requests, || self.bed.database.clean())
    }
}

//! What is measured, and in which order.

use std::path::PathBuf;
use std::time::Duration;

use super::database::{Database, Size};
use super::load::{Load, Statements};
use super::programs::Server;
use super::report::{Goals, Measurement, Row};
use super::requests;
use crate::finding::Failure;

/// How much is measured.
pub(super) struct Plan {
    pub(super) size: Size,
    repetitions: usize,
    pub(super) duration: Duration,
    /// For how long each server works before it is measured first.
    warm_up: Duration,
}

/// What is measured of one operation.
pub(super) struct Operation {
    name: &'static str,
    connections: u32,
    goals: Goals,
    /// Whether the database is another one afterwards.
    writes: bool,
    requests: PathBuf,
    statements: &'static str,
    /// With how many connections PostgreSQL alone does the most of it.
    ceiling_connections: u32,
}

impl Plan {
    pub(super) const fn new(is_quick: bool) -> Self {
        let (size, repetitions, seconds) = match is_quick {
            true => (Size::QUICK, 3, 2),
            false => (Size::FULL, 5, 10),
        };
        Self {
            size,
            repetitions,
            duration: Duration::from_secs(seconds),
            warm_up: Duration::from_secs(seconds / 2),
        }
    }
}

/// Everything that an operation is measured with.
pub(super) struct Bed {
    pub(super) plan: Plan,
    pub(super) load: Load,
    pub(super) server: Server,
    pub(super) peer: Server,
    // After those who use it: it ends last.
    pub(super) database: Database,
}

/// The rows, with the files of their requests.
pub(super) fn operations(get_booking: PathBuf, create_booking: PathBuf) -> [Operation; 2] {
    [
        Operation {
            name: "getBooking",
            connections: 64,
            goals: Goals {
                of_peer: 1.25,
                of_ceiling: None,
                is_p99_compared: true,
            },
            writes: false,
            requests: get_booking,
            statements: include_str!("get_booking.pgbench.sql"),
            ceiling_connections: 8,
        },
        Operation {
            name: "createBooking",
            connections: 32,
            goals: Goals {
                of_peer: 1.25,
                of_ceiling: Some(0.9),
                is_p99_compared: false,
            },
            writes: true,
            requests: create_booking,
            statements: include_str!("create_booking.pgbench.sql"),
            ceiling_connections: 32,
        },
    ]
}

impl Bed {
    /// The service, the peer, the ceiling, and so on: each finds the database as the one before.
    pub(super) fn measure(
        &self,
        operation: &Operation,
        progress: &dyn Fn(&str),
    ) -> Result<Row, Failure> {
        let (name, plan, url) = (operation.name, &self.plan, self.database.url());
        let servers = (self.server.address.as_str(), self.peer.address.as_str());
        progress(&format!("{name}: whether both answer the same"));
        requests::compare(servers, &operation.requests, || self.clean(operation))?;
        for address in [servers.0, servers.1] {
            self.asked(operation, address, plan.warm_up)?;
        }
        let statements = self.statements(operation, &url);
        let mut row = Row {
            name: name.to_owned(),
            connections: operation.connections,
            goals: operation.goals,
            product: Vec::new(),
            peer: Vec::new(),
            ceiling: Vec::new(),
        };
        for repetition in 1..=plan.repetitions {
            progress(&format!("{name}: {repetition} of {}", plan.repetitions));
            row.product
                .push(self.asked(operation, servers.0, plan.duration)?);
            row.peer
                .push(self.asked(operation, servers.1, plan.duration)?);
            let connections = operation.ceiling_connections;
            let ceiling = self
                .load
                .statements(&statements, connections, plan.duration)?;
            row.ceiling.push(ceiling);
            self.clean(operation)?;
        }
        Ok(row)
    }

    fn asked(
        &self,
        operation: &Operation,
        address: &str,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        let (requests, connections) = (&operation.requests, operation.connections);
        let measured = self.load.server(address, requests, connections, duration)?;
        self.clean(operation)?;
        Ok(measured)
    }

    fn clean(&self, operation: &Operation) -> Result<(), Failure> {
        match operation.writes {
            true => self.database.clean(),
            false => Ok(()),
        }
    }

    fn statements<'a>(&self, operation: &Operation, url: &'a str) -> Statements<'a> {
        let size = self.plan.size;
        Statements {
            script: operation.statements,
            variables: vec![
                ("bookings", size.bookings().to_string()),
                ("restaurants", size.restaurants.to_string()),
                ("days", size.days.to_string()),
                ("first_day", self.database.first_day.clone()),
            ],
            url,
        }
    }
}

//! How a row is measured: everything in turns, again and again.

use std::time::Duration;

use super::database::{Database, Size};
use super::load::{Load, Statements, Workload};
use super::programs::Server;
use super::report::{Figure, Goal, Measurement, Row, Series};
use crate::finding::Failure;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) size: Size,
    pub(super) repetitions: usize,
    pub(super) duration: Duration,
    /// For how long each server works before it is measured first.
    pub(super) warm_up: Duration,
}

impl Plan {
    pub(super) const fn new(is_quick: bool) -> Self {
        let (size, repetitions, seconds, warm_up) = match is_quick {
            true => (Size::QUICK, 2, 1, 1),
            false => (Size::FULL, 3, 10, 5),
        };
        Self {
            size,
            repetitions,
            duration: Duration::from_secs(seconds),
            warm_up: Duration::from_secs(warm_up),
        }
    }
}

/// What is measured in one place of each repetition, given what came before in the same.
type Turn<'a> = Box<dyn Fn(&[Measurement]) -> Result<Measurement, Failure> + 'a>;

/// A row before it is measured.
pub(super) struct Turns<'a> {
    pub(super) name: String,
    pub(super) setting: String,
    pub(super) goals: Vec<Goal>,
    turns: Vec<(&'static str, Turn<'a>)>,
}

impl<'a> Turns<'a> {
    pub(super) fn new(name: &str, setting: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            setting: setting.into(),
            goals: Vec::new(),
            turns: Vec::new(),
        }
    }

    /// Adds a series.
    pub(super) fn then(
        mut self,
        name: &'static str,
        turn: impl Fn(&[Measurement]) -> Result<Measurement, Failure> + 'a,
    ) -> Self {
        self.turns.push((name, Box::new(turn)));
        self
    }

    /// Adds a goal.
    pub(super) fn goal(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }

    /// Measures everything so often: each finds the database as the one before.
    pub(super) fn measure(
        self,
        repetitions: usize,
        progress: &dyn Fn(&str),
    ) -> Result<Row, Failure> {
        let names = self.turns.iter().map(|(name, _)| Series {
            name: (*name).to_owned(),
            measured: Vec::new(),
        });
        let mut series: Vec<Series> = names.collect();
        for repetition in 1..=repetitions {
            progress(&format!("{}: {repetition} of {repetitions}", self.name));
            let mut measured = Vec::new();
            for (_, turn) in &self.turns {
                measured.push(turn(&measured)?);
            }
            for (series, measured) in series.iter_mut().zip(measured) {
                series.measured.push(measured);
            }
        }
        Ok(Row {
            name: self.name,
            setting: self.setting,
            series,
            goals: self.goals,
        })
    }
}

/// A load generator, and the database of the servers that it asks.
#[derive(Clone, Copy)]
pub(super) struct Bed<'a> {
    pub(super) plan: Plan,
    pub(super) load: &'a Load,
    pub(super) database: &'a Database<'a>,
}

impl Bed<'_> {
    /// Has a server work before it is measured.
    pub(super) fn warm(&self, server: &Server, workload: &Workload) -> Result<(), Failure> {
        let (address, duration) = (&server.address, self.plan.warm_up);
        self.load.peak(address, workload, duration)?;
        self.clean(workload)
    }

    /// As much as a server answers.
    pub(super) fn peak(
        &self,
        server: &Server,
        workload: &Workload,
    ) -> Result<Measurement, Failure> {
        let (address, duration) = (&server.address, self.plan.duration);
        let measured = self.load.peak(address, workload, duration)?;
        self.clean(workload)?;
        Ok(measured)
    }

    /// So many answers a second.
    pub(super) fn at_rate(
        &self,
        server: &Server,
        workload: &Workload,
        rate: f64,
    ) -> Result<Measurement, Failure> {
        let (address, duration) = (&server.address, self.plan.duration);
        let measured = self.load.at_rate(address, workload, rate, duration)?;
        self.clean(workload)?;
        Ok(measured)
    }

    /// What PostgreSQL does by itself, over so many connections.
    pub(super) fn statements(
        &self,
        script: &'static str,
        connections: u32,
        workload: &Workload,
    ) -> Result<Measurement, Failure> {
        let size = self.database.size;
        let url = self.database.url();
        let statements = Statements {
            script,
            variables: vec![
                ("bookings", size.bookings().to_string()),
                ("restaurants", size.restaurants.to_string()),
                ("days", size.days.to_string()),
                ("first_day", self.database.first_day.clone()),
            ],
            url: &url,
        };
        let duration = self.plan.duration;
        let measured = self.load.statements(&statements, connections, duration)?;
        self.clean(workload)?;
        Ok(measured)
    }

    /// Takes back what was written, once nothing is worked on any more.
    pub(super) fn clean(&self, workload: &Workload) -> Result<(), Failure> {
        match workload.writes {
            true => self.database.clean(),
            false => self.database.wait_until_idle(),
        }
    }
}

/// A rate of what was measured.
pub(super) fn rate(measured: &Measurement) -> f64 {
    measured.get(&Figure::PerSecond).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn everything_is_measured_in_turns_and_sees_what_came_before_in_the_same() {
        let order = RefCell::new(String::new());
        let of = |rate| Measurement::from([(Figure::PerSecond, rate)]);
        let row = Turns::new("a row", "1 connection")
            .then("service", |before| {
                assert!(before.is_empty());
                order.borrow_mut().push('s');
                Ok(of(100.0))
            })
            .then("at half", |before| {
                order.borrow_mut().push('h');
                Ok(of(rate(&before[0]) / 2.0))
            })
            .goal(Goal::under(Figure::P99Ms, "at half", 5.0))
            .measure(2, &|_| ())
            .unwrap();
        assert_eq!(*order.borrow(), "shsh");
        assert_eq!(row.measured("at half"), [of(50.0), of(50.0)]);
        assert_eq!(row.goals.len(), 1);
    }
}

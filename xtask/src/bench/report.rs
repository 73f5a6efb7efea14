//! What was measured, as JSON that a later run compares with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A run of the bench.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Report {
    /// When it began: `2026-11-27T02:31:49Z`.
    pub(super) at: String,
    /// The commit, and ` with changes` where there were some.
    pub(super) commit: String,
    pub(super) machine: String,
    pub(super) database: String,
    pub(super) bookings: u64,
    /// Whether its figures say little.
    pub(super) is_quick: bool,
    /// Which dimension of a second database was ten times as large, if one was.
    pub(super) growth: Option<String>,
    /// For how long each figure was measured.
    pub(super) seconds: u64,
    pub(super) rows: Vec<Row>,
}

/// An operation, with everything that was measured of it in turns: the figures of one repetition have the
/// same place in each series.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    /// How it was measured: `64 connections`.
    pub(super) setting: String,
    pub(super) series: Vec<Series>,
    pub(super) goals: Vec<Goal>,
}

/// What was measured of one program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) measured: Vec<Measurement>,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Figure {
    /// Answers a second.
    PerSecond,
    /// Milliseconds, the median.
    P50Ms,
    /// Milliseconds, the 95th percentile.
    P95Ms,
    /// Milliseconds, the 99th percentile.
    P99Ms,
    /// Mebibytes of memory, the most that were resident.
    ResidentMib,
    /// Seconds from the start to the first answer.
    StartSeconds,
}

impl Figure {
    /// Its name, its unit, and how many digits are shown of it.
    pub(super) const fn shown(self) -> (&'static str, &'static str, usize) {
        match self {
            Self::PerSecond => ("rate", "/s", 0),
            Self::P50Ms => ("p50", "ms", 1),
            Self::P95Ms => ("p95", "ms", 1),
            Self::P99Ms => ("p99", "ms", 1),
            Self::ResidentMib => ("memory", "MiB", 1),
            Self::StartSeconds => ("start", "s", 2),
        }
    }
}

/// The figures of one repetition. One that was asked for at a rate which was not kept has no latencies.
pub(super) type Measurement = BTreeMap<Figure, f64>;

/// What is looked at, and what is to be reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Goal {
    pub(super) figure: Figure,
    /// Of which series.
    pub(super) of: String,
    /// Divided by which other one's, each repetition with itself, so that what slows all of them down for
    /// a while changes nothing.
    pub(super) to: Option<String>,
    pub(super) bound: Option<Bound>,
}

/// Where a goal is reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bound {
    AtLeast(f64),
    Under(f64),
}

/// The middle of some figures, and what they lie between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    pub(super) most: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let (&least, &most) = (figures.first()?, figures.last()?);
        let median = match figures.len() % 2 {
            0 => f64::midpoint(figures[middle - 1], figures[middle]),
            _ => figures[middle],
        };
        Some(Self {
            least,
            median,
            most,
        })
    }
}

impl Row {
    /// What was measured of this series; nothing, where it is not one of the row's.
    pub(super) fn measured(&self, series: &str) -> &[Measurement] {
        let found = self.series.iter().find(|it| it.name == series);
        found.map_or(&[], |it| &it.measured)
    }

    /// A figure of this series.
    pub(super) fn spread(&self, series: &str, figure: Figure) -> Option<Spread> {
        let measured = self.measured(series).iter();
        Spread::of(measured.filter_map(|it| it.get(&figure).copied()))
    }
}

impl Goal {
    /// A ratio of these series. More is better.
    pub(super) fn ratio(figure: Figure, (of, to): (&str, &str), at_least: Option<f64>) -> Self {
        Self {
            figure,
            of: of.to_owned(),
            to: Some(to.to_owned()),
            bound: at_least.map(Bound::AtLeast),
        }
    }

    /// A figure that is to be smaller than this.
    pub(super) fn under(figure: Figure, of: &str, most: f64) -> Self {
        Self {
            figure,
            of: of.to_owned(),
            to: None,
            bound: Some(Bound::Under(most)),
        }
    }

    /// `rate, service / peer`.
    pub(super) fn name(&self) -> String {
        let (name, ..) = self.figure.shown();
        match &self.to {
            Some(to) => format!("{name}, {} / {to}", self.of),
            None => format!("{name}, {}", self.of),
        }
    }

    /// What has come of it, if anything was measured.
    pub(super) fn value(&self, row: &Row) -> Option<Spread> {
        let Some(to) = &self.to else {
            return row.spread(&self.of, self.figure);
        };
        let pairs = row.measured(&self.of).iter().zip(row.measured(to));
        let figure = self.figure;
        let ratios = pairs.filter_map(|(one, other)| Some(one.get(&figure)? / other.get(&figure)?));
        // Nothing is a multiple of nothing.
        Spread::of(ratios.filter(|ratio| ratio.is_finite()))
    }

    /// Whether it is reached. It is not where a repetition has no such figure, for then the service was too
    /// slow to have one.
    pub(super) fn is_reached(&self, row: &Row) -> Option<bool> {
        let is_whole = |series: &str| {
            let mut measured = row.measured(series).iter();
            measured.all(|it| it.contains_key(&self.figure))
        };
        let all = is_whole(&self.of) && self.to.as_deref().is_none_or(is_whole);
        let value = self.value(row).filter(|_| all);
        Some(match self.bound? {
            Bound::AtLeast(least) => value.is_some_and(|it| it.median >= least),
            Bound::Under(most) => value.is_some_and(|it| it.median < most),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn measured(rates: &[f64]) -> Vec<Measurement> {
        let of = |rate: &f64| {
            Measurement::from([
                (Figure::PerSecond, *rate),
                (Figure::P50Ms, 1.0),
                (Figure::P99Ms, 1e4 / rate),
            ])
        };
        rates.iter().map(of).collect()
    }

    /// A report of one row with these rates of the service and of the peer.
    pub(in crate::bench) fn of_rates(rates: &[f64], peer: &[f64]) -> Report {
        let series = |name: &str, rates| Series {
            name: name.to_owned(),
            measured: measured(rates),
        };
        Report {
            at: "2026-11-27T02:31:49Z".to_owned(),
            commit: "abc".to_owned(),
            machine: "a machine".to_owned(),
            database: "PostgreSQL 15".to_owned(),
            bookings: 600_000,
            is_quick: false,
            growth: None,
            seconds: 10,
            rows: vec![Row {
                name: "getBooking".to_owned(),
                setting: "64 connections".to_owned(),
                series: vec![series("service", rates), series("peer", peer)],
                goals: vec![
                    Goal::ratio(Figure::PerSecond, ("service", "peer"), Some(1.25)),
                    Goal::ratio(Figure::P99Ms, ("peer", "service"), Some(1.0)),
                    Goal::under(Figure::P99Ms, "service", 100.0),
                ],
            }],
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 2.0, 3.0));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).unwrap().median, 2.5);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_ratio_compares_each_repetition_with_itself() {
        let report = of_rates(&[50.0, 100.0, 200.0], &[100.0, 200.0, 400.0]);
        let row = &report.rows[0];
        for goal in &row.goals[..2] {
            let ratio = goal.value(row).unwrap();
            let all = (ratio.least, ratio.median, ratio.most);
            assert_eq!(all, (0.5, 0.5, 0.5), "{}", goal.name());
        }
    }

    #[test]
    fn a_goal_is_not_reached_where_a_figure_is_missing() {
        let mut report = of_rates(&[200.0, 200.0], &[100.0, 100.0]);
        let row = &mut report.rows[0];
        assert_eq!(row.goals[2].is_reached(row), Some(true));
        row.series[0].measured[1].remove(&Figure::P99Ms);
        assert_eq!(row.goals[2].is_reached(row), Some(false));
        assert_eq!(row.goals[0].is_reached(row), Some(true));
    }

    #[test]
    fn a_goal_without_a_bound_is_neither_reached_nor_missed() {
        let report = of_rates(&[1.0], &[1.0]);
        let goal = Goal::ratio(Figure::PerSecond, ("service", "peer"), None);
        assert_eq!(goal.is_reached(&report.rows[0]), None);
    }

    #[test]
    fn the_json_of_a_report_is_read_as_it_was() {
        let report = of_rates(&[130.0], &[100.0]);
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.contains("\"per_second\":130.0"), "{json}");
        let read: Report = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}

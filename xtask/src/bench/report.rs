//! What was measured, as JSON that a later run compares with, and as a table.

use std::fmt::Write as _;

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
    /// For how long each figure was measured.
    pub(super) seconds: u64,
    pub(super) rows: Vec<Row>,
}

/// An operation, with everything that was measured of it in turns: the figures of one repetition have the
/// same place in each list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) connections: u32,
    pub(super) goals: Goals,
    pub(super) product: Vec<Measurement>,
    pub(super) peer: Vec<Measurement>,
    pub(super) ceiling: Vec<Measurement>,
}

/// What is to be reached.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Goals {
    /// How many times the peer's rate.
    pub(super) of_peer: f64,
    /// How many times the ceiling's.
    pub(super) of_ceiling: Option<f64>,
    /// Whether the 99th percentile is to be no worse than the peer's.
    pub(super) is_p99_compared: bool,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Measurement {
    pub(super) per_second: f64,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
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
    /// A ratio and its goal, by its name: each repetition with itself, so that what slows all of them down
    /// for a while changes nothing.
    pub(super) fn ratios(&self) -> Vec<(&'static str, Spread, Option<f64>)> {
        let rate = |it: &Measurement| Some(it.per_second);
        let p99 = |it: &Measurement| it.p99_ms;
        let goals = self.goals;
        // Turned over, so that more is better everywhere.
        let is_compared = goals.is_p99_compared.then_some(1.0);
        let all = [
            (
                "of peer",
                ratio(&self.product, &self.peer, rate),
                Some(goals.of_peer),
            ),
            (
                "of ceiling",
                ratio(&self.product, &self.ceiling, rate),
                goals.of_ceiling,
            ),
            (
                "peer's p99 / own",
                ratio(&self.peer, &self.product, p99),
                is_compared,
            ),
        ];
        let known = all.into_iter();
        known
            .filter_map(|(name, ratio, goal)| Some((name, ratio?, goal)))
            .collect()
    }
}

fn ratio(
    one: &[Measurement],
    other: &[Measurement],
    figure: impl Fn(&Measurement) -> Option<f64>,
) -> Option<Spread> {
    let pairs = one.iter().zip(other);
    Spread::of(pairs.filter_map(|(one, other)| Some(figure(one)? / figure(other)?)))
}

/// The table that is printed.
pub(super) fn table(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}, {}, {}, {} bookings, commit {}",
        report.at, report.machine, report.database, report.bookings, report.commit
    );
    for row in &report.rows {
        let _ = writeln!(
            text,
            "\n{}, {} connections, {} × {} s: median (least–most)",
            row.name,
            row.connections,
            row.product.len(),
            report.seconds
        );
        let programs = [
            ("service", &row.product),
            ("peer", &row.peer),
            ("ceiling", &row.ceiling),
        ];
        for (name, measured) in programs {
            let shown = |figure: fn(&Measurement) -> Option<f64>, digits| {
                let spread = Spread::of(measured.iter().filter_map(figure));
                spread.map_or_else(|| "–".to_owned(), |it| shown(it, digits))
            };
            let _ = writeln!(
                text,
                "  {name:<18}{:<26}p50 {:<22}p99 {}",
                shown(|it| Some(it.per_second), 0) + " /s",
                shown(|it| it.p50_ms, 1) + " ms",
                shown(|it| it.p99_ms, 1) + " ms",
            );
        }
        for (name, ratio, goal) in row.ratios() {
            let _ = write!(text, "  {name:<18}{:<26}", shown(ratio, 2));
            let _ = match goal {
                Some(goal) if ratio.median >= goal => writeln!(text, "goal {goal:.2}: reached"),
                Some(goal) => writeln!(text, "goal {goal:.2}: not reached"),
                None => writeln!(text),
            };
        }
    }
    if report.is_quick {
        text.push_str("\n--quick shows that everything works; its figures say little\n");
    }
    text
}

fn shown(spread: Spread, digits: usize) -> String {
    let Spread {
        least,
        median,
        most,
    } = spread;
    format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn measured(rates: &[f64]) -> Vec<Measurement> {
        let of = |rate: &f64| Measurement {
            per_second: *rate,
            p50_ms: Some(1.0),
            p99_ms: Some(1e4 / rate),
        };
        rates.iter().map(of).collect()
    }

    /// A report of one row with these rates of the service and of the peer.
    pub(in crate::bench) fn of_rates(rates: &[f64], peer: &[f64]) -> Report {
        Report {
            at: "2026-11-27T02:31:49Z".to_owned(),
            commit: "abc".to_owned(),
            machine: "a machine".to_owned(),
            database: "PostgreSQL 15".to_owned(),
            bookings: 600_000,
            is_quick: false,
            seconds: 10,
            rows: vec![Row {
                name: "getBooking".to_owned(),
                connections: 64,
                goals: Goals {
                    of_peer: 1.25,
                    of_ceiling: None,
                    is_p99_compared: true,
                },
                product: measured(rates),
                peer: measured(peer),
                ceiling: Vec::new(),
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
        let ratios = report.rows[0].ratios();
        let names: Vec<_> = ratios.iter().map(|ratio| ratio.0).collect();
        assert_eq!(names, ["of peer", "peer's p99 / own"]);
        for (name, ratio, _) in ratios {
            let all = (ratio.least, ratio.median, ratio.most);
            assert_eq!(all, (0.5, 0.5, 0.5), "{name}");
        }
    }

    #[test]
    fn the_table_says_what_is_reached() {
        let text = table(&of_rates(&[130.0, 150.0], &[100.0, 100.0]));
        assert!(text.contains("1.40 (1.30–1.50)"), "{text}");
        assert!(text.contains("goal 1.25: reached"), "{text}");
        let text = table(&of_rates(&[100.0], &[100.0]));
        assert!(text.contains("goal 1.25: not reached"), "{text}");
    }
}

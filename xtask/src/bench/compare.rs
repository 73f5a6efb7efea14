//! What has changed since an earlier run.

use super::report::{Bound, Report, Row, Spread};

/// Every ratio that has fallen by more than noise, a line each: all repetitions of the new run are below
/// all of the old one. Rates and latencies themselves are not compared, for the machine may be another one.
pub(super) fn fallen(old: &Report, new: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &new.rows {
        let Some(before) = old.rows.iter().find(|old| old.name == row.name) else {
            continue;
        };
        let before = ratios(before);
        for (name, is_more_better, now) in ratios(row) {
            let Some((_, _, before)) = before.iter().find(|before| before.0 == name) else {
                continue;
            };
            let is_worse = match is_more_better {
                true => now.most < before.least,
                false => now.least > before.most,
            };
            if is_worse {
                lines.push(format!(
                    "{}, {name}: {:.2} → {:.2}; {:.2}–{:.2} until now, {:.2}–{:.2} now",
                    row.name,
                    before.median,
                    now.median,
                    before.least,
                    before.most,
                    now.least,
                    now.most
                ));
            }
        }
    }
    lines
}

/// The ratios of a row that were measured, and whether more of them is better.
fn ratios(row: &Row) -> Vec<(String, bool, Spread)> {
    let goals = row.goals.iter().filter(|goal| goal.to.is_some());
    goals
        .filter_map(|goal| {
            let is_more_better = !matches!(goal.bound, Some(Bound::Under(_)));
            Some((goal.name(), is_more_better, goal.value(row)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::tests::of_rates;

    const PEER: [f64; 3] = [100.0; 3];

    #[test]
    fn a_ratio_that_fell_below_every_earlier_one_is_named() {
        let old = of_rates(&[90.0, 100.0, 110.0], &PEER);
        let new = of_rates(&[70.0, 80.0, 89.0], &PEER);
        let lines = fallen(&old, &new);
        assert_eq!(lines.len(), 2, "{lines:?}");
        let expected = "getBooking, rate, service / peer: 1.00 → 0.80; 0.90–1.10 until now, \
            0.70–0.89 now";
        assert_eq!(lines[0], expected);
    }

    #[test]
    fn what_lies_within_the_noise_is_not() {
        let old = of_rates(&[90.0, 100.0, 110.0], &PEER);
        let noise = of_rates(&[70.0, 80.0, 91.0], &PEER);
        let better = of_rates(&[120.0, 130.0, 140.0], &PEER);
        let slower_machine = of_rates(&[9.0, 10.0, 11.0], &[10.0; 3]);
        for new in [noise, better, slower_machine] {
            assert_eq!(fallen(&old, &new), [""; 0]);
        }
    }

    #[test]
    fn of_a_ratio_that_is_to_be_small_a_rise_is_named() {
        let with_bound = |rates: &[f64]| {
            let mut report = of_rates(rates, &PEER);
            report.rows[0].goals.truncate(1);
            report.rows[0].goals[0].bound = Some(Bound::Under(1.5));
            report
        };
        let (small, large) = (with_bound(&[100.0; 3]), with_bound(&[160.0; 3]));
        assert_eq!(fallen(&small, &large).len(), 1);
        assert_eq!(fallen(&large, &small), [""; 0]);
    }

    #[test]
    fn a_row_or_a_series_that_is_new_is_compared_with_nothing() {
        let mut old = of_rates(&[100.0], &[1.0]);
        old.rows[0].series.pop();
        assert_eq!(fallen(&old, &of_rates(&[1.0], &[1.0])), [""; 0]);
        old.rows.clear();
        assert_eq!(fallen(&old, &of_rates(&[1.0], &[1.0])), [""; 0]);
    }
}

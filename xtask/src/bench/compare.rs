//! What has changed since an earlier run.

use super::report::Report;

/// Every ratio that has fallen by more than noise, a line each: all repetitions of the new run are below
/// all of the old one. Rates themselves are not compared, for the machine may be another one.
pub(super) fn fallen(old: &Report, new: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &new.rows {
        let Some(before) = old.rows.iter().find(|old| old.name == row.name) else {
            continue;
        };
        let before = before.ratios();
        for (name, now, _) in row.ratios() {
            let Some((_, before, _)) = before.iter().find(|before| before.0 == name) else {
                continue;
            };
            if now.most < before.least {
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
        let expected = "getBooking, of peer: 1.00 → 0.80; 0.90–1.10 until now, 0.70–0.89 now";
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
    fn a_row_that_is_new_is_compared_with_nothing() {
        let mut old = of_rates(&[100.0], &[1.0]);
        old.rows.clear();
        assert_eq!(fallen(&old, &of_rates(&[1.0], &[1.0])), [""; 0]);
    }
}

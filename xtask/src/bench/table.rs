//! The figures as a table: one for the terminal, one in Markdown.

use std::fmt::Write as _;

use super::report::{Bound, Figure, Goal, Report, Row, Spread};

/// The figures in the order in which they are printed.
const FIGURES: [Figure; 6] = [
    Figure::PerSecond,
    Figure::P50Ms,
    Figure::P95Ms,
    Figure::P99Ms,
    Figure::ResidentMib,
    Figure::StartSeconds,
];

/// The table that is printed.
pub(super) fn text(report: &Report) -> String {
    let mut text = heading(report) + "\n";
    for row in &report.rows {
        let repetitions = row.series.first().map_or(0, |it| it.measured.len());
        let _ = writeln!(
            text,
            "\n{}, {}, {repetitions} times: median (least–most)",
            row.name, row.setting
        );
        for series in &row.series {
            let figures = FIGURES.iter().filter_map(|figure| {
                let (name, unit, digits) = figure.shown();
                let spread = row.spread(&series.name, *figure)?;
                let name = match figure {
                    Figure::PerSecond => String::new(),
                    _ => format!("{name} "),
                };
                Some(format!("{name}{} {unit}", shown(spread, digits)))
            });
            let figures: Vec<String> = figures.collect();
            let _ = writeln!(text, "  {:<30}{}", series.name, figures.join("   "));
        }
        for goal in &row.goals {
            let _ = writeln!(
                text,
                "  {:<60}{:<28}{}",
                goal.name(),
                value(goal, row),
                verdict(goal, row)
            );
        }
    }
    if report.is_quick {
        text.push_str("\n--quick shows that everything works; its figures say little\n");
    }
    text
}

/// The same in Markdown: a line for each goal, with the figure, what it is compared with, and the ratio.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = heading(report);
    text.push_str("\n\n| What | Figure | Compared with | Ratio | Goal |\n|---|---|---|---|---|\n");
    for row in &report.rows {
        for goal in &row.goals {
            let (name, unit, digits) = goal.figure.shown();
            let figure = |series: &str| {
                let spread = row.spread(series, goal.figure);
                spread.map_or_else(
                    || format!("{series}: none"),
                    |it| format!("{series}: {} {unit}", shown(it, digits)),
                )
            };
            let other = goal.to.as_deref().map(figure).unwrap_or_default();
            let ratio = match goal.to {
                Some(_) => value(goal, row),
                None => String::new(),
            };
            let _ = writeln!(
                text,
                "| {}, {}: {name} | {} | {other} | {ratio} | {} |",
                row.name,
                row.setting,
                figure(&goal.of),
                verdict(goal, row)
            );
        }
    }
    text
}

fn heading(report: &Report) -> String {
    let growth = report.growth.as_ref();
    let growth = growth.map(|it| format!(", against ten times the {it}"));
    format!(
        "{}, {}, {}, {} bookings{}, {} s for each figure, commit {}",
        report.at,
        report.machine,
        report.database,
        report.bookings,
        growth.unwrap_or_default(),
        report.seconds,
        report.commit
    )
}

fn value(goal: &Goal, row: &Row) -> String {
    let (_, unit, digits) = goal.figure.shown();
    let value = goal.value(row);
    value.map_or_else(
        || "not measured".to_owned(),
        |it| match goal.to {
            Some(_) => shown(it, 2),
            None => format!("{} {unit}", shown(it, digits)),
        },
    )
}

fn verdict(goal: &Goal, row: &Row) -> String {
    let bound = match (goal.bound, &goal.to) {
        (None, _) => return String::new(),
        (Some(Bound::AtLeast(least)), _) => format!("at least {least:.2}"),
        (Some(Bound::Under(most)), Some(_)) => format!("under {most:.2}"),
        (Some(Bound::Under(most)), None) => format!("under {most} {}", goal.figure.shown().1),
    };
    match goal.is_reached(row) {
        Some(true) => format!("{bound}: reached"),
        _ => format!("{bound}: not reached"),
    }
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
mod tests {
    use super::*;
    use crate::bench::report::tests::of_rates;

    #[test]
    fn the_table_says_what_is_reached() {
        let said = text(&of_rates(&[130.0, 150.0], &[100.0, 100.0]));
        assert!(said.contains("1.40 (1.30–1.50)"), "{said}");
        assert!(said.contains("at least 1.25: reached"), "{said}");
        assert!(said.contains("under 100 ms: reached"), "{said}");
        let said = text(&of_rates(&[100.0], &[100.0]));
        assert!(said.contains("at least 1.25: not reached"), "{said}");
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let mut report = of_rates(&[130.0], &[]);
        report.rows[0].series.pop();
        let said = text(&report);
        assert!(said.contains("not measured"), "{said}");
        let said = markdown(&report);
        assert!(said.contains("peer: none"), "{said}");
    }

    #[test]
    fn markdown_has_a_line_for_each_goal() {
        let said = markdown(&of_rates(&[130.0], &[100.0]));
        let line = "| getBooking, 64 connections: rate | service: 130 (130–130) /s \
             | peer: 100 (100–100) /s | 1.30 (1.30–1.30) | at least 1.25: reached |";
        assert!(said.contains(line), "{said}");
        assert_eq!(said.lines().count(), 2 + 2 + 3, "{said}");
    }
}

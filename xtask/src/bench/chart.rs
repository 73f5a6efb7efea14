//! The figures as a picture.

use std::fmt::Write as _;

use super::report::{Figure, Report, Row, Spread};

const WIDTH: f64 = 860.0;
/// Where bars begin.
const LEFT: f64 = 230.0;
/// How long the longest bar of a group is.
const LONGEST: f64 = 480.0;
const BAR: f64 = 18.0;
const TITLE: f64 = 26.0;
const TOP: f64 = 44.0;

/// The colours of the bars, the service's first.
const COLOURS: [&str; 4] = ["#2563eb", "#9ca3af", "#d1d5db", "#e5e7eb"];

/// Bars of each row's figures for which there are goals, the longest bar of a group being its highest figure,
/// with the spread of the repetitions as a line.
pub(super) fn svg(report: &Report) -> String {
    let mut bars = String::new();
    let mut y = TOP;
    for row in &report.rows {
        for (figure, group) in groups(row) {
            let (name, unit, digits) = figure.shown();
            let title = format!("{}, {}: {name}, {unit}", row.name, row.setting);
            let title = escaped(&title);
            let _ = writeln!(
                bars,
                "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{title}</text>",
                y + 12.0
            );
            y += TITLE - 6.0;
            let highest = group
                .iter()
                .map(|it| it.1.most)
                .fold(f64::MIN_POSITIVE, f64::max);
            for ((series, spread), colour) in group.iter().zip(COLOURS.iter().cycle()) {
                let at = |figure: f64| LEFT + LONGEST * figure / highest;
                let (middle, text) = (y + BAR / 2.0, y + BAR - 5.0);
                let _ = writeln!(
                    bars,
                    "<text x=\"8\" y=\"{text}\">{}</text>\
                     <rect x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>\
                     <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"black\"/>\
                     <text x=\"{:.1}\" y=\"{text}\">{:.digits$}</text>",
                    escaped(series),
                    at(spread.median) - LEFT,
                    at(spread.least),
                    at(spread.most),
                    at(spread.most) + 6.0,
                    spread.median
                );
                y += BAR + 4.0;
            }
            y += 12.0;
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"8\" y=\"20\">{}</text>\n{bars}</svg>\n",
        escaped(&format!(
            "{}, {}, {}",
            report.at, report.machine, report.database
        ))
    )
}

/// For each figure that the row has goals for, what was measured of it of the series that they name.
fn groups(row: &Row) -> Vec<(Figure, Vec<(&str, Spread)>)> {
    let mut figures: Vec<Figure> = row.goals.iter().map(|goal| goal.figure).collect();
    figures.sort_unstable();
    figures.dedup();
    let group = |figure: Figure| {
        let goals = row.goals.iter().filter(|goal| goal.figure == figure);
        let names: Vec<&str> = goals
            .flat_map(|goal| [Some(goal.of.as_str()), goal.to.as_deref()])
            .flatten()
            .collect();
        let series = row.series.iter().map(|it| it.name.as_str());
        let series = series.filter(|name| names.contains(name));
        let measured = series.filter_map(|name| Some((name, row.spread(name, figure)?)));
        (figure, measured.collect())
    };
    figures.into_iter().map(group).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::tests::of_rates;

    #[test]
    fn the_longest_bar_is_the_highest_figure() {
        let mut report = of_rates(&[50.0, 50.0], &[100.0, 100.0]);
        report.machine = "a < b & c".to_owned();
        let svg = svg(&report);
        assert!(svg.contains("width=\"240.0\""), "{svg}");
        assert!(svg.contains("width=\"480.0\""), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c"), "{svg}");
        assert_eq!(
            svg.matches("<rect").count(),
            1 + 2 * 2,
            "two figures of two series on the ground: {svg}"
        );
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        let svg = svg(&of_rates(&[50.0], &[]));
        assert_eq!(svg.matches("<rect").count(), 1 + 2, "{svg}");
    }
}

//! The figures as a picture.

use std::fmt::Write as _;

use super::report::{Measurement, Report, Spread};

const WIDTH: f64 = 760.0;
/// Where bars begin.
const LEFT: f64 = 90.0;
/// How long the longest bar of a row is.
const LONGEST: f64 = 480.0;
const BAR: f64 = 18.0;
const ROW: f64 = 104.0;
const TOP: f64 = 44.0;

/// Bars of each row's rates, the longest bar of a row being its highest rate, with the spread of the
/// repetitions as a line.
pub(super) fn svg(report: &Report) -> String {
    let height = TOP + ROW * report.rows.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"8\" y=\"20\">{}</text>\n",
        escaped(&format!(
            "{}, {}, {}",
            report.at, report.machine, report.database
        ))
    );
    for (index, row) in report.rows.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        let title = format!(
            "{}, answers a second, {} connections",
            row.name, row.connections
        );
        let title = escaped(&title);
        let _ = writeln!(
            svg,
            "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{title}</text>",
            y + 12.0
        );
        let programs = [
            ("service", &row.product, "#2563eb"),
            ("peer", &row.peer, "#9ca3af"),
            ("ceiling", &row.ceiling, "#d1d5db"),
        ];
        let rates = programs.map(|(_, measured, _)| rates(measured));
        let highest = rates.iter().flatten().map(|it| it.most).fold(1.0, f64::max);
        for (bar, ((name, _, colour), rate)) in programs.into_iter().zip(rates).enumerate() {
            let Some(rate) = rate else { continue };
            let y = y + 20.0 + (BAR + 4.0) * bar as f64;
            let at = |rate: f64| LEFT + LONGEST * rate / highest;
            let (middle, text) = (y + BAR / 2.0, y + BAR - 5.0);
            let _ = writeln!(
                svg,
                "<text x=\"8\" y=\"{text}\">{name}</text>\
                 <rect x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>\
                 <line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"black\"/>\
                 <text x=\"{:.1}\" y=\"{text}\">{:.0}</text>",
                at(rate.median) - LEFT,
                at(rate.least),
                at(rate.most),
                at(rate.most) + 6.0,
                rate.median
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn rates(measured: &[Measurement]) -> Option<Spread> {
    Spread::of(measured.iter().map(|it| it.per_second))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::tests::of_rates;

    #[test]
    fn the_longest_bar_is_the_highest_rate() {
        let mut report = of_rates(&[50.0, 50.0], &[100.0, 100.0]);
        report.machine = "a < b & c".to_owned();
        let svg = svg(&report);
        assert!(svg.contains("width=\"240.0\""), "{svg}");
        assert!(svg.contains("width=\"480.0\""), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c"), "{svg}");
        assert_eq!(
            svg.matches("<rect").count(),
            3,
            "no bar of what was not measured: {svg}"
        );
    }
}

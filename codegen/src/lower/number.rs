//! Numbers: bounds and multiples.

use super::Cx;
use super::fields::Fields;
use crate::diagnostic::rules;
use crate::ir::NumberRules;
use crate::source::Value;

pub(super) fn lower<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> Option<NumberRules> {
    let format = cx.text(fields, "format");
    if let Some(other) = format
        && !matches!(other, "float" | "double")
    {
        let span = fields.get("format").map_or(fields.at, |node| node.span);
        let help = match other {
            "int32" | "int64" => "use `type: integer`",
            _ => "use `float` or `double`, with `minimum` and `maximum`",
        };
        cx.sink
            .report(
                rules::UNSUPPORTED_FORMAT,
                span,
                format!("the format `{other}` is not enforced for numbers"),
            )
            .help(help);
        return None;
    }
    let before = cx.sink.len();
    let number = NumberRules {
        format: format.map(str::to_owned),
        minimum: read(cx, fields, "minimum"),
        exclusive_minimum: cx.exclusive(fields, "exclusiveMinimum", "minimum"),
        maximum: read(cx, fields, "maximum"),
        exclusive_maximum: cx.exclusive(fields, "exclusiveMaximum", "maximum"),
        multiple_of: read(cx, fields, "multipleOf"),
    };
    if let Some(step) = number.multiple_of
        && step <= 0.0
    {
        cx.sink
            .report(
                rules::NUMBER_RANGE,
                fields.span_of("multipleOf"),
                format!("`multipleOf` is {step}"),
            )
            .help("write a number greater than zero");
    }
    if cx.sink.len() == before {
        check_range(cx, fields, &number);
    }
    Some(number)
}

fn read<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, key: &str) -> Option<f64> {
    let node = fields.get(key)?;
    if let Value::Number(number) = &node.value {
        return number.as_f64();
    }
    cx.wrong_kind(node, &format!("`{key}`"), "a number");
    None
}

fn check_range<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, number: &NumberRules) {
    let (Some(low), Some(high)) = (number.minimum, number.maximum) else {
        return;
    };
    if low > high || (low == high && (number.exclusive_minimum || number.exclusive_maximum)) {
        cx.empty_range(
            fields,
            "minimum",
            "maximum",
            &low.to_string(),
            &high.to_string(),
        );
        return;
    }
    if let Some(step) = number.multiple_of {
        // Quotients carry rounding errors: a multiple that is this close to a bound is on it.
        let slack = 1e-9 * (low / step).abs().max((high / step).abs()).max(1.0);
        let first = (low / step - slack).ceil();
        let first =
            first + f64::from(number.exclusive_minimum && (first - low / step).abs() <= slack);
        let last = (high / step + slack).floor();
        let last =
            last - f64::from(number.exclusive_maximum && (last - high / step).abs() <= slack);
        if first > last {
            cx.sink
                .report(
                    rules::EMPTY_RANGE,
                    fields.span_of("multipleOf"),
                    format!("no multiple of {step} lies between {low} and {high}"),
                )
                .help("widen the range, or choose another step");
        }
    }
}

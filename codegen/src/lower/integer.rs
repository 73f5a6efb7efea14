//! Integers: width, bounds, multiples.

use super::Cx;
use super::fields::Fields;
use crate::diagnostic::rules;
use crate::ir::{IntegerRules, IntegerWidth};
use crate::source::Value;

pub(super) fn lower<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> Option<IntegerRules> {
    let format = cx.text(fields, "format");
    let width = match format {
        None | Some("int64") => IntegerWidth::I64,
        Some("int32") => IntegerWidth::I32,
        Some(other) => {
            let span = fields.get("format").map_or(fields.at, |node| node.span);
            cx.sink
                .report(
                    rules::UNSUPPORTED_FORMAT,
                    span,
                    format!("the format `{other}` is not enforced for integers"),
                )
                .help("use `int32` or `int64`, with `minimum` and `maximum`");
            return None;
        }
    };
    let before = cx.sink.len();
    let minimum = whole(cx, fields, "minimum", width);
    let maximum = whole(cx, fields, "maximum", width);
    let multiple_of = whole(cx, fields, "multipleOf", width);
    let exclusive_minimum = cx.exclusive(fields, "exclusiveMinimum", "minimum");
    let exclusive_maximum = cx.exclusive(fields, "exclusiveMaximum", "maximum");
    if let Some(step) = multiple_of
        && step <= 0
    {
        cx.sink
            .report(
                rules::NUMBER_RANGE,
                fields.span_of("multipleOf"),
                format!("`multipleOf` is {step}"),
            )
            .help("write a number greater than zero");
    }
    let rules = IntegerRules {
        width,
        states_format: format.is_some(),
        minimum,
        exclusive_minimum,
        maximum,
        exclusive_maximum,
        multiple_of,
    };
    if cx.sink.len() == before {
        check_range(cx, fields, &rules);
    }
    Some(rules)
}

fn limits(width: IntegerWidth) -> (i64, i64) {
    match width {
        IntegerWidth::I32 => (i32::MIN.into(), i32::MAX.into()),
        IntegerWidth::I64 => (i64::MIN, i64::MAX),
    }
}

fn whole<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, key: &str, width: IntegerWidth) -> Option<i64> {
    let node = fields.get(key)?;
    let Value::Number(number) = &node.value else {
        cx.wrong_kind(node, &format!("`{key}`"), "a number");
        return None;
    };
    let (low, high) = limits(width);
    match whole_value(number) {
        Some(value) if (low..=high).contains(&value) => Some(value),
        Some(_) => {
            cx.sink
                .report(
                    rules::NUMBER_RANGE,
                    node.span,
                    format!("`{key}` is {number}, beyond what `int32` can keep"),
                )
                .help("use `format: int64`, or a number that 32 bits can keep");
            None
        }
        None => {
            cx.sink
                .report(
                    rules::NUMBER_RANGE,
                    node.span,
                    format!("`{key}` is {number}, which is no integer of 64 bits"),
                )
                .help("write a whole number, or use `type: number`");
            None
        }
    }
}

/// A number as an integer, by its value: `400.0` and `4e2` are 400.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number below 2^53 is an integer of 64 bits"
)]
pub(super) fn whole_value(number: &serde_json::Number) -> Option<i64> {
    /// Above it, a floating-point number may stand for several integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let value = number.as_f64()?;
        (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
    })
}

fn check_range<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, integer: &IntegerRules) {
    let (lowest, highest) = limits(integer.width);
    let low = i128::from(integer.minimum.unwrap_or(lowest)) + i128::from(integer.exclusive_minimum);
    let high =
        i128::from(integer.maximum.unwrap_or(highest)) - i128::from(integer.exclusive_maximum);
    if low > high {
        let bound = |bound: i128, exclusive: bool, by: i128| {
            if exclusive {
                format!("{} (excluded)", bound - by)
            } else {
                bound.to_string()
            }
        };
        let low = bound(low, integer.exclusive_minimum, 1);
        let high = bound(high, integer.exclusive_maximum, -1);
        cx.empty_range(fields, "minimum", "maximum", &low, &high);
        return;
    }
    if let Some(step) = integer.multiple_of {
        let step = i128::from(step);
        let first = low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step };
        if first > high {
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

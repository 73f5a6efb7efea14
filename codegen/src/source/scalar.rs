//! Plain scalars of YAML 1.2's core schema (section 10.3.2 of its specification).

use super::Value;
use serde_json::Number;

/// What a plain (unquoted) scalar means.
pub(super) fn resolve(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Err("`.nan` is a number that JSON does not have".into()),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Err(format!("`{text}` is a number that JSON does not have"));
    }
    let radix = |digits: &str, radix: u32| {
        i64::from_str_radix(digits, radix)
            .map(|number| Value::Number(number.into()))
            .map_err(|_| too_large(text))
    };
    if let Some(digits) = text.strip_prefix("0o")
        && all(digits, |c| c.is_digit(8))
    {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x")
        && all(digits, |c| c.is_ascii_hexdigit())
    {
        return radix(digits, 16);
    }
    if all(unsigned, |c| c.is_ascii_digit()) {
        let number = text.strip_prefix('+').unwrap_or(text);
        return number
            .parse::<i64>()
            .map(Number::from)
            .or_else(|_| number.parse::<u64>().map(Number::from))
            .map(Value::Number)
            .map_err(|_| too_large(text));
    }
    if is_float(unsigned) {
        return text
            .parse::<f64>()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| too_large(text));
    }
    Ok(Value::String(text.to_owned()))
}

fn too_large(text: &str) -> String {
    format!("`{text}` is beyond the numbers that can be kept exactly")
}

fn all(text: &str, is: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is)
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, part)) => {
            digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty())
        }
        None => all(mantissa, |c| c.is_ascii_digit()),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        all(unsigned, |c| c.is_ascii_digit())
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn json(text: &str) -> Json {
        let value = resolve(text).unwrap();
        super::super::Node {
            span: crate::diagnostic::Span::default(),
            value,
        }
        .to_json()
    }

    #[test]
    fn scalars_of_the_core_schema_are_resolved() {
        for (text, value) in [
            ("", Json::Null),
            ("~", Json::Null),
            ("Null", Json::Null),
            ("TRUE", json!(true)),
            ("false", json!(false)),
            ("12", json!(12)),
            ("+12", json!(12)),
            ("-7", json!(-7)),
            ("007", json!(7)),
            ("0o17", json!(15)),
            ("0xfF", json!(255)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5", json!(1.5)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("-1e3", json!(-1000.0)),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_or_a_boolean_stays_text() {
        for text in [
            "yes",
            "no",
            "on",
            "2026-01-02",
            "19:00",
            "1_000",
            ".",
            "-",
            "1e",
            "0x",
            "e5",
            "1.2.3",
            "0b1",
            "nULL",
        ] {
            assert_eq!(json(text), json!(text));
        }
    }

    #[test]
    fn numbers_that_json_cannot_keep_are_refused() {
        for text in [
            ".inf",
            "-.INF",
            ".nan",
            "18446744073709551616",
            "1e999",
            "0xffffffffffffffffff",
        ] {
            assert!(resolve(text).is_err(), "{text}");
        }
    }
}

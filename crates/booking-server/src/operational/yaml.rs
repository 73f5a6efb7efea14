//! Says a YAML document in JSON, in the same order: readers of the contract see it as it
//! was written.
//!
//! It knows the part of YAML that a contract is written in: mappings with plain keys,
//! sequences and scalars of the core schema (YAML 1.2, section 10.3). Anchors, aliases,
//! tags and several documents are refused.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Number, Value};

/// Why a document cannot be said in JSON.
#[derive(Debug, thiserror::Error)]
pub(super) enum YamlError {
    /// It is not YAML.
    #[error("{0}")]
    Malformed(#[from] ScanError),
    /// It uses a part of YAML that contracts are not written in.
    #[error("{line}:{column}: {what} cannot be said in JSON")]
    Unsupported {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// The part.
        what: &'static str,
    },
}

/// A collection that is not closed yet.
enum Open {
    Sequence { is_empty: bool },
    Mapping { entries: usize, in_value: bool },
}

/// The same document in JSON.
pub(super) fn to_json(yaml: &str) -> Result<String, YamlError> {
    let mut json = String::with_capacity(yaml.len());
    let mut open: Vec<Open> = Vec::new();
    let mut documents = 0;
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event?;
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(unsupported(&span, "a second document"));
                }
            }
            Event::Scalar(text, style, 0, None) => {
                let is_key = begin(&mut json, &mut open, &span, true)?;
                let value = match style {
                    ScalarStyle::Plain if !is_key => resolve(&text),
                    _ => Value::from(text.into_owned()),
                };
                json.push_str(&value.to_string());
            }
            Event::SequenceStart(0, None) => {
                begin(&mut json, &mut open, &span, false)?;
                json.push('[');
                open.push(Open::Sequence { is_empty: true });
            }
            Event::MappingStart(0, None) => {
                begin(&mut json, &mut open, &span, false)?;
                json.push('{');
                open.push(Open::Mapping {
                    entries: 0,
                    in_value: false,
                });
            }
            Event::SequenceEnd => {
                open.pop();
                json.push(']');
            }
            Event::MappingEnd => {
                open.pop();
                json.push('}');
            }
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                return Err(unsupported(&span, "an anchor or a tag"));
            }
            Event::Alias(_) => return Err(unsupported(&span, "an alias")),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    Ok(json)
}

/// Writes what stands before a node, and says whether the node is a key.
fn begin(
    json: &mut String,
    open: &mut [Open],
    span: &Span,
    can_be_key: bool,
) -> Result<bool, YamlError> {
    match open.last_mut() {
        None => Ok(false),
        Some(Open::Sequence { is_empty }) => {
            if !std::mem::replace(is_empty, false) {
                json.push(',');
            }
            Ok(false)
        }
        Some(Open::Mapping { in_value, .. }) if *in_value => {
            *in_value = false;
            json.push(':');
            Ok(false)
        }
        Some(Open::Mapping { entries, in_value }) => {
            if !can_be_key {
                return Err(unsupported(span, "a key that is not a scalar"));
            }
            if *entries > 0 {
                json.push(',');
            }
            *entries += 1;
            *in_value = true;
            Ok(true)
        }
    }
}

/// What an unquoted scalar means in the core schema.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    // Rust's own parsers also take `inf` and `nan`, which are words here.
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Value::from(text);
    }
    // `+1-555` stays a text; so does `+5`, which the core schema reads as a number, but
    // which nobody writes in a contract to mean one.
    if let Ok(integer) = text.parse::<i64>()
        && !text.starts_with('+')
    {
        return Value::from(integer);
    }
    if text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && let Some(number) = text.parse().ok().and_then(Number::from_f64)
    {
        return Value::Number(number);
    }
    Value::from(text)
}

fn unsupported(span: &Span, what: &'static str) -> YamlError {
    YamlError::Unsupported {
        line: span.start.line(),
        column: span.start.col() + 1,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_types_are_kept() {
        let yaml = "b: 1\na: [x, -2, 0.5, true, null, '3', \"q\\n\"]\nc:\n  - {d: 2027-02-15}\n  - []\n  - {}\n";
        assert_eq!(
            to_json(yaml).unwrap(),
            r#"{"b":1,"a":["x",-2,0.5,true,null,"3","q\n"],"c":[{"d":"2027-02-15"},[],{}]}"#
        );
    }

    #[test]
    fn keys_are_always_text() {
        assert_eq!(
            to_json("200: ok\ntrue: yes\n").unwrap(),
            r#"{"200":"ok","true":"yes"}"#
        );
    }

    #[test]
    fn blocks_of_text_are_kept() {
        assert_eq!(
            to_json("a: |-\n  one\n  two\nb: >-\n  one\n  two\n").unwrap(),
            "{\"a\":\"one\\ntwo\",\"b\":\"one two\"}"
        );
    }

    #[test]
    fn words_that_look_like_numbers_are_text() {
        for text in ["3.0.3", "+1-555-123-4567", "nan", "inf", "1e", "bk_7"] {
            assert_eq!(resolve(text), Value::from(text), "{text}");
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_its_place() {
        for (yaml, place) in [
            ("a: &x 1\n", "1:"),
            ("a: &x 1\nb: *x\n", "1:"),
            ("a: !!str 1\n", "1:"),
            ("a: 1\n? [b]\n: 2\n", "2:3"),
            ("a: 1\n---\nb: 2\n", "2:1"),
        ] {
            let message = to_json(yaml).unwrap_err().to_string();
            assert!(message.starts_with(place), "{yaml}: {message}");
        }
    }

    #[test]
    fn broken_yaml_is_refused() {
        assert!(to_json("a: [1\nb: 2").is_err());
    }
}

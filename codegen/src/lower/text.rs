//! Strings: lengths, patterns, formats, enumerations.

use super::Cx;
use super::fields::Fields;
use crate::diagnostic::{Span, rules};
use crate::ir::{EnumValue, Pattern, TextFormat, TextRules, TypeKind};
use crate::naming;
use crate::pattern;
use crate::source::{Node, Value};
use regex_syntax::hir::{Hir, HirKind, Look};
use std::collections::HashMap;

const FORMATS: &str =
    "date, date-time, time, uuid, email, uri, wall-clock-time, entity-tag-condition";

pub(super) fn lower<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> Option<TypeKind> {
    check_personal_data(cx, fields);
    if fields.mapping.contains("enum") {
        refuse_beside(
            cx,
            fields,
            "an enumeration",
            &[
                "format",
                "minLength",
                "maxLength",
                "pattern",
                "x-personal-data",
            ],
        );
        return enumeration(cx, fields).map(TypeKind::Enumeration);
    }
    let format = match fields.get("format") {
        Some(node) => Some(cx.string(node, "`format`")?),
        None => None,
    };
    let (kind, what) = match format {
        Some("date") => (TypeKind::Date, "a date"),
        Some("date-time") => (TypeKind::DateTime, "a date-time"),
        Some("uuid") => (TypeKind::Uuid, "a UUID"),
        _ => return rules_of(cx, fields, format).map(TypeKind::Text),
    };
    refuse_beside(cx, fields, what, &["minLength", "maxLength", "pattern"]);
    Some(kind)
}

/// Data is personal or nothing is said of it: there is no "not personal" that could be forgotten.
fn check_personal_data<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    if cx.flag(fields, "x-personal-data") == Some(false) {
        let span = fields
            .get("x-personal-data")
            .map_or(fields.at, |node| node.span);
        cx.sink
            .report(
                rules::WRONG_KIND,
                span,
                "`x-personal-data` must be `true`, and is `false`",
            )
            .help("remove it: that says the same");
    }
}

/// Reports keywords that could only repeat or narrow what the type says already.
fn refuse_beside<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, what: &str, keywords: &[&str]) {
    for keyword in keywords {
        if let Some(entry) = fields.entry(keyword) {
            cx.sink
                .report(
                    rules::INAPPLICABLE_KEYWORD,
                    entry.key_span,
                    format!("`{keyword}` beside {what} is not enforced"),
                )
                .help(format!("remove it: {what} is held to its own rules only"));
        }
    }
}

fn enumeration<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> Option<Vec<EnumValue>> {
    let items = cx.list_of(fields, "enum")?;
    if items.is_empty() {
        cx.sink
            .report(
                rules::ENUM_VALUES,
                fields.span_of("enum"),
                "this enumeration has no values",
            )
            .help("list the values that are allowed");
        return None;
    }
    let nullable = cx.flag(fields, "nullable") == Some(true);
    let has_null = items.iter().any(|item| matches!(item.value, Value::Null));
    if nullable && !has_null {
        cx.sink
            .report(
                rules::NULLABLE_WITHOUT_TYPE,
                fields.span_of("nullable"),
                "`null` is not among the values of the `enum` beside `nullable`",
            )
            .help("add `null` to the `enum`: its list is all that is accepted");
    }
    let mut values: Vec<EnumValue> = Vec::with_capacity(items.len());
    let mut wires: HashMap<&str, Span> = HashMap::new();
    let mut idents: HashMap<String, (Span, &str)> = HashMap::new();
    for item in items {
        let Some(wire) = item.as_str() else {
            let may_stand = nullable && matches!(item.value, Value::Null);
            if !item.is_refused() && !may_stand {
                let help = match item.value {
                    Value::Null => {
                        "write `'NULL'` for the text, or `nullable: true` beside the `enum` of what may be null"
                    }
                    _ => "quote it if it is a text; use `minimum` and `maximum` for numbers",
                };
                cx.sink
                    .report(
                        rules::ENUM_VALUES,
                        item.span,
                        format!(
                            "a value of this enumeration is {}, not a string",
                            item.describe()
                        ),
                    )
                    .help(help);
            }
            continue;
        };
        if let Some(&first) = wires.get(wire) {
            cx.sink
                .report(
                    rules::ENUM_VALUES,
                    item.span,
                    format!("the value `{wire}` stands twice"),
                )
                .help("remove one of the two")
                .related(first, "first here");
            continue;
        }
        wires.insert(wire, item.span);
        let ident = naming::type_ident(wire);
        if let Some((first, other)) = idents.get(&ident) {
            cx.sink
                .report(
                    rules::NAME_COLLISION,
                    item.span,
                    format!("`{wire}` and `{other}` would both be called `{ident}` in Rust"),
                )
                .help("choose values that differ in more than case and punctuation")
                .related(*first, "the other one");
            continue;
        }
        idents.insert(ident.clone(), (item.span, wire));
        values.push(EnumValue {
            wire: wire.to_owned(),
            ident,
        });
    }
    (!values.is_empty()).then_some(values)
}

fn rules_of<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, format: Option<&str>) -> Option<TextRules> {
    let known = |name| TextFormat::ALL.iter().find(|(known, _)| *known == name);
    let format = match format.map(|name| (name, known(name))) {
        None => None,
        Some((_, Some((_, format)))) => Some(*format),
        Some((other, None)) => {
            let help = match other {
                "byte" | "binary" => {
                    "bodies are JSON: send a text with a `pattern`, and say how it is encoded"
                        .to_owned()
                }
                "password" => "remove it, since it only hints at how to show the value, and write `x-personal-data: true`: that keeps it out of every log".to_owned(),
                _ => match super::fields::did_you_mean(other, FORMATS.split(", ")) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("use one of {FORMATS}, or a `pattern`"),
                },
            };
            let span = fields.get("format").map_or(fields.at, |node| node.span);
            cx.sink
                .report(
                    rules::UNSUPPORTED_FORMAT,
                    span,
                    format!("the format `{other}` is not enforced for strings"),
                )
                .help(help);
            None
        }
    };
    if format.is_some_and(TextFormat::is_ours) && !fields.mapping.contains("pattern") {
        cx.sink
            .report(
                rules::UNSUPPORTED_FORMAT,
                fields.span_of("format"),
                "only this generator knows the format, and no `pattern` stands beside it",
            )
            .help("say the same in a `pattern`, for everybody else who reads the contract");
    }
    let min_length = cx.size(fields, "minLength");
    let max_length = cx.size(fields, "maxLength");
    if let (Some(min), Some(max)) = (min_length, max_length)
        && min > max
    {
        cx.empty_range(
            fields,
            "minLength",
            "maxLength",
            &min.to_string(),
            &max.to_string(),
        );
    }
    if let (Some(max), Some(format)) = (max_length, format)
        && max < shortest(format)
    {
        cx.sink
            .report(
                rules::EMPTY_RANGE,
                fields.span_of("maxLength"),
                format!("no text of this format fits into {max} characters"),
            )
            .help(format!("allow at least {} characters", shortest(format)));
    }
    let mut rules = TextRules {
        min_length,
        max_length,
        pattern: None,
        format,
    };
    if let Some(node) = fields.get("pattern") {
        rules.pattern = pattern(cx, node);
        if let Some(pattern) = &rules.pattern {
            contradictions(cx, node.span, pattern, &rules);
        }
    }
    Some(rules)
}

/// The shortest text of a format, in characters.
fn shortest(format: TextFormat) -> u32 {
    match format {
        // a@b
        TextFormat::Email => 3,
        // a:
        TextFormat::Uri => 2,
        // 19:00:00Z
        TextFormat::Time => 9,
        // 9:00
        TextFormat::WallClockTime => 4,
        // *
        TextFormat::EntityTagCondition => 1,
    }
}

fn pattern<'a>(cx: &mut Cx<'a>, node: &'a Node) -> Option<Pattern> {
    let source = cx.string(node, "`pattern`")?;
    match pattern::translate(source) {
        Ok(rust) => Some(Pattern {
            source: source.to_owned(),
            rust,
        }),
        Err(error) => {
            let rule = if error.unsupported {
                rules::PATTERN_UNSUPPORTED
            } else {
                rules::PATTERN_SYNTAX
            };
            let message = format!(
                "{} (at character {} of the pattern)",
                error.message,
                error.offset + 1
            );
            let span = cx.inside(node.span, source, error.offset, error.len);
            cx.sink.report(rule, span, message).help(error.help);
            None
        }
    }
}

/// Reports a pattern that no text of the allowed lengths and format can match.
fn contradictions(cx: &mut Cx<'_>, span: Span, pattern: &Pattern, text: &TextRules) {
    let Ok(hir) = regex_syntax::parse(&pattern.rust) else {
        return;
    };
    let (shortest_match, longest_match) = lengths(&hir);
    let properties = hir.properties();
    let whole = properties.look_set_prefix().contains(Look::Start)
        && properties.look_set_suffix().contains(Look::End);
    let mut message = None;
    if let Some(max) = text.max_length
        && shortest_match > u64::from(max)
    {
        message = Some(format!(
            "the pattern needs at least {shortest_match} characters, and `maxLength` is {max}"
        ));
    }
    let needed = text
        .min_length
        .unwrap_or(0)
        .max(text.format.map_or(0, shortest));
    if let Some(longest) = longest_match
        && whole
        && longest < u64::from(needed)
    {
        message = Some(format!(
            "the pattern allows at most {longest} characters, and `minLength` or `format` needs {needed}"
        ));
    }
    if let Some(message) = message {
        cx.sink
            .report(rules::PATTERN_CONTRADICTION, span, message)
            .help("no text obeys both: correct the pattern or what stands beside it");
    }
}

/// How many characters matches of an expression have, at least and at most.
fn lengths(hir: &Hir) -> (u64, Option<u64>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let count = String::from_utf8_lossy(&literal.0).chars().count() as u64;
            (count, Some(count))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (min, max) = lengths(&repetition.sub);
            let most = match (max, repetition.max) {
                (Some(0), _) => Some(0),
                (Some(max), Some(times)) => Some(max.saturating_mul(times.into())),
                _ => None,
            };
            (min.saturating_mul(repetition.min.into()), most)
        }
        HirKind::Concat(parts) => {
            parts
                .iter()
                .map(lengths)
                .fold((0, Some(0)), |(a, b), (min, max)| {
                    (
                        a.saturating_add(min),
                        b.zip(max).map(|(b, max)| b.saturating_add(max)),
                    )
                })
        }
        HirKind::Alternation(parts) => parts
            .iter()
            .map(lengths)
            .reduce(|(a, b), (min, max)| (a.min(min), b.zip(max).map(|(b, max)| b.max(max))))
            .unwrap_or((0, None)),
    }
}

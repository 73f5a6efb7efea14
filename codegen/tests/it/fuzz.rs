//! RuleViolation contracts: whatever the text, the answer is a contract or diagnostics that have a
//! place in it, and never a panic.

use booking_codegen::load;
use proptest::prelude::*;
use std::collections::BTreeSet;

const VALID: &str = include_str!("../valid/things.yaml");

/// A contract that breaks no rule, and has every kind of security.
const SECURE: &str = include_str!("../accept/security.yaml");

/// The same in few lines, so that every one of them can be changed in every way.
const SMALL_SECURE: &str = include_str!("../valid/security.yaml");

/// Every key at every place.
const EVERYTHING: &str = include_str!("../valid/everything.yaml");

/// What may stand where something else is expected.
const ODD: &[&str] = &[
    "",
    "null",
    "true",
    "-1",
    "0",
    "1.5",
    "1e400",
    "99999999999999999999",
    "''",
    "x",
    "'a: b'",
    "[]",
    "{}",
    "[[]]",
    "[1, {}]",
    "{ a: 1 }",
    "{ $ref: 7 }",
    "{ $ref: '#/components/schemas/Thing' }",
    "{ $ref: '#/components/schemas/Nothing' }",
    "{ allOf: [{ $ref: '#/components/schemas/Thing' }] }",
    "{ type: object }",
    "{ type: array }",
    "{ type: string, enum: [] }",
    "*alias",
    "&anchor a",
    "!tag a",
    "|",
    ">-",
    "? a",
    "@",
    "`",
    "%",
    "\t",
    "\u{0}",
    "\u{FEFF}",
    "ä\u{1F600}",
    "---",
    "...",
    "<<: *a",
    "object",
    "array",
    "string",
    "integer",
    "'^(a'",
    "(?=a)",
    "minLength",
    "/{a}/{a}",
    "$response.body#/a/b",
];

fn holds(text: &str) {
    let Err(found) = load("fuzz.yaml", text) else {
        return;
    };
    assert!(!found.is_empty());
    // YAML ends a line with LF, CR LF or CR.
    let lines = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .lines()
        .count()
        .max(1);
    let mut last = (0, 0);
    for diagnostic in &found {
        let at = (diagnostic.span.line, diagnostic.span.column);
        assert!(at >= last, "unsorted: {diagnostic:?}");
        // What is missing at the end is reported in the line after it.
        assert!(
            at.0 >= 1 && at.1 >= 1 && at.0 <= lines + 1,
            "outside of the text: {diagnostic:?}"
        );
        assert_ne!(
            diagnostic.rule.id(),
            "openapi-model",
            "a rule is missing: {diagnostic:?}\n{text}"
        );
        last = at;
    }
    assert!(found.to_string().contains("fuzz.yaml:"));
}

/// One change to one line of a contract.
#[derive(Debug, Clone)]
enum Change {
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Exchange(prop::sample::Index, prop::sample::Index),
    Indent(prop::sample::Index, usize),
    Value(prop::sample::Index, prop::sample::Index),
    Key(prop::sample::Index, prop::sample::Index),
    Garble(prop::sample::Index, char),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Change::Remove),
        index().prop_map(Change::Repeat),
        (index(), index()).prop_map(|(a, b)| Change::Exchange(a, b)),
        (index(), 0..12_usize).prop_map(|(line, depth)| Change::Indent(line, depth)),
        (index(), index()).prop_map(|(line, odd)| Change::Value(line, odd)),
        (index(), index()).prop_map(|(line, other)| Change::Key(line, other)),
        (index(), any::<char>()).prop_map(|(at, c)| Change::Garble(at, c)),
    ]
}

fn apply(lines: &mut Vec<String>, change: &Change) {
    if lines.is_empty() {
        return;
    }
    let len = lines.len();
    match change {
        Change::Remove(at) => {
            lines.remove(at.index(len));
        }
        Change::Repeat(at) => {
            let line = lines[at.index(len)].clone();
            lines.insert(at.index(len), line);
        }
        Change::Exchange(a, b) => lines.swap(a.index(len), b.index(len)),
        Change::Indent(at, depth) => {
            let line = &mut lines[at.index(len)];
            *line = format!("{}{}", " ".repeat(*depth), line.trim_start());
        }
        Change::Value(at, odd) => {
            let line = &mut lines[at.index(len)];
            if let Some((key, _)) = line.split_once(": ") {
                *line = format!("{key}: {}", odd.get(ODD));
            }
        }
        Change::Key(at, other) => {
            let key = lines[other.index(len)]
                .trim()
                .split(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            let line = &mut lines[at.index(len)];
            if let Some((old, value)) = line.split_once(':') {
                let indent = old.len() - old.trim_start().len();
                *line = format!("{}{key}:{value}", " ".repeat(indent));
            }
        }
        Change::Garble(at, c) => {
            let line = &mut lines[at.index(len)];
            let mut chars: Vec<char> = line.chars().collect();
            if !chars.is_empty() {
                let place = at.index(chars.len());
                chars[place] = *c;
            }
            *line = chars.into_iter().collect();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_contract_gives_a_contract_or_places(changes in prop::collection::vec(change(), 1..6)) {
        let mut lines: Vec<String> = VALID.lines().map(str::to_owned).collect();
        for change in &changes {
            apply(&mut lines, change);
        }
        holds(&lines.join("\n"));
    }

    #[test]
    fn a_changed_contract_with_security_gives_a_contract_or_places(
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut lines: Vec<String> = SECURE.lines().map(str::to_owned).collect();
        for change in &changes {
            apply(&mut lines, change);
        }
        holds(&lines.join("\n"));
    }

    #[test]
    fn a_truncated_contract_gives_places(end in 0..VALID.len()) {
        if VALID.is_char_boundary(end) {
            holds(&VALID[..end]);
        }
    }

    #[test]
    fn any_text_gives_places(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_bytes_give_places(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_yaml_punctuation_gives_places(text in "[-?:,\\[\\]{}#&*!|>'\"%@`a1 \\n\\t]{0,40}") {
        holds(&text);
    }
}

#[test]
fn every_odd_value_at_every_key_gives_a_contract_or_places() {
    let lines: Vec<&str> = VALID.lines().collect();
    // Every line with a value, each with a few of the odd values, so that all meet in the end.
    for (index, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(": ") else {
            continue;
        };
        for odd in ODD.iter().skip(index % 5).step_by(5) {
            let changed = format!("{key}: {odd}");
            let mut text = lines[..index].join("\n");
            text.push('\n');
            text.push_str(&changed);
            text.push('\n');
            text.push_str(&lines[index + 1..].join("\n"));
            holds(&text);
        }
    }
}

/// A text with one of its lines replaced by others.
fn with_line(lines: &[&str], index: usize, instead: &[&str]) -> String {
    [&lines[..index], instead, &lines[index + 1..]]
        .concat()
        .join("\n")
}

/// What stands before the key of a line, the key, and what follows it.
fn key_of(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find(|c| !matches!(c, ' ' | '-'))?;
    let rest = &line[start..];
    let end = rest
        .find(": ")
        .or_else(|| rest.ends_with(':').then_some(rest.len() - 1))?;
    Some((&line[..start], &rest[..end], &rest[end..]))
}

/// The lines of `security` and `securitySchemes`, with all that stands below them.
fn security_lines(lines: &[&str]) -> Vec<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    let mut below = None;
    for (index, line) in lines.iter().enumerate() {
        let is_inside = below.is_some_and(|outer| {
            indent(line) > outer || (indent(line) == outer && line.trim_start().starts_with("- "))
        });
        if !is_inside {
            let key = key_of(line).map_or("", |(_, key, _)| key);
            below = matches!(key, "security" | "securitySchemes").then(|| indent(line));
        }
        if below.is_some() {
            found.push(index);
        }
    }
    found
}

/// Asserts that each text holds, on two threads.
fn all_hold(texts: &[String]) {
    let (one, other) = texts.split_at(texts.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| one.iter().for_each(|text| holds(text)));
        other.iter().for_each(|text| holds(text));
    });
}

#[test]
fn the_small_contract_with_security_breaks_no_rule() {
    if let Err(found) = load("security.yaml", SMALL_SECURE) {
        panic!("{found}");
    }
}

#[test]
fn every_key_at_every_line_about_security_gives_a_contract_or_places() {
    let lines: Vec<&str> = SMALL_SECURE.lines().collect();
    let keys: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| key_of(line).map(|(_, key, _)| key))
        .chain(["$ref", "x-other"])
        .collect();
    let about_security = security_lines(&lines);
    assert!(
        about_security.len() > 45 && keys.len() > 60,
        "the contract was not understood: {} lines, {} keys",
        about_security.len(),
        keys.len()
    );
    let mut texts = Vec::new();
    for index in about_security {
        if let Some((before, _, value)) = key_of(lines[index]) {
            texts.extend(keys.iter().map(|key| {
                let changed = format!("{before}{key}{value}");
                with_line(&lines, index, &[&changed])
            }));
        }
    }
    all_hold(&texts);
}

#[test]
fn a_line_about_security_that_is_removed_repeated_or_odd_gives_a_contract_or_places() {
    let lines: Vec<&str> = SMALL_SECURE.lines().collect();
    let mut texts = Vec::new();
    for index in security_lines(&lines) {
        let line = lines[index];
        texts.push(with_line(&lines, index, &[]));
        texts.push(with_line(&lines, index, &[line, line]));
        if let Some((before, key, _)) = key_of(line) {
            texts.extend(ODD.iter().map(|odd| {
                let changed = format!("{before}{key}: {odd}");
                with_line(&lines, index, &[&changed])
            }));
        }
    }
    all_hold(&texts);
}

#[test]
fn a_reference_in_the_place_of_any_key_gives_a_contract_or_places() {
    let lines: Vec<&str> = EVERYTHING.lines().collect();
    let mut texts = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some((before, _, value)) = key_of(line) {
            let changed = format!("{before}$ref{value}");
            texts.push(with_line(&lines, index, &[&changed]));
        }
    }
    all_hold(&texts);
}

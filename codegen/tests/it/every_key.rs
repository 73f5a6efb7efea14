//! No key is dropped: in a contract that has every key at every place, each value that cannot be
//! what it should is reported, and so is each key that has no business there.

use booking_codegen::load;

const EVERYTHING: &str = include_str!("../valid/everything.yaml");

/// A line with a key: its number, the column of the key, and the key.
fn keys<'a>(lines: &[&'a str]) -> Vec<(usize, usize, &'a str)> {
    let mut keys = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let mut rest = line.trim_start();
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item.trim_start();
        }
        let column = line.len() - rest.len();
        if rest.starts_with('#') {
            continue;
        }
        if let Some((key, value)) = rest.split_once(':')
            && (value.is_empty() || value.starts_with(' '))
        {
            keys.push((number, column, key));
        }
    }
    keys
}

/// The first line after the value of a key.
fn end(lines: &[&str], number: usize, column: usize) -> usize {
    let below = |line: &&str| {
        let indent = line.len() - line.trim_start().len();
        indent > column || (indent == column && line[indent..].starts_with("- "))
    };
    number
        + 1
        + lines[number + 1..]
            .iter()
            .take_while(|line| below(line))
            .count()
}

#[test]
fn a_contract_with_every_key_is_accepted() {
    if let Err(found) = load("everything.yaml", EVERYTHING) {
        panic!("{found}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_reported_at_every_key() {
    let lines: Vec<&str> = EVERYTHING.lines().collect();
    let keys = keys(&lines);
    assert!(
        keys.len() > 300,
        "the contract was not understood: {} keys",
        keys.len()
    );
    for (number, column, key) in keys {
        let changed = format!("{}{key}: [[]]", &lines[number][..column]);
        let mut text: Vec<&str> = lines[..number].to_vec();
        text.push(&changed);
        text.extend(&lines[end(&lines, number, column)..]);
        assert!(
            load("everything.yaml", &text.join("\n")).is_err(),
            "line {}: `{changed}` is accepted",
            number + 1
        );
    }
}

#[test]
fn a_key_that_has_no_business_there_is_reported_in_every_object() {
    let lines: Vec<&str> = EVERYTHING.lines().collect();
    for (number, column, key) in keys(&lines) {
        let extra = format!("{}zz: 1", &lines[number][..column]);
        let rest = format!("{}{}", " ".repeat(column), &lines[number][column..]);
        let mut text: Vec<&str> = lines[..number].to_vec();
        text.extend([extra.as_str(), rest.as_str()]);
        text.extend(&lines[number + 1..]);
        assert!(
            load("everything.yaml", &text.join("\n")).is_err(),
            "line {}: `zz` beside `{key}` is accepted",
            number + 1
        );
    }
}

//! Contracts as JSON, and how tests change them.

use serde_json::{Map, Value};

/// Sets what a JSON pointer names; objects on the way are made. `-` is the end of a list.
pub(super) fn set(document: &mut Value, pointer: &str, value: Value) {
    let steps = steps(pointer);
    let Some((last, parents)) = steps.split_last() else {
        *document = value;
        return;
    };
    match parent(document, parents) {
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => {
            let index: usize = last.parse().expect("a list has indices");
            items[index] = value;
        }
        Value::Object(entries) => {
            entries.insert(last.clone(), value);
        }
        other => panic!("{pointer}: nothing can be set in {other}"),
    }
}

/// Takes away what a JSON pointer names, which must be there.
pub(super) fn remove(document: &mut Value, pointer: &str) -> Value {
    let steps = steps(pointer);
    let (last, parents) = steps.split_last().expect("the root stays");
    let removed = match parent(document, parents) {
        Value::Array(items) => Some(items.remove(last.parse().expect("a list has indices"))),
        Value::Object(entries) => entries.remove(last),
        _ => None,
    };
    removed.unwrap_or_else(|| panic!("{pointer} is not there"))
}

fn steps(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

fn parent<'d>(document: &'d mut Value, steps: &[String]) -> &'d mut Value {
    let mut at = document;
    for step in steps {
        at = match at {
            Value::Array(items) => {
                let index: usize = step.parse().expect("a list has indices");
                &mut items[index]
            }
            Value::Object(entries) => entries
                .entry(step.clone())
                .or_insert_with(|| Value::Object(Map::new())),
            other => panic!("nothing is below {other}"),
        };
    }
    at
}

/// The pointers of everything below a value.
pub(super) fn pointers(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, value)| (index.to_string(), value))
                .collect()
        }
        _ => Vec::new(),
    };
    let below = below.into_iter().flat_map(|(key, value)| {
        let deeper = pointers(value).into_iter();
        let mut all = vec![format!("/{key}")];
        all.extend(deeper.map(|pointer| format!("/{key}{pointer}")));
        all
    });
    below.collect()
}

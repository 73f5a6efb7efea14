//! Values near the bounds of the random schemas.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Every sampled value.
pub(super) fn all() -> &'static [Value] {
    static ALL: LazyLock<Vec<Value>> = LazyLock::new(sample);
    &ALL
}

fn sample() -> Vec<Value> {
    let scalars = scalars();
    let few = [
        json!(null),
        json!(-1),
        json!(0),
        json!(1),
        json!(2.5),
        json!(4),
        json!("a"),
        json!("ab"),
        json!("abbb"),
        json!(true),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": 1}),
        json!({"b": "a"}),
    ];
    let mut values = scalars;
    values.extend(lists(&few));
    values.extend(objects(&few));
    values
}

fn scalars() -> Vec<Value> {
    let mut scalars = vec![json!(null), json!(true), json!(false)];
    scalars.extend((-4..=8).map(Value::from));
    scalars.extend((-8..=14).map(|half| json!(f64::from(half) / 2.0)));
    let far = [i64::from(i32::MIN), i64::from(i32::MAX)];
    for edge in far {
        scalars.extend([edge - 1, edge, edge + 1].map(Value::from));
    }
    for text in [
        "",
        "a",
        "b",
        "c",
        "ab",
        "ba",
        "abc",
        "aab",
        "abab",
        "abbbb",
        "2026-01-31",
        "2026-02-31",
        "a@b.example",
    ] {
        scalars.push(json!(text));
    }
    scalars
}

fn lists(few: &[Value]) -> Vec<Value> {
    let mut lists = vec![json!([]), json!([1, 2, 3]), json!(["a", "b", "a", "b"])];
    for value in few {
        lists.extend([
            json!([value]),
            json!([value, value]),
            json!([value, 1]),
            json!([value, value, value]),
        ]);
    }
    lists
}

fn objects(few: &[Value]) -> Vec<Value> {
    let mut objects = vec![json!({}), json!({"a": 1, "b": 1, "c": 1})];
    for value in few {
        for name in ["a", "b", "c"] {
            objects.push(Value::Object(Map::from_iter([(
                name.to_owned(),
                value.clone(),
            )])));
        }
        for other in few {
            objects.push(json!({"a": value, "b": other}));
        }
        objects.push(json!({"a": value, "c": 1}));
        objects.push(json!({"b": value, "c": "a"}));
    }
    objects
}

//! The comparison of two contracts from outside: two texts in, verdicts out.

mod defaults;
mod edits;
mod golden;
mod keys;
mod keywords;
mod odd;
mod patch;
mod real;
mod rearranged;
mod schemas;
mod versions;

use booking_codegen::breaking::{Comparison, Document, compare};
use serde_json::Value;

/// A contract out of its text.
fn document(text: &str) -> Document {
    Document::parse("contract.yaml", text).unwrap_or_else(|found| panic!("{found}"))
}

/// What changes from one text to the other.
fn changes(old: &str, new: &str) -> Comparison {
    compare(&document(old), &document(new))
}

/// The changes as a person would list them: one line each, with what matters of it.
fn listed(comparison: &Comparison) -> String {
    if comparison.changes.is_empty() {
        return "  no change\n".to_owned();
    }
    let lines = comparison.changes.iter().map(|change| {
        let place = change.place();
        let operations = if change.operations.is_empty() {
            String::new()
        } else {
            format!("\n      {}", change.operations.join(", "))
        };
        format!(
            "  {} {}: {} (hurts {})\n      {} {}{operations}\n",
            change.verdict, change.rule, change.message, change.hurts, change.side, place.pointer,
        )
    });
    lines.collect()
}

/// A contract with nothing of security. Security goes by names, and `{}` is met by everybody, so
/// that it has rows and edits of its own. The root says that everybody may call: no contract of ours
/// may, but those that were published by others do.
fn without_security(mut contract: Value) -> Value {
    patch::remove(&mut contract, "/components/securitySchemes");
    let paths = contract["paths"].as_object_mut().expect("it has paths");
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for operation in item.values_mut().filter_map(Value::as_object_mut) {
            operation.remove("security");
        }
    }
    contract["security"] = Value::Array(Vec::new());
    contract
}

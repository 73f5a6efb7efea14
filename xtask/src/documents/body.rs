//! What callers send and get, as far as a document says what it is.

use booking_codegen::ir::Contract;
use contract_witness::flaws;
use serde_json::Value;

use super::Flaw;
use super::markdown::Code;

/// Where the server of a document listens.
const SERVER: &str = "http://127.0.0.1:8080";

/// A body that breaks the contract, or a path of `curl` that it does not have.
pub(super) fn check(code: &Code, contract: &Contract) -> Vec<Flaw> {
    match code.info().as_slice() {
        ["json", operation, what] => body(code, contract, operation, what).into_iter().collect(),
        ["sh" | "bash" | "text" | "console", ..] => paths(code, contract),
        _ => Vec::new(),
    }
}

fn body(code: &Code, contract: &Contract, operation: &str, what: &str) -> Option<Flaw> {
    let broken = |message: String| {
        Some(Flaw {
            rule: "document-body",
            line: 0,
            message,
            help: "write the body as the contract has it; behind the fence stand the operation \
                and `request`, or the status of the answer",
        })
    };
    let Some(schema) = schema(&contract.document, operation, what) else {
        return broken(format!(
            "the contract has no {what} of {operation} with a JSON body"
        ));
    };
    let value: Value = match serde_json::from_str(&code.text) {
        Ok(value) => value,
        Err(error) => return broken(format!("this is no JSON: {error}")),
    };
    match flaws(&contract.document, schema, &value) {
        Ok(flaws) if flaws.is_empty() => None,
        Ok(flaws) => broken(format!("{operation} {what}: {}", flaws.join("; "))),
        Err(error) => broken(error),
    }
}

/// The schema of a body: that of a request, or of the answer with a status.
fn schema<'a>(document: &'a Value, operation: &str, what: &str) -> Option<&'a Value> {
    let paths = document["paths"].as_object()?;
    let mut operations = paths.values().filter_map(Value::as_object).flatten();
    let (_, found) = operations.find(|(_, one)| one["operationId"] == operation)?;
    let holder = match what {
        "request" => &found["requestBody"],
        status => &found["responses"][status],
    };
    let holder = match holder["$ref"].as_str() {
        Some(reference) => document.pointer(reference.strip_prefix('#')?)?,
        None => holder,
    };
    holder.pointer("/content/application~1json/schema")
}

fn paths(code: &Code, contract: &Contract) -> Vec<Flaw> {
    let base = format!("{SERVER}{}", contract.base_path);
    let mut flaws = Vec::new();
    for (line, text) in code.text.lines().enumerate() {
        let ends = |c: char| c.is_whitespace() || "'\"`?#".contains(c);
        for rest in text.split(base.as_str()).skip(1) {
            let path = rest.split(ends).next().unwrap_or_default();
            if !path.is_empty() && !is_route(contract, path) {
                flaws.push(Flaw {
                    rule: "document-path",
                    line,
                    message: format!("the contract has no path {path}"),
                    help: "write what it is now",
                });
            }
        }
    }
    flaws
}

/// Whether the contract has a path, with values for its variables.
fn is_route(contract: &Contract, path: &str) -> bool {
    let templates = contract.document["paths"].as_object();
    templates.into_iter().flatten().any(|(template, _)| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template
                .zip(path)
                .all(|(part, value)| part == value || part.starts_with('{') && !value.is_empty())
    })
}

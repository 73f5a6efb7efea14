//! `idempotency-key`: which operations can be repeated safely, and what is declared where they can.

use crate::diagnostic::{Sink, rules};
use crate::ir::{IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_IN_USE, Method, ParameterLocation};
use crate::lower::model::{Model, OperationInfo};

/// Whether callers can send a key with which the operation is done once, however often it is sent.
pub(super) fn takes_key(operation: &OperationInfo<'_>) -> bool {
    operation.parameters.iter().any(|parameter| {
        parameter.location == ParameterLocation::Header
            && parameter.wire.eq_ignore_ascii_case(IDEMPOTENCY_KEY)
    })
}

/// A contract that knows no keys at all need not say so.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let operations = &model.operations;
    let knows_keys =
        |operation: &OperationInfo<'_>| takes_key(operation) || operation.idempotency.is_some();
    if !operations.iter().any(knows_keys) {
        return;
    }
    for operation in operations {
        check_operation(operation, sink);
        check_headers(operation, sink);
    }
}

fn check_operation(operation: &OperationInfo<'_>, sink: &mut Sink) {
    let (name, takes_key) = (operation.name(), takes_key(operation));
    let is_post = operation.method == Method::Post;
    let (at, message, help) = match operation.idempotency {
        Some((text, at)) if text != "none" => (
            at,
            "`x-idempotency` has one value: `none`".to_owned(),
            "write `none`, or remove it and add the parameter `Idempotency-Key`",
        ),
        Some((_, at)) if !is_post || takes_key => (
            at,
            format!("`x-idempotency` stands on {name}, which is no POST without a key"),
            "remove it: it says of a POST that it takes no `Idempotency-Key`",
        ),
        None if takes_key && !is_post => (
            operation.at,
            format!("{name} takes an `Idempotency-Key`, and is no POST"),
            "remove the parameter: the method says that it can be repeated",
        ),
        None if !takes_key && is_post => (
            operation.at,
            format!("{name} does not say whether it can be repeated"),
            "add the parameter `Idempotency-Key`; or `x-idempotency: none`, where it shows a secret or is the same when it is repeated",
        ),
        _ => return,
    };
    sink.report(rules::IDEMPOTENCY_KEY, at, message).help(help);
}

/// The header that tells how long to wait is of this code alone, whatever stands beside it; and no
/// other header is of one code.
fn check_headers(operation: &OperationInfo<'_>, sink: &mut Sink) {
    for response in &operation.responses {
        let Some(info) = response.info.as_deref() else {
            continue;
        };
        let Some((_, listed)) = &info.codes else {
            continue;
        };
        let Some((_, at)) = listed
            .iter()
            .find(|(code, _)| *code == IDEMPOTENCY_KEY_IN_USE)
        else {
            continue;
        };
        let [header] = info.headers.as_slice() else {
            sink.report(
                rules::IDEMPOTENCY_KEY,
                *at,
                format!("`{IDEMPOTENCY_KEY_IN_USE}` comes with other headers than `Retry-After`"),
            )
            .help("declare `Retry-After`, not required, and no other header");
            continue;
        };
        if !header.wire.eq_ignore_ascii_case("Retry-After") || header.required {
            sink.report(
                rules::IDEMPOTENCY_KEY,
                *at,
                format!("`{IDEMPOTENCY_KEY_IN_USE}` comes with `{}`", header.wire),
            )
            .help("declare `Retry-After`, not required: other codes of the response have none");
        }
    }
}

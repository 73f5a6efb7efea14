//! What errors an operation can answer with: `error-codes`, `error-code-unused`,
//! `error-code-meaning`, `example-error-code` and `runtime-codes`.

use super::error_shape::{code_type, error_codes, is_error};
use super::{idempotency, security};
use crate::diagnostic::{Sink, Span, rules};
use crate::ir::{EnumValue, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, TypeRef, has_headers};
use crate::lower::model::{DeclaredResponse, Model, OperationInfo, ResponseInfo, TypeInfo};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The code of what the server answers to a caller without a good credential: 401.
pub(super) const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

/// The code of what the server answers to a caller whose credential lacks a scope: 403.
pub(super) const FORBIDDEN: &str = "FORBIDDEN";

/// What the server answers by itself, whatever an operation's implementation does.
struct RuntimeCode {
    code: &'static str,
    status: u16,
    /// Whether each operation that can meet it declares it. What is answered to no operation, or
    /// before there is an implementation, is only in the list of codes.
    declared: bool,
    /// Whether an operation can meet it.
    applies: fn(&OperationInfo<'_>) -> bool,
    when: &'static str,
}

const RUNTIME_CODES: [RuntimeCode; 12] = [
    RuntimeCode {
        code: "INVALID_REQUEST",
        status: 400,
        declared: true,
        applies: |operation| operation.has_parameters || operation.has_body,
        when: "when the input breaks the contract",
    },
    RuntimeCode {
        code: UNAUTHENTICATED,
        status: 401,
        declared: true,
        applies: security::is_secured,
        when: "when a credential is missing or bad",
    },
    RuntimeCode {
        code: FORBIDDEN,
        status: 403,
        declared: true,
        applies: security::refuses_for_scopes,
        when: "when a credential lacks a scope",
    },
    RuntimeCode {
        code: "PAYLOAD_TOO_LARGE",
        status: 413,
        declared: true,
        applies: |operation| operation.has_body,
        when: "when the body is too large",
    },
    RuntimeCode {
        code: "UNSUPPORTED_MEDIA_TYPE",
        status: 415,
        declared: true,
        applies: |operation| operation.has_body,
        when: "when the body is not JSON",
    },
    RuntimeCode {
        code: IDEMPOTENCY_KEY_IN_USE,
        status: 409,
        declared: true,
        applies: idempotency::takes_key,
        when: "while the first request with an `Idempotency-Key` runs",
    },
    RuntimeCode {
        code: IDEMPOTENCY_KEY_REUSED,
        status: 422,
        declared: true,
        applies: idempotency::takes_key,
        when: "when an `Idempotency-Key` comes with another request",
    },
    RuntimeCode {
        code: "INTERNAL_ERROR",
        status: 500,
        declared: true,
        applies: |_| true,
        when: "when something fails that nobody has foreseen",
    },
    RuntimeCode {
        code: "SERVICE_UNAVAILABLE",
        status: 503,
        declared: true,
        applies: |_| true,
        when: "while its database cannot be reached or is too busy",
    },
    RuntimeCode {
        code: "NOT_IMPLEMENTED",
        status: 501,
        declared: false,
        applies: |_| true,
        when: "for an operation without an implementation",
    },
    RuntimeCode {
        code: "NOT_FOUND",
        status: 404,
        declared: false,
        applies: |_| true,
        when: "where a segment of the path is empty",
    },
    RuntimeCode {
        code: "METHOD_NOT_ALLOWED",
        status: 405,
        declared: false,
        applies: |_| true,
        when: "where a path has no such method",
    },
];

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for operation in &model.operations {
        for response in &operation.responses {
            check_response(model, response, sink);
            check_examples(response, sink);
        }
        check_runtime_codes(operation, sink);
    }
    check_one_meaning(model, sink);
    if let Some(codes) = error_codes(model) {
        check_code_list(model, codes, sink);
    }
}

fn check_response(model: &Model<'_>, response: &DeclaredResponse<'_>, sink: &mut Sink) {
    let Some(info) = &response.info else { return };
    if !is_error(response) {
        if let Some((span, _)) = info.codes {
            sink.report(
                rules::ERROR_CODES,
                span,
                "`x-error-codes` stands on a response that is no error",
            )
            .help("remove it");
        }
        return;
    }
    let Some((span, listed)) = &info.codes else {
        sink.report(
            rules::ERROR_CODES,
            info.at,
            "an error response does not say which codes it can have",
        )
        .help("add `x-error-codes:` with a list of codes");
        return;
    };
    if listed.is_empty() {
        sink.report(rules::ERROR_CODES, *span, "`x-error-codes` is empty")
            .help("list the codes that the response can have");
    }
    let known: Option<HashSet<&str>> =
        error_codes(model).map(|codes| codes.iter().map(|code| code.wire.as_str()).collect());
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (code, at) in listed {
        if let Some(first) = seen.insert(code, *at) {
            sink.report(
                rules::ERROR_CODES,
                *at,
                format!("the code `{code}` is listed twice"),
            )
            .help("remove one of the two")
            .related(first, "first here");
        }
        if known.as_ref().is_some_and(|known| !known.contains(code)) {
            sink.report(
                rules::ERROR_CODES,
                *at,
                format!("`{code}` is not in the list of error codes"),
            )
            .help("add it to the enumeration of `code`, or correct it");
        }
    }
}

fn check_runtime_codes(operation: &OperationInfo<'_>, sink: &mut Sink) {
    let wanted = RUNTIME_CODES
        .iter()
        .filter(|wanted| wanted.declared && (wanted.applies)(operation));
    for RuntimeCode {
        code, status, when, ..
    } in wanted
    {
        match operation
            .responses
            .iter()
            .find(|response| response.status == *status)
        {
            // A missing 400 is a matter of `explicit-statuses`.
            None if *status != 400 && operation.statuses_understood => {
                sink.report(
                    rules::RUNTIME_CODES,
                    operation.responses_at,
                    format!("{} declares no {status}", operation.name()),
                )
                .help(format!(
                    "add '{status}' with `x-error-codes: [{code}]`: the server answers so {when}"
                ));
            }
            None => {}
            Some(response) => {
                let Some((span, listed)) =
                    response.info.as_ref().and_then(|info| info.codes.as_ref())
                else {
                    continue;
                };
                if !listed.is_empty() && !listed.iter().any(|(listed, _)| listed == code) {
                    sink.report(
                        rules::RUNTIME_CODES,
                        *span,
                        format!("`{code}` is not among the codes of a {status}"),
                    )
                    .help(format!("add it: the server answers so {when}"));
                }
            }
        }
    }
}

/// A code means one thing: it has one status, and the same headers wherever it is declared.
/// Generated code has one type for it.
fn check_one_meaning(model: &Model<'_>, sink: &mut Sink) {
    let mut first: HashMap<&str, (&DeclaredResponse<'_>, &ResponseInfo<'_>, Span)> = HashMap::new();
    for response in model
        .operations
        .iter()
        .flat_map(|operation| &operation.responses)
    {
        let Some(info) = response.info.as_deref().filter(|_| is_error(response)) else {
            continue;
        };
        for (code, at) in info.codes.iter().flat_map(|(_, listed)| listed) {
            let by_server = RUNTIME_CODES.iter().find(|known| known.code == *code);
            if let Some(RuntimeCode { status, when, .. }) =
                by_server.filter(|known| known.status != response.status)
            {
                sink.report(
                    rules::ERROR_CODE_MEANING,
                    *at,
                    format!("`{code}` stands on a {}", response.status),
                )
                .help(format!(
                    "the server itself answers {status} with it, {when}: use another code here"
                ));
                continue;
            }
            let Some((other, other_info, other_at)) = first.get(code) else {
                first.insert(code, (response, info, *at));
                continue;
            };
            if other.status != response.status {
                sink.report(
                    rules::ERROR_CODE_MEANING,
                    *at,
                    format!(
                        "`{code}` stands on a {} and on a {}",
                        other.status, response.status
                    ),
                )
                .help("give one of the two another code: a code has one status")
                .related(*other_at, format!("on a {} here", other.status));
            } else if headers(other_info, code) != headers(info, code) {
                sink.report(
                    rules::ERROR_CODE_MEANING,
                    *at,
                    format!("`{code}` comes with other headers here than elsewhere"),
                )
                .help("declare the same headers for a code everywhere: share one response in components/responses")
                .related(*other_at, "with other headers here");
            }
        }
    }
}

/// The headers of a code as callers tell them apart: by name, by type, and whether they are always
/// there.
fn headers<'m>(
    info: &'m ResponseInfo<'_>,
    code: &str,
) -> BTreeMap<String, (Option<&'m TypeRef>, bool)> {
    let listed = info.codes.iter().flat_map(|(_, listed)| listed);
    let has_headers = has_headers(code, listed.map(|(code, _)| *code));
    info.headers
        .iter()
        .filter(|_| has_headers)
        .map(|header| {
            let name = header.wire.to_ascii_lowercase();
            (name, (header.ty.as_ref(), header.required))
        })
        .collect()
}

/// What an example shows is what can happen.
fn check_examples(response: &DeclaredResponse<'_>, sink: &mut Sink) {
    let Some(info) = response.info.as_deref().filter(|_| is_error(response)) else {
        return;
    };
    let Some((span, listed)) = &info.codes else {
        return;
    };
    for example in &info.examples {
        let steps = ["error", "code"].into_iter().map(Cow::from);
        let shown = example.locate(steps);
        let Some(code) = shown.as_str() else { continue };
        if !listed.is_empty() && !listed.iter().any(|(listed, _)| *listed == code) {
            sink.report(
                rules::EXAMPLE_ERROR_CODE,
                shown.span,
                format!("this example shows `{code}`, which its response does not declare"),
            )
            .help("show one of the codes in `x-error-codes`, or add it there if it can come")
            .related(*span, "the codes that the response can have");
        }
    }
}

fn check_code_list(model: &Model<'_>, codes: &[EnumValue], sink: &mut Sink) {
    let Some(info) = code_type(model) else { return };
    let known: HashSet<&str> = codes.iter().map(|code| code.wire.as_str()).collect();
    for RuntimeCode {
        code,
        applies,
        when,
        ..
    } in &RUNTIME_CODES
    {
        if !known.contains(code) && model.operations.iter().any(applies) {
            sink.report(
                rules::RUNTIME_CODES,
                info.at,
                format!("the list of error codes has no `{code}`"),
            )
            .help(format!("add it: the server answers with it {when}"));
        }
    }
    let used: HashSet<&str> = model
        .operations
        .iter()
        .flat_map(|operation| &operation.responses)
        .filter_map(|response| response.info.as_ref()?.codes.as_ref())
        .flat_map(|(_, listed)| listed.iter().map(|(code, _)| *code))
        .collect();
    // Responses that were not understood may use any code.
    let sure = model.operations.iter().all(|operation| {
        operation.statuses_understood
            && operation
                .responses
                .iter()
                .all(|response| response.info.is_some())
    });
    for code in codes {
        let wire = code.wire.as_str();
        let exempt = RUNTIME_CODES
            .iter()
            .any(|known| known.code == wire && !known.declared);
        if sure && !exempt && !used.contains(wire) {
            sink.report(
                rules::ERROR_CODE_UNUSED,
                enum_span(info, wire),
                format!("no operation can answer with `{wire}`"),
            )
            .help("list it in `x-error-codes` of a response, or remove it");
        }
    }
}

/// Where a value of an enumeration stands.
fn enum_span(info: &TypeInfo<'_>, wire: &str) -> Span {
    info.node
        .as_mapping()
        .and_then(|mapping| mapping.get("enum")?.as_sequence())
        .and_then(|items| items.iter().find(|item| item.as_str() == Some(wire)))
        .map_or(info.at, |item| item.span)
}

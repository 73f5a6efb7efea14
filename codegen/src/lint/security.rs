//! Who may call, and what callers are told who may not: `security-stated`, `security-responses`
//! and `scope-unused`.

use super::error_codes::{FORBIDDEN, UNAUTHENTICATED};
use crate::diagnostic::{Sink, rules};
use crate::ir::{TextRules, TypeKind};
use crate::lower::model::{DeclaredResponse, Model, OperationInfo, ScopesInfo, Security};
use std::collections::HashSet;

/// Whether callers must show who they are, or may, and are refused when they do it badly.
pub(super) fn is_secured(operation: &OperationInfo<'_>) -> bool {
    operation.security.demands().next().is_some()
}

/// Whether a credential can be good, and not be good enough.
fn demands_scopes(operation: &OperationInfo<'_>) -> bool {
    let mut demands = operation.security.demands();
    demands.any(|demand| !demand.scopes.is_empty())
}

/// Whether a caller is refused whose credential lacks a scope. Where nobody needs a credential, such a
/// caller is served as one without.
pub(super) fn refuses_for_scopes(operation: &OperationInfo<'_>) -> bool {
    let mut alternatives = operation.security.alternatives().iter();
    demands_scopes(operation) && alternatives.all(|alternative| !alternative.demands.is_empty())
}

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for operation in &model.operations {
        match &operation.security {
            Security::Unstated => {
                sink.report(
                    rules::SECURITY_STATED,
                    operation.at,
                    format!("{} does not say who may call it", operation.name()),
                )
                .help(
                    "add `security:`, here or at the root; `security: []` here says that everybody may",
                );
            }
            Security::NotUnderstood => {}
            Security::Stated(_) => {
                for response in &operation.responses {
                    check_response(model, operation, response, sink);
                }
            }
        }
    }
    check_scopes(model, sink);
}

fn check_response(
    model: &Model<'_>,
    operation: &OperationInfo<'_>,
    response: &DeclaredResponse<'_>,
    sink: &mut Sink,
) {
    let Some(info) = &response.info else { return };
    for (code, is_met, why) in [
        (
            UNAUTHENTICATED,
            is_secured(operation),
            "no credential is looked at",
        ),
        (
            FORBIDDEN,
            is_secured(operation),
            "nobody is asked who they are",
        ),
    ] {
        let listed = info.codes.iter().flat_map(|(_, listed)| listed);
        for (_, at) in listed.filter(|(listed, _)| *listed == code && !is_met) {
            sink.report(
                rules::SECURITY_RESPONSES,
                *at,
                format!("{} never answers with `{code}`: {why}", operation.name()),
            )
            .help("remove it, or demand a credential in `security`");
        }
    }
    let answers = match response.status {
        401 => true,
        403 => demands_scopes(operation),
        _ => false,
    };
    if !answers {
        return;
    }
    let challenge = info
        .headers
        .iter()
        .find(|header| header.wire.eq_ignore_ascii_case("www-authenticate"));
    let Some(challenge) = challenge else {
        sink.report(
            rules::SECURITY_RESPONSES,
            response.at,
            format!("a {} has no `WWW-Authenticate` header", response.status),
        )
        .help("declare it under `headers`: it tells callers what is demanded (RFC 9110, 11.6.1, and RFC 6750, 3)");
        return;
    };
    // The challenge of a 403 may be left out where a role is too low, and no scope would help.
    if response.status == 401 && !challenge.required {
        sink.report(
            rules::SECURITY_RESPONSES,
            response.at,
            "the `WWW-Authenticate` of a 401 is not required",
        )
        .help("add `required: true` to the header: no 401 is without one (RFC 9110, 15.5.2)");
    }
    if !is_secured(operation) {
        return;
    }
    if let Some(extra) = info
        .headers
        .iter()
        .find(|header| header.required && !header.wire.eq_ignore_ascii_case("www-authenticate"))
    {
        sink.report(
            rules::SECURITY_RESPONSES,
            response.at,
            format!(
                "a {} requires `{}`, which the server does not know",
                response.status, extra.wire
            ),
        )
        .help("make the header optional, or remove it");
    }
    let longest = longest_challenge(model, operation);
    let Some(ty) = &challenge.ty else { return };
    let carries = match model.types.kind_of(ty) {
        Some(TypeKind::Text(TextRules {
            max_length,
            pattern: None,
            format: None,
            min_length,
        })) => {
            max_length.is_none_or(|max| max as usize >= longest)
                && min_length.is_none_or(|min| min <= 6)
        }
        Some(_) => false,
        None => true,
    };
    if !carries {
        sink.report(
            rules::SECURITY_RESPONSES,
            response.at,
            "this `WWW-Authenticate` does not take every challenge of the server",
        )
        .help(format!(
            "its type is a string without `pattern` and `format`, and of at least {longest} characters"
        ));
    }
}

/// How long a challenge can become: that of each scheme with the contract's title, or all scopes
/// of an alternative.
fn longest_challenge(model: &Model<'_>, operation: &OperationInfo<'_>) -> usize {
    // `ApiKey realm="", header="", error="invalid_key", `, and longer than its like for Bearer.
    const WORDS: usize = 64;
    let title = model.title.unwrap_or_default().len();
    operation
        .security
        .demands()
        .map(|demand| {
            let scopes: usize = demand.scopes.iter().map(|scope| scope.len() + 1).sum();
            let names = model
                .security_schemes
                .iter()
                .filter(|scheme| scheme.name == demand.scheme);
            let name = names
                .filter_map(|scheme| scheme.kind.as_ref())
                .map(|(credential, _)| credential.name().len());
            WORDS + 2 * title + name.sum::<usize>() + scopes
        })
        .sum()
}

fn check_scopes(model: &Model<'_>, sink: &mut Sink) {
    let sure = |operation: &OperationInfo<'_>| matches!(operation.security, Security::Stated(_));
    if !model.operations.iter().all(sure) {
        return;
    }
    let demanded: HashSet<(&str, &str)> = model
        .operations
        .iter()
        .flat_map(|operation| operation.security.demands())
        .flat_map(|demand| demand.scopes.iter().map(|scope| (demand.scheme, *scope)))
        .collect();
    for scheme in &model.security_schemes {
        let Some((_, ScopesInfo::Declared(scopes))) = &scheme.kind else {
            continue;
        };
        for scope in scopes
            .iter()
            .filter(|scope| !demanded.contains(&(scheme.name, scope.wire)))
        {
            sink.report(
                rules::SCOPE_UNUSED,
                scope.at,
                format!("no operation demands the scope `{}`", scope.wire),
            )
            .help("remove it, or demand it in the `security` of an operation: a right that opens nothing misleads whoever grants it");
        }
    }
}

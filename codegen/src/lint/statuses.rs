//! `explicit-statuses`, `created-location` and `created-links`.

use crate::diagnostic::{Sink, rules};
use crate::lower::model::{DeclaredResponse, Model, OperationInfo};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for operation in &model.operations {
        if operation.statuses_understood {
            check_statuses(operation, sink);
        }
        for response in operation
            .responses
            .iter()
            .filter(|response| response.status == 201)
        {
            check_created(response, sink);
        }
    }
}

fn check_statuses(operation: &OperationInfo<'_>, sink: &mut Sink) {
    let has = |wanted: fn(u16) -> bool| {
        operation
            .responses
            .iter()
            .any(|response| wanted(response.status))
    };
    if !has(|status| (200..300).contains(&status)) {
        sink.report(
            rules::EXPLICIT_STATUSES,
            operation.responses_at,
            format!("{} declares no success", operation.name()),
        )
        .help("add the response that is given when all goes well, such as '200'");
    }
    if (operation.has_parameters || operation.has_body) && !has(|status| status == 400) {
        sink.report(rules::EXPLICIT_STATUSES, operation.responses_at, format!("{} has input, and declares no 400", operation.name()))
            .help("add '400' with `x-error-codes: [INVALID_REQUEST]`: the server answers so when the input breaks the contract");
    }
}

fn check_created(response: &DeclaredResponse<'_>, sink: &mut Sink) {
    let Some(info) = &response.info else { return };
    if !info
        .headers
        .iter()
        .any(|header| header.wire.eq_ignore_ascii_case("location"))
    {
        sink.report(
            rules::CREATED_LOCATION,
            response.at,
            "a 201 has no `Location` header",
        )
        .help("declare `Location` under `headers`: where the new thing can be read");
    }
    if !info.has_links {
        sink.report(rules::CREATED_LINKS, response.at, "a 201 has no links")
            .help(
                "declare under `links` what can be done with the new thing: read, change, remove",
            );
    }
}

//! `operation-id`, `operation-tag`, `tag-unused` and `operation-summary`.

use crate::diagnostic::{Sink, rules};
use crate::lower::model::{Model, OperationInfo};
use std::collections::HashSet;

/// The verbs with which an operationId may begin. A new one belongs here when it says what the
/// operation does.
const VERBS: &[&str] = &[
    "accept",
    "acknowledge",
    "activate",
    "add",
    "adjust",
    "allocate",
    "apply",
    "approve",
    "archive",
    "assign",
    "attach",
    "authenticate",
    "authorize",
    "block",
    "book",
    "build",
    "calculate",
    "call",
    "cancel",
    "capture",
    "change",
    "charge",
    "check",
    "claim",
    "clear",
    "clone",
    "close",
    "collect",
    "compare",
    "complete",
    "compute",
    "confirm",
    "connect",
    "convert",
    "copy",
    "count",
    "create",
    "deactivate",
    "decline",
    "delete",
    "deliver",
    "deny",
    "deploy",
    "describe",
    "detach",
    "disable",
    "disconnect",
    "dispatch",
    "download",
    "duplicate",
    "edit",
    "enable",
    "end",
    "estimate",
    "exchange",
    "execute",
    "expire",
    "export",
    "extend",
    "fetch",
    "fill",
    "find",
    "finish",
    "follow",
    "generate",
    "get",
    "grant",
    "handle",
    "hide",
    "hold",
    "import",
    "increment",
    "insert",
    "install",
    "invite",
    "issue",
    "join",
    "leave",
    "link",
    "list",
    "lock",
    "login",
    "logout",
    "look",
    "lookup",
    "make",
    "mark",
    "match",
    "measure",
    "merge",
    "modify",
    "move",
    "notify",
    "offer",
    "open",
    "order",
    "park",
    "patch",
    "pause",
    "pay",
    "pick",
    "ping",
    "place",
    "post",
    "preview",
    "print",
    "process",
    "promote",
    "provide",
    "publish",
    "purge",
    "put",
    "quote",
    "rate",
    "read",
    "receive",
    "record",
    "redeem",
    "refresh",
    "refund",
    "register",
    "reinstate",
    "reject",
    "release",
    "remind",
    "remove",
    "rename",
    "renew",
    "reorder",
    "replace",
    "report",
    "request",
    "reschedule",
    "reserve",
    "reset",
    "resolve",
    "restart",
    "restore",
    "resume",
    "retrieve",
    "retry",
    "return",
    "review",
    "revoke",
    "rotate",
    "run",
    "save",
    "schedule",
    "search",
    "seat",
    "select",
    "send",
    "set",
    "share",
    "show",
    "sign",
    "split",
    "start",
    "stop",
    "store",
    "stream",
    "submit",
    "subscribe",
    "suggest",
    "suspend",
    "swap",
    "switch",
    "sync",
    "tag",
    "take",
    "terminate",
    "test",
    "track",
    "transfer",
    "transform",
    "translate",
    "trigger",
    "unassign",
    "unblock",
    "undo",
    "unlink",
    "unlock",
    "unpublish",
    "unsubscribe",
    "update",
    "upgrade",
    "upload",
    "upsert",
    "use",
    "validate",
    "verify",
    "view",
    "void",
    "vote",
    "watch",
    "withdraw",
    "write",
];

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let verbs: HashSet<&str> = VERBS.iter().copied().collect();
    let declared: HashSet<&str> = model.tags.iter().map(|tag| tag.name).collect();
    let mut used: HashSet<&str> = HashSet::new();
    // A tag may be used by an operation whose own tags were not understood.
    let mut sure = true;
    for operation in &model.operations {
        check_id(operation, &verbs, sink);
        check_tags(operation, &declared, &mut used, sink);
        check_words(operation, sink);
        sure &= operation.tags.is_some();
    }
    for tag in &model.tags {
        if sure && !used.contains(tag.name) {
            sink.report(
                rules::TAG_UNUSED,
                tag.at,
                format!("no operation has the tag `{}`", tag.name),
            )
            .help("remove it, or give it to an operation");
        }
    }
}

fn check_id(operation: &OperationInfo<'_>, verbs: &HashSet<&str>, sink: &mut Sink) {
    let Some((id, span)) = operation.id else {
        sink.report(rules::OPERATION_ID, operation.at, format!("{} has no operationId", operation.name()))
            .help("add `operationId:` with a verb first, as in `createBooking`: it becomes the method's name");
        return;
    };
    let camel = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_alphanumeric());
    let verb: String = id.chars().take_while(char::is_ascii_lowercase).collect();
    if !camel {
        sink.report(
            rules::OPERATION_ID,
            span,
            format!("`{id}` is not in camelCase"),
        )
        .help("write it as in `createBooking`");
    } else if !verbs.contains(verb.as_str()) {
        sink.report(
            rules::OPERATION_ID,
            span,
            format!("`{id}` does not begin with a known verb"),
        )
        .help("say first what is done, as in `createBooking`, `listBookings`, `cancelBooking`");
    }
}

fn check_tags<'a>(
    operation: &OperationInfo<'a>,
    declared: &HashSet<&str>,
    used: &mut HashSet<&'a str>,
    sink: &mut Sink,
) {
    let Some(tags) = &operation.tags else { return };
    used.extend(tags.iter().map(|(tag, _)| *tag));
    match tags.as_slice() {
        [] => {
            sink.report(rules::OPERATION_TAG, operation.at, format!("{} has no tag", operation.name()))
                .help("add `tags:` with one declared tag: it becomes the trait to which the operation belongs");
        }
        [_, second, ..] => {
            sink.report(
                rules::OPERATION_TAG,
                second.1,
                format!("{} has more than one tag", operation.name()),
            )
            .help("keep one: the operation is a method of one trait");
        }
        [_] => {}
    }
    if let Some((tag, span)) = tags.first()
        && !declared.contains(tag)
    {
        let mut names: Vec<&str> = declared.iter().copied().collect();
        names.sort_unstable();
        sink.report(
            rules::OPERATION_TAG,
            *span,
            format!("the tag `{tag}` is not declared"),
        )
        .help(format!(
            "declare it in `tags` at the root, or use one of: {}",
            names.join(", ")
        ));
    }
}

fn check_words(operation: &OperationInfo<'_>, sink: &mut Sink) {
    match operation.summary {
        None => {
            sink.report(
                rules::OPERATION_SUMMARY,
                operation.at,
                format!("{} has no summary", operation.name()),
            )
            .help("add `summary:` with a few words");
        }
        Some((summary, span)) => {
            if summary.trim().is_empty()
                || summary.trim().contains('\n')
                || summary.chars().count() > 120
            {
                sink.report(
                    rules::OPERATION_SUMMARY,
                    span,
                    "a summary is one line of at most 120 characters",
                )
                .help("say it in a few words, and the rest in `description`");
            }
        }
    }
    if operation
        .description
        .is_none_or(|description| description.trim().is_empty())
    {
        sink.report(
            rules::OPERATION_SUMMARY,
            operation.at,
            format!("{} has no description", operation.name()),
        )
        .help("add `description:` with what it does, and when it refuses");
    }
}

#[cfg(test)]
mod tests {
    use super::VERBS;

    #[test]
    fn verbs_are_sorted_and_unique() {
        assert!(VERBS.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

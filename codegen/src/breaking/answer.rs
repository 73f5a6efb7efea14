//! Answers: statuses, error codes, headers, bodies and links.

use super::body::{by_lower_case, content};
use super::document::{At, unescape};
use super::edit::{Edit, Two};
use super::law::{Class, Direction, Presence, Relation, Step, What};
use super::link::{self, Targets};
use super::parameter;
use super::treatment::Object;
use super::walk::{Context, Walk};
use std::collections::BTreeMap;

/// The answers of an operation.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    id: &str,
    targets: &Targets<'a>,
    operation: &Two<'a>,
) {
    let context = Context::new(Direction::Response, id);
    let (old_holder, new_holder) = operation.holders("responses");
    let responses = Two::new(walk.documents, old_holder, new_holder);
    if let (Some(_), Some(_)) = operation.both("responses") {
        let edits = responses.leftovers(walk.documents, Object::Map);
        walk.edits(&context, edits);
    }
    let (old, new) = operation.maps("responses");
    let (old, new) = (statuses(old), statuses(new));
    for (status, was) in &old {
        if let Some(is) = covering(&new, status) {
            answer(walk, &format!("{id} {status}"), targets, was, is);
        } else {
            let message = format!("status {} removed", named(status));
            let what = what(status);
            let edit = Edit::gone(what, Relation::Narrower, message, was, new_holder);
            walk.edit(&context, edit);
        }
    }
    for (status, is) in &new {
        if old.contains_key(status) {
            continue;
        }
        if let Some(was) = covering(&old, status) {
            answer(walk, &format!("{id} {status}"), targets, was, is);
        } else {
            let message = format!("status {} added", named(status));
            let what = what(status);
            let edit = Edit::shown(what, Relation::Wider, message, Some(old_holder), is);
            walk.edit(&context, edit);
        }
    }
}

fn statuses<'a>(responses: BTreeMap<&'a str, At<'a>>) -> BTreeMap<String, At<'a>> {
    responses
        .into_iter()
        .filter(|(status, _)| !status.starts_with("x-"))
        .map(|(status, at)| (status.to_ascii_uppercase(), at))
        .collect()
}

/// The answer that is declared for a status: its own, that of its class, or `default`.
fn covering<'m, 'a>(declared: &'m BTreeMap<String, At<'a>>, status: &str) -> Option<&'m At<'a>> {
    let class = status.get(..1).unwrap_or_default();
    declared
        .get(status)
        .or_else(|| declared.get(&format!("{class}XX")))
        .or_else(|| declared.get("DEFAULT"))
}

/// `default` is what is answered when nothing else is: an error.
fn what(status: &str) -> What {
    What::Status(match status {
        "304" => Class::Unmodified,
        _ if status.starts_with(['1', '2', '3']) => Class::Success,
        _ => Class::Error,
    })
}

/// A status as the contract spells it.
fn named(status: &str) -> &str {
    if status == "DEFAULT" {
        "`default`"
    } else {
        status
    }
}

fn answer<'a>(walk: &mut Walk<'a>, label: &str, targets: &Targets<'a>, old: &At<'a>, new: &At<'a>) {
    let documents = walk.documents;
    let two = Two::new(documents, old, new);
    let context = Context::new(Direction::Response, label);
    let mut edits = two.leftovers(documents, Object::Response);
    edits.extend(error_codes(&two));
    walk.edits(&context, edits);
    headers(walk, label, &two);
    let body = Context::new(Direction::Response, format!("{label} body"));
    content(walk, &body, What::AnswerMediaTypes, &two);
    link::compare(walk, &context, targets, &two);
}

/// `x-error-codes`: one edit for each code, so that each can be answered for.
fn error_codes(answer: &Two<'_>) -> Vec<Edit> {
    const KEY: &str = "x-error-codes";
    let (old, new) = answer.both(KEY);
    let codes = |at: Option<&At<'_>>| -> BTreeMap<String, usize> {
        let items = at.map(At::items).unwrap_or_default();
        let codes = items.iter().enumerate();
        codes.map(|(index, item)| (item.show(), index)).collect()
    };
    let (were, are) = (codes(old), codes(new));
    let (old_holder, new_holder) = answer.holders(KEY);
    let mut edits = Vec::new();
    for (code, &index) in were.iter().filter(|(code, _)| !are.contains_key(*code)) {
        let message = format!("error code `{code}` removed");
        let at = &old_holder.items()[index];
        let relation = Relation::Narrower;
        edits.push(Edit::gone(
            What::ErrorCodes,
            relation,
            message,
            at,
            new_holder,
        ));
    }
    for (code, &index) in are.iter().filter(|(code, _)| !were.contains_key(*code)) {
        let message = format!("error code `{code}` added");
        let at = &new_holder.items()[index];
        let relation = Relation::Wider;
        edits.push(Edit::shown(
            What::ErrorCodes,
            relation,
            message,
            Some(old_holder),
            at,
        ));
    }
    edits
}

fn headers<'a>(walk: &mut Walk<'a>, label: &str, answer: &Two<'a>) {
    let documents = walk.documents;
    let (old, new) = answer.maps("headers");
    let (old, new) = (by_lower_case(old), by_lower_case(new));
    let (old_holder, new_holder) = answer.holders("headers");
    let presence = |at: &At<'_>| {
        if at.is("required") {
            ("required", Presence::Required)
        } else {
            ("optional", Presence::Optional)
        }
    };
    for (name, was) in &old {
        let context =
            |name: &str| Context::new(Direction::Response, format!("{label} header `{name}`"));
        if let Some(is) = new.get(name) {
            let two = Two::new(documents, was, is);
            let context = context(&spelled(is));
            parameter::compare(walk, &context, (Object::Header, "header"), &two);
        } else {
            let (kind, presence) = presence(&documents.old.follow(was));
            let message = format!("{kind} header `{}` removed", spelled(was));
            let what = What::AnswerHeader(Step::Removed, presence);
            let edit = Edit::gone(what, Relation::Wider, message, was, new_holder);
            walk.edit(&context(&spelled(was)), edit);
        }
    }
    for (_, is) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let (kind, presence) = presence(&documents.new.follow(is));
        let message = format!("{kind} header `{}` added", spelled(is));
        let what = What::AnswerHeader(Step::Added, presence);
        let edit = Edit::shown(what, Relation::Narrower, message, Some(old_holder), is);
        let label = format!("{label} header `{}`", spelled(is));
        walk.edit(&Context::new(Direction::Response, label), edit);
    }
}

/// The key of an entry, as it is spelled in the contract.
fn spelled(at: &At<'_>) -> String {
    let key = at.pointer.rsplit('/').next().unwrap_or_default();
    unescape(key).into_owned()
}

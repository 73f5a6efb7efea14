//! Bodies: the media types in which they come, and what is in them.

use super::defaults::{MAX_BODY_BYTES, states_default};
use super::document::At;
use super::edit::{Edit, Two};
use super::law::{Direction, Relation, What};
use super::parameter::flag;
use super::treatment::Object;
use super::walk::{Context, Walk};
use crate::source::Value;
use std::collections::BTreeMap;

/// The request bodies of an operation, and their size.
pub(super) fn requests<'a>(walk: &mut Walk<'a>, id: &str, operation: &Two<'a>) {
    let context = Context::new(Direction::Request, format!("{id} request body"));
    walk_size(walk, &context, operation);
    let documents = walk.documents;
    let body = match operation.both("requestBody") {
        (None, None) => return,
        (Some(old), Some(new)) => Two::new(documents, old, new),
        (None, Some(new)) => {
            let (kind, relation) = if documents.new.follow(new).is("required") {
                ("a required", Relation::Narrower)
            } else {
                ("an optional", Relation::Wider)
            };
            let message = format!("{kind} body added");
            let old = Some(&operation.old);
            return walk.edit(
                &context,
                Edit::shown(What::Values, relation, message, old, new),
            );
        }
        (Some(old), None) => {
            let relation = Relation::Narrower;
            let edit = Edit::gone(What::Values, relation, "body removed", old, &operation.new);
            return walk.edit(&context, edit);
        }
    };
    let mut edits = body.leftovers(documents, Object::RequestBody);
    edits.extend(flag(&body, "required", Relation::Narrower));
    walk.edits(&context, edits);
    content(walk, &context, What::RequestMediaTypes, &body);
}

/// `x-max-body-bytes`: a bound like any other.
fn walk_size<'a>(walk: &mut Walk<'a>, context: &Context, operation: &Two<'a>) {
    const KEY: &str = "x-max-body-bytes";
    let (old, new) = operation.both(KEY);
    // What comes or goes with its body is judged with it.
    let has_body = matches!(operation.both("requestBody"), (Some(_), Some(_)));
    if !has_body
        || walk.documents.same(old, new)
        || states_default(Object::Operation, KEY, old, new)
    {
        return;
    }
    let bytes = |at: Option<&At<'a>>| match at.map(|at| &at.node.value) {
        None => Some(MAX_BODY_BYTES),
        Some(Value::Number(number)) => number.as_u64(),
        Some(_) => None,
    };
    let relation = match (bytes(old), bytes(new)) {
        (Some(old), Some(new)) => Relation::from_inclusions(old <= new, new <= old),
        _ => Relation::Incomparable,
    };
    walk.edit(context, operation.edit(What::Values, relation, KEY));
}

/// What `content` of two bodies differs in.
pub(super) fn content<'a>(walk: &mut Walk<'a>, context: &Context, what: What, body: &Two<'a>) {
    let (old, new) = body.maps("content");
    let (old, new) = (by_lower_case(old), by_lower_case(new));
    let (old_holder, new_holder) = body.holders("content");
    for (name, was) in &old {
        if let Some(is) = covering(&new, name) {
            media_type(walk, context, was, is);
        } else {
            let message = format!("media type `{name}` removed");
            let edit = Edit::gone(what, Relation::Narrower, message, was, new_holder);
            walk.edit(context, edit);
        }
    }
    for (name, is) in &new {
        if old.contains_key(name) {
            continue;
        }
        if let Some(was) = covering(&old, name) {
            media_type(walk, context, was, is);
        } else {
            let message = format!("media type `{name}` added");
            let edit = Edit::shown(what, Relation::Wider, message, Some(old_holder), is);
            walk.edit(context, edit);
        }
    }
}

/// Media types and names of headers have no case.
pub(super) fn by_lower_case<'a>(keys: BTreeMap<&'a str, At<'a>>) -> BTreeMap<String, At<'a>> {
    keys.into_iter()
        .map(|(name, at)| (name.to_ascii_lowercase(), at))
        .collect()
}

/// The entry for a media type: its own, or the range that it is in.
fn covering<'m, 'a>(declared: &'m BTreeMap<String, At<'a>>, name: &str) -> Option<&'m At<'a>> {
    let kind = name.split('/').next().unwrap_or_default();
    declared
        .get(name)
        .or_else(|| declared.get(&format!("{kind}/*")))
        .or_else(|| declared.get("*/*"))
}

fn media_type<'a>(walk: &mut Walk<'a>, context: &Context, old: &At<'a>, new: &At<'a>) {
    let two = Two::new(walk.documents, old, new);
    let edits = two.leftovers(walk.documents, Object::MediaType);
    walk.edits(context, edits);
    let relation = match two.both("schema") {
        (None, None) => return,
        (Some(old), Some(new)) => return walk.schemas(context, old, new),
        // Without a schema, anything is accepted.
        (None, Some(_)) => Relation::Narrower,
        (Some(_), None) => Relation::Wider,
    };
    walk.edit(context, two.edit(What::Values, relation, "schema"));
}

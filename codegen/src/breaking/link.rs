//! Links: promises about what can be asked next.

use super::defaults::states_default;
use super::edit::{Edit, Two};
use super::law::{Relation, What};
use super::treatment::Object;
use super::walk::{Context, Walk};
use std::collections::HashMap;

/// The operation that each `operationId` names, on both sides. Two names lead to one target when
/// the operation was only renamed.
#[derive(Debug, Default)]
pub(super) struct Targets<'a> {
    pub(super) old: HashMap<&'a str, String>,
    pub(super) new: HashMap<&'a str, String>,
}

/// The links of two answers.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    context: &Context,
    targets: &Targets<'a>,
    answer: &Two<'a>,
) {
    let (old, new) = answer.maps("links");
    let (old_holder, new_holder) = answer.holders("links");
    for (name, was) in &old {
        if let Some(is) = new.get(name) {
            let link = Two::new(walk.documents, was, is);
            let edits = link.leftovers(walk.documents, Object::Link);
            walk.edits(context, edits);
            retargeted(walk, context, targets, name, &link);
        } else {
            let message = format!("link `{name}` removed");
            let edit = Edit::gone(What::Links, Relation::Narrower, message, was, new_holder);
            walk.edit(context, edit);
        }
    }
    for (name, is) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = format!("link `{name}` added");
        let edit = Edit::shown(What::Links, Relation::Wider, message, Some(old_holder), is);
        walk.edit(context, edit);
    }
}

/// Whether following a link does something else than before.
fn retargeted<'a>(
    walk: &mut Walk<'a>,
    context: &Context,
    targets: &Targets<'a>,
    name: &str,
    link: &Two<'a>,
) {
    let (old, new) = (link.old.text("operationId"), link.new.text("operationId"));
    let known = |id: Option<&str>, known: &HashMap<&'a str, String>| known.get(id?).cloned();
    let leads_elsewhere = match (known(old, &targets.old), known(new, &targets.new)) {
        (Some(old), Some(new)) => old != new,
        // An operation that is gone is a change of its own.
        _ => old != new,
    };
    if leads_elsewhere {
        let mut edit = link.edit(What::Links, Relation::Incomparable, "operationId");
        let targets = (known(old, &targets.old), known(new, &targets.new));
        edit.message = match targets {
            // The name is the same, and names another operation.
            (Some(was), Some(is)) if old == new => {
                format!(
                    "link `{name}`: `{}` was {was} and is {is}",
                    old.unwrap_or_default()
                )
            }
            _ => format!("link `{name}`: {}", edit.message),
        };
        walk.edit(context, edit);
    }
    for key in ["operationRef", "parameters", "requestBody", "server"] {
        let (old, new) = link.both(key);
        if !walk.documents.same(old, new) && !states_default(Object::Link, key, old, new) {
            let mut edit = link.edit(What::Links, Relation::Incomparable, key);
            edit.message = format!("link `{name}`: {}", edit.message);
            walk.edit(context, edit);
        }
    }
}

//! Servers: the base URLs at which operations can be called.

use super::document::At;
use super::edit::{Edit, Two};
use super::law::{Direction, Relation, What};
use super::treatment::Object;
use super::walk::{Context, Walk};
use std::collections::BTreeMap;

/// The servers of the root.
pub(super) fn of_root<'a>(walk: &mut Walk<'a>, root: &Two<'a>) {
    let both = root.both("servers");
    compare(walk, &Context::general(), root, both);
}

/// The servers of an operation, where it or its path has its own.
pub(super) fn of_operation<'a>(
    walk: &mut Walk<'a>,
    id: &str,
    root: &Two<'a>,
    item: &Two<'a>,
    operation: &Two<'a>,
) {
    let (old, new) = operation.both("servers");
    let (old_item, new_item) = item.both("servers");
    let (old, new) = (old.or(old_item), new.or(new_item));
    if old.is_none() && new.is_none() {
        return;
    }
    let (old_root, new_root) = root.both("servers");
    let both = (old.or(old_root), new.or(new_root));
    let context = Context::new(Direction::Request, id);
    compare(walk, &context, operation, both);
}

fn compare<'a>(
    walk: &mut Walk<'a>,
    context: &Context,
    holder: &Two<'a>,
    (old, new): (Option<&At<'a>>, Option<&At<'a>>),
) {
    let (were, are) = (urls(old, &holder.old), urls(new, &holder.new));
    let (old, new) = (old.unwrap_or(&holder.old), new.unwrap_or(&holder.new));
    for (url, was) in &were {
        if let Some(is) = are.get(url) {
            let two = Two::new(walk.documents, was, is);
            // Without `servers` there is one whose URL is `/`, and nothing else to be said of it.
            if was.text("url").is_some() && is.text("url").is_some() {
                let edits = two.leftovers(walk.documents, Object::Server);
                walk.edits(context, edits);
            }
        } else {
            let message = format!("server `{}` removed", shown(url));
            let edit = Edit::gone(What::Servers, Relation::Narrower, message, was, new);
            walk.edit(context, edit);
        }
    }
    for (url, is) in are.iter().filter(|(url, _)| !were.contains_key(*url)) {
        let message = format!("server `{}` added", shown(url));
        let edit = Edit::shown(What::Servers, Relation::Wider, message, Some(old), is);
        walk.edit(context, edit);
    }
}

fn shown(url: &str) -> &str {
    if url.is_empty() { "/" } else { url }
}

/// By URL, where a trailing slash means nothing.
fn urls<'a>(servers: Option<&At<'a>>, holder: &At<'a>) -> BTreeMap<&'a str, At<'a>> {
    let items = servers.map(At::items).unwrap_or_default();
    let mut urls: BTreeMap<&'a str, At<'a>> = items
        .into_iter()
        .filter_map(|server| Some((server.text("url")?.trim_end_matches('/'), server)))
        .collect();
    if urls.is_empty() {
        urls.insert("", holder.clone());
    }
    urls
}

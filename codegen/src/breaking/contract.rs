//! Whole contracts: which operation is which, and what is not of one operation.

use super::document::{At, Document};
use super::edit::{Edit, Two};
use super::law::{Direction, Relation, What};
use super::link::Targets;
use super::operation::{self, Operation, without_names};
use super::treatment::Object;
use super::walk::{Context, Walk};
use super::{server, version};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

pub(super) fn compare(walk: &mut Walk<'_>) {
    let documents = walk.documents;
    let general = Context::general();
    let root = Two::new(documents, &documents.old.root(), &documents.new.root());
    let mut edits = root.leftovers(documents, Object::Root);
    edits.extend(specification(&root));
    walk.edits(&general, edits);
    match root.both("info") {
        (Some(old), Some(new)) => {
            let info = Two::new(documents, old, new);
            let edits = info.leftovers(documents, Object::Info);
            walk.edits(&general, edits);
            version::compare(walk, &info);
        }
        (None, None) => {}
        _ => walk.edit(
            &general,
            root.edit(What::Unprovable, Relation::Incomparable, "info"),
        ),
    }
    server::of_root(walk, &root);
    paths(walk, &root);
    components(walk, &root);
}

/// `openapi`: a patch release of the specification changes no meaning; another minor does.
fn specification(root: &Two<'_>) -> Option<Edit> {
    let (old, new) = (root.old.text("openapi"), root.new.text("openapi"));
    if old == new {
        return None;
    }
    let minor =
        |text: Option<&str>| -> Option<String> { Some(text?.rsplit_once('.')?.0.to_owned()) };
    Some(if minor(old).is_some() && minor(old) == minor(new) {
        root.edit(What::Restated, Relation::Same, "openapi")
    } else {
        root.edit(What::Unprovable, Relation::Incomparable, "openapi")
    })
}

fn operations<'a>(document: &'a Document, root: &At<'a>) -> Vec<Operation<'a>> {
    let paths = root.get("paths").map(|paths| paths.entries());
    let mut operations = Vec::new();
    for (path, item) in paths.unwrap_or_default() {
        if path.starts_with("x-") {
            continue;
        }
        let item = document.follow(&item);
        for (method, at) in item.entries() {
            if METHODS.contains(&method) {
                operations.push(Operation {
                    method,
                    path,
                    item: item.clone(),
                    at,
                });
            }
        }
    }
    operations
}

fn targets<'a>(operations: &[Operation<'a>]) -> HashMap<&'a str, String> {
    operations
        .iter()
        .filter_map(|operation| {
            let id = operation.at.text("operationId")?;
            Some((id, operation.on_the_wire()))
        })
        .collect()
}

fn paths<'a>(walk: &mut Walk<'a>, root: &Two<'a>) {
    let documents = walk.documents;
    let (old_holder, new_holder) = root.holders("paths");
    if let (Some(old), Some(new)) = root.both("paths") {
        let edits = Two::new(documents, old, new).leftovers(documents, Object::Map);
        walk.edits(&Context::general(), edits);
    }
    items(walk, root);
    let old = operations(documents.old, &root.old);
    let new = operations(documents.new, &root.new);
    let targets = Targets {
        old: targets(&old),
        new: targets(&new),
    };
    let mut index: BTreeMap<String, &Operation<'a>> = BTreeMap::new();
    for operation in &new {
        index.insert(operation.on_the_wire(), operation);
    }
    let mut matched = BTreeSet::new();
    for was in &old {
        let Some(is) = index.get(&was.on_the_wire()) else {
            let message = format!(
                "operation {} {} removed",
                was.method.to_uppercase(),
                was.path
            );
            let relation = Relation::Narrower;
            let edit = Edit::gone(What::Operations, relation, message, &was.at, new_holder);
            walk.edit(&Context::new(Direction::Request, was.id()), edit);
            continue;
        };
        matched.insert(is.at.pointer.clone());
        operation::compare(walk, &targets, root, was, is);
    }
    for is in new.iter().filter(|is| !matched.contains(&is.at.pointer)) {
        let message = format!("operation {} {} added", is.method.to_uppercase(), is.path);
        let edit = Edit::shown(
            What::Operations,
            Relation::Wider,
            message,
            Some(old_holder),
            &is.at,
        );
        walk.edit(&Context::new(Direction::Request, is.id()), edit);
    }
}

/// What paths themselves say, beside their operations.
fn items<'a>(walk: &mut Walk<'a>, root: &Two<'a>) {
    let documents = walk.documents;
    let (old, new) = root.maps("paths");
    let by_shape = |keys: BTreeMap<&'a str, At<'a>>| -> BTreeMap<String, At<'a>> {
        keys.into_iter()
            .filter(|(path, _)| !path.starts_with("x-"))
            .map(|(path, at)| (without_names(path), at))
            .collect()
    };
    let (old, new) = (by_shape(old), by_shape(new));
    for (path, was) in &old {
        if let Some(is) = new.get(path) {
            let edits = Two::new(documents, was, is).leftovers(documents, Object::PathItem);
            walk.edits(&Context::general(), edits);
        }
    }
}

/// Components that no operation reaches. Those that one does reach are compared where they are
/// used, so that a new name for one is no change.
fn components<'a>(walk: &mut Walk<'a>, root: &Two<'a>) {
    let documents = walk.documents;
    let general = Context::general();
    let (old_holder, new_holder) = root.holders("components");
    if let (Some(old), Some(new)) = root.both("components") {
        let edits = Two::new(documents, old, new).leftovers(documents, Object::Components);
        walk.edits(&general, edits);
    }
    let (were, are) = (
        unused(documents.old, &root.old),
        unused(documents.new, &root.new),
    );
    for (pointer, was) in &were.0 {
        match are.0.get(pointer) {
            Some(is) if documents.same(Some(was), Some(is)) => {}
            Some(is) => {
                let message = "a component that nothing uses changed";
                let edit = Edit::shown(What::Unused, Relation::Same, message, Some(was), is);
                walk.edit(&general, edit);
            }
            None if are.1.contains(pointer) => {}
            None => {
                let message = "a component that nothing used was removed";
                let edit = Edit::gone(What::Unused, Relation::Same, message, was, new_holder);
                walk.edit(&general, edit);
            }
        }
    }
    for (pointer, is) in &are.0 {
        if !were.0.contains_key(pointer) && !were.1.contains(pointer) {
            let message = "a component that nothing uses was added";
            let edit = Edit::shown(What::Unused, Relation::Same, message, Some(old_holder), is);
            walk.edit(&general, edit);
        }
    }
}

/// The components that nothing refers to, by pointer; and the pointers of all others.
fn unused<'a>(
    document: &'a Document,
    root: &At<'a>,
) -> (BTreeMap<String, At<'a>>, BTreeSet<String>) {
    let mentioned = document.mentioned();
    let sections = root.get("components").map(|at| at.entries());
    let mut unused = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (section, at) in sections.unwrap_or_default() {
        if section.starts_with("x-") {
            continue;
        }
        for (_, component) in at.entries() {
            if mentioned.contains(&component.pointer) {
                used.insert(component.pointer);
            } else {
                unused.insert(component.pointer.clone(), component);
            }
        }
    }
    (unused, used)
}

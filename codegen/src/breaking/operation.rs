//! One operation on both sides: its name, its parameters, and everything else.

use super::document::At;
use super::edit::{Edit, Two};
use super::law::{Direction, Relation, What};
use super::link::Targets;
use super::parameter;
use super::treatment::Object;
use super::walk::{Context, Walk};
use super::{answer, body, security, server};
use std::collections::BTreeMap;

/// An operation of one contract.
#[derive(Debug, Clone)]
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    /// The template, with the names of its parameters.
    pub(super) path: &'a str,
    pub(super) item: At<'a>,
    pub(super) at: At<'a>,
}

impl<'a> Operation<'a> {
    /// As a message names it.
    pub(super) fn id(&self) -> String {
        match self.at.text("operationId") {
            Some(id) => id.to_owned(),
            None => format!("{} {}", self.method.to_uppercase(), self.path),
        }
    }

    /// What it is called on the wire: the method, and the path without names.
    pub(super) fn on_the_wire(&self) -> String {
        format!("{} {}", self.method, without_names(self.path))
    }
}

/// The names of path parameters do not travel.
pub(super) fn without_names(path: &str) -> String {
    let mut bare = String::new();
    let mut inside = false;
    for c in path.chars() {
        inside = inside && c != '}';
        if !inside {
            bare.push(c);
        }
        inside = inside || c == '{';
    }
    bare
}

/// Compares an operation with what it was.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    targets: &Targets<'a>,
    root: &Two<'a>,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let documents = walk.documents;
    let id = new.id();
    let context = Context::new(Direction::Request, id.clone());
    let operation = Two::new(documents, &old.at, &new.at);
    let mut edits = operation.leftovers(documents, Object::Operation);
    edits.extend(name(&operation));
    edits.extend(idempotency(walk, &operation));
    walk.edits(&context, edits);
    let item = Two::new(documents, &old.item, &new.item);
    parameters(walk, &id, (old, new), &item, &operation);
    body::requests(walk, &id, &operation);
    answer::compare(walk, &id, targets, &operation);
    security::compare(walk, &id, root, &operation);
    server::of_operation(walk, &id, root, &item, &operation);
}

/// `operationId` is a name in callers' code, though it does not travel.
fn name(operation: &Two<'_>) -> Option<Edit> {
    const KEY: &str = "operationId";
    let (old, new) = (operation.old.text(KEY), operation.new.text(KEY));
    let relation = match (old, new) {
        (old, new) if old == new => return None,
        (None, _) => Relation::Wider,
        (_, None) => Relation::Narrower,
        _ => Relation::Incomparable,
    };
    Some(operation.edit(What::Names, relation, KEY))
}

/// `x-idempotency` says in words that there is no parameter `Idempotency-Key`: where that comes or
/// goes, it is judged as the parameter that it is.
fn idempotency(walk: &Walk<'_>, operation: &Two<'_>) -> Option<Edit> {
    const KEY: &str = "x-idempotency";
    let (old, new) = operation.both(KEY);
    let is_same = walk.documents.same(old, new);
    (!is_same).then(|| operation.edit(What::Restated, Relation::Same, KEY))
}

/// Which parameter is which: where it is sent, and its name there. Names of headers have no
/// case; a path parameter is known by its position, since its name does not travel.
type Key = (String, String);

fn parameters<'a>(
    walk: &mut Walk<'a>,
    id: &str,
    (old, new): (&Operation<'a>, &Operation<'a>),
    item: &Two<'a>,
    operation: &Two<'a>,
) {
    let documents = walk.documents;
    let of = |follow: &dyn Fn(&At<'a>) -> At<'a>, path: &str, at: [Option<&At<'a>>; 2]| {
        let mut found: BTreeMap<Key, At<'a>> = BTreeMap::new();
        // What the operation says comes second, and outranks what the path says.
        for parameter in at.into_iter().flatten().flat_map(At::items) {
            let parameter = follow(&parameter);
            // One without a place or a name is no parameter, but must not go unseen.
            let nameless = || ("nowhere".to_owned(), parameter.pointer.clone());
            let key = key(&parameter, path).unwrap_or_else(nameless);
            found.insert(key, parameter);
        }
        found
    };
    let (old_item, new_item) = item.both("parameters");
    let (old_own, new_own) = operation.both("parameters");
    let were = of(
        &|at| documents.old.follow(at),
        old.path,
        [old_item, old_own],
    );
    let are = of(
        &|at| documents.new.follow(at),
        new.path,
        [new_item, new_own],
    );
    let context = |at: &At<'_>| Context::new(Direction::Request, format!("{id} {}", described(at)));
    for (key, was) in &were {
        let Some(is) = are.get(key) else {
            let message = format!("{} removed", described(was));
            let relation = Relation::Narrower;
            let edit = Edit::gone(What::Parameters, relation, message, was, &operation.new);
            walk.edit(&context(was), edit);
            continue;
        };
        let two = Two::new(documents, was, is);
        let context = context(is);
        if was.text("name") != is.text("name") {
            let (what, relation) = if key.0 == "path" {
                (What::Names, Relation::Incomparable)
            } else {
                (What::Restated, Relation::Same)
            };
            walk.edit(&context, two.edit(what, relation, "name"));
        }
        parameter::compare(walk, &context, (Object::Parameter, &key.0), &two);
    }
    for (_, is) in are.iter().filter(|(key, _)| !were.contains_key(*key)) {
        let (kind, relation) = if is.is("required") {
            ("required", Relation::Narrower)
        } else {
            ("optional", Relation::Wider)
        };
        let message = format!("{kind} {} added", described(is));
        let edit = Edit::shown(
            What::Parameters,
            relation,
            message,
            Some(&operation.old),
            is,
        );
        walk.edit(&context(is), edit);
    }
}

/// ``query parameter `page` ``
fn described(parameter: &At<'_>) -> String {
    let text = |key| parameter.text(key).unwrap_or_default();
    format!("{} parameter `{}`", text("in"), text("name"))
}

fn key(parameter: &At<'_>, path: &str) -> Option<Key> {
    let (place, name) = (parameter.text("in")?, parameter.text("name")?);
    let name = match place {
        "header" => name.to_ascii_lowercase(),
        "path" => {
            let position = path.find(&format!("{{{name}}}"));
            position.map_or_else(
                || name.to_owned(),
                |position| path[..position].matches('{').count().to_string(),
            )
        }
        _ => name.to_owned(),
    };
    Some((place.to_owned(), name))
}

//! Parameters and headers: what may be sent where, and how it is written.

use super::document::At;
use super::edit::{Edit, Two};
use super::law::{Relation, What};
use super::treatment::Object;
use super::view::View;
use super::walk::{Context, Walk};

/// Compares two parameters, or two headers. `place` is where they are sent.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    context: &Context,
    (object, place): (Object, &str),
    two: &Two<'a>,
) {
    let mut edits = two.leftovers(walk.documents, object);
    let required = flag(two, "required", Relation::Narrower);
    edits.extend(required.map(|edit| match place {
        // A path parameter is always there, whatever it says.
        "path" => two.edit(What::Restated, Relation::Same, "required"),
        _ => edit,
    }));
    for key in ["allowEmptyValue", "allowReserved"] {
        edits.extend(flag(two, key, Relation::Wider));
    }
    edits.extend(serialization(walk, place, two));
    match two.both("schema") {
        (Some(old), Some(new)) => walk.schemas(context, old, new),
        (None, None) => {}
        // The value is described by `content` on one side.
        _ => edits.push(two.edit(What::Unprovable, Relation::Incomparable, "schema")),
    }
    walk.edits(context, edits);
}

/// A boolean whose absence is `false`. `set` is what `true` does.
pub(super) fn flag(two: &Two<'_>, key: &str, set: Relation) -> Option<Edit> {
    let relation = match (two.old.is(key), two.new.is(key)) {
        (false, true) => set,
        (true, false) if set == Relation::Wider => Relation::Narrower,
        (true, false) => Relation::Wider,
        _ => return None,
    };
    Some(two.edit(What::Values, relation, key))
}

/// `style` and `explode`, after what absence means.
fn serialization<'a>(walk: &Walk<'a>, place: &str, two: &Two<'a>) -> Option<Edit> {
    let usual = match place {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let style = |at: &At<'a>| at.text("style").unwrap_or(usual);
    let explode = |at: &At<'a>| at.flag("explode").unwrap_or(style(at) == "form");
    if style(&two.old) != style(&two.new) {
        return Some(two.edit(What::Values, Relation::Incomparable, "style"));
    }
    if explode(&two.old) == explode(&two.new) {
        return None;
    }
    // How lists and objects are taken apart means nothing for a single value.
    let single = |document, at: &At<'a>| {
        let view = at.get("schema").map(|schema| View::new(document, &schema));
        let kind = view
            .as_ref()
            .and_then(|view| view.get("type")?.node.as_str());
        matches!(kind, Some("string" | "integer" | "number" | "boolean"))
    };
    let documents = walk.documents;
    Some(
        if single(documents.old, &two.old) && single(documents.new, &two.new) {
            two.edit(What::Restated, Relation::Same, "explode")
        } else {
            two.edit(What::Values, Relation::Incomparable, "explode")
        },
    )
}

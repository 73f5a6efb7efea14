//! Security: which credentials open an operation.

use super::document::{At, shorten};
use super::edit::{Documents, Edit, Two};
use super::law::{Direction, Relation, What};
use super::treatment::Object;
use super::walk::{Context, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// One way in: every scheme of it must be satisfied, with every scope. An empty one is open to
/// everybody.
type Way = BTreeMap<String, BTreeSet<String>>;

/// The security of an operation: its own, or else that of the root.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, id: &str, root: &Two<'a>, operation: &Two<'a>) {
    let (old, new) = operation.both("security");
    let (old_root, new_root) = root.both("security");
    let (old, new) = (old.or(old_root), new.or(new_root));
    let documents = walk.documents;
    let same_scheme = |name: &str| scheme_under_another_name(documents, name);
    let (were, are) = (ways(old, |name| name.to_owned()), ways(new, same_scheme));
    let relation = Relation::from_inclusions(opens(&are, &were), opens(&were, &are));
    if relation != Relation::Same {
        let message = format!("`security` {} → {}", shown(&were), shown(&are));
        let context = Context::new(Direction::Request, id);
        let edit = match (old, new) {
            (Some(old), Some(new)) => {
                Edit::shown(What::Security, relation, message, Some(old), new)
            }
            (None, Some(new)) => {
                // What the root demands of all operations was added to the root.
                let own = operation.new.get("security").is_some();
                let holder = if own { &operation.old } else { &root.old };
                Edit::shown(What::Security, relation, message, Some(holder), new)
            }
            (Some(old), None) => {
                let own = operation.old.get("security").is_some();
                let holder = if own { &operation.new } else { &root.new };
                Edit::gone(What::Security, relation, message, old, holder)
            }
            // Without security on either side there is no difference.
            (None, None) => return,
        };
        walk.edit(&context, edit);
    }
    for name in were.iter().flatten().map(|(name, _)| name) {
        scheme(walk, id, name);
    }
}

/// Without any way that is named, an operation is open.
fn ways(at: Option<&At<'_>>, name: impl Fn(&str) -> String) -> Vec<Way> {
    let items = at.map(At::items).unwrap_or_default();
    let mut ways: Vec<Way> = items
        .iter()
        .map(|way| {
            let schemes = way.entries().into_iter();
            schemes
                .map(|(scheme, scopes)| {
                    let scopes = scopes.items();
                    let scopes = scopes.iter().filter_map(|scope| scope.node.as_str());
                    (name(scheme), scopes.map(str::to_owned).collect())
                })
                .collect()
        })
        .collect();
    if ways.is_empty() {
        ways.push(Way::new());
    }
    ways
}

/// Whether whoever can go one of `these` ways can go one of `those`.
fn opens(those: &[Way], these: &[Way]) -> bool {
    let demands_less = |that: &Way, this: &Way| {
        that.iter().all(|(scheme, scopes)| {
            this.get(scheme)
                .is_some_and(|granted| scopes.is_subset(granted))
        })
    };
    these
        .iter()
        .all(|this| those.iter().any(|that| demands_less(that, this)))
}

fn shown(ways: &[Way]) -> String {
    let way = |way: &Way| {
        let schemes = way.iter().map(|(scheme, scopes)| {
            if scopes.is_empty() {
                scheme.clone()
            } else {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                format!("{scheme}({})", scopes.join(", "))
            }
        });
        let schemes: Vec<String> = schemes.collect();
        if schemes.is_empty() {
            "nothing".to_owned()
        } else {
            schemes.join(" and ")
        }
    };
    let ways: Vec<String> = ways.iter().map(way).collect();
    shorten(&ways.join(" or "))
}

fn schemes<'a>(root: &At<'a>) -> BTreeMap<&'a str, At<'a>> {
    root.get("components")
        .and_then(|components| components.get("securitySchemes"))
        .map(|schemes| schemes.keys())
        .unwrap_or_default()
}

/// The old name of a scheme of the new contract. Names of schemes do not travel, so a scheme that
/// is the same under another name is the same scheme.
fn scheme_under_another_name(documents: Documents<'_>, name: &str) -> String {
    let (old, new) = (
        schemes(&documents.old.root()),
        schemes(&documents.new.root()),
    );
    let renamed = || {
        let is = new.get(name)?;
        let equal = |(_, was): &(&&str, &At<'_>)| documents.same(Some(was), Some(is));
        old.iter().find(equal).map(|(name, _)| (*name).to_owned())
    };
    if old.contains_key(name) {
        name.to_owned()
    } else {
        renamed().unwrap_or_else(|| name.to_owned())
    }
}

/// What a scheme demands that both contracts have under one name.
fn scheme(walk: &mut Walk<'_>, id: &str, name: &str) {
    let documents = walk.documents;
    let (old, new) = (
        schemes(&documents.old.root()),
        schemes(&documents.new.root()),
    );
    if let (Some(old), Some(new)) = (old.get(name), new.get(name)) {
        let two = Two::new(documents, old, new);
        let edits = two.leftovers(documents, Object::SecurityScheme);
        walk.edits(&Context::new(Direction::Request, id), edits);
    }
}

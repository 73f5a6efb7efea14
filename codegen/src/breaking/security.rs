//! Security: which credentials open an operation.

use super::document::{At, shorten};
use super::edit::{Documents, Edit, Two};
use super::law::{Direction, Relation, What};
use super::treatment::Object;
use super::walk::{Context, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// What lets a caller in: every scheme must be satisfied, with every scope. An empty one is open to
/// everybody.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// The security of an operation: its own, or else that of the root.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, id: &str, root: &Two<'a>, operation: &Two<'a>) {
    let (old, new) = operation.both("security");
    let (old_root, new_root) = root.both("security");
    let (old, new) = (old.or(old_root), new.or(new_root));
    let documents = walk.documents;
    let same_scheme = |name: &str| scheme_under_another_name(documents, name);
    let (were, are) = (
        alternatives(old, |name| name.to_owned()),
        alternatives(new, same_scheme),
    );
    let relation = relation(&were, &are);
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

/// Without any alternative that is named, an operation is open.
fn alternatives(at: Option<&At<'_>>, name: impl Fn(&str) -> String) -> Vec<Alternative> {
    let items = at.map(At::items).unwrap_or_default();
    let mut alternatives: Vec<Alternative> = items
        .iter()
        .map(|alternative| {
            let schemes = alternative.entries().into_iter();
            schemes
                .map(|(scheme, scopes)| {
                    let scopes = scopes.items();
                    let scopes = scopes.iter().filter_map(|scope| scope.node.as_str());
                    (name(scheme), scopes.map(str::to_owned).collect())
                })
                .collect()
        })
        .collect();
    if alternatives.is_empty() {
        alternatives.push(Alternative::new());
    }
    alternatives
}

/// Which callers are let in, and which are told apart: a credential that is not asked for any more
/// makes nobody of its owner, and one that is asked for instead makes it a bad one, although `{}`
/// lets everybody in.
fn relation(were: &[Alternative], are: &[Alternative]) -> Relation {
    let let_in = Relation::from_inclusions(opens(are, were), opens(were, are));
    let is_public = |these: &[Alternative]| these.iter().all(Alternative::is_empty);
    let has_open = |these: &[Alternative]| these.iter().any(Alternative::is_empty);
    // To open what was closed to all, or to close what was open to all, is that and nothing else.
    if (is_public(are) && !has_open(were)) || (is_public(were) && !has_open(are)) {
        return let_in;
    }
    let demanding = |these: &[Alternative]| -> Vec<Alternative> {
        let demanding = these.iter().filter(|one| !one.is_empty());
        demanding.cloned().collect()
    };
    let (were, are) = (demanding(were), demanding(are));
    let_in.and(Relation::from_inclusions(
        opens(&are, &were),
        opens(&were, &are),
    ))
}

/// Whether whoever meets one of `these` alternatives meets one of `those`.
fn opens(those: &[Alternative], these: &[Alternative]) -> bool {
    let demands_less = |that: &Alternative, this: &Alternative| {
        that.iter().all(|(scheme, scopes)| {
            this.get(scheme)
                .is_some_and(|granted| scopes.is_subset(granted))
        })
    };
    these
        .iter()
        .all(|this| those.iter().any(|that| demands_less(that, this)))
}

fn shown(alternatives: &[Alternative]) -> String {
    let alternative = |alternative: &Alternative| {
        let schemes = alternative.iter().map(|(scheme, scopes)| {
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
    let alternatives: Vec<String> = alternatives.iter().map(alternative).collect();
    shorten(&alternatives.join(" or "))
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
        let mut edits = places(documents, &two);
        edits.extend(flows(documents, &two));
        edits.extend(two.leftovers(documents, Object::SecurityScheme));
        walk.edits(&Context::new(Direction::Request, id), edits);
    }
}

/// Where a credential is sent, and who has given it.
fn places(documents: Documents<'_>, scheme: &Two<'_>) -> Vec<Edit> {
    let keys = ["type", "scheme", "in", "name", "openIdConnectUrl"];
    let differing = keys.into_iter().filter_map(|key| {
        let (old, new) = scheme.both(key);
        if documents.same(old, new) {
            return None;
        }
        let text = |at: Option<&At<'_>>| at.and_then(|at| at.node.as_str()).map(str::to_lowercase);
        // RFC 9110, 5.1 and 11.1: names of headers and of HTTP authentication have no case.
        let in_header = || {
            let (old, new) = scheme.both("in");
            [old, new].map(text) == [Some("header".to_owned()), Some("header".to_owned())]
        };
        let has_no_case = key == "scheme" || (key == "name" && in_header());
        if has_no_case && text(old) == text(new) {
            return Some(scheme.edit(What::Restated, Relation::Same, key));
        }
        Some(scheme.edit(What::Security, Relation::Incomparable, key))
    });
    differing.collect()
}

/// How callers come by a token.
fn flows<'a>(documents: Documents<'a>, scheme: &Two<'a>) -> Vec<Edit> {
    let (Some(old), Some(new)) = scheme.both("flows") else {
        return offer(documents, scheme, "flows").into_iter().collect();
    };
    let flows = Two::new(documents, old, new);
    let mut edits = flows.leftovers(documents, Object::OAuthFlows);
    for name in [
        "authorizationCode",
        "clientCredentials",
        "implicit",
        "password",
    ] {
        let (Some(old), Some(new)) = flows.both(name) else {
            edits.extend(offer(documents, &flows, name));
            continue;
        };
        let flow = Two::new(documents, old, new);
        for url in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
            edits.extend(offer(documents, &flow, url));
        }
        edits.extend(scopes(documents, &flow));
        edits.extend(flow.leftovers(documents, Object::OAuthFlow));
    }
    edits
}

/// The scopes that can be asked for. What is said of each is for people.
fn scopes<'a>(documents: Documents<'a>, flow: &Two<'a>) -> Vec<Edit> {
    let (Some(old), Some(new)) = flow.both("scopes") else {
        return offer(documents, flow, "scopes").into_iter().collect();
    };
    let scopes = Two::new(documents, old, new);
    let (old, new) = flow.maps("scopes");
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let edits = names.into_iter().filter_map(|name| {
        let both = old.contains_key(name) && new.contains_key(name);
        let edit = offer(documents, &scopes, name)?;
        Some(Edit {
            what: if both { What::Prose } else { edit.what },
            relation: if both { Relation::Same } else { edit.relation },
            ..edit
        })
    });
    edits.collect()
}

/// The edit of something that callers use as it stands; `None` where it is the same.
fn offer(documents: Documents<'_>, two: &Two<'_>, key: &str) -> Option<Edit> {
    let (old, new) = two.both(key);
    if documents.same(old, new) {
        return None;
    }
    let relation = match (old, new) {
        (None, _) => Relation::Wider,
        (_, None) => Relation::Narrower,
        _ => Relation::Incomparable,
    };
    Some(two.edit(What::Credentials, relation, key))
}

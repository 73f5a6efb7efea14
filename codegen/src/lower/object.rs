//! Objects: properties, and that none contains itself.

use super::Cx;
use super::fields::Fields;
use super::model::WantsDescription;
use super::schema::{Role, SchemaPosition, spans};
use crate::diagnostic::{Span, rules};
use crate::ir::{ObjectRules, Property, TypeKind};
use crate::naming;
use crate::source::Value;
use std::collections::{HashMap, HashSet};

pub(super) fn lower<'a>(
    cx: &mut Cx<'a>,
    index: usize,
    fields: &Fields<'a>,
    ident: &str,
) -> ObjectRules {
    let required = required(cx, fields);
    let mut properties = Vec::new();
    let mut idents: HashMap<String, (Span, &str)> = HashMap::new();
    for entry in cx.map_of(fields, "properties") {
        let stem = format!("{ident}{}", naming::type_ident(&entry.key));
        let place = SchemaPosition {
            ident: &stem,
            role: Role::Property,
        };
        let used = cx.schema(&entry.value, entry.key_span, place);
        let field = naming::field_ident(&entry.key);
        if let Some((first, other)) = idents.get(&field) {
            cx.sink
                .report(
                    rules::NAME_COLLISION,
                    entry.key_span,
                    format!(
                        "`{}` and `{other}` would both be called `{field}` in Rust",
                        entry.key
                    ),
                )
                .help("rename one of the two")
                .related(*first, "the other one");
            continue;
        }
        idents.insert(field.clone(), (entry.key_span, &entry.key));
        let Some(ty) = used.ty else { continue };
        cx.model.wants_description.push(WantsDescription {
            what: format!("the property `{}`", entry.key),
            at: entry.key_span,
            description: used.description,
            ty: Some(ty.clone()),
        });
        properties.push(Property {
            wire: entry.key.clone(),
            ident: field,
            description: used.description.map(str::to_owned),
            ty,
            required: required.contains(entry.key.as_str()),
            nullable: used.nullable,
        });
    }
    if let Some(node) = fields.get("properties")
        && let Some(mapping) = node.as_mapping()
    {
        cx.model.types.list[index].property_spans = spans(mapping);
    }
    ObjectRules {
        properties,
        closed: closed(cx, fields),
    }
}

fn closed<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> bool {
    let Some(node) = fields.get("additionalProperties") else {
        return false;
    };
    match &node.value {
        Value::Bool(open) => !open,
        Value::Mapping(_) => {
            cx.sink
                .report(rules::UNSUPPORTED_KEY, fields.span_of("additionalProperties"), "a schema for additional properties is not supported")
                .help("write `additionalProperties: false`, and use an array of objects with a name and a value for a map");
            false
        }
        _ => {
            cx.wrong_kind(node, "`additionalProperties`", "`true` or `false`");
            false
        }
    }
}

fn required<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> HashSet<&'a str> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let known = fields.get("properties").and_then(|node| node.as_mapping());
    if let Some(node) = fields.get("required")
        && matches!(node.value, Value::Bool(_))
    {
        cx.sink
            .report(
                rules::WRONG_KIND,
                node.span,
                "`required` must be a list, and is a boolean",
            )
            .help(
                "list the names of the properties that must be there, in the object that has them",
            );
        return HashSet::new();
    }
    for item in cx.list_of(fields, "required").unwrap_or_default() {
        let Some(name) = cx.string(item, "a name in `required`") else {
            continue;
        };
        if let Some(first) = seen.insert(name, item.span) {
            cx.sink
                .report(
                    rules::REQUIRED_PROPERTIES,
                    item.span,
                    format!("`{name}` is required twice"),
                )
                .help("remove one of the two")
                .related(first, "first here");
        }
        if !known.is_some_and(|known| known.contains(name)) {
            let names = known
                .into_iter()
                .flat_map(|known| known.iter())
                .map(|entry| entry.key.as_str());
            let help = match super::fields::did_you_mean(name, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "declare it under `properties`, or remove it here".to_owned(),
            };
            cx.sink
                .report(
                    rules::REQUIRED_PROPERTIES,
                    item.span,
                    format!("`{name}` is required, and is no property"),
                )
                .help(help);
        }
    }
    seen.into_keys().collect()
}

/// Reports objects that contain themselves other than through an array: a value of such a type
/// has no end, or no size.
pub(super) fn check_recursion(cx: &mut Cx<'_>) {
    let types = &cx.model.types;
    let index_of: HashMap<&str, usize> = types
        .list
        .iter()
        .enumerate()
        .map(|(index, info)| (info.ident.as_str(), index))
        .collect();
    let below: Vec<Vec<(usize, &str)>> = types
        .list
        .iter()
        .map(|info| match &info.kind {
            Some(TypeKind::Object(object)) => object
                .properties
                .iter()
                .filter_map(|property| {
                    let info = types.find(&property.ty)?;
                    let index = *index_of.get(info.ident.as_str())?;
                    Some((index, property.wire.as_str()))
                })
                .collect(),
            _ => Vec::new(),
        })
        .collect();

    // A walk in depth with its own stack, because a contract may chain any number of objects.
    let mut done = vec![false; below.len()];
    let mut open = vec![false; below.len()];
    let mut cycles = Vec::new();
    for start in 0..below.len() {
        let mut walk: Vec<(usize, usize)> = vec![(start, 0)];
        if done[start] {
            continue;
        }
        open[start] = true;
        while let Some((at, next)) = walk.last_mut() {
            let at = *at;
            let Some(&(target, property)) = below[at].get(*next) else {
                open[at] = false;
                done[at] = true;
                walk.pop();
                continue;
            };
            *next += 1;
            if open[target] {
                cycles.push((at, target, property));
            } else if !done[target] {
                open[target] = true;
                walk.push((target, 0));
            }
        }
    }
    let found: Vec<(Span, String)> = cycles
        .into_iter()
        .map(|(at, target, property)| {
            let (holder, held) = (&types.list[at], &types.list[target]);
            let span = holder
                .property_spans
                .get(property)
                .copied()
                .unwrap_or(holder.at);
            (
                span,
                format!("`{property}` makes `{}` contain itself", held.ident),
            )
        })
        .collect();
    for (span, message) in found {
        cx.sink
            .report(rules::RECURSIVE_OBJECT, span, message)
            .help("refer to the inner one by its id, or hold it in an array");
    }
}

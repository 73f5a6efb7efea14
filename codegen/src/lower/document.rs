//! The contract as a whole: version, info, servers, tags, paths, components.

use super::fields::Fields;
use super::model::{TagInfo, WantsDescription};
use super::operation::{self, PathContext};
use super::paths::{self, Template};
use super::references::Section;
use super::{Cx, keys, links, object};
use crate::diagnostic::{Span, rules};
use crate::naming;
use crate::source::{Entry, Node};
use std::collections::HashMap;

pub(super) fn lower<'a>(cx: &mut Cx<'a>, root: &'a Node) {
    let start = Span {
        line: 1,
        column: 1,
        len: 0,
    };
    let Some(fields) = cx.fields(root, start, &keys::ROOT) else {
        return;
    };
    cx.components.note_references(root);
    version(cx, &fields);
    info(cx, &fields);
    servers(cx, &fields);
    tags(cx, &fields);
    components(cx, &fields);
    cx.lower_security(&fields);
    cx.check_component_names();
    cx.check_component_references();
    cx.lower_component_schemas();
    object::check_recursion(cx);
    paths(cx, &fields);
    cx.lower_component_parameters();
    cx.lower_component_bodies();
    cx.lower_component_responses();
    cx.lower_component_examples();
    cx.lower_component_links();
    operation_ids(cx);
    cx.check_security_names();
    links::check(&cx.model, &mut cx.sink);
    describe_components(cx);
}

fn version<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    let Some(version) = cx.required_text(fields, "openapi") else {
        return;
    };
    let supported = version
        .strip_prefix("3.0.")
        .is_some_and(|patch| !patch.is_empty() && patch.chars().all(|c| c.is_ascii_digit()));
    if !supported {
        let span = fields.get("openapi").map_or(fields.at, |node| node.span);
        cx.sink
            .report(
                rules::OPENAPI_VERSION,
                span,
                format!("this contract is OpenAPI {version}"),
            )
            .help("write it in OpenAPI 3.0, and say `openapi: 3.0.3`");
    }
}

fn info<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    let Some(entry) = fields.entry("info") else {
        cx.missing(fields, "info", "add `info:` with `title` and `version`");
        return;
    };
    let Some(info) = cx.fields(&entry.value, entry.key_span, &keys::INFO) else {
        return;
    };
    cx.model.title = cx.required_text(&info, "title");
    let span = info.get("version").map_or(info.at, |node| node.span);
    cx.model.version = cx
        .required_text(&info, "version")
        .map(|version| (version, span));
    cx.model.description = cx.text(&info, "description");
}

fn servers<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    cx.model.servers_at = fields.span_of("servers");
    for item in cx.list_of(fields, "servers").unwrap_or_default() {
        let Some(server) = cx.fields(item, item.span, &keys::SERVER) else {
            continue;
        };
        if let Some(url) = cx.required_text(&server, "url") {
            let span = server.get("url").map_or(item.span, |node| node.span);
            cx.model.servers.push((url, span));
        }
    }
}

fn tags<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    let mut idents: HashMap<String, (&str, Span)> = HashMap::new();
    for item in cx.list_of(fields, "tags").unwrap_or_default() {
        let Some(tag) = cx.fields(item, item.span, &keys::TAG) else {
            continue;
        };
        let Some(name) = cx.required_text(&tag, "name") else {
            continue;
        };
        let at = tag.get("name").map_or(item.span, |node| node.span);
        let ident = naming::component_ident(name);
        if let Some((other, first)) = idents.get(&ident) {
            let message = if *other == name {
                format!("the tag `{name}` is declared twice")
            } else {
                format!("the tags `{name}` and `{other}` would both be called `{ident}` in Rust")
            };
            cx.sink
                .report(rules::NAME_COLLISION, at, message)
                .help("remove or rename one of the two")
                .related(*first, "the other one");
        }
        idents.entry(ident).or_insert((name, at));
        let module = naming::field_ident(name);
        if naming::MODULES.contains(&module.as_str()) {
            let message = format!("the tag `{name}` would be the module `{module}`");
            cx.sink
                .report(rules::RESERVED_NAME, at, message)
                .help("rename it: generated code has a module of this name already");
        }
        let description = cx.text(&tag, "description");
        cx.model.wants_description.push(WantsDescription {
            what: format!("the tag `{name}`"),
            at,
            description,
            ty: None,
        });
        cx.model.tags.push(TagInfo {
            name,
            at,
            description,
        });
    }
}

fn components<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    let Some(entry) = fields.entry("components") else {
        return;
    };
    let Some(components) = cx.fields(&entry.value, entry.key_span, &keys::COMPONENTS) else {
        return;
    };
    for section in Section::ALL {
        if let Some(node) = components.get(section.key())
            && let Some(mapping) = cx.mapping(node, &format!("`{}`", section.key()))
        {
            cx.components.insert(section, mapping);
        }
    }
}

fn paths<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) {
    if !fields.mapping.contains("paths") {
        cx.missing(fields, "paths", "add `paths:` with the operations");
    }
    let mut templates = Vec::new();
    for entry in cx.map_of(fields, "paths") {
        if entry.key.starts_with("x-") {
            cx.sink
                .report(
                    rules::UNKNOWN_EXTENSION,
                    entry.key_span,
                    format!("`{}` is not implemented in `paths`", entry.key),
                )
                .help("remove it: an extension that nothing implements changes nothing");
            continue;
        }
        let template = Template::parse(&entry.key, entry.key_span, &mut cx.sink);
        path(cx, template.as_ref(), entry);
        templates.extend(template);
    }
    paths::check_ambiguity(&templates, &mut cx.sink);
}

fn path<'a>(cx: &mut Cx<'a>, template: Option<&Template<'a>>, entry: &'a Entry) {
    let variables = template.map(Template::variables);
    let Some(item) = cx.fields(&entry.value, entry.key_span, &keys::PATH_ITEM) else {
        return;
    };
    let context = PathContext {
        path: &entry.key,
        span: entry.key_span,
        variables: variables.as_deref(),
        parameters: cx.list_of(&item, "parameters").unwrap_or_default(),
    };
    let mut any = false;
    for entry in item.mapping.iter() {
        if let Some(method) = operation::method(&entry.key) {
            any = true;
            operation::lower(cx, &context, method, entry);
        }
    }
    if !any && !item.mapping.contains("$ref") {
        cx.sink
            .report(
                rules::MISSING_KEY,
                entry.key_span,
                format!("the path `{}` has no operation", entry.key),
            )
            .help("add an operation, or remove the path");
    }
}

fn operation_ids(cx: &mut Cx<'_>) {
    let mut seen: HashMap<String, (&str, Span)> = HashMap::new();
    for operation in &cx.model.operations {
        let Some((id, span)) = operation.id else {
            continue;
        };
        let ident = naming::field_ident(id);
        if naming::CLIENT_METHODS.contains(&ident.as_str()) {
            let message = format!("the operationId `{id}` would be the method `{ident}`");
            cx.sink
                .report(rules::RESERVED_NAME, span, message)
                .help("rename it: every generated client has a method of this name already");
        }
        let Some((other, first)) = seen.get(&ident) else {
            seen.insert(ident, (id, span));
            continue;
        };
        let message = if *other == id {
            format!("the operationId `{id}` is given twice")
        } else {
            format!("the operationIds `{id}` and `{other}` would both be called `{ident}` in Rust")
        };
        cx.sink
            .report(rules::DUPLICATE_OPERATION_ID, span, message)
            .help("rename one of the two")
            .related(*first, "the other one");
    }
}

fn describe_components(cx: &mut Cx<'_>) {
    for info in &cx.model.types.list {
        if let Some(name) = info.component
            && info.kind.is_some()
        {
            cx.model.wants_description.push(WantsDescription {
                what: format!("the schema `{name}`"),
                at: info.at,
                description: info.description,
                ty: None,
            });
        }
    }
}

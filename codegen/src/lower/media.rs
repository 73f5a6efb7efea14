//! Bodies: media types, and the examples that stand in them.

use super::Cx;
use super::fields::Fields;
use super::keys;
use super::model::{ExampleSite, WantsExample};
use super::parameter::is_reference;
use super::references::{Resolved, Section};
use super::schema::{Role, SchemaPosition};
use crate::diagnostic::{Span, rules};
use crate::ir::TypeRef;
use crate::naming;
use crate::source::Node;
use std::rc::Rc;

const JSON: &str = "application/json";

/// A request's body, in place or from the components.
#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) ty: Option<TypeRef>,
    pub(crate) required: bool,
}

impl<'a> Cx<'a> {
    /// The body of an operation. `ident` names an inline schema.
    pub(crate) fn request_body(
        &mut self,
        node: &'a Node,
        at: Span,
        ident: &str,
    ) -> Option<Rc<RequestBody>> {
        match self.resolve(node, Section::RequestBodies) {
            Resolved::Broken => None,
            Resolved::Component(entry) => {
                if let Some(known) = self.bodies.get(entry.key.as_str()) {
                    return known.clone();
                }
                self.component_body(entry)
            }
            Resolved::Here(node) => self.read_body(node, at, ident).map(Rc::new),
        }
    }

    fn component_body(&mut self, entry: &'a crate::source::Entry) -> Option<Rc<RequestBody>> {
        let stem = naming::type_ident(&entry.key);
        let ident = if stem.ends_with("Body") {
            stem
        } else {
            format!("{stem}Body")
        };
        let body = self
            .read_body(&entry.value, entry.key_span, &ident)
            .map(Rc::new);
        self.bodies.insert(&entry.key, body.clone());
        body
    }

    /// Reads the bodies that nothing has referred to.
    pub(crate) fn lower_component_bodies(&mut self) {
        for entry in self.components.entries(Section::RequestBodies) {
            if !self.bodies.contains_key(entry.key.as_str()) && !is_reference(&entry.value) {
                self.component_body(entry);
            }
        }
    }

    fn read_body(&mut self, node: &'a Node, at: Span, ident: &str) -> Option<RequestBody> {
        let fields = self.fields(node, at, &keys::REQUEST_BODY)?;
        let required = self.flag(&fields, "required") == Some(true);
        if !fields.mapping.contains("content") {
            self.missing(
                &fields,
                "content",
                "add `content:` with `application/json:` and its `schema`",
            );
        }
        let (ty, _) = self.content(&fields, ident, "the body");
        Some(RequestBody { ty, required })
    }

    /// The type of the one media type in `content`, and its examples.
    pub(crate) fn content(
        &mut self,
        fields: &Fields<'a>,
        ident: &str,
        what: &str,
    ) -> (Option<TypeRef>, Vec<&'a Node>) {
        let entries = self.map_of(fields, "content");
        if entries.is_empty()
            && fields
                .get("content")
                .is_some_and(|node| node.as_mapping().is_some())
        {
            self.sink
                .report(
                    rules::MEDIA_TYPE,
                    fields.span_of("content"),
                    "`content` is empty",
                )
                .help(format!("add `{JSON}:`, or remove `content`"));
        }
        let mut ty = None;
        let mut examples = Vec::new();
        for entry in entries {
            if entry.key != JSON {
                let help = if entry.key.starts_with(JSON)
                    || entry.key.ends_with("+json")
                    || entry.key == "*/*"
                {
                    format!("write `{JSON}`, without parameters")
                } else {
                    format!("bodies are `{JSON}`: remove it")
                };
                self.sink
                    .report(
                        rules::MEDIA_TYPE,
                        entry.key_span,
                        format!("`{}` is not supported", entry.key),
                    )
                    .help(help);
                continue;
            }
            let Some(media) = self.fields(&entry.value, entry.key_span, &keys::MEDIA_TYPE) else {
                continue;
            };
            let mut has_example = false;
            match media.entry("schema") {
                Some(schema) => {
                    let used = self.schema(
                        &schema.value,
                        schema.key_span,
                        SchemaPosition {
                            ident,
                            role: Role::Body,
                        },
                    );
                    has_example = used.has_example;
                    ty = used.ty;
                }
                None => self.missing(
                    &media,
                    "schema",
                    "add `schema:` with a `$ref` to what the body is",
                ),
            }
            let here = self.examples(&media, ty.as_ref());
            has_example |= here.is_some();
            examples.extend(here.unwrap_or_default());
            if let Some(ty) = &ty {
                self.model.wants_example.push(WantsExample {
                    what: what.to_owned(),
                    at: entry.key_span,
                    ty: ty.clone(),
                    has_example,
                });
            }
        }
        (ty, examples)
    }

    /// Notes the examples of a parameter, header or media type. `None` where there are none;
    /// those that were not understood are left out.
    pub(crate) fn examples(
        &mut self,
        fields: &Fields<'a>,
        ty: Option<&TypeRef>,
    ) -> Option<Vec<&'a Node>> {
        let mut any = false;
        let mut found = Vec::new();
        if let Some(entry) = fields.entry("example") {
            any = true;
            found.push(&entry.value);
            self.note_example(&entry.value, ty);
            if let Some(other) = fields.entry("examples") {
                self.sink
                    .report(
                        rules::UNSUPPORTED_KEY,
                        other.key_span,
                        "`examples` stands beside `example`",
                    )
                    .help("keep one of them: OpenAPI says that they exclude each other")
                    .related(entry.key_span, "`example` stands here");
            }
        }
        for entry in self.map_of(fields, "examples") {
            any = true;
            let node = match self.resolve(&entry.value, Section::Examples) {
                Resolved::Broken => continue,
                Resolved::Component(component) => {
                    // Its keys are audited with the components.
                    component
                        .value
                        .as_mapping()
                        .and_then(|mapping| mapping.get("value"))
                }
                Resolved::Here(node) => self.example_value(node, entry.key_span),
            };
            if let Some(node) = node {
                found.push(node);
                self.note_example(node, ty);
            }
        }
        any.then_some(found)
    }

    fn example_value(&mut self, node: &'a Node, at: Span) -> Option<&'a Node> {
        let fields = self.fields(node, at, &keys::EXAMPLE)?;
        if !fields.mapping.contains("value") && !fields.mapping.contains("externalValue") {
            self.missing(&fields, "value", "add `value:` with the example");
        }
        fields.get("value")
    }

    fn note_example(&mut self, node: &'a Node, ty: Option<&TypeRef>) {
        let Some(ty) = ty else { return };
        let ident = match ty {
            TypeRef::Named(ident) => ident.clone(),
            TypeRef::Boolean => String::new(),
        };
        // One example may stand for many operations; it is checked once for each type.
        if self.example_sites.insert((node.span, ident)) {
            self.model.examples.push(ExampleSite {
                node,
                ty: ty.clone(),
                nullable: false,
            });
        }
    }

    /// Audits the examples under `components`.
    pub(crate) fn lower_component_examples(&mut self) {
        for entry in self.components.entries(Section::Examples) {
            if !is_reference(&entry.value) {
                self.example_value(&entry.value, entry.key_span);
            }
        }
    }
}

//! Responses and their headers.

use super::Cx;
use super::fields::Fields;
use super::keys;
use super::model::{HeaderInfo, ResponseInfo, WantsDescription};
use super::parameter::is_reference;
use super::references::{Resolved, Section};
use super::schema::{Role, SchemaPosition};
use crate::diagnostic::{Span, rules};
use crate::ir::TypeKind;
use crate::naming;
use crate::source::{Entry, Node};
use std::collections::HashMap;
use std::rc::Rc;

impl<'a> Cx<'a> {
    /// A response of an operation. `ident` begins the names of inline schemas.
    pub(crate) fn response(
        &mut self,
        node: &'a Node,
        at: Span,
        ident: &str,
    ) -> Option<Rc<ResponseInfo<'a>>> {
        match self.resolve(node, Section::Responses) {
            Resolved::Broken => None,
            Resolved::Component(entry) => {
                if let Some(known) = self.responses.get(entry.key.as_str()) {
                    return known.clone();
                }
                self.component_response(entry)
            }
            Resolved::Here(node) => self.read_response(node, at, ident).map(Rc::new),
        }
    }

    fn component_response(&mut self, entry: &'a Entry) -> Option<Rc<ResponseInfo<'a>>> {
        let ident = naming::type_ident(&entry.key);
        let info = self
            .read_response(&entry.value, entry.key_span, &ident)
            .map(Rc::new);
        self.responses.insert(&entry.key, info.clone());
        info
    }

    /// Reads the responses and headers that nothing has referred to.
    pub(crate) fn lower_component_responses(&mut self) {
        for entry in self.components.entries(Section::Responses) {
            if !self.responses.contains_key(entry.key.as_str()) && !is_reference(&entry.value) {
                self.component_response(entry);
            }
        }
        for entry in self.components.entries(Section::Headers) {
            if !self.headers.contains_key(entry.key.as_str()) && !is_reference(&entry.value) {
                self.component_header(entry);
            }
        }
    }

    fn read_response(&mut self, node: &'a Node, at: Span, ident: &str) -> Option<ResponseInfo<'a>> {
        let fields = self.fields(node, at, &keys::RESPONSE)?;
        let description = self.required_text(&fields, "description");
        if description.is_some() {
            self.model.wants_description.push(WantsDescription {
                what: "the response".to_owned(),
                at,
                description,
                ty: None,
            });
        }
        let mut examples = Vec::new();
        let content = fields.entry("content").map(|entry| {
            let (ty, shown) = self.content(&fields, &format!("{ident}Body"), "the response");
            examples = shown;
            (entry.key_span, ty)
        });
        let mut headers = Vec::new();
        let mut idents: HashMap<String, (Span, &str)> = HashMap::new();
        for entry in self.map_of(&fields, "headers") {
            let field = naming::field_ident(&entry.key);
            if let Some((first, other)) = idents.get(&field) {
                self.sink
                    .report(
                        rules::NAME_COLLISION,
                        entry.key_span,
                        format!(
                            "the headers `{}` and `{other}` would both be called `{field}` in Rust",
                            entry.key
                        ),
                    )
                    .help("rename one of the two")
                    .related(*first, "the other one");
                continue;
            }
            idents.insert(field, (entry.key_span, &entry.key));
            self.check_response_header(&entry.key, entry.key_span);
            if let Some(header) = self.header(entry, ident) {
                headers.push(HeaderInfo {
                    wire: &entry.key,
                    ..header
                });
            }
        }
        let links = self.links(&fields);
        Some(ResponseInfo {
            at,
            description,
            content,
            examples,
            headers,
            codes: self.codes(&fields),
            has_links: fields
                .get("links")
                .and_then(Node::as_mapping)
                .is_some_and(|links| !links.is_empty()),
            links,
        })
    }

    fn codes(&mut self, fields: &Fields<'a>) -> Option<(Span, Vec<(&'a str, Span)>)> {
        let entry = fields.entry("x-error-codes")?;
        let items = self.list_of(fields, "x-error-codes")?;
        let codes = items
            .iter()
            .filter_map(|item| {
                self.string(item, "an error code")
                    .map(|code| (code, item.span))
            })
            .collect();
        Some((entry.key_span, codes))
    }

    fn check_response_header(&mut self, name: &str, span: Span) {
        let help = match name.to_ascii_lowercase().as_str() {
            "content-type" => Some("it follows from `content`: remove it"),
            "content-length" | "transfer-encoding" | "connection" | "date" | "upgrade"
            | "trailer" => Some("HTTP itself sets it: remove it"),
            _ => None,
        };
        if let Some(help) = help {
            self.sink
                .report(
                    rules::HEADER_NAME,
                    span,
                    format!("the header `{name}` cannot be declared"),
                )
                .help(help);
        }
        self.check_header_token(name, span);
    }

    fn header(&mut self, entry: &'a Entry, owner: &str) -> Option<HeaderInfo<'a>> {
        match self.resolve(&entry.value, Section::Headers) {
            Resolved::Broken => None,
            Resolved::Component(component) => {
                if let Some(known) = self.headers.get(component.key.as_str()) {
                    return known.clone();
                }
                self.component_header(component)
            }
            Resolved::Here(node) => {
                let ident = format!("{owner}{}", naming::type_ident(&entry.key));
                self.read_header(node, &entry.key, entry.key_span, &ident)
            }
        }
    }

    fn component_header(&mut self, entry: &'a Entry) -> Option<HeaderInfo<'a>> {
        let stem = naming::type_ident(&entry.key);
        let ident = if stem.ends_with("Header") {
            stem
        } else {
            format!("{stem}Header")
        };
        let info = self.read_header(&entry.value, &entry.key, entry.key_span, &ident);
        self.headers.insert(&entry.key, info.clone());
        info
    }

    fn read_header(
        &mut self,
        node: &'a Node,
        name: &'a str,
        at: Span,
        ident: &str,
    ) -> Option<HeaderInfo<'a>> {
        let fields = self.fields(node, at, &keys::HEADER)?;
        let description = self.text(&fields, "description");
        let required = self.flag(&fields, "required") == Some(true);
        self.style_of(&fields, "simple");
        self.flag(&fields, "explode");
        self.model.wants_description.push(WantsDescription {
            what: format!("the header `{name}`"),
            at,
            description,
            ty: None,
        });
        let ty = match fields.entry("schema") {
            Some(entry) => {
                self.schema(
                    &entry.value,
                    entry.key_span,
                    SchemaPosition {
                        ident,
                        role: Role::Header,
                    },
                )
                .ty
            }
            None => {
                if !fields.mapping.contains("content") {
                    self.missing(
                        &fields,
                        "schema",
                        "add `schema:` with the type of the value",
                    );
                }
                None
            }
        };
        self.describe_inline(ty.as_ref(), description);
        let ty = ty.filter(|ty| {
            let structured = matches!(
                self.model.types.kind_of(ty),
                Some(TypeKind::Object(_) | TypeKind::Array(_))
            );
            if structured {
                self.sink
                    .report(
                        rules::PARAMETER_TYPE,
                        fields.span_of("schema"),
                        format!("the header `{name}` is no scalar"),
                    )
                    .help("use a text with a `pattern`, or the body");
            }
            !structured
        });
        self.examples(&fields, ty.as_ref());
        Some(HeaderInfo {
            wire: name,
            description,
            required,
            ty,
        })
    }
}

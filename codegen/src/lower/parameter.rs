//! Parameters: where they travel, and what they may be.

use super::Cx;
use super::fields::Fields;
use super::keys;
use super::model::{ExampleSite, ParameterInfo, WantsDescription, WantsExample};
use super::references::{Resolved, Section};
use super::schema::{Role, SchemaPosition, Use};
use crate::diagnostic::{Span, rules};
use crate::ir::{ParameterLocation, TypeKind, TypeRef};
use crate::naming;
use crate::source::Node;
use std::rc::Rc;

impl<'a> Cx<'a> {
    /// A parameter in the list of an operation or a path. `owner` begins the name of its type.
    pub(crate) fn parameter(
        &mut self,
        node: &'a Node,
        owner: &str,
    ) -> Option<Rc<ParameterInfo<'a>>> {
        match self.resolve(node, Section::Parameters) {
            Resolved::Broken => None,
            Resolved::Component(entry) => {
                if let Some(known) = self.parameters.get(entry.key.as_str()) {
                    return known.clone();
                }
                self.component_parameter(&entry.key, &entry.value, entry.key_span)
            }
            Resolved::Here(node) => {
                let ident = |name: &str| format!("{owner}{}", naming::type_ident(name));
                self.read_parameter(node, node.span, &ident).map(Rc::new)
            }
        }
    }

    fn component_parameter(
        &mut self,
        name: &'a str,
        node: &'a Node,
        at: Span,
    ) -> Option<Rc<ParameterInfo<'a>>> {
        let stem = naming::type_ident(name);
        let ident = if stem.ends_with("Parameter") {
            stem
        } else {
            format!("{stem}Parameter")
        };
        let info = self
            .read_parameter(node, at, &|_| ident.clone())
            .map(Rc::new);
        self.parameters.insert(name, info.clone());
        info
    }

    /// Reads the parameters that nothing has referred to, so that they are checked too.
    pub(crate) fn lower_component_parameters(&mut self) {
        for entry in self.components.entries(Section::Parameters) {
            if !self.parameters.contains_key(entry.key.as_str()) && !is_reference(&entry.value) {
                self.component_parameter(&entry.key, &entry.value, entry.key_span);
            }
        }
    }

    fn read_parameter(
        &mut self,
        node: &'a Node,
        at: Span,
        ident: &dyn Fn(&str) -> String,
    ) -> Option<ParameterInfo<'a>> {
        let fields = self.fields(node, at, &keys::PARAMETER)?;
        let wire = self.required_text(&fields, "name");
        let location = self.location(&fields);
        let description = self.text(&fields, "description");
        let required = self.flag(&fields, "required") == Some(true);
        let (wire, location) = (wire?, location?);
        let name_span = fields.get("name").map_or(at, |node| node.span);

        match location {
            ParameterLocation::Path if !required => {
                self.sink
                    .report(
                        rules::PATH_PARAMETERS,
                        name_span,
                        format!("the path parameter `{wire}` is not required"),
                    )
                    .help("add `required: true`: a path without it is another path");
            }
            ParameterLocation::Header => self.check_request_header(wire, name_span),
            ParameterLocation::Query if wire.is_empty() => {
                self.sink
                    .report(
                        rules::MISSING_KEY,
                        name_span,
                        "the name of this parameter is empty",
                    )
                    .help("give it a name");
            }
            ParameterLocation::Path | ParameterLocation::Query => {}
        }

        let used = match fields.entry("schema") {
            Some(entry) => Some(self.schema(
                &entry.value,
                entry.key_span,
                SchemaPosition {
                    ident: &ident(wire),
                    role: Role::Parameter,
                },
            )),
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
        let ty = used.as_ref().and_then(|used| used.ty.clone());
        if location == ParameterLocation::Path && ty.as_ref().is_some_and(|ty| self.is_personal(ty))
        {
            self.sink
                .report(
                    rules::KEYWORD_PLACE,
                    fields.span_of("schema"),
                    format!("`{wire}` would carry personal data in a path"),
                )
                .help(
                    "send it in the body or a header: paths are in every log, as what a thing is called by",
                );
        }
        self.describe_inline(ty.as_ref(), description);
        let ty =
            ty.filter(|ty| self.check_parameter_type(ty, location, wire, fields.span_of("schema")));
        self.check_style(&fields, location, ty.as_ref());
        let default = used
            .as_ref()
            .and_then(|used| self.check_default(used, ty.as_ref(), location, required));

        self.model.wants_description.push(WantsDescription {
            what: format!("the parameter `{wire}`"),
            at: name_span,
            description,
            ty: None,
        });
        let here = self.examples(&fields, ty.as_ref()).is_some();
        if let Some(ty) = &ty {
            self.model.wants_example.push(WantsExample {
                what: format!("the parameter `{wire}`"),
                at: name_span,
                ty: ty.clone(),
                has_example: here || used.is_some_and(|used| used.has_example),
            });
        }
        Some(ParameterInfo {
            wire,
            at: name_span,
            location,
            description,
            required,
            ty,
            default,
        })
    }

    /// Whether a type, or an item of it, is marked with `x-personal-data`.
    fn is_personal(&self, ty: &TypeRef) -> bool {
        self.model.types.find(ty).is_some_and(|info| {
            let items = match &info.kind {
                Some(TypeKind::Array(rules)) => self.is_personal(&rules.items),
                _ => false,
            };
            info.is_personal() || items
        })
    }

    fn location(&mut self, fields: &Fields<'a>) -> Option<ParameterLocation> {
        match self.required_text(fields, "in")? {
            "path" => Some(ParameterLocation::Path),
            "query" => Some(ParameterLocation::Query),
            "header" => Some(ParameterLocation::Header),
            other => {
                let span = fields.get("in").map_or(fields.at, |node| node.span);
                let help = match other {
                    "cookie" => {
                        "cookies carry credentials only: use a header, or declare a scheme of type `apiKey` in components/securitySchemes"
                    }
                    "body" | "formData" => "this is Swagger 2.0: use `requestBody`",
                    _ => "write `path`, `query` or `header`",
                };
                self.sink
                    .report(
                        rules::PARAMETER_LOCATION,
                        span,
                        format!("a parameter cannot travel in `{other}`"),
                    )
                    .help(help);
                None
            }
        }
    }

    pub(crate) fn check_request_header(&mut self, name: &str, span: Span) {
        let help = match name.to_ascii_lowercase().as_str() {
            "accept" => Some("what is answered follows from `content` of the responses: remove it"),
            "content-type" => Some("what is sent follows from `content` of the body: remove it"),
            "authorization" => Some(
                "a credential belongs to `security`: declare a scheme of type `http`, `oauth2` or `openIdConnect` in components/securitySchemes",
            ),
            "cookie" => Some(
                "cookies carry credentials only: declare a scheme of type `apiKey` with `in: cookie` in components/securitySchemes",
            ),
            "host" | "connection" | "content-length" | "transfer-encoding" | "upgrade" | "te"
            | "trailer" | "expect" => Some("HTTP itself uses it: remove it"),
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

    pub(crate) fn check_header_token(&mut self, name: &str, span: Span) {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(token) {
            self.sink
                .report(
                    rules::HEADER_NAME,
                    span,
                    format!("`{name}` is no name of a header"),
                )
                .help("use letters, digits and `-`");
        }
    }

    /// Whether a value of this type can be written in one piece of text (or in several, in the query).
    fn check_parameter_type(
        &mut self,
        ty: &TypeRef,
        location: ParameterLocation,
        wire: &str,
        span: Span,
    ) -> bool {
        let (what, help) = match self.model.types.kind_of(ty) {
            Some(TypeKind::Object(_)) => (
                "an object",
                "use a parameter for each property, or a request body",
            ),
            Some(TypeKind::Array(_)) if location != ParameterLocation::Query => (
                "an array",
                "use a query parameter, or a text with a `pattern`",
            ),
            Some(TypeKind::Array(array)) => match self.model.types.kind_of(&array.items) {
                Some(TypeKind::Object(_) | TypeKind::Array(_)) => {
                    ("an array of more than scalars", "use a request body")
                }
                _ => return true,
            },
            _ => return true,
        };
        self.sink
            .report(
                rules::PARAMETER_TYPE,
                span,
                format!("the parameter `{wire}` is {what}"),
            )
            .help(help);
        false
    }

    fn check_style(
        &mut self,
        fields: &Fields<'a>,
        location: ParameterLocation,
        ty: Option<&TypeRef>,
    ) {
        let expected = if location == ParameterLocation::Query {
            "form"
        } else {
            "simple"
        };
        self.style_of(fields, expected);
        let is_array =
            ty.is_some_and(|ty| matches!(self.model.types.kind_of(ty), Some(TypeKind::Array(_))));
        if self.flag(fields, "explode") == Some(false) && is_array {
            self.sink
                .report(
                    rules::PARAMETER_STYLE,
                    fields.span_of("explode"),
                    "this list would travel as one text with commas",
                )
                .help("remove `explode: false`: a list travels as a repeated name");
        }
    }

    pub(crate) fn style_of(&mut self, fields: &Fields<'a>, expected: &str) {
        if let Some(style) = self.text(fields, "style")
            && style != expected
        {
            let span = fields.get("style").map_or(fields.at, |node| node.span);
            self.sink
                .report(
                    rules::PARAMETER_STYLE,
                    span,
                    format!("the style `{style}` is not supported here"),
                )
                .help(format!("remove it, or write `{expected}`"));
        }
    }

    /// A default that is allowed to stand where it does; whether it obeys its schema is checked
    /// with the examples.
    fn check_default(
        &mut self,
        used: &Use<'a>,
        ty: Option<&TypeRef>,
        location: ParameterLocation,
        required: bool,
    ) -> Option<&'a crate::source::Entry> {
        let entry = used.default?;
        let ty = ty?;
        let is_array = matches!(self.model.types.kind_of(ty), Some(TypeKind::Array(_)));
        let problem = if required || location == ParameterLocation::Path {
            Some((
                "a required parameter is never absent, so that its default never counts",
                "remove the default, or `required: true`",
            ))
        } else if is_array {
            Some((
                "a list has no default",
                "say in the description what an absent list means",
            ))
        } else {
            None
        };
        if let Some((message, help)) = problem {
            self.sink
                .report(rules::KEYWORD_PLACE, entry.key_span, message)
                .help(help);
            return None;
        }
        self.model.defaults.push(ExampleSite {
            node: &entry.value,
            ty: ty.clone(),
            nullable: false,
        });
        Some(entry)
    }
}

/// Whether a component is only a reference, which was reported.
pub(super) fn is_reference(node: &Node) -> bool {
    node.as_mapping()
        .is_some_and(|mapping| mapping.contains("$ref"))
}

//! Schemas: references, `allOf` around one reference, and types, each to its own file.

use super::fields::Fields;
use super::keys;
use super::model::{ExampleSite, TypeInfo};
use super::references::{Resolved, Section};
use super::{Cx, array, integer, number, object, text};
use crate::diagnostic::{Span, rules};
use crate::ir::{TypeKind, TypeRef};
use crate::naming;
use crate::source::{Entry, Mapping, Node, Value};
use std::collections::HashMap;

/// Where a schema stands, which decides what may stand beside its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Component,
    Property,
    Items,
    Parameter,
    Header,
    Body,
}

/// A schema where it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemaPosition<'p> {
    /// What an inline type is called here: `PaginationTotal`.
    pub(crate) ident: &'p str,
    pub(crate) role: Role,
}

/// What a use of a schema says.
#[derive(Debug)]
pub(crate) struct Use<'a> {
    /// `None` when it was not understood, which was reported.
    pub(crate) ty: Option<TypeRef>,
    pub(crate) nullable: bool,
    /// What is said at the use itself.
    pub(crate) description: Option<&'a str>,
    pub(crate) default: Option<&'a Entry>,
    /// Whether an example stands at the use itself.
    pub(crate) has_example: bool,
}

impl Use<'_> {
    fn broken() -> Self {
        Self::new(None)
    }

    fn new(ty: Option<TypeRef>) -> Self {
        Self {
            ty,
            nullable: false,
            description: None,
            default: None,
            has_example: false,
        }
    }
}

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

impl<'a> Cx<'a> {
    /// Gives every schema component its type, in the order of the contract.
    pub(crate) fn lower_component_schemas(&mut self) {
        let entries = self.components.entries(Section::Schemas);
        let mut indexes = Vec::with_capacity(entries.len());
        for entry in entries {
            let info = TypeInfo {
                ident: naming::component_ident(&entry.key),
                component: Some(&entry.key),
                at: entry.key_span,
                node: &entry.value,
                description: None,
                kind: None,
                broken: false,
                has_example: false,
                property_spans: HashMap::new(),
            };
            indexes.push(self.insert_type(info));
        }
        for (entry, index) in entries.iter().zip(indexes) {
            if entry
                .value
                .as_mapping()
                .is_some_and(|mapping| mapping.contains("$ref"))
            {
                // Reported as a chain of references.
                self.model.types.list[index].broken = true;
                continue;
            }
            let before = self.sink.len();
            let ident = self.model.types.list[index].ident.clone();
            let place = SchemaPosition {
                ident: &ident,
                role: Role::Component,
            };
            if entry
                .value
                .as_mapping()
                .is_some_and(|mapping| mapping.contains("allOf"))
            {
                self.audit_beside_all_of(&entry.value, &keys::SCHEMA);
                self.sink
                    .report(rules::UNSUPPORTED_KEY, entry.key_span, format!("the component `{}` is an `allOf`", entry.key))
                    .help("write its type here; `allOf` is only for saying something beside a `$ref` where a component is used");
            } else if let Some(fields) = self.fields(&entry.value, entry.key_span, &keys::SCHEMA) {
                self.fill(index, &fields, place);
            }
            if self.sink.len() > before {
                self.model.types.list[index].broken = true;
            }
        }
    }

    fn insert_type(&mut self, info: TypeInfo<'a>) -> usize {
        let (ident, at, component) = (info.ident.clone(), info.at, info.component);
        let (index, taken) = self.model.types.insert(info);
        if let Some(first) = taken {
            let what =
                component.map_or_else(|| "this schema".to_owned(), |name| format!("`{name}`"));
            let help = if component.is_some() {
                "rename one of the two"
            } else {
                "move this schema to components/schemas under a name of its own"
            };
            self.sink
                .report(
                    rules::NAME_COLLISION,
                    at,
                    format!("{what} would be called `{ident}` in Rust, like another type"),
                )
                .help(help)
                .related(first, "the other one");
        }
        index
    }

    /// A schema where it is used: a reference, a reference with something beside it, or a type.
    pub(crate) fn schema(
        &mut self,
        node: &'a Node,
        at: Span,
        place: SchemaPosition<'_>,
    ) -> Use<'a> {
        match self.resolve(node, Section::Schemas) {
            Resolved::Broken => Use::broken(),
            Resolved::Component(entry) => {
                let nullable = self.component_is_nullable(entry, at, place.role);
                Use {
                    nullable,
                    ..Use::new(self.named(&entry.key))
                }
            }
            Resolved::Here(node) => {
                if node
                    .as_mapping()
                    .is_some_and(|mapping| mapping.contains("allOf"))
                {
                    self.wrapper(node, at, place)
                } else {
                    self.inline(node, at, place)
                }
            }
        }
    }

    fn named(&self, component: &str) -> Option<TypeRef> {
        self.model
            .types
            .component(component)
            .map(|info| TypeRef::Named(info.ident.clone()))
    }

    /// Whether a component may be null, and so the property that refers to it. Nothing else
    /// may refer to it.
    fn component_is_nullable(&mut self, entry: &Entry, at: Span, role: Role) -> bool {
        let nullable = entry
            .value
            .as_mapping()
            .and_then(|mapping| mapping.entry("nullable"))
            .filter(|flag| matches!(flag.value.value, Value::Bool(true)));
        let Some(flag) = nullable else { return false };
        if role != Role::Property {
            self.sink
                .report(
                    rules::KEYWORD_PLACE,
                    at,
                    format!(
                        "`{}` may be null, and only a property may be null",
                        entry.key
                    ),
                )
                .help("refer to a component without `nullable` here")
                .related(flag.key_span, "so it is said here");
        }
        role == Role::Property
    }

    /// `allOf` with one `$ref`, and what may stand beside it.
    fn wrapper(&mut self, node: &'a Node, at: Span, place: SchemaPosition<'_>) -> Use<'a> {
        let Some(mapping) = self.mapping(node, "a schema") else {
            return Use::broken();
        };
        self.audit_beside_all_of(node, &keys::WRAPPER);
        let span = mapping.entry("allOf").map_or(at, |entry| entry.key_span);
        let items = mapping
            .get("allOf")
            .and_then(Node::as_sequence)
            .unwrap_or_default();
        let [only] = items else {
            self.sink
                .report(rules::UNSUPPORTED_KEY, span, format!("this `allOf` has {} elements", items.len()))
                .help("`allOf` holds exactly one `$ref`; write a component with all properties instead of composing it");
            return Use::broken();
        };
        if !only
            .as_mapping()
            .is_some_and(|mapping| mapping.contains("$ref"))
        {
            if !only.is_refused() {
                self.sink
                    .report(
                        rules::UNSUPPORTED_KEY,
                        only.span,
                        "the element of this `allOf` is no `$ref`",
                    )
                    .help("move its keys out of the `allOf`, or to a component");
            }
            return Use::broken();
        }
        let fields = Fields::new(mapping, at, "a schema");
        let Resolved::Component(entry) = self.resolve(only, Section::Schemas) else {
            return self.beside(&fields, None, false, place);
        };
        let nullable = self.component_is_nullable(entry, only.span, place.role);
        self.beside(&fields, self.named(&entry.key), nullable, place)
    }

    /// Audits what stands beside an `allOf`. Keys of schemas that are unknown to the
    /// `vocabulary` are no slips of the pen, but cannot stand here.
    fn audit_beside_all_of(&mut self, node: &'a Node, vocabulary: &'static keys::Vocabulary) {
        for entry in node.as_mapping().into_iter().flat_map(Mapping::iter) {
            if entry.key == "nullable" {
                self.sink
                    .report(
                        rules::NULLABLE_WITHOUT_TYPE,
                        entry.key_span,
                        "`nullable` stands beside an `allOf`, where it lets nothing be null",
                    )
                    .help("write `nullable: true` in the component, beside its `type`; where only some of its uses may be null, let those refer to a second component that has it");
            } else if vocabulary.support(&entry.key).is_none()
                && keys::SCHEMA.support(&entry.key).is_some()
            {
                self.sink
                    .report(
                        rules::UNSUPPORTED_KEY,
                        entry.key_span,
                        format!("`{}` stands beside an `allOf`", entry.key),
                    )
                    .help("say it in the component, or in another component");
            } else if entry.key != "allOf" {
                self.audit_key(entry, vocabulary);
            }
        }
    }

    /// A type that is written where it is used.
    fn inline(&mut self, node: &'a Node, at: Span, place: SchemaPosition<'_>) -> Use<'a> {
        let before = self.sink.len();
        let Some(fields) = self.fields(node, at, &keys::SCHEMA) else {
            return Use::broken();
        };
        let stated = fields.get("type").and_then(Node::as_str);
        let nullable = self.flag(&fields, "nullable") == Some(true);
        if stated == Some("boolean") {
            self.check_applies(&fields, "boolean");
            return self.beside(&fields, Some(TypeRef::Boolean), nullable, place);
        }
        let what = match stated {
            Some("object") => Some("an object"),
            Some("array") => Some("an array"),
            Some("string") if fields.mapping.contains("enum") => Some("an enumeration"),
            _ => None,
        };
        if let Some(what) = what {
            self.model.nameless.push((what, at));
        }
        let info = TypeInfo {
            ident: place.ident.to_owned(),
            component: None,
            at,
            node,
            description: None,
            kind: None,
            broken: false,
            has_example: false,
            property_spans: HashMap::new(),
        };
        let index = self.insert_type(info);
        let ident = self.model.types.list[index].ident.clone();
        self.fill(index, &fields, place);
        if self.sink.len() > before {
            self.model.types.list[index].broken = true;
        }
        if self.model.types.list[index].kind.is_none() {
            return Use::broken();
        }
        self.beside(&fields, Some(TypeRef::Named(ident)), nullable, place)
    }

    /// Lowers a type into its place in the list.
    fn fill(&mut self, index: usize, fields: &Fields<'a>, place: SchemaPosition<'_>) {
        let description = self.text(fields, "description");
        let kind = self.kind(index, fields, place);
        if place.role == Role::Component {
            self.check_place(fields, place.role);
            let ident = place.ident.to_owned();
            let nullable = self.flag(fields, "nullable") == Some(true);
            if let Some(entry) = fields.entry("example") {
                let site = ExampleSite {
                    node: &entry.value,
                    ty: TypeRef::Named(ident),
                    nullable,
                };
                self.model.examples.push(site);
            }
        }
        let refused = fields.mapping.iter().any(|entry| entry.value.is_refused());
        let info = &mut self.model.types.list[index];
        info.broken |= refused;
        info.description = description;
        info.kind = kind;
        info.has_example = fields.mapping.contains("example");
    }

    fn kind(
        &mut self,
        index: usize,
        fields: &Fields<'a>,
        place: SchemaPosition<'_>,
    ) -> Option<TypeKind> {
        let Some(node) = fields.get("type") else {
            // A composition was refused already, and has no type for that reason.
            if !["oneOf", "anyOf", "not"]
                .iter()
                .any(|key| fields.mapping.contains(key))
            {
                self.missing(
                    fields,
                    "type",
                    &format!("add `type:` with one of {}", TYPES.join(", ")),
                );
            }
            return None;
        };
        if node.as_sequence().is_some() {
            self.sink
                .report(
                    rules::UNSUPPORTED_TYPE,
                    node.span,
                    "several types are OpenAPI 3.1",
                )
                .help("write one type; `nullable: true` beside it lets a property be null");
            return None;
        }
        let stated = self.string(node, "`type`")?;
        if !TYPES.contains(&stated) {
            let help = match stated {
                "null" => "write the type that a value has, and `nullable: true` for the property"
                    .to_owned(),
                "file" => "this is Swagger 2.0: bodies are `application/json`".to_owned(),
                _ => match super::fields::did_you_mean(stated, TYPES) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", TYPES.join(", ")),
                },
            };
            self.sink
                .report(
                    rules::UNSUPPORTED_TYPE,
                    node.span,
                    format!("`{stated}` is no type of OpenAPI 3.0"),
                )
                .help(help);
            return None;
        }
        self.check_applies(fields, stated);
        match stated {
            "string" => text::lower(self, fields),
            "integer" => integer::lower(self, fields).map(TypeKind::Integer),
            "number" => number::lower(self, fields).map(TypeKind::Number),
            "boolean" => Some(TypeKind::Boolean),
            "array" => array::lower(self, fields, place.ident).map(TypeKind::Array),
            _ => Some(TypeKind::Object(object::lower(
                self,
                index,
                fields,
                place.ident,
            ))),
        }
    }

    /// Reports keywords that say nothing about the type beside them.
    fn check_applies(&mut self, fields: &Fields<'a>, stated: &str) {
        if let Some(entry) = fields.entry("enum").filter(|_| stated != "string") {
            let help = match stated {
                "integer" | "number" => {
                    "list the values as strings, or bound the numbers with `minimum` and `maximum`"
                }
                _ => "enumerations are lists of strings: remove it",
            };
            self.sink
                .report(
                    rules::UNSUPPORTED_KEY,
                    entry.key_span,
                    format!("`enum` of type {stated} is not supported"),
                )
                .help(help);
        }
        for (keyword, types) in keys::APPLIES {
            if types.contains(&stated) {
                continue;
            }
            if let Some(entry) = fields.entry(keyword) {
                let help = match (*keyword, stated) {
                    ("minLength", "array") => "did you mean `minItems`?".to_owned(),
                    ("maxLength", "array") => "did you mean `maxItems`?".to_owned(),
                    ("minLength", "integer" | "number") => "did you mean `minimum`?".to_owned(),
                    ("maxLength", "integer" | "number") => "did you mean `maximum`?".to_owned(),
                    ("minimum" | "minItems", "string") => "did you mean `minLength`?".to_owned(),
                    ("maximum" | "maxItems", "string") => "did you mean `maxLength`?".to_owned(),
                    ("minimum", "array") => "did you mean `minItems`?".to_owned(),
                    ("maximum", "array") => "did you mean `maxItems`?".to_owned(),
                    ("x-personal-data", _) => {
                        "remove it, and mark each text in it that tells of a person".to_owned()
                    }
                    _ => format!(
                        "remove it, or correct the type: `{keyword}` belongs to {}",
                        types.join(" and ")
                    ),
                };
                self.sink
                    .report(
                        rules::INAPPLICABLE_KEYWORD,
                        entry.key_span,
                        format!("`{keyword}` says nothing about a value of type {stated}"),
                    )
                    .help(help);
            }
        }
    }

    /// What may stand beside a type, depending on where it is used.
    fn beside(
        &mut self,
        fields: &Fields<'a>,
        ty: Option<TypeRef>,
        nullable: bool,
        place: SchemaPosition<'_>,
    ) -> Use<'a> {
        self.check_place(fields, place.role);
        let nullable = nullable && place.role == Role::Property;
        let default = fields
            .entry("default")
            .filter(|_| place.role == Role::Parameter);
        if let (Some(entry), Some(ty)) = (fields.entry("example"), &ty) {
            self.model.examples.push(ExampleSite {
                node: &entry.value,
                ty: ty.clone(),
                nullable,
            });
        }
        Use {
            ty,
            nullable,
            description: self.text(fields, "description"),
            default,
            has_example: fields.mapping.contains("example"),
        }
    }

    /// A type that is written where it is used, and says nothing of itself, is what its use is.
    pub(crate) fn describe_inline(&mut self, ty: Option<&TypeRef>, description: Option<&'a str>) {
        if let Some(info) = ty.and_then(|ty| self.model.types.find_mut(ty))
            && info.component.is_none()
        {
            info.description = info.description.or(description);
        }
    }

    fn check_place(&mut self, fields: &Fields<'a>, role: Role) {
        if !matches!(role, Role::Property | Role::Component)
            && let Some(entry) = fields.entry("nullable")
        {
            let help = match role {
                Role::Parameter | Role::Header => {
                    "a parameter that has no value is left out: remove it"
                }
                _ => "only a property may be null: remove it",
            };
            self.sink
                .report(
                    rules::KEYWORD_PLACE,
                    entry.key_span,
                    "`nullable` does not belong here",
                )
                .help(help);
        }
        if role != Role::Parameter
            && let Some(entry) = fields.entry("default")
        {
            self.sink
                .report(rules::KEYWORD_PLACE, entry.key_span, "`default` does not belong here")
                .help("only an optional query or header parameter has a default, in its own schema (beside an `allOf` with the `$ref`): elsewhere, say in the description what is assumed");
        }
    }
}

/// Where the keys of a map stand.
pub(crate) fn spans(mapping: &Mapping) -> HashMap<&str, Span> {
    mapping
        .iter()
        .map(|entry| (entry.key.as_str(), entry.key_span))
        .collect()
}

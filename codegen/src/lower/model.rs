//! A contract between the tree and the IR: what was understood of it, with the places where it
//! stands, for the rules of style to look at.

use super::references::Components;
use crate::diagnostic::Span;
use crate::ir::{Credential, Method, ParameterLocation, TypeKind, TypeRef};
use crate::source::{Entry, Node};
use std::collections::HashMap;
use std::rc::Rc;

/// Everything that was understood.
#[derive(Debug, Default)]
pub(crate) struct Model<'a> {
    pub(crate) title: Option<&'a str>,
    pub(crate) version: Option<(&'a str, Span)>,
    pub(crate) description: Option<&'a str>,
    /// The servers' URLs.
    pub(crate) servers: Vec<(&'a str, Span)>,
    /// Where `servers` stands or should stand.
    pub(crate) servers_at: Span,
    pub(crate) tags: Vec<TagInfo<'a>>,
    pub(crate) types: Types<'a>,
    pub(crate) operations: Vec<OperationInfo<'a>>,
    pub(crate) security_schemes: Vec<SecuritySchemeInfo<'a>>,
    /// What must have an example: JSON bodies and parameters, each once.
    pub(crate) wants_example: Vec<WantsExample>,
    /// All examples, with the type that each must obey.
    pub(crate) examples: Vec<ExampleSite<'a>>,
    /// All defaults that are allowed to stand where they do.
    pub(crate) defaults: Vec<ExampleSite<'a>>,
    /// What must be described.
    pub(crate) wants_description: Vec<WantsDescription<'a>>,
    /// Inline schemas of a kind that should have a name: what, and where.
    pub(crate) nameless: Vec<(&'static str, Span)>,
}

/// A declared tag.
#[derive(Debug)]
pub(crate) struct TagInfo<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: Span,
    pub(crate) description: Option<&'a str>,
}

/// All types, components first.
#[derive(Debug, Default)]
pub(crate) struct Types<'a> {
    pub(crate) list: Vec<TypeInfo<'a>>,
    by_ident: HashMap<String, usize>,
    by_component: HashMap<&'a str, usize>,
}

/// A type with a name.
#[derive(Debug)]
pub(crate) struct TypeInfo<'a> {
    pub(crate) ident: String,
    pub(crate) component: Option<&'a str>,
    /// Where it is named.
    pub(crate) at: Span,
    pub(crate) node: &'a Node,
    pub(crate) description: Option<&'a str>,
    /// `None` when it could not be understood, which was reported.
    pub(crate) kind: Option<TypeKind>,
    /// Whether anything in it was reported: then it constrains no example.
    pub(crate) broken: bool,
    pub(crate) has_example: bool,
    /// Where its properties are named.
    pub(crate) property_spans: HashMap<&'a str, Span>,
}

impl TypeInfo<'_> {
    /// Whether it is marked with `x-personal-data`.
    pub(crate) fn is_personal(&self) -> bool {
        self.node
            .as_mapping()
            .is_some_and(|mapping| mapping.contains("x-personal-data"))
    }
}

impl<'a> Types<'a> {
    /// Adds a type: its place in the list, and the place of the one whose identifier it would
    /// share. Such a type goes on under an identifier that no Rust can have, so that nothing
    /// that is said about one of the two is taken for the other.
    pub(crate) fn insert(&mut self, mut info: TypeInfo<'a>) -> (usize, Option<Span>) {
        let index = self.list.len();
        if let Some(name) = info.component {
            self.by_component.insert(name, index);
        }
        let taken = self
            .by_ident
            .get(&info.ident)
            .map(|&first| self.list[first].at);
        if taken.is_some() {
            info.ident = format!("{}.{index}", info.ident);
        }
        self.by_ident.insert(info.ident.clone(), index);
        self.list.push(info);
        (index, taken)
    }

    pub(crate) fn component(&self, name: &str) -> Option<&TypeInfo<'a>> {
        self.by_component.get(name).map(|&index| &self.list[index])
    }

    pub(crate) fn find(&self, reference: &TypeRef) -> Option<&TypeInfo<'a>> {
        match reference {
            TypeRef::Named(ident) => self.by_ident.get(ident).map(|&index| &self.list[index]),
            TypeRef::Boolean => None,
        }
    }

    pub(crate) fn find_mut(&mut self, reference: &TypeRef) -> Option<&mut TypeInfo<'a>> {
        match reference {
            TypeRef::Named(ident) => self.by_ident.get(ident).map(|&index| &mut self.list[index]),
            TypeRef::Boolean => None,
        }
    }

    /// What a reference means; `None` for an inline boolean, and for what was not understood.
    pub(crate) fn kind_of(&self, reference: &TypeRef) -> Option<&TypeKind> {
        self.find(reference).and_then(|info| info.kind.as_ref())
    }
}

/// An operation.
#[derive(Debug)]
pub(crate) struct OperationInfo<'a> {
    /// Its operationId; `None` when it has none.
    pub(crate) id: Option<(&'a str, Span)>,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// Where its method stands.
    pub(crate) at: Span,
    /// `None` when `tags` is no list of strings.
    pub(crate) tags: Option<Vec<(&'a str, Span)>>,
    pub(crate) summary: Option<(&'a str, Span)>,
    pub(crate) description: Option<&'a str>,
    pub(crate) parameters: Vec<Rc<ParameterInfo<'a>>>,
    pub(crate) has_parameters: bool,
    pub(crate) body: Option<BodyInfo>,
    pub(crate) has_body: bool,
    pub(crate) max_body_bytes: Option<u32>,
    /// `x-idempotency`.
    pub(crate) idempotency: Option<(&'a str, Span)>,
    /// In the order of the contract; a response that was not understood is `None`.
    pub(crate) responses: Vec<DeclaredResponse<'a>>,
    pub(crate) responses_at: Span,
    /// Whether all keys of `responses` were statuses.
    pub(crate) statuses_understood: bool,
    /// Its own security, or else the contract's.
    pub(crate) security: Security<'a>,
}

/// A declared security scheme.
#[derive(Debug)]
pub(crate) struct SecuritySchemeInfo<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: Span,
    pub(crate) description: Option<&'a str>,
    /// Where its credential travels, and what it can be good for. `None` when it could not be
    /// understood, which was reported.
    pub(crate) kind: Option<(Credential, ScopesInfo<'a>)>,
}

/// Which scopes a scheme knows.
#[derive(Debug, Clone)]
pub(crate) enum ScopesInfo<'a> {
    /// None at all.
    None,
    /// Those of its flows.
    Declared(Vec<ScopeInfo<'a>>),
    /// Any: they are declared elsewhere.
    Any,
}

/// A scope, where it is declared.
#[derive(Debug, Clone)]
pub(crate) struct ScopeInfo<'a> {
    pub(crate) wire: &'a str,
    pub(crate) at: Span,
    pub(crate) description: &'a str,
}

/// What a contract says of who may call.
#[derive(Debug, Clone, Default)]
pub(crate) enum Security<'a> {
    /// Nothing.
    #[default]
    Unstated,
    /// Something that was reported.
    NotUnderstood,
    /// One of these; everybody where there are none.
    Stated(Rc<Vec<AlternativeInfo<'a>>>),
}

/// One alternative of a security requirement.
#[derive(Debug)]
pub(crate) struct AlternativeInfo<'a> {
    pub(crate) at: Span,
    pub(crate) demands: Vec<DemandInfo<'a>>,
}

/// One scheme of an alternative, with the scopes that it demands.
#[derive(Debug)]
pub(crate) struct DemandInfo<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) at: Span,
    pub(crate) scopes: Vec<&'a str>,
}

impl<'a> Security<'a> {
    /// The alternatives; none for an operation that is open to everybody, or not understood.
    pub(crate) fn alternatives(&self) -> &[AlternativeInfo<'a>] {
        match self {
            Self::Stated(alternatives) => alternatives,
            Self::Unstated | Self::NotUnderstood => &[],
        }
    }

    /// All that the alternatives demand.
    pub(crate) fn demands(&self) -> impl Iterator<Item = &DemandInfo<'a>> {
        self.alternatives()
            .iter()
            .flat_map(|alternative| &alternative.demands)
    }
}

impl OperationInfo<'_> {
    /// How messages call it.
    pub(crate) fn name(&self) -> String {
        match self.id {
            Some((id, _)) => format!("`{id}`"),
            None => format!("{} {}", self.method.as_str(), self.path),
        }
    }
}

/// One status of an operation.
#[derive(Debug)]
pub(crate) struct DeclaredResponse<'a> {
    pub(crate) status: u16,
    pub(crate) at: Span,
    pub(crate) info: Option<Rc<ResponseInfo<'a>>>,
}

/// A parameter, in place or from the components.
#[derive(Debug)]
pub(crate) struct ParameterInfo<'a> {
    pub(crate) wire: &'a str,
    pub(crate) at: Span,
    pub(crate) location: ParameterLocation,
    pub(crate) description: Option<&'a str>,
    pub(crate) required: bool,
    pub(crate) ty: Option<TypeRef>,
    pub(crate) default: Option<&'a Entry>,
}

/// A request's body.
#[derive(Debug)]
pub(crate) struct BodyInfo {
    pub(crate) ty: Option<TypeRef>,
    pub(crate) required: bool,
}

/// A response, in place or from the components.
#[derive(Debug)]
pub(crate) struct ResponseInfo<'a> {
    pub(crate) at: Span,
    pub(crate) description: Option<&'a str>,
    /// Where its content stands, and the type of it.
    pub(crate) content: Option<(Span, Option<TypeRef>)>,
    /// The examples that stand beside its schema.
    pub(crate) examples: Vec<&'a Node>,
    pub(crate) headers: Vec<HeaderInfo<'a>>,
    /// Where `x-error-codes` stands, and its codes. `None` without the key.
    pub(crate) codes: Option<(Span, Vec<(&'a str, Span)>)>,
    pub(crate) links: Vec<LinkInfo<'a>>,
    /// Whether `links` has anything, understood or not.
    pub(crate) has_links: bool,
}

/// A response's header.
#[derive(Debug, Clone)]
pub(crate) struct HeaderInfo<'a> {
    pub(crate) wire: &'a str,
    pub(crate) description: Option<&'a str>,
    pub(crate) required: bool,
    pub(crate) ty: Option<TypeRef>,
}

/// A response's link.
#[derive(Debug, Clone)]
pub(crate) struct LinkInfo<'a> {
    pub(crate) at: Span,
    pub(crate) operation: (&'a str, Span),
    /// The parameters' names and values.
    pub(crate) parameters: &'a [Entry],
}

/// Something that must have an example.
#[derive(Debug)]
pub(crate) struct WantsExample {
    pub(crate) what: String,
    pub(crate) at: Span,
    pub(crate) ty: TypeRef,
    /// Whether an example stands there; the type may have one too.
    pub(crate) has_example: bool,
}

/// An example or a default, and the type that it must obey.
#[derive(Debug)]
pub(crate) struct ExampleSite<'a> {
    pub(crate) node: &'a Node,
    pub(crate) ty: TypeRef,
    pub(crate) nullable: bool,
}

/// Something that must be described.
#[derive(Debug)]
pub(crate) struct WantsDescription<'a> {
    pub(crate) what: String,
    pub(crate) at: Span,
    pub(crate) description: Option<&'a str>,
    /// A type whose description is enough.
    pub(crate) ty: Option<TypeRef>,
}

/// The model with the components, as the rules of style see it.
#[derive(Debug)]
pub(crate) struct Understood<'a> {
    pub(crate) model: Model<'a>,
    pub(crate) components: Components<'a>,
}

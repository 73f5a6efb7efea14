//! What schemes, scopes and callers are called, and requirements in one form.

use super::super::Cx;
use super::super::model::{AlternativeInfo, Model, ScopesInfo, Security, SecuritySchemeInfo};
use crate::diagnostic::{Span, rules};
use crate::ir::{
    Credential, ParameterLocation, Scope, SecurityAlternative, SecurityDemand, SecurityScheme,
    caller_ident,
};
use crate::naming;
use std::collections::{HashMap, HashSet};

/// What generated code calls something else wherever a scheme or a caller is a type: the trait, and the
/// parameter of each type that stands for what implements it.
const TYPES: [&str; 2] = ["Authenticator", "A"];

/// What a caller has beside a method for each scheme.
const CALLER_METHODS: [&str; 4] = ["accept", "authenticate", "into_grants", "schemes"];

/// Where two things cannot have one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Namespace<'m> {
    /// The types of `security.rs`.
    Security,
    /// The types of `callers.rs`.
    Callers,
    /// The methods of a backend and of its callers, and what a client is given a credential by.
    Methods,
    /// The scopes of one scheme.
    Scopes(&'m str),
}

/// Something that has a name in Rust: how messages call it, and where it stands.
type Named = (String, Span);

/// The names that are taken, and those that would be taken twice.
#[derive(Default)]
struct Names<'m> {
    taken: HashMap<(Namespace<'m>, String), Named>,
    collisions: Vec<(Named, String, Option<Named>)>,
}

impl<'m> Names<'m> {
    fn take(&mut self, namespace: Namespace<'m>, ident: &str, what: impl Into<String>, at: Span) {
        let named = (what.into(), at);
        let is_reserved = match namespace {
            Namespace::Security | Namespace::Callers => TYPES.contains(&ident),
            Namespace::Methods => CALLER_METHODS.contains(&ident),
            Namespace::Scopes(_) => false,
        };
        let known = self.taken.get(&(namespace, ident.to_owned()));
        if is_reserved || known.is_some() {
            let collision = (named, ident.to_owned(), known.cloned());
            self.collisions.push(collision);
        } else {
            self.taken.insert((namespace, ident.to_owned()), named);
        }
    }
}

impl Cx<'_> {
    /// Names that would collide in Rust, and parameters that would read a credential.
    pub(crate) fn check_security_names(&mut self) {
        let model = &self.model;
        let schemes = Schemes::new(model);
        let mut names = Names::default();
        for (id, at) in model.operations.iter().filter_map(|operation| operation.id) {
            // Operations have a rule of their own, also for what is taken in them.
            let named = (format!("the operation `{id}`"), at);
            let ident = naming::field_ident(id);
            names.taken.insert((Namespace::Methods, ident), named);
        }
        for (info, scheme) in &schemes.list {
            let what = format!("the security scheme `{}`", info.name);
            names.take(Namespace::Security, &scheme.type_ident, &what, info.at);
            names.take(Namespace::Methods, &scheme.method_ident, &what, info.at);
            for scope in &scheme.scopes {
                let namespace = Namespace::Scopes(info.name);
                let what = format!("the scope `{}`", scope.wire);
                names.take(namespace, &scope.ident, what, scope_at(model, info, scope));
            }
            if !scheme.scopes.is_empty() {
                let ident = scheme.scopes_ident();
                let what = format!("the scopes of `{}`", info.name);
                names.take(Namespace::Security, &ident, what, info.at);
            }
        }
        // Callers are called after schemes and scopes: of two with one name, no more is to be said.
        let mut seen = HashSet::new();
        let is_clear = names.collisions.is_empty();
        for operation in model.operations.iter().filter(|_| is_clear) {
            let alternatives = schemes.alternatives(&operation.security);
            let stated = operation.security.alternatives().iter();
            // Each alternative has a type of its own, beside that of the whole.
            let each = alternatives.iter().zip(stated);
            let each = each.map(|(one, info)| (vec![one.clone()], info.at));
            for (one, at) in each.chain([(alternatives.clone(), operation.at)]) {
                if !one.is_empty() && seen.insert(one.clone()) {
                    let what = format!("a caller of {}", operation.name());
                    names.take(Namespace::Callers, &caller_ident(&one), what, at);
                }
            }
        }
        for ((what, at), ident, other) in names.collisions {
            let (rule, message) = match &other {
                Some((other, _)) => (
                    rules::NAME_COLLISION,
                    format!("{what} and {other} would both be called `{ident}` in Rust"),
                ),
                None => (
                    rules::RESERVED_NAME,
                    format!("{what} would be called `{ident}` in Rust"),
                ),
            };
            let help = match &other {
                Some(_) => "rename one of the two, a scheme or a scope",
                None => "rename the scheme or the scope: generated code calls something else so",
            };
            let found = self.sink.report(rule, at, message).help(help);
            if let Some((_, first)) = other {
                found.related(first, "the other one");
            }
        }
        self.check_credential_headers();
    }

    fn check_credential_headers(&mut self) {
        for scheme in &self.model.security_schemes {
            let Some((Credential::Header(header), _)) = &scheme.kind else {
                continue;
            };
            for parameter in self.model.operations.iter().flat_map(|one| &one.parameters) {
                if parameter.location == ParameterLocation::Header
                    && parameter.wire.eq_ignore_ascii_case(header)
                {
                    self.sink
                        .report(
                            rules::HEADER_NAME,
                            parameter.at,
                            format!(
                                "the header `{}` is the credential of the scheme `{}`",
                                parameter.wire, scheme.name
                            ),
                        )
                        .help("remove the parameter: `security` reads the header, and keeps it out of every log");
                }
            }
        }
    }
}

/// The schemes of a contract, and what requirements are in their terms.
pub(crate) struct Schemes<'m> {
    list: Vec<(&'m SecuritySchemeInfo<'m>, SecurityScheme)>,
    /// Whether all of them were understood.
    is_complete: bool,
}

impl<'m> Schemes<'m> {
    pub(crate) fn new(model: &'m Model<'m>) -> Self {
        let infos = model.security_schemes.iter();
        let is_complete = infos
            .clone()
            .all(|info| info.kind.is_some() && info.description.is_some());
        let list = infos.map(|info| {
            let scheme = SecurityScheme {
                name: info.name.to_owned(),
                type_ident: naming::component_ident(info.name),
                method_ident: naming::field_ident(info.name),
                description: info.description.unwrap_or_default().trim_end().to_owned(),
                // What was not understood never leaves here: only its names are looked at.
                credential: match &info.kind {
                    Some((credential, _)) => credential.clone(),
                    None => Credential::Bearer,
                },
                scopes: scopes(model, info),
            };
            (info, scheme)
        });
        Self {
            list: list.collect(),
            is_complete,
        }
    }

    /// As emitters see them; `None` when one was not understood.
    pub(crate) fn definitions(&self) -> Option<Vec<SecurityScheme>> {
        let list = self.list.iter().map(|(_, scheme)| scheme.clone());
        self.is_complete.then(|| list.collect())
    }

    /// Alternatives in one form: whatever means the same is the same, and has one name.
    pub(crate) fn alternatives(&self, security: &Security<'_>) -> Vec<SecurityAlternative> {
        let alternatives = security.alternatives().iter();
        alternatives.map(|one| self.alternative(one)).collect()
    }

    fn alternative(&self, alternative: &AlternativeInfo<'_>) -> SecurityAlternative {
        // Where several schemes know scopes, a scope alone does not say which one has granted it.
        let with_scopes = self
            .list
            .iter()
            .filter(|(_, scheme)| !scheme.scopes.is_empty());
        let names_schemes = with_scopes.count() > 1;
        let mut demands = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for (info, scheme) in &self.list {
            let mut named = alternative.demands.iter();
            let Some(demand) = named.find(|demand| demand.scheme == info.name) else {
                continue;
            };
            let scopes = scheme.scopes.iter();
            let scopes: Vec<Scope> = scopes
                .filter(|scope| demand.scopes.contains(&scope.wire.as_str()))
                .cloned()
                .collect();
            let idents: Vec<&str> = scopes.iter().map(|scope| scope.ident.as_str()).collect();
            let mut word = idents.join("And");
            if names_schemes || scopes.is_empty() {
                word.insert_str(0, &naming::type_ident(info.name));
            }
            words.push(word);
            demands.push(SecurityDemand {
                scheme: scheme.clone(),
                scopes,
            });
        }
        let ident = if words.is_empty() {
            "Anonymous".to_owned()
        } else {
            naming::component_ident(&words.join("And"))
        };
        SecurityAlternative { ident, demands }
    }
}

/// Where a scope is declared, or else demanded for the first time.
fn scope_at(model: &Model<'_>, scheme: &SecuritySchemeInfo<'_>, scope: &Scope) -> Span {
    if let Some((_, ScopesInfo::Declared(declared))) = &scheme.kind
        && let Some(info) = declared.iter().find(|info| info.wire == scope.wire)
    {
        return info.at;
    }
    let mut demands = model
        .operations
        .iter()
        .flat_map(|one| one.security.demands());
    let demand = demands.find(|demand| {
        demand.scheme == scheme.name && demand.scopes.contains(&scope.wire.as_str())
    });
    demand.map_or(scheme.at, |demand| demand.at)
}

/// What a scheme's credentials can be good for, as far as the contract says so.
fn scopes(model: &Model<'_>, scheme: &SecuritySchemeInfo<'_>) -> Vec<Scope> {
    let scope = |wire: &str, description: &str| Scope {
        wire: wire.to_owned(),
        ident: naming::type_ident(wire),
        description: description.trim_end().to_owned(),
    };
    match &scheme.kind {
        None | Some((_, ScopesInfo::None)) => Vec::new(),
        Some((_, ScopesInfo::Declared(declared))) => declared
            .iter()
            .map(|info| scope(info.wire, info.description))
            .collect(),
        Some((_, ScopesInfo::Any)) => {
            let mut seen = HashSet::new();
            let operations = model.operations.iter();
            operations
                .flat_map(|one| one.security.demands())
                .filter(|demand| demand.scheme == scheme.name)
                .flat_map(|demand| &demand.scopes)
                .filter(|wire| seen.insert(**wire))
                .map(|wire| scope(wire, ""))
                .collect()
        }
    }
}

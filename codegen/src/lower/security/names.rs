//! What schemes, scopes and callers are called, and requirements in one form.

use super::super::Cx;
use super::super::model::{AlternativeInfo, Model, ScopesInfo, Security, SecuritySchemeInfo};
use crate::diagnostic::rules;
use crate::ir::{
    Credential, ParameterLocation, Scope, SecurityAlternative, SecurityDemand, SecurityScheme,
    caller_ident,
};
use crate::naming;
use std::collections::{HashMap, HashSet};

impl Cx<'_> {
    /// Names that would collide in Rust, and parameters that would read a credential.
    pub(crate) fn check_security_names(&mut self) {
        let mut wrong = Vec::new();
        let model = &self.model;
        let schemes = Schemes::new(model);
        let methods: HashSet<String> = model
            .operations
            .iter()
            .filter_map(|operation| Some(naming::field_ident(operation.id?.0)))
            .collect();
        let mut taken: HashSet<String> = HashSet::from(["Authenticator".to_owned()]);
        for (scheme, scopes) in &schemes.list {
            let ident = naming::component_ident(scheme.name);
            let scopes_ident = format!("{ident}Scope");
            if taken.contains(&ident)
                || taken.contains(&scopes_ident)
                || methods.contains(&naming::field_ident(scheme.name))
            {
                let what = format!("the security scheme `{}`", scheme.name);
                wrong.push((scheme.at, what));
            }
            taken.extend([ident, scopes_ident]);
            let mut variants = HashSet::new();
            for scope in scopes {
                if !variants.insert(&scope.ident) {
                    wrong.push((scheme.at, format!("the scope `{}`", scope.wire)));
                }
            }
        }
        let mut callers: HashMap<String, Vec<SecurityAlternative>> = HashMap::new();
        for operation in &model.operations {
            let ways = schemes.alternatives(&operation.security);
            // Each alternative has a type of its own, beside that of the whole.
            let each = ways.iter().map(|way| vec![way.clone()]);
            for ways in each.chain([ways.clone()]) {
                let known = callers
                    .entry(caller_ident(&ways))
                    .or_insert_with(|| ways.clone());
                if *known != ways {
                    let what = format!("the caller of {}", operation.name());
                    wrong.push((operation.at, what));
                }
            }
        }
        for (at, what) in wrong {
            self.sink
                .report(
                    rules::NAME_COLLISION,
                    at,
                    format!("{what} would be called like something else in Rust"),
                )
                .help("rename the scheme or the scope");
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

/// The schemes of a contract with all scopes, and what requirements are in their terms.
pub(crate) struct Schemes<'m> {
    /// Each with what its credentials can be good for.
    list: Vec<(&'m SecuritySchemeInfo<'m>, Vec<Scope>)>,
}

impl<'m> Schemes<'m> {
    pub(crate) fn new(model: &'m Model<'m>) -> Self {
        let schemes = model.security_schemes.iter();
        Self {
            list: schemes.map(|info| (info, scopes(model, info))).collect(),
        }
    }

    /// As emitters see them; `None` when one was not understood.
    pub(crate) fn definitions(&self) -> Option<Vec<SecurityScheme>> {
        self.list
            .iter()
            .map(|(info, scopes)| {
                Some(SecurityScheme {
                    name: info.name.to_owned(),
                    type_ident: naming::component_ident(info.name),
                    method_ident: naming::field_ident(info.name),
                    description: info.description?.trim_end().to_owned(),
                    credential: info.kind.as_ref()?.0.clone(),
                    scopes: scopes.clone(),
                })
            })
            .collect()
    }

    /// Alternatives in one form: whatever means the same is the same, and has one name.
    pub(crate) fn alternatives(&self, security: &Security<'_>) -> Vec<SecurityAlternative> {
        let alternatives = security.alternatives().iter();
        alternatives.map(|one| self.alternative(one)).collect()
    }

    fn alternative(&self, alternative: &AlternativeInfo<'_>) -> SecurityAlternative {
        // Where several schemes know scopes, a scope alone does not say which one has granted it.
        let with_scopes = self.list.iter().filter(|(_, scopes)| !scopes.is_empty());
        let names_schemes = with_scopes.count() > 1;
        let mut demands = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for (scheme, scopes) in &self.list {
            let mut named = alternative.demands.iter();
            let Some(demand) = named.find(|demand| demand.scheme == scheme.name) else {
                continue;
            };
            let demanded: Vec<&Scope> = scopes
                .iter()
                .filter(|scope| demand.scopes.contains(&scope.wire.as_str()))
                .collect();
            let idents: Vec<&str> = demanded.iter().map(|scope| scope.ident.as_str()).collect();
            let mut word = idents.join("And");
            if names_schemes || demanded.is_empty() {
                word.insert_str(0, &naming::type_ident(scheme.name));
            }
            words.push(word);
            demands.push(SecurityDemand {
                scheme: scheme.name.to_owned(),
                scopes: demanded.iter().map(|scope| scope.wire.clone()).collect(),
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

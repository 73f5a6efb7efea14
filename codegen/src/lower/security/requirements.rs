//! What operations demand: alternatives of schemes with scopes.

use super::super::Cx;
use super::super::fields::{Fields, did_you_mean};
use super::super::model::{AlternativeInfo, DemandInfo, ScopesInfo, Security};
use crate::diagnostic::{Span, rules};
use crate::ir::Credential;
use crate::source::{Entry, Node};
use std::collections::HashMap;
use std::rc::Rc;

impl<'a> Cx<'a> {
    /// What the root demands of every operation that says nothing itself. What is forgotten must not
    /// be open to everybody.
    pub(super) fn default_security(&mut self, root: &Fields<'a>) -> Security<'a> {
        let stated = self.stated_security(root);
        let Some(entry) = root.entry("security") else {
            return stated;
        };
        let is_open = entry.value.as_sequence().is_some_and(|alternatives| {
            let mut mappings = alternatives.iter().filter_map(Node::as_mapping);
            alternatives.is_empty() || mappings.any(|mapping| mapping.is_empty())
        });
        if !is_open {
            return stated;
        }
        self.sink
            .report(
                rules::SECURITY_STATED,
                entry.key_span,
                "whatever says nothing of its callers would be open to everybody",
            )
            .help(
                "remove it, and write it in each operation that is meant to be: `security: []`, \
                 or `- {}` as its last alternative",
            );
        Security::NotUnderstood
    }

    pub(super) fn stated_security(&mut self, fields: &Fields<'a>) -> Security<'a> {
        let Some(entry) = fields.entry("security") else {
            return Security::Unstated;
        };
        let found = self.sink.len();
        let mut alternatives = Vec::new();
        let mut known = true;
        for item in self.list_of(fields, "security").unwrap_or_default() {
            let Some(mapping) = self.mapping(item, "a security requirement") else {
                continue;
            };
            let mut demands = Vec::new();
            for entry in mapping.iter() {
                self.components.note_demand(&entry.key);
                match self.demand(entry) {
                    Some(demand) => demands.push(demand),
                    None => known = false,
                }
            }
            alternatives.push(AlternativeInfo {
                at: item.span,
                demands,
            });
        }
        if known && self.sink.len() == found {
            self.check_alternatives(&alternatives, entry.key_span);
        }
        if known && self.sink.len() == found {
            Security::Stated(Rc::new(alternatives))
        } else {
            self.components.note_unknown_demand();
            Security::NotUnderstood
        }
    }

    /// One scheme of an alternative; `None` when it, or the scheme itself, was not understood.
    fn demand(&mut self, entry: &'a Entry) -> Option<DemandInfo<'a>> {
        let name = entry.key.as_str();
        let schemes = &self.model.security_schemes;
        let Some(scheme) = schemes.iter().find(|scheme| scheme.name == name) else {
            let help = match did_you_mean(name, schemes.iter().map(|scheme| scheme.name)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "declare it under `components: securitySchemes:`".to_owned(),
            };
            self.sink
                .report(
                    rules::SECURITY_REQUIREMENT,
                    entry.key_span,
                    format!("there is no security scheme `{name}`"),
                )
                .help(help);
            return None;
        };
        let scopes_known = scheme.kind.as_ref().map(|(_, scopes)| scopes.clone());
        let Some(items) = entry.value.as_sequence() else {
            self.wrong_kind(&entry.value, &format!("`{name}`"), "a list of scopes");
            return None;
        };
        let mut scopes: Vec<&'a str> = Vec::new();
        for item in items {
            let Some(scope) = self.string(item, "a scope") else {
                continue;
            };
            if scopes.contains(&scope) {
                self.sink
                    .report(
                        rules::SECURITY_REQUIREMENT,
                        item.span,
                        format!("the scope `{scope}` is demanded twice"),
                    )
                    .help("remove one of the two");
            }
            scopes.push(scope);
            self.check_demanded_scope(item, scope, name, scopes_known.as_ref());
        }
        scopes_known?;
        Some(DemandInfo {
            scheme: name,
            at: entry.key_span,
            scopes,
        })
    }

    fn check_demanded_scope(
        &mut self,
        item: &Node,
        scope: &str,
        scheme: &str,
        known: Option<&ScopesInfo<'a>>,
    ) {
        match known {
            None => {}
            Some(ScopesInfo::Any) => self.check_scope(scope, item.span),
            Some(ScopesInfo::None) => {
                self.sink
                    .report(
                        rules::SECURITY_REQUIREMENT,
                        item.span,
                        format!("the scheme `{scheme}` knows no scopes"),
                    )
                    .help(format!(
                        "write `{scheme}: []`: in OpenAPI 3.0 only `oauth2` and `openIdConnect` have scopes"
                    ));
            }
            Some(ScopesInfo::Declared(declared)) => {
                if declared.iter().any(|declared| declared.wire == scope) {
                    return;
                }
                let help = match did_you_mean(scope, declared.iter().map(|scope| scope.wire)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "declare it under `scopes` of its flows".to_owned(),
                };
                self.sink
                    .report(
                        rules::SECURITY_REQUIREMENT,
                        item.span,
                        format!("no flow of `{scheme}` has the scope `{scope}`"),
                    )
                    .help(help);
            }
        }
    }

    /// Whether each alternative can be the one that lets a caller in.
    fn check_alternatives(&mut self, alternatives: &[AlternativeInfo<'a>], at: Span) {
        if let [only] = alternatives
            && only.demands.is_empty()
        {
            self.sink
                .report(
                    rules::SECURITY_REQUIREMENT,
                    at,
                    "`{}` alone demands nothing",
                )
                .help("write `security: []` in the operation: it says that everybody may call it");
            return;
        }
        for (index, later) in alternatives.iter().enumerate() {
            let earlier = &alternatives[..index];
            if let Some(earlier) = earlier.iter().find(|earlier| includes(later, earlier)) {
                self.sink
                    .report(
                        rules::SECURITY_REQUIREMENT,
                        later.at,
                        "this alternative is never reached",
                    )
                    .help("remove it, or put it first: whoever meets it meets one that stands before it")
                    .related(earlier.at, "this one is met before");
            }
        }
        let mut readers: HashMap<&Credential, &DemandInfo<'a>> = HashMap::new();
        for demand in alternatives.iter().flat_map(|one| &one.demands) {
            let schemes = &self.model.security_schemes;
            let scheme = schemes.iter().find(|scheme| scheme.name == demand.scheme);
            let Some((credential, _)) = scheme.and_then(|scheme| scheme.kind.as_ref()) else {
                continue;
            };
            let first = *readers.entry(credential).or_insert(demand);
            if first.scheme != demand.scheme {
                self.sink
                    .report(
                        rules::SECURITY_REQUIREMENT,
                        demand.at,
                        format!(
                            "`{}` and `{}` would both read the same credential",
                            first.scheme, demand.scheme
                        ),
                    )
                    .help("let one scheme stand for both: of two, nobody could tell which one a bad credential was meant for")
                    .related(first.at, "the other one");
            }
        }
    }
}

/// Whether who meets one alternative meets the other one, too.
fn includes(one: &AlternativeInfo<'_>, other: &AlternativeInfo<'_>) -> bool {
    other.demands.iter().all(|wanted| {
        one.demands.iter().any(|demand| {
            demand.scheme == wanted.scheme
                && wanted
                    .scopes
                    .iter()
                    .all(|scope| demand.scopes.contains(scope))
        })
    })
}

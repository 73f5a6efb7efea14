//! `$ref`: local references to components, and which components are used.

use super::Cx;
use super::fields::did_you_mean;
use crate::diagnostic::{Span, rules};
use crate::source::{Entry, Mapping, Node};
use std::collections::{HashMap, HashSet};

/// A section of `components`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Schemas,
    Parameters,
    Responses,
    Headers,
    RequestBodies,
    Examples,
    Links,
    SecuritySchemes,
}

impl Section {
    pub(crate) const ALL: [Self; 8] = [
        Self::Schemas,
        Self::Parameters,
        Self::Responses,
        Self::Headers,
        Self::RequestBodies,
        Self::Examples,
        Self::Links,
        Self::SecuritySchemes,
    ];

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Schemas => "schemas",
            Self::Parameters => "parameters",
            Self::Responses => "responses",
            Self::Headers => "headers",
            Self::RequestBodies => "requestBodies",
            Self::Examples => "examples",
            Self::Links => "links",
            Self::SecuritySchemes => "securitySchemes",
        }
    }
}

/// All components, and which of them something refers to.
#[derive(Debug, Default)]
pub(crate) struct Components<'a> {
    sections: HashMap<Section, &'a Mapping>,
    /// What any `$ref` of the contract says, also in parts that are refused: whether a component
    /// is used does not depend on what else is wrong.
    mentioned: HashSet<&'a str>,
    /// The security schemes that requirements name, which is done without a `$ref`.
    demanded: HashSet<&'a str>,
    /// Sections into which a reference leads that was not understood: any of their components
    /// may be meant.
    unsure: HashSet<Section>,
}

impl<'a> Components<'a> {
    pub(crate) fn insert(&mut self, section: Section, mapping: &'a Mapping) {
        self.sections.insert(section, mapping);
    }

    /// Notes every reference below a node.
    pub(crate) fn note_references(&mut self, node: &'a Node) {
        for item in node.as_sequence().unwrap_or_default() {
            self.note_references(item);
        }
        for entry in node.as_mapping().into_iter().flat_map(Mapping::iter) {
            if entry.key == "$ref" {
                self.mentioned.extend(entry.value.as_str());
            }
            self.note_references(&entry.value);
        }
    }

    /// Notes that a security requirement names a scheme.
    pub(crate) fn note_demand(&mut self, scheme: &'a str) {
        self.demanded.insert(scheme);
    }

    /// Notes that a security requirement was not understood.
    pub(crate) fn note_unknown_demand(&mut self) {
        self.unsure.insert(Section::SecuritySchemes);
    }

    /// The components of a section, in the order of the contract.
    pub(crate) fn entries(&self, section: Section) -> &'a [Entry] {
        self.sections
            .get(&section)
            .map_or(&[], |mapping| mapping.iter().as_slice())
    }

    pub(crate) fn is_used(&self, section: Section, name: &str) -> bool {
        let reference = format!("#/components/{}/{name}", section.key());
        self.unsure.contains(&section)
            || self.mentioned.contains(reference.as_str())
            || (section == Section::SecuritySchemes && self.demanded.contains(name))
    }
}

/// What stands where a thing or a reference to one may stand.
pub(crate) enum Resolved<'a> {
    /// The thing itself.
    Here(&'a Node),
    /// A component.
    Component(&'a Entry),
    /// A reference that leads nowhere, and was reported.
    Broken,
}

impl<'a> Cx<'a> {
    /// Follows a `$ref`, if there is one.
    pub(crate) fn resolve(&mut self, node: &'a Node, section: Section) -> Resolved<'a> {
        let Some(entry) = node.as_mapping().and_then(|mapping| mapping.entry("$ref")) else {
            return Resolved::Here(node);
        };
        for sibling in node.as_mapping().into_iter().flat_map(Mapping::iter) {
            if sibling.key != "$ref" {
                let help = if section == Section::Schemas {
                    format!(
                        "write `allOf:` with `- $ref: …` in it, and `{}` beside the `allOf`",
                        sibling.key
                    )
                } else {
                    "move it to the component, or write the whole thing here instead of the reference".to_owned()
                };
                self.sink
                    .report(
                        rules::REFERENCE_SIBLINGS,
                        sibling.key_span,
                        format!(
                            "`{}` stands beside a `$ref`, where OpenAPI 3.0 ignores it",
                            sibling.key
                        ),
                    )
                    .help(help);
            }
        }
        let Some(target) = self.string(&entry.value, "`$ref`") else {
            return Resolved::Broken;
        };
        match self.find(target, entry.value.span, section) {
            Some(component) => Resolved::Component(component),
            None => {
                self.components.unsure.insert(section);
                Resolved::Broken
            }
        }
    }

    fn find(&mut self, target: &str, span: Span, section: Section) -> Option<&'a Entry> {
        let prefix = format!("#/components/{}/", section.key());
        let Some(name) = target.strip_prefix(&prefix) else {
            let (message, help) = if !target.starts_with('#') {
                (
                    "this reference leaves the contract",
                    "a contract is one file: bring the component here".to_owned(),
                )
            } else {
                (
                    "this reference leads to another place than its kind of component",
                    format!("write `{prefix}<name>`"),
                )
            };
            self.sink
                .report(rules::DANGLING_REFERENCE, span, message)
                .help(help);
            return None;
        };
        let found = self
            .components
            .sections
            .get(&section)
            .and_then(|mapping| mapping.entry(name));
        let Some(entry) = found else {
            let known = self
                .components
                .entries(section)
                .iter()
                .map(|entry| entry.key.as_str());
            let help = match did_you_mean(name, known) {
                Some(meant) => format!("did you mean `{prefix}{meant}`?"),
                None => format!("declare it under `components: {}:`", section.key()),
            };
            self.sink
                .report(
                    rules::DANGLING_REFERENCE,
                    span,
                    format!("there is no `{name}` in components/{}", section.key()),
                )
                .help(help);
            return None;
        };
        // A component that is only a reference is reported once, where it is declared.
        if entry
            .value
            .as_mapping()
            .is_some_and(|mapping| mapping.contains("$ref"))
        {
            return None;
        }
        Some(entry)
    }

    /// Reports components that are only references, and those of them that go round in circles.
    pub(crate) fn check_component_references(&mut self) {
        for section in Section::ALL {
            let prefix = format!("#/components/{}/", section.key());
            let next = |entry: &'a Entry| -> Option<&'a str> {
                entry
                    .value
                    .as_mapping()?
                    .get("$ref")?
                    .as_str()?
                    .strip_prefix(&prefix)
            };
            let Some(mapping) = self.components.sections.get(&section).copied() else {
                continue;
            };
            for entry in mapping.iter().filter(|entry| next(entry).is_none()) {
                self.check_stray_reference(entry);
            }
            // Each alias leads to one target: following from each, and marking what was seen,
            // visits every component once.
            let mut done: HashSet<&str> = HashSet::new();
            for start in mapping.iter() {
                let mut walk: Vec<&'a Entry> = Vec::new();
                let mut on_walk: HashMap<&str, usize> = HashMap::new();
                let mut at = Some(start);
                while let Some(entry) = at {
                    if let Some(&from) = on_walk.get(entry.key.as_str()) {
                        let names: Vec<&str> =
                            walk[from..].iter().map(|e| e.key.as_str()).collect();
                        self.sink
                            .report(
                                rules::CYCLIC_REFERENCE,
                                entry.key_span,
                                format!(
                                    "`{}` leads back to itself: {} → {}",
                                    entry.key,
                                    names.join(" → "),
                                    entry.key
                                ),
                            )
                            .help("write what it is in one of them");
                        for entry in &walk[from..] {
                            done.insert(&entry.key);
                        }
                        break;
                    }
                    if done.contains(entry.key.as_str()) {
                        break;
                    }
                    let Some(name) = next(entry) else { break };
                    on_walk.insert(&entry.key, walk.len());
                    walk.push(entry);
                    at = mapping.entry(name);
                }
                for entry in walk {
                    if done.insert(&entry.key) {
                        self.sink
                            .report(
                                rules::REFERENCE_CHAIN,
                                entry.key_span,
                                format!("the component `{}` is only a reference", entry.key),
                            )
                            .help("refer to its target where it is used, and remove it");
                    }
                }
            }
        }
    }

    /// Reports a component whose `$ref` leads to no component of its kind: nobody else does, since
    /// whoever refers to it stops at the `$ref`.
    fn check_stray_reference(&mut self, component: &'a Entry) {
        let mapping = component.value.as_mapping();
        let Some(reference) = mapping.and_then(|mapping| mapping.entry("$ref")) else {
            return;
        };
        if self.string(&reference.value, "`$ref`").is_some() {
            self.sink
                .report(
                    rules::REFERENCE_CHAIN,
                    reference.key_span,
                    format!("the component `{}` has a `$ref`", component.key),
                )
                .help("write here what the component is");
        }
    }

    /// Reports what OpenAPI does not allow as the name of a component.
    pub(crate) fn check_component_names(&mut self) {
        for section in Section::ALL {
            for entry in self.components.entries(section) {
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
                if entry.key.is_empty() || !entry.key.chars().all(fits) {
                    self.sink
                        .report(
                            rules::COMPONENT_NAME,
                            entry.key_span,
                            format!("`{}` is not a name of a component", entry.key),
                        )
                        .help("use letters, digits, `.`, `-` and `_`");
                }
            }
        }
    }
}

//! In which direction each type travels.

use std::collections::HashSet;

use crate::ir::{Contract, ObjectRules, ResponseBody, TypeDef, TypeKind, TypeRef};

/// What is sent, and what is read. A type that is neither stands only in errors, which have a
/// shape of their own in the client.
pub(super) struct Usage<'a> {
    sent: HashSet<&'a str>,
    read: HashSet<&'a str>,
    /// The enumeration of error codes.
    pub(super) error_code: Option<&'a str>,
    /// The enumeration of the violations in an error's details.
    pub(super) violation_code: Option<&'a str>,
}

impl<'a> Usage<'a> {
    pub(super) fn new(contract: &'a Contract) -> Self {
        let operations = || contract.operations.iter();
        let parameters = operations().flat_map(|operation| &operation.parameters);
        let bodies = operations().filter_map(|operation| operation.body.as_ref());
        let sent = reachable(
            contract,
            parameters
                .map(|parameter| &parameter.ty)
                .chain(bodies.map(|body| &body.ty)),
        );
        let responses = || operations().flat_map(|operation| &operation.responses);
        let answers = responses().filter_map(|response| match &response.body {
            ResponseBody::Json(ty) => Some(ty),
            ResponseBody::Error { .. } | ResponseBody::Empty => None,
        });
        let headers = responses()
            .filter(|response| response.status < 400)
            .flat_map(|response| &response.headers);
        let mut read = reachable(contract, answers.chain(headers.map(|header| &header.ty)));
        let error = contract.error();
        let code = |rules: Option<&'a ObjectRules>| {
            named(contract, property(rules?, "code")?).map(|ty| ty.ident.as_str())
        };
        let error_code = code(error);
        let violation_code = code(error.and_then(|error| {
            let TypeKind::Array(details) = &named(contract, property(error, "details")?)?.kind
            else {
                return None;
            };
            object(contract, &details.items)
        }));
        // What an error has besides is read by its name, as what the contract says.
        read.extend(reachable(contract, contract.error_extras()));
        read.extend(error_code.into_iter().chain(violation_code));
        Self {
            sent,
            read,
            error_code,
            violation_code,
        }
    }

    pub(super) fn is_sent(&self, ty: &TypeDef) -> bool {
        self.sent.contains(ty.ident.as_str())
    }

    pub(super) fn is_read(&self, ty: &TypeDef) -> bool {
        self.read.contains(ty.ident.as_str())
    }
}

fn named<'a>(contract: &'a Contract, reference: &TypeRef) -> Option<&'a TypeDef> {
    contract.type_of(reference)
}

fn object<'a>(contract: &'a Contract, reference: &TypeRef) -> Option<&'a ObjectRules> {
    match &named(contract, reference)?.kind {
        TypeKind::Object(rules) => Some(rules),
        _ => None,
    }
}

fn property<'a>(rules: &'a ObjectRules, wire: &str) -> Option<&'a TypeRef> {
    let mut properties = rules.properties.iter();
    let found = properties.find(|property| property.wire == wire);
    found.map(|property| &property.ty)
}

/// The types that `roots` name, and those within them.
fn reachable<'a>(
    contract: &'a Contract,
    roots: impl Iterator<Item = &'a TypeRef>,
) -> HashSet<&'a str> {
    let mut found = HashSet::new();
    let mut open: Vec<&TypeRef> = roots.collect();
    while let Some(next) = open.pop() {
        let Some(ty) = contract.type_of(next) else {
            continue;
        };
        if found.insert(ty.ident.as_str()) {
            match &ty.kind {
                TypeKind::Object(rules) => {
                    open.extend(rules.properties.iter().map(|property| &property.ty));
                }
                TypeKind::Array(rules) => open.push(&rules.items),
                _ => {}
            }
        }
    }
    found
}

//! Which way the types travel: what callers send must be read and looked at, what is answered
//! must be written, and nothing needs more than that.

use std::collections::HashSet;

use crate::ir::{Contract, ResponseBody, TypeKind, TypeRef};

/// The types that requests and answers lead to, by their identifiers.
pub(super) struct Directions<'a> {
    asked: HashSet<&'a str>,
    answered: HashSet<&'a str>,
}

impl<'a> Directions<'a> {
    /// Follows the bodies of all operations. Scalars go both ways whatever leads to them; errors
    /// are written by the runtime and only described, but for what it does not know of them.
    pub(super) fn new(contract: &'a Contract) -> Self {
        let mut all = Self {
            asked: HashSet::new(),
            answered: HashSet::new(),
        };
        for operation in &contract.operations {
            for parameter in &operation.parameters {
                follow(contract, &parameter.ty, &mut all.asked);
            }
            if let Some(body) = &operation.body {
                follow(contract, &body.ty, &mut all.asked);
            }
            for response in &operation.responses {
                if let ResponseBody::Json(ty) = &response.body {
                    follow(contract, ty, &mut all.answered);
                }
            }
        }
        for ty in contract.error_extras() {
            follow(contract, ty, &mut all.answered);
        }
        all
    }

    pub(super) fn is_asked(&self, ident: &str) -> bool {
        self.asked.contains(ident)
    }

    pub(super) fn is_answered(&self, ident: &str) -> bool {
        self.answered.contains(ident)
    }
}

fn follow<'a>(contract: &'a Contract, ty: &'a TypeRef, seen: &mut HashSet<&'a str>) {
    let TypeRef::Named(ident) = ty else {
        return;
    };
    if !seen.insert(ident) {
        return;
    }
    match contract.type_of(ty).map(|ty| &ty.kind) {
        Some(TypeKind::Object(rules)) => {
            for property in &rules.properties {
                follow(contract, &property.ty, seen);
            }
        }
        Some(TypeKind::Array(rules)) => follow(contract, &rules.items, seen),
        _ => {}
    }
}

//! The contract of the layout, ready to be held against what a service does, and where in its
//! text each thing stands.

use std::fs;

use booking_codegen::Places;
use booking_codegen::ir;
use contract_witness::{Contract, Operation, Response};

use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;

/// What findings about the contract are made with.
pub(super) struct LocatedContract {
    pub(super) contract: Contract,
    file: String,
    text: String,
    places: Places,
}

impl LocatedContract {
    /// Reads the contract for what it says of answers.
    pub(super) fn load(layout: &Layout, contract: &ir::Contract) -> Result<Self, Failure> {
        let path = layout.contract();
        let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        Self::new(&layout.shown(&path), text, contract)
    }

    pub(super) fn new(file: &str, text: String, contract: &ir::Contract) -> Result<Self, Failure> {
        Ok(Self {
            contract: Contract::new(&contract.document, &contract.base_path)
                .map_err(|error| Failure::tool("the witness", error.to_string()))?,
            file: file.to_owned(),
            places: Places::parse(&text),
            text,
        })
    }

    /// An error at what a JSON pointer names.
    fn error_at(&self, rule: &str, message: String, pointer: &str) -> Finding {
        let finding = Finding::error(Kind::Conformance, rule, message);
        match self.places.find(pointer) {
            Some(span) => finding.at_span(&self.file, &self.text, span),
            None => finding,
        }
    }

    /// An error at what an operation declares for a status.
    pub(super) fn error_at_response(
        &self,
        rule: &str,
        message: String,
        response: &Response,
    ) -> Finding {
        self.error_at(rule, message, &response.pointer)
    }

    /// An error at an operation.
    pub(super) fn error_at_operation(
        &self,
        rule: &str,
        message: String,
        operation: &Operation,
    ) -> Finding {
        self.error_at(rule, message, &operation.pointer)
    }
}

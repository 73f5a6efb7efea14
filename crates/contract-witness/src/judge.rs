//! What is wrong with an answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::{Contract, Operation, Response};
use crate::exchange::{Body, Exchange};
use crate::headers::is_transport;

/// Where the one error shape has its code.
const CODE: &str = "/error/code";

/// How an answer can break its contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The operation does not declare this status.
    UndeclaredStatus,
    /// The status is declared without this content type, or without any content.
    UndeclaredContentType,
    /// The body is not what its schema allows, or no JSON at all, or there should be one.
    InvalidBody,
    /// The body has a property that its schema does not declare.
    UndeclaredProperty,
    /// A required header is not there.
    MissingHeader,
    /// A declared header is not what its schema allows, or is there more than once.
    InvalidHeader,
    /// A header is there that is neither declared nor one of the transport's.
    UndeclaredHeader,
    /// The error code is not one that `x-error-codes` lists for this operation and status.
    UndeclaredCode,
    /// The answer ends before it is whole.
    CutOff,
}

/// One way in which an answer breaks its contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Which rule.
    pub rule: Rule,
    /// What exactly, and where in the answer.
    pub text: String,
}

/// What there is to say of an exchange.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// The operation that it belongs to; none when the contract has no such route.
    pub operation: Option<&'a Operation>,
    /// Whether it was `HEAD`, which is answered as `GET` is, but for the body.
    pub is_head: bool,
    /// The error code in its body.
    pub code: Option<String>,
    /// Everything that is wrong.
    pub violations: Vec<Mismatch>,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 9] = [
        Self::UndeclaredStatus,
        Self::UndeclaredContentType,
        Self::InvalidBody,
        Self::UndeclaredProperty,
        Self::MissingHeader,
        Self::InvalidHeader,
        Self::UndeclaredHeader,
        Self::UndeclaredCode,
        Self::CutOff,
    ];

    /// Its name, as findings have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UndeclaredStatus => "undeclared-status",
            Self::UndeclaredContentType => "undeclared-content-type",
            Self::InvalidBody => "invalid-body",
            Self::UndeclaredProperty => "undeclared-property",
            Self::MissingHeader => "missing-header",
            Self::InvalidHeader => "invalid-header",
            Self::UndeclaredHeader => "undeclared-header",
            Self::UndeclaredCode => "undeclared-code",
            Self::CutOff => "cut-off",
        }
    }

    fn broken(self, text: impl Into<String>) -> Mismatch {
        Mismatch {
            rule: self,
            text: text.into(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.rule.name(), self.text)
    }
}

impl Contract {
    /// Holds an exchange against the contract. What belongs to no operation breaks nothing
    /// here: whether there may be such a route is another question.
    #[must_use]
    pub fn judge(&self, exchange: &Exchange) -> Judgement<'_> {
        let on_path = |method: &str| {
            self.operations().iter().find(|operation| {
                operation.method == method && operation.template.matches(&exchange.target)
            })
        };
        let declared = on_path(&exchange.method);
        let is_head = declared.is_none() && exchange.method == "HEAD";
        let operation = if is_head { on_path("GET") } else { declared };
        let mut judgement = Judgement {
            operation,
            is_head,
            code: None,
            violations: Vec::new(),
        };
        if let Some(operation) = operation {
            judgement.hold_against(operation, exchange);
        }
        judgement
    }
}

impl Judgement<'_> {
    fn hold_against(&mut self, operation: &Operation, exchange: &Exchange) {
        let Some(response) = operation.response(exchange.status) else {
            let declared: Vec<String> = operation
                .responses
                .iter()
                .map(|response| response.status.to_string())
                .collect();
            self.report(
                Rule::UndeclaredStatus,
                format!(
                    "{} is not declared, only {}",
                    exchange.status,
                    declared.join(", ")
                ),
            );
            return;
        };
        self.check_headers(response, exchange);
        if let Body::CutOff {
            bytes,
            hung_up: false,
        } = exchange.body
        {
            let text = format!("the connection was closed after {bytes} bytes of the body");
            self.report(Rule::CutOff, text);
        }
        self.check_content(response, exchange);
    }

    fn report(&mut self, rule: Rule, text: impl Into<String>) {
        self.violations.push(rule.broken(text));
    }

    fn check_headers(&mut self, response: &Response, exchange: &Exchange) {
        for header in &response.headers {
            let name = &header.name;
            let values: Vec<&str> = exchange.header_values(name).collect();
            match values[..] {
                [] if header.required => self.report(Rule::MissingHeader, name.as_str()),
                [] => {}
                [value] => {
                    for flaw in header.schema.flaws_of_text(value) {
                        self.report(Rule::InvalidHeader, format!("{name}: {}", flaw.text));
                    }
                }
                _ => {
                    let text = format!("{name} is there {} times", values.len());
                    self.report(Rule::InvalidHeader, text);
                }
            }
        }
        for (name, value) in &exchange.headers {
            let declared = response.headers.iter().any(|header| header.name == *name);
            if !declared && !is_transport(name) {
                self.report(Rule::UndeclaredHeader, format!("{name}: {value}"));
            }
        }
    }

    fn check_content(&mut self, response: &Response, exchange: &Exchange) {
        let types: Vec<&str> = exchange.header_values("content-type").collect();
        let declared: Vec<&str> = response
            .content
            .iter()
            .map(|(media_type, _)| media_type.as_str())
            .collect();
        let schema = match types[..] {
            [] if declared.is_empty() => None,
            [only] => response
                .content
                .iter()
                .find(|(media_type, _)| only.eq_ignore_ascii_case(media_type)),
            _ => None,
        };
        if schema.is_none() && (!types.is_empty() || !declared.is_empty()) {
            let text = format!(
                "{}, where {} is declared",
                listed(&types, "no content type"),
                listed(&declared, "no content")
            );
            self.report(Rule::UndeclaredContentType, text);
        }
        match (schema, &exchange.body) {
            (_, Body::CutOff { .. }) => {}
            (_, body) if self.is_head => {
                if !body.is_empty() {
                    self.report(Rule::InvalidBody, "an answer to HEAD has no body");
                }
            }
            (None, body) if declared.is_empty() && !body.is_empty() => {
                let text = format!("no body is declared, and it has {} bytes", body.len());
                self.report(Rule::InvalidBody, text);
            }
            (None, _) => {}
            (Some((_, schema)), Body::Text(text)) => match serde_json::from_str::<Value>(text) {
                Ok(value) => {
                    for flaw in schema.flaws(&value) {
                        let rule = if flaw.undeclared {
                            Rule::UndeclaredProperty
                        } else {
                            Rule::InvalidBody
                        };
                        let at = if flaw.pointer.is_empty() {
                            "the body"
                        } else {
                            &flaw.pointer
                        };
                        self.report(rule, format!("{at}: {}", flaw.text));
                    }
                    self.check_code(response, &value);
                }
                Err(error) => self.report(Rule::InvalidBody, format!("no JSON: {error}")),
            },
            (Some(_), body) => {
                let text = format!("the {} bytes of the body are no text", body.len());
                self.report(Rule::InvalidBody, text);
            }
        }
    }

    fn check_code(&mut self, response: &Response, body: &Value) {
        if response.codes.is_empty() {
            return;
        }
        // A body without a code has broken its schema, and that was reported.
        let Some(code) = body.pointer(CODE).and_then(Value::as_str) else {
            return;
        };
        if !response.codes.iter().any(|declared| declared == code) {
            let text = format!(
                "{code}, where x-error-codes lists {} for {}",
                response.codes.join(", "),
                response.status
            );
            self.report(Rule::UndeclaredCode, text);
        }
        self.code = Some(code.to_owned());
    }
}

fn listed(texts: &[&str], none: &str) -> String {
    if texts.is_empty() {
        none.to_owned()
    } else {
        texts.join(" and ")
    }
}

#[cfg(test)]
mod tests;

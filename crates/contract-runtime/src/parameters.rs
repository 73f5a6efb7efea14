//! Parameters: from the path, the query and the headers into constrained types.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::body;
use crate::inspect::{Inspect, missing, printable};
use crate::violation::{RuleViolation, ViolationCode, Violations};

/// A type that a parameter's text can be read into.
pub trait FromParameter: Sized {
    /// Reads `text`, or reports everything that is wrong with it.
    fn from_parameter(text: &str, violations: &mut Violations) -> Option<Self>;
}

impl FromParameter for bool {
    fn from_parameter(text: &str, violations: &mut Violations) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                violations.report(RuleViolation::new(
                    ViolationCode::WrongType,
                    "must be true or false",
                ));
                None
            }
        }
    }
}

/// A list type that a repeated parameter can be read into.
pub trait FromRepeated: Sized {
    /// Reads `texts`, or reports everything that is wrong with them.
    fn from_repeated(texts: &[&str], violations: &mut Violations) -> Option<Self>;
}

/// Reads each of `texts`, and reports everything that is wrong with any.
pub fn parse_repeated<T: FromParameter>(
    texts: &[&str],
    violations: &mut Violations,
) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            violations.within_item(index, |violations| T::from_parameter(text, violations))
        })
        .collect();
    items.into_iter().collect()
}

/// The parts of one request that generated code reads its typed request from. Every method
/// returns `None` exactly when it has reported at least one violation.
#[derive(Debug)]
pub struct RequestParts<'r> {
    variables: &'r [(String, String)],
    query: Vec<(Cow<'r, str>, Text<'r>)>,
    headers: &'r HeaderMap,
    body: Option<&'r Bytes>,
}

/// A query value, or `None` where its bytes are no text.
type Text<'r> = Option<Cow<'r, str>>;

impl<'r> RequestParts<'r> {
    /// The parts of a request: the path's variables (decoded), the raw query, the headers, and
    /// the body unless it is absent.
    #[must_use]
    pub fn new(
        variables: &'r [(String, String)],
        query: Option<&'r str>,
        headers: &'r HeaderMap,
        body: Option<&'r Bytes>,
    ) -> Self {
        let query = query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name).unwrap_or(Cow::Borrowed("?")), decode(value))
            })
            .collect();
        Self {
            variables,
            query,
            headers,
            body,
        }
    }

    /// A variable of the path.
    pub fn path<T: FromParameter>(&self, name: &str, violations: &mut Violations) -> Option<T> {
        let text = self
            .variables
            .iter()
            .find(|(variable, _)| variable == name)
            .map(|(_, text)| text.as_str());
        violations.within(name, |violations| match text {
            Some(text) => T::from_parameter(text, violations),
            None => required(None, violations),
        })
    }

    /// A query parameter that must be present.
    pub fn required_query<T: FromParameter>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<T> {
        let value = self.optional_query(name, violations)?;
        required_at(name, value, violations)
    }

    /// A query parameter that may be absent.
    pub fn optional_query<T: FromParameter>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<Option<T>> {
        violations.within(name, |violations| {
            let texts = self.query_texts(name, violations)?;
            match texts.as_slice() {
                [] => Some(None),
                [text] => T::from_parameter(text, violations).map(Some),
                _ => {
                    violations.report(RuleViolation::new(
                        ViolationCode::Duplicate,
                        "must not be given twice",
                    ));
                    None
                }
            }
        })
    }

    /// A query parameter for which the contract's `default` stands when it is absent.
    pub fn query_or<T: FromParameter>(
        &self,
        name: &str,
        default: &str,
        violations: &mut Violations,
    ) -> Option<T> {
        let value = self.optional_query(name, violations)?;
        value.or_else(|| violations.within(name, |v| T::from_parameter(default, v)))
    }

    /// A repeated query parameter that must be present at least once.
    pub fn required_repeated_query<T: FromRepeated>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<T> {
        let value = self.optional_repeated_query(name, violations)?;
        required_at(name, value, violations)
    }

    /// A repeated query parameter that may be absent.
    pub fn optional_repeated_query<T: FromRepeated>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<Option<T>> {
        violations.within(name, |violations| {
            let texts = self.query_texts(name, violations)?;
            if texts.is_empty() {
                Some(None)
            } else {
                T::from_repeated(&texts, violations).map(Some)
            }
        })
    }

    /// Reports each query parameter that is none of `known`.
    pub fn no_other_query(&self, known: &[&str], violations: &mut Violations) {
        for (name, _) in &self.query {
            if !known.contains(&name.as_ref()) {
                violations.within(printable(name), |violations| {
                    violations.report(RuleViolation::new(
                        ViolationCode::UnknownField,
                        "must not be given: the contract knows no such query parameter",
                    ));
                });
            }
        }
    }

    /// A header that must be present.
    pub fn required_header<T: FromParameter>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<T> {
        let value = self.optional_header(name, violations)?;
        required_at(name, value, violations)
    }

    /// A header that may be absent. Several lines of one name are one value, joined by commas
    /// (RFC 9110 §5.3).
    pub fn optional_header<T: FromParameter>(
        &self,
        name: &str,
        violations: &mut Violations,
    ) -> Option<Option<T>> {
        violations.within(name, |violations| {
            let mut lines = Vec::new();
            for line in self.headers.get_all(name) {
                match line.to_str() {
                    Ok(text) => lines.push(text),
                    Err(_) => {
                        violations.report(not_text());
                        return None;
                    }
                }
            }
            if lines.is_empty() {
                Some(None)
            } else {
                T::from_parameter(&lines.join(", "), violations).map(Some)
            }
        })
    }

    /// A header for which the contract's `default` stands when it is absent.
    pub fn header_or<T: FromParameter>(
        &self,
        name: &str,
        default: &str,
        violations: &mut Violations,
    ) -> Option<T> {
        let value = self.optional_header(name, violations)?;
        value.or_else(|| violations.within(name, |v| T::from_parameter(default, v)))
    }

    /// A body that must be present.
    pub fn required_body<T: DeserializeOwned + Inspect>(
        &self,
        violations: &mut Violations,
    ) -> Option<T> {
        required(self.optional_body(violations)?, violations)
    }

    /// A body that may be absent.
    pub fn optional_body<T: DeserializeOwned + Inspect>(
        &self,
        violations: &mut Violations,
    ) -> Option<Option<T>> {
        match self.body {
            None => Some(None),
            Some(bytes) => body::parse(bytes, violations).map(Some),
        }
    }

    fn query_texts(&self, wanted: &str, violations: &mut Violations) -> Option<Vec<&str>> {
        let texts: Option<Vec<&str>> = self
            .query
            .iter()
            .filter(|(name, _)| name == wanted)
            .map(|(_, text)| text.as_deref())
            .collect();
        if texts.is_none() {
            violations.report(not_text());
        }
        texts
    }
}

fn required_at<T>(name: &str, value: Option<T>, violations: &mut Violations) -> Option<T> {
    violations.within(name, |violations| required(value, violations))
}

fn required<T>(value: Option<T>, violations: &mut Violations) -> Option<T> {
    if value.is_none() {
        violations.report(missing());
    }
    value
}

fn not_text() -> RuleViolation {
    RuleViolation::new(ViolationCode::Malformed, "must be text in UTF-8")
}

/// One name or value of `application/x-www-form-urlencoded`; `None` if it is not UTF-8.
fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if raw.contains('+') {
        let spaced = raw.replace('+', " ");
        let text = percent_decode_str(&spaced).decode_utf8().ok()?;
        Some(Cow::Owned(text.into_owned()))
    } else {
        percent_decode_str(raw).decode_utf8().ok()
    }
}

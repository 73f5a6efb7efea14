//! Parameters: from the path, the query and the headers into constrained types.

use std::borrow::Cow;

use bytes::Bytes;
use dropshot::ApiEndpointParameter;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::de::DeserializeOwned;

use crate::inspect::{Inspect, missing, printable};
use crate::origin::RequestOrigin;
use crate::property::ContractType;
use crate::violation::{RuleViolation, ViolationCode, Violations};
use crate::{body, metadata};

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

/// A type that a parameter has: a scalar, or a list that travels as a repeated name.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be read from a parameter")]
pub trait ParameterValue: ContractType {
    /// Whether JSON has it in quotes.
    const IS_TEXT: bool;

    /// Reads the texts that came under its name, at least one, or reports everything that is
    /// wrong with them.
    fn from_texts(texts: &[&str], violations: &mut Violations) -> Option<Self>
    where
        Self: Sized;

    /// Its JSON Schema as a parameter.
    fn parameter_schema(generator: &mut SchemaGenerator) -> Schema
    where
        Self: Sized,
    {
        generator.subschema_for::<Self>()
    }
}

impl ParameterValue for bool {
    const IS_TEXT: bool = false;

    fn from_texts(texts: &[&str], violations: &mut Violations) -> Option<Self> {
        single(texts, violations)
    }
}

/// Reads a scalar, which stands once.
#[doc(hidden)]
pub fn single<T: FromParameter>(texts: &[&str], violations: &mut Violations) -> Option<T> {
    if let [text] = texts {
        T::from_parameter(text, violations)
    } else {
        violations.report(RuleViolation::new(
            ViolationCode::Duplicate,
            "must not be given twice",
        ));
        None
    }
}

/// A field of a struct of parameters: a value, or an `Option` of one that may be absent.
pub trait ParameterField: Sized {
    /// Whether it must be present.
    const REQUIRED: bool;
    /// Whether JSON has it in quotes.
    const IS_TEXT: bool;

    /// Reads the texts that came under its name, at least one.
    fn from_texts(texts: &[&str], violations: &mut Violations) -> Option<Self>;

    /// What stands for its absence, or `None` and a report.
    fn absent(violations: &mut Violations) -> Option<Self>;

    /// Its JSON Schema.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

impl<T: ParameterValue> ParameterField for T {
    const REQUIRED: bool = true;
    const IS_TEXT: bool = T::IS_TEXT;

    fn from_texts(texts: &[&str], violations: &mut Violations) -> Option<Self> {
        <T as ParameterValue>::from_texts(texts, violations)
    }

    fn absent(violations: &mut Violations) -> Option<Self> {
        violations.report(missing());
        None
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::parameter_schema(generator)
    }
}

impl<T: ParameterValue> ParameterField for Option<T> {
    const REQUIRED: bool = false;
    const IS_TEXT: bool = T::IS_TEXT;

    fn from_texts(texts: &[&str], violations: &mut Violations) -> Option<Self> {
        <T as ParameterValue>::from_texts(texts, violations).map(Some)
    }

    fn absent(_: &mut Violations) -> Option<Self> {
        Some(None)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::parameter_schema(generator)
    }
}

/// Where parameters travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In the headers.
    Headers,
}

/// The parameters of an operation in one place: a generated struct.
pub trait Parameters: JsonSchema + Sized + 'static {
    /// The place.
    const PLACE: ParameterPlace;
    /// Their names.
    const NAMES: &'static [&'static str];

    /// Reads them, or reports everything that is wrong with them.
    fn read(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self>;
}

/// What Dropshot is told of a part of a request.
#[derive(Debug)]
pub struct PartMetadata {
    pub(crate) is_path: bool,
    pub(crate) parameters: Vec<ApiEndpointParameter>,
}

/// A part of a request, of a kind: [`ParametersPart`] or [`BodyPart`].
pub trait RequestPart<Kind>: Sized {
    /// The query parameters that it knows.
    const QUERY: &'static [&'static str];

    /// Reads it, or reports everything that is wrong with it.
    fn read(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self>;

    /// What Dropshot is told of it.
    fn metadata() -> PartMetadata;
}

/// Parameters in one place.
#[derive(Debug)]
pub enum ParametersPart {}

/// The body.
#[derive(Debug)]
pub enum BodyPart {}

impl<T: Parameters> RequestPart<ParametersPart> for T {
    const QUERY: &'static [&'static str] = match T::PLACE {
        ParameterPlace::Query => T::NAMES,
        ParameterPlace::Path | ParameterPlace::Headers => &[],
    };

    fn read(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self> {
        <T as Parameters>::read(parts, violations)
    }

    fn metadata() -> PartMetadata {
        PartMetadata {
            is_path: T::PLACE == ParameterPlace::Path,
            parameters: metadata::parameters::<T>(T::PLACE),
        }
    }
}

impl<T> RequestPart<BodyPart> for T
where
    T: ContractType + DeserializeOwned + Inspect + Send + Sync + 'static,
{
    const QUERY: &'static [&'static str] = &[];

    fn read(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self> {
        match parts.body {
            Some(bytes) => body::parse(bytes, violations),
            None => {
                violations.report(missing());
                None
            }
        }
    }

    fn metadata() -> PartMetadata {
        PartMetadata {
            is_path: false,
            parameters: metadata::body_parameter::<T>(),
        }
    }
}

impl<T> RequestPart<BodyPart> for Option<T>
where
    T: ContractType + DeserializeOwned + Inspect + Send + Sync + 'static,
{
    const QUERY: &'static [&'static str] = &[];

    fn read(parts: &RequestParts<'_>, violations: &mut Violations) -> Option<Self> {
        match parts.body {
            Some(bytes) => body::parse(bytes, violations).map(Some),
            None => Some(None),
        }
    }

    fn metadata() -> PartMetadata {
        PartMetadata {
            is_path: false,
            parameters: metadata::body_parameter::<T>(),
        }
    }
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
    origin: &'r RequestOrigin,
}

/// A query value, or `None` where its bytes are no text.
type Text<'r> = Option<Cow<'r, str>>;

impl<'r> RequestParts<'r> {
    /// The parts of a request: the path's variables (decoded), the raw query, the headers, and
    /// the body unless it is absent; and where it came from.
    #[must_use]
    pub fn new(
        variables: &'r [(String, String)],
        query: Option<&'r str>,
        headers: &'r HeaderMap,
        body: Option<&'r Bytes>,
        origin: &'r RequestOrigin,
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
            origin,
        }
    }

    /// Where the request came from.
    #[must_use]
    pub fn origin(&self) -> &RequestOrigin {
        self.origin
    }

    /// One parameter. `default` stands in for an absent one.
    pub fn parameter<P: ParameterField>(
        &self,
        place: ParameterPlace,
        name: &str,
        default: Option<&str>,
        violations: &mut Violations,
    ) -> Option<P> {
        violations.within(name, |violations| {
            let texts = match place {
                ParameterPlace::Path => self.path_texts(name),
                ParameterPlace::Query => self.query_texts(name, violations)?,
                ParameterPlace::Headers => self.header_texts(name, violations)?,
            };
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            match (texts.as_slice(), default) {
                ([], Some(default)) => P::from_texts(&[default], violations),
                ([], None) => P::absent(violations),
                (texts, _) => P::from_texts(texts, violations),
            }
        })
    }

    /// Reports each query parameter that is none of `known`.
    pub fn no_other_query(&self, known: &[&[&str]], violations: &mut Violations) {
        for (name, _) in &self.query {
            if !known.iter().any(|names| names.contains(&name.as_ref())) {
                violations.within(printable(name), |violations| {
                    violations.report(RuleViolation::new(
                        ViolationCode::UnknownField,
                        "must not be given: the contract knows no such query parameter",
                    ));
                });
            }
        }
    }

    fn path_texts(&self, wanted: &str) -> Vec<Cow<'_, str>> {
        let text = self.variables.iter().find(|(name, _)| name == wanted);
        text.map(|(_, text)| Cow::Borrowed(text.as_str()))
            .into_iter()
            .collect()
    }

    /// Several lines of one header are one value, joined by commas (RFC 9110 §5.3).
    fn header_texts(&self, wanted: &str, violations: &mut Violations) -> Option<Vec<Cow<'_, str>>> {
        let lines: Result<Vec<&str>, _> = self
            .headers
            .get_all(wanted)
            .iter()
            .map(http::HeaderValue::to_str)
            .collect();
        match lines.as_deref() {
            Ok([]) => Some(Vec::new()),
            Ok([line]) => Some(vec![Cow::Borrowed(*line)]),
            Ok(lines) => Some(vec![Cow::Owned(lines.join(", "))]),
            Err(_) => {
                violations.report(not_text());
                None
            }
        }
    }

    fn query_texts(&self, wanted: &str, violations: &mut Violations) -> Option<Vec<Cow<'_, str>>> {
        let texts: Option<Vec<Cow<'_, str>>> = self
            .query
            .iter()
            .filter(|(name, _)| name == wanted)
            .map(|(_, text)| text.as_deref().map(Cow::Borrowed))
            .collect();
        if texts.is_none() {
            violations.report(not_text());
        }
        texts
    }
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

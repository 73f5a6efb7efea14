//! The one error shape, and how generated error types become it.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use dropshot::{ErrorStatusCode, HttpError, HttpResponseError};
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::headers::ResponseHeaders;
use crate::violation::{FieldName, Violation, ViolationCode};

/// What went wrong, in two texts: one for the client, one for the log.
#[derive(Debug)]
pub struct Problem {
    pub(crate) message: String,
    pub(crate) field: Option<String>,
    pub(crate) details: Vec<Violation>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) cause: Option<String>,
}

impl Problem {
    /// A problem, in words for the client. They never repeat what was submitted.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            field: None,
            details: Vec::new(),
            properties: Map::new(),
            cause: None,
        }
    }

    /// A property that the contract gives errors beside those that all have.
    #[must_use]
    pub fn property(mut self, name: &str, value: &impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.properties.insert(name.to_owned(), value);
                self
            }
            // What cannot be said is left out, and what is said stays true.
            Err(error) => self.caused_by(&error),
        }
    }

    /// The field of the request that it is about, such as `booking_date`.
    #[must_use]
    pub fn field(mut self, field: FieldName) -> Self {
        self.field = Some(field.as_str().to_owned());
        self
    }

    /// A field within another one that it is about, such as `customer.email`.
    #[must_use]
    pub fn field_within(mut self, parent: FieldName, field: FieldName) -> Self {
        self.field = Some(format!("{}.{}", parent.as_str(), field.as_str()));
        self
    }

    /// One violation more. The first one names the field of the whole, unless it has one.
    #[must_use]
    pub fn detail(
        mut self,
        code: ViolationCode,
        field: FieldName,
        message: impl Into<String>,
    ) -> Self {
        let field = field.as_str();
        self.field.get_or_insert_with(|| field.to_owned());
        self.details.push(Violation {
            code,
            field: field.to_owned(),
            message: message.into(),
        });
        self
    }

    /// What the log keeps and no client sees: the whole chain of causes.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn Error) -> Self {
        let mut text = cause.to_string();
        let mut next = cause.source();
        while let Some(error) = next {
            text.push_str(": ");
            text.push_str(&error.to_string());
            next = error.source();
        }
        self.cause = Some(text);
        self
    }
}

/// An answer of the one error shape, ready to be written.
#[derive(Debug)]
pub struct ErrorResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its code, one of those that the operation declares for the status.
    pub code: &'static str,
    /// What went wrong.
    pub problem: Problem,
    /// Its declared headers.
    pub headers: HeaderMap,
}

/// A generated error: one code, or one of those that an operation declares.
pub trait DeclaredError: Send + 'static {
    /// What the contract declares for this error.
    fn into_response(self) -> ErrorResponse;
}

impl ErrorResponse {
    /// An answer without headers.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, problem: Problem) -> Self {
        Self {
            status,
            code,
            problem,
            headers: HeaderMap::new(),
        }
    }

    /// With the headers that the contract declares. A value that no header can carry is a fault
    /// of the backend's, and is answered as one: a declared header is never left out silently.
    #[must_use]
    pub fn headers(mut self, headers: &impl ResponseHeaders) -> Self {
        match headers.write(&mut self.headers) {
            Ok(()) => self,
            Err(error) => Self::internal(error.to_string()),
        }
    }

    /// The request broke the contract: 400, with everything that is wrong with it.
    #[must_use]
    pub(crate) fn invalid(violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [only] => format!("{} {}", only.field, only.message),
            several => format!(
                "the request breaks the contract in {} places",
                several.len()
            ),
        };
        let mut problem = Problem::new(message);
        problem.field = violations.first().map(|violation| violation.field.clone());
        problem.details = violations;
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", problem)
    }

    /// Something that must not happen did: 500, and nothing said of it to the client.
    #[must_use]
    pub(crate) fn internal(cause: String) -> Self {
        let mut problem = Problem::new("the request failed for a reason that is ours");
        problem.cause = Some(cause);
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", problem)
    }

    /// Nobody has implemented the operation yet: 501.
    #[must_use]
    pub fn not_implemented(operation: &str) -> Self {
        let problem = Problem::new(format!("the operation {operation} is not implemented yet"));
        Self::new(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", problem)
    }
}

/// The one error shape as it travels.
#[derive(Serialize)]
pub(crate) struct Envelope<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    details: &'a [Violation],
    request_id: &'a str,
    #[serde(flatten)]
    properties: &'a Map<String, Value>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(response: &'a ErrorResponse, request_id: &'a str) -> Self {
        Self {
            error: ErrorBody {
                code: response.code,
                message: &response.problem.message,
                field: response.problem.field.as_deref(),
                details: &response.problem.details,
                request_id,
                properties: &response.problem.properties,
            },
        }
    }
}

/// What Dropshot is told about the errors of an operation: their shape is `E`'s.
///
/// It is given out only when Dropshot itself fails to take a request in; everything else is
/// answered with a [`crate::OperationResponse`], because Dropshot lets no error set headers.
pub struct DropshotError<E> {
    response: ErrorResponse,
    status: ErrorStatusCode,
    shape: PhantomData<fn() -> E>,
}

impl<E> From<HttpError> for DropshotError<E> {
    fn from(error: HttpError) -> Self {
        Self {
            status: error.status_code,
            response: ErrorResponse::internal(error.internal_message),
            shape: PhantomData,
        }
    }
}

impl<E> fmt::Display for DropshotError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = self.response.problem.cause.as_deref();
        formatter.write_str(cause.unwrap_or(&self.response.problem.message))
    }
}

impl<E> fmt::Debug for DropshotError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response.fmt(formatter)
    }
}

impl<E> Serialize for DropshotError<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Dropshot puts the request's id into a header of every answer.
        Envelope::new(&self.response, "see the header x-request-id").serialize(serializer)
    }
}

impl<E: JsonSchema> JsonSchema for DropshotError<E> {
    fn schema_name() -> String {
        E::schema_name()
    }

    fn is_referenceable() -> bool {
        E::is_referenceable()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        E::json_schema(generator)
    }
}

impl<E: JsonSchema + 'static> HttpResponseError for DropshotError<E> {
    fn status_code(&self) -> ErrorStatusCode {
        self.status
    }
}

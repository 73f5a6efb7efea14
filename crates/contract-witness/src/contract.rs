//! The contract, read for what it says of answers.

use serde_json::Value;

use crate::route::Template;
use crate::schema::{Schema, Schemas};

/// The methods that an operation of OpenAPI can have.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A contract, ready to be held against what happens.
#[derive(Debug, Clone)]
pub struct Contract {
    operations: Vec<Operation>,
    base_path: String,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its operationId.
    pub id: String,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, with the base path: `/api/v1/bookings/{booking_id}`.
    pub path: String,
    /// What it may answer.
    pub responses: Vec<Response>,
    /// A JSON pointer into the contract to where it stands.
    pub pointer: String,
    pub(crate) template: Template,
}

/// One declared answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// The error codes that it may carry (`x-error-codes`); none for one that is no error.
    pub codes: Vec<String>,
    /// A JSON pointer into the contract to where it is declared for its operation.
    pub pointer: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) content: Vec<(String, Schema)>,
}

/// One declared header.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

/// A document that this crate cannot read as a contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the contract cannot be witnessed: {problem} at {pointer}")]
pub struct ContractError {
    /// Where in the document.
    pub pointer: String,
    /// What is the matter.
    pub problem: String,
}

impl Contract {
    /// Reads a document of OpenAPI 3.0. Its operations stand below `base_path`, which is the
    /// path of its server's URL without a slash at the end.
    ///
    /// # Errors
    /// Something in it is not understood, or it has no operation. What cannot be understood
    /// cannot be witnessed, and must not pass as kept.
    pub fn new(document: &Value, base_path: &str) -> Result<Self, ContractError> {
        let mut reader = Reader {
            document,
            schemas: Schemas::new(document),
        };
        let mut operations = Vec::new();
        for (path, item) in reader.entries("/paths", &document["paths"])? {
            let pointer = format!("/paths/{}", escaped(path));
            for (key, operation) in reader.entries(&pointer, item)? {
                if METHODS.contains(&key.as_str()) {
                    let pointer = format!("{pointer}/{key}");
                    operations.push(reader.operation(&pointer, base_path, path, key, operation)?);
                }
            }
        }
        if operations.is_empty() {
            return Err(fault("/paths", "it has no operation"));
        }
        Ok(Self {
            operations,
            base_path: base_path.to_owned(),
        })
    }

    /// Its operations, in the order in which the document gives them out.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// Whether a target is at or below the base path, where the contract alone says what there
    /// is.
    #[must_use]
    pub fn is_below_base_path(&self, target: &str) -> bool {
        target
            .strip_prefix(&self.base_path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }
}

impl Operation {
    /// What it declares for a status.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        self.responses
            .iter()
            .find(|response| response.status == status)
    }
}

struct Reader<'a> {
    document: &'a Value,
    schemas: Schemas<'a>,
}

impl<'a> Reader<'a> {
    fn entries(
        &self,
        pointer: &str,
        value: &'a Value,
    ) -> Result<&'a serde_json::Map<String, Value>, ContractError> {
        value
            .as_object()
            .ok_or_else(|| fault(pointer, "there should be an object"))
    }

    /// The object itself, or the one that it refers to.
    fn look_up(&self, pointer: &str, object: &'a Value) -> Result<&'a Value, ContractError> {
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else {
            return Ok(object);
        };
        let found = reference
            .strip_prefix('#')
            .and_then(|target| self.document.pointer(target));
        found.ok_or_else(|| fault(pointer, format!("{reference} leads nowhere")))
    }

    fn operation(
        &mut self,
        pointer: &str,
        base_path: &str,
        path: &str,
        method: &str,
        operation: &'a Value,
    ) -> Result<Operation, ContractError> {
        let id = operation["operationId"]
            .as_str()
            .ok_or_else(|| fault(pointer, "there is no operationId"))?;
        let mut responses = Vec::new();
        for (status, response) in self.entries(pointer, &operation["responses"])? {
            let pointer = format!("{pointer}/responses/{status}");
            let status = status
                .parse()
                .map_err(|_| fault(&pointer, format!("{status} is no status")))?;
            responses.push(self.response(pointer, status, response)?);
        }
        Ok(Operation {
            id: id.to_owned(),
            method: method.to_uppercase(),
            path: format!("{base_path}{path}"),
            responses,
            pointer: pointer.to_owned(),
            template: Template::new(base_path, path),
        })
    }

    fn response(
        &mut self,
        pointer: String,
        status: u16,
        response: &'a Value,
    ) -> Result<Response, ContractError> {
        let response = self.look_up(&pointer, response)?;
        let mut headers = Vec::new();
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = self.look_up(&pointer, header)?;
            headers.push(Header {
                name: name.to_lowercase(),
                required: header["required"] == true,
                schema: self.schema(&pointer, &header["schema"])?,
            });
        }
        let mut content = Vec::new();
        for (media_type, body) in response["content"].as_object().into_iter().flatten() {
            let schema = self.schema(&pointer, &body["schema"])?;
            content.push((media_type.to_lowercase(), schema));
        }
        let codes = response["x-error-codes"].as_array().into_iter().flatten();
        Ok(Response {
            status,
            codes: codes.filter_map(Value::as_str).map(str::to_owned).collect(),
            pointer,
            headers,
            content,
        })
    }

    fn schema(&mut self, pointer: &str, schema: &Value) -> Result<Schema, ContractError> {
        if !schema.is_object() {
            return Err(fault(pointer, "there is no schema"));
        }
        self.schemas
            .make(schema)
            .map_err(|problem| fault(pointer, problem))
    }
}

fn fault(pointer: &str, problem: impl Into<String>) -> ContractError {
    ContractError {
        pointer: pointer.to_owned(),
        problem: problem.into(),
    }
}

/// A key as a JSON pointer has it.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

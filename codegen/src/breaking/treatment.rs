//! The one table of keys: what becomes of a difference at each. A key that is not here cannot be
//! proven compatible, so that nothing falls through.

use crate::lower::keys;

/// The objects of a contract that are compared key by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Root,
    Info,
    Server,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    MediaType,
    Response,
    Link,
    Schema,
    SecurityScheme,
    OAuthFlows,
    OAuthFlow,
    /// `paths` and `responses`: everything but `x-` keys is compared.
    Map,
}

/// What becomes of a difference at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// There is code that says what it does to a set.
    Compared,
    /// It is text for people.
    Prose,
    /// It is an `x-` key without a meaning here.
    Extension,
    /// Nobody here can say what it does.
    Unprovable,
}

/// What becomes of a difference at `key` of an object.
pub(super) fn treatment(object: Object, key: &str) -> Treatment {
    let is_entry = object == Object::Map && !key.starts_with("x-");
    if is_entry || compared(object).contains(&key) {
        Treatment::Compared
    } else if prose(object).contains(&key) {
        Treatment::Prose
    } else if key.starts_with("x-") {
        Treatment::Extension
    } else {
        Treatment::Unprovable
    }
}

fn compared(object: Object) -> &'static [&'static str] {
    match object {
        Object::Root => &[
            "openapi",
            "info",
            "servers",
            "paths",
            "components",
            "security",
        ],
        Object::Info => &["version"],
        Object::Server => &["url"],
        Object::Components => &[
            "schemas",
            "parameters",
            "responses",
            "headers",
            "requestBodies",
            "examples",
            "links",
            "securitySchemes",
            "callbacks",
            "pathItems",
        ],
        Object::PathItem => &[
            "get",
            "put",
            "post",
            "delete",
            "patch",
            "head",
            "options",
            "trace",
            "parameters",
            "servers",
        ],
        Object::Operation => &[
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "servers",
            "x-max-body-bytes",
            "x-idempotency",
        ],
        Object::Parameter => &[
            "name",
            "in",
            "required",
            "schema",
            "style",
            "explode",
            "allowEmptyValue",
            "allowReserved",
        ],
        Object::Header => &[
            "required",
            "schema",
            "style",
            "explode",
            "allowEmptyValue",
            "allowReserved",
        ],
        Object::RequestBody => &["content", "required"],
        Object::MediaType => &["schema"],
        Object::Response => &["headers", "content", "links", "x-error-codes"],
        Object::Link => &[
            "operationId",
            "operationRef",
            "parameters",
            "requestBody",
            "server",
        ],
        Object::Schema => &[
            "type",
            "format",
            "nullable",
            "default",
            "enum",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "x-personal-data",
        ],
        Object::SecurityScheme => &["type", "scheme", "in", "name", "flows", "openIdConnectUrl"],
        Object::OAuthFlows => &[
            "authorizationCode",
            "clientCredentials",
            "implicit",
            "password",
        ],
        Object::OAuthFlow => &["authorizationUrl", "tokenUrl", "refreshUrl", "scopes"],
        Object::Map => &[],
    }
}

fn prose(object: Object) -> &'static [&'static str] {
    match object {
        Object::Root => &["tags", "externalDocs"],
        Object::Info => &[
            "title",
            "summary",
            "description",
            "termsOfService",
            "contact",
            "license",
        ],
        Object::PathItem => &["summary", "description"],
        Object::Operation => &[
            "tags",
            "summary",
            "description",
            "externalDocs",
            "deprecated",
        ],
        Object::Parameter | Object::Header => &["description", "example", "examples", "deprecated"],
        Object::MediaType => &["example", "examples"],
        Object::Server | Object::RequestBody | Object::Response | Object::Link => &["description"],
        Object::Schema => &[
            "title",
            "description",
            "example",
            "examples",
            "externalDocs",
            "deprecated",
        ],
        Object::SecurityScheme => &["description", "bearerFormat"],
        Object::Components | Object::OAuthFlows | Object::OAuthFlow | Object::Map => &[],
    }
}

/// Every key that the generator reads, ignores or refuses, as the comparison must know it too:
/// the object that has it (`a schema`), and the key.
pub fn known_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    keys::ALL.iter().flat_map(|vocabulary| {
        let keys = vocabulary.keys.iter();
        keys.map(|(key, _)| (vocabulary.what, *key))
    })
}

//! The one table of keys: what OpenAPI 3.0.3 allows at each place, and what becomes of it.
//!
//! Every key of a contract is `Read` (implemented or checked), `Ignored` for a reason that
//! stands beside it, or `Refused` with what to do instead. A key that is not here at all is
//! refused as unknown: nothing is dropped silently.

/// What becomes of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeySupport {
    /// It is implemented, or checked.
    Read,
    /// It changes nothing that is generated, for this reason.
    Ignored(&'static str),
    /// It is a diagnostic: what to do instead.
    Refused(&'static str),
}

use KeySupport::{Ignored, Read, Refused};

/// The keys of one kind of object.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The object, for messages: `a schema`.
    pub(crate) what: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [(&'static str, KeySupport)],
}

impl Vocabulary {
    /// What becomes of a key; `None` when OpenAPI does not define it here.
    pub(crate) fn support(&self, key: &str) -> Option<KeySupport> {
        self.keys
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, support)| *support)
    }
}

const PROSE: KeySupport =
    Ignored("prose for readers of the contract; the contract itself is served");
const DEPRECATED: KeySupport =
    Ignored("advice for readers of the contract; a deprecated thing still works");
const TOKENS_IN_URLS: KeySupport = Refused(
    "RFC 9700 rules the implicit grant out, since it puts tokens into URLs: use `authorizationCode`, with PKCE",
);
const PASSWORDS_FOR_CLIENTS: KeySupport = Refused(
    "RFC 9700 rules the password grant out, since it hands passwords to clients: use `authorizationCode`, with PKCE",
);
const ROOT_SERVERS: KeySupport =
    Refused("one server serves all operations: declare it in `servers` at the root");
const NO_COMPOSITION: KeySupport = Refused(
    "say the type with `type`, or refer to one component with `$ref`; where values differ in kind, use one object with optional properties",
);

pub(crate) static ROOT: Vocabulary = Vocabulary {
    what: "the contract",
    keys: &[
        ("openapi", Read),
        ("info", Read),
        ("servers", Read),
        ("tags", Read),
        ("paths", Read),
        ("components", Read),
        ("externalDocs", PROSE),
        ("security", Read),
        (
            "webhooks",
            Refused("webhooks are OpenAPI 3.1: describe them as a contract of their own"),
        ),
        (
            "jsonSchemaDialect",
            Refused("this is OpenAPI 3.1: remove it"),
        ),
    ],
};

pub(crate) static INFO: Vocabulary = Vocabulary {
    what: "`info`",
    keys: &[
        ("title", Read),
        ("version", Read),
        ("description", Read),
        ("termsOfService", PROSE),
        ("contact", PROSE),
        ("license", PROSE),
        ("summary", Refused("this is OpenAPI 3.1: use `description`")),
    ],
};

pub(crate) static CONTACT: Vocabulary = Vocabulary {
    what: "`contact`",
    keys: &[("name", PROSE), ("url", PROSE), ("email", PROSE)],
};

pub(crate) static LICENSE: Vocabulary = Vocabulary {
    what: "`license`",
    keys: &[
        ("name", PROSE),
        ("url", PROSE),
        ("identifier", Refused("this is OpenAPI 3.1: use `url`")),
    ],
};

pub(crate) static EXTERNAL_DOCS: Vocabulary = Vocabulary {
    what: "`externalDocs`",
    keys: &[("url", PROSE), ("description", PROSE)],
};

pub(crate) static SERVER: Vocabulary = Vocabulary {
    what: "a server",
    keys: &[
        ("url", Read),
        ("description", PROSE),
        (
            "variables",
            Refused("write the URL in full, one server for each"),
        ),
    ],
};

pub(crate) static TAG: Vocabulary = Vocabulary {
    what: "a tag",
    keys: &[
        ("name", Read),
        ("description", Read),
        ("externalDocs", PROSE),
    ],
};

pub(crate) static COMPONENTS: Vocabulary = Vocabulary {
    what: "`components`",
    keys: &[
        ("schemas", Read),
        ("parameters", Read),
        ("responses", Read),
        ("headers", Read),
        ("requestBodies", Read),
        ("examples", Read),
        ("links", Read),
        ("securitySchemes", Read),
        (
            "callbacks",
            Refused("callbacks are not implemented: describe them as a contract of their own"),
        ),
        (
            "pathItems",
            Refused("this is OpenAPI 3.1: write the path under `paths`"),
        ),
    ],
};

pub(crate) static PATH_ITEM: Vocabulary = Vocabulary {
    what: "a path",
    keys: &[
        ("get", Read),
        ("put", Read),
        ("post", Read),
        ("delete", Read),
        ("patch", Read),
        ("parameters", Read),
        ("summary", PROSE),
        ("description", PROSE),
        ("head", Refused("HEAD is not implemented: remove it")),
        (
            "options",
            Refused("OPTIONS is answered by the server itself: remove it"),
        ),
        ("trace", Refused("TRACE is not implemented: remove it")),
        ("servers", ROOT_SERVERS),
        ("$ref", Refused("write the operations here")),
    ],
};

pub(crate) static OPERATION: Vocabulary = Vocabulary {
    what: "an operation",
    keys: &[
        ("operationId", Read),
        ("tags", Read),
        ("summary", Read),
        ("description", Read),
        ("parameters", Read),
        ("requestBody", Read),
        ("responses", Read),
        ("x-max-body-bytes", Read),
        ("x-idempotency", Read),
        ("externalDocs", PROSE),
        ("deprecated", DEPRECATED),
        ("security", Read),
        (
            "callbacks",
            Refused("callbacks are not implemented: describe them as a contract of their own"),
        ),
        ("servers", ROOT_SERVERS),
    ],
};

pub(crate) static PARAMETER: Vocabulary = Vocabulary {
    what: "a parameter",
    keys: &[
        ("name", Read),
        ("in", Read),
        ("description", Read),
        ("required", Read),
        ("schema", Read),
        ("style", Read),
        ("explode", Read),
        ("example", Read),
        ("examples", Read),
        ("deprecated", DEPRECATED),
        (
            "allowEmptyValue",
            Refused(
                "leave the parameter out instead of sending it empty; an empty text obeys `minLength`",
            ),
        ),
        (
            "allowReserved",
            Refused("values are percent-encoded: remove it"),
        ),
        ("content", Refused("describe the value with `schema`")),
    ],
};

pub(crate) static HEADER: Vocabulary = Vocabulary {
    what: "a header",
    keys: &[
        ("description", Read),
        ("required", Read),
        ("schema", Read),
        ("style", Read),
        ("explode", Read),
        ("example", Read),
        ("examples", Read),
        ("deprecated", DEPRECATED),
        (
            "name",
            Refused("the key of a header is its name: remove it"),
        ),
        ("in", Refused("a header travels in the header: remove it")),
        ("allowEmptyValue", Refused("remove it")),
        ("allowReserved", Refused("remove it")),
        ("content", Refused("describe the value with `schema`")),
    ],
};

pub(crate) static REQUEST_BODY: Vocabulary = Vocabulary {
    what: "a request body",
    keys: &[
        ("description", PROSE),
        ("content", Read),
        ("required", Read),
    ],
};

pub(crate) static MEDIA_TYPE: Vocabulary = Vocabulary {
    what: "a media type",
    keys: &[
        ("schema", Read),
        ("example", Read),
        ("examples", Read),
        (
            "encoding",
            Refused("encodings belong to forms, and bodies are JSON: remove it"),
        ),
    ],
};

pub(crate) static RESPONSE: Vocabulary = Vocabulary {
    what: "a response",
    keys: &[
        ("description", Read),
        ("headers", Read),
        ("content", Read),
        ("links", Read),
        ("x-error-codes", Read),
    ],
};

pub(crate) static EXAMPLE: Vocabulary = Vocabulary {
    what: "an example",
    keys: &[
        ("value", Read),
        ("summary", PROSE),
        ("description", PROSE),
        (
            "externalValue",
            Refused("write the example here as `value`, so that it can be checked"),
        ),
    ],
};

/// Links are checked; nothing is generated from them.
pub(crate) static LINK: Vocabulary = Vocabulary {
    what: "a link",
    keys: &[
        ("operationId", Read),
        ("parameters", Read),
        ("description", PROSE),
        (
            "operationRef",
            Refused("name the operation by `operationId`"),
        ),
        (
            "requestBody",
            Refused("a link gives parameters only: remove it"),
        ),
        ("server", ROOT_SERVERS),
    ],
};

pub(crate) static SECURITY_SCHEME: Vocabulary = Vocabulary {
    what: "a security scheme",
    keys: &[
        ("type", Read),
        ("description", Read),
        ("name", Read),
        ("in", Read),
        ("scheme", Read),
        ("bearerFormat", PROSE),
        ("flows", Read),
        ("openIdConnectUrl", Read),
        ("$ref", Refused("write the scheme here")),
    ],
};

pub(crate) static OAUTH_FLOWS: Vocabulary = Vocabulary {
    what: "`flows`",
    keys: &[
        ("authorizationCode", Read),
        ("clientCredentials", Read),
        ("implicit", TOKENS_IN_URLS),
        ("password", PASSWORDS_FOR_CLIENTS),
    ],
};

pub(crate) static OAUTH_FLOW: Vocabulary = Vocabulary {
    what: "a flow",
    keys: &[
        ("authorizationUrl", Read),
        ("tokenUrl", Read),
        ("refreshUrl", Read),
        ("scopes", Read),
    ],
};

/// `allOf` around one `$ref`: what OpenAPI 3.0 has to say something beside a reference.
pub(crate) static WRAPPER: Vocabulary = Vocabulary {
    what: "an `allOf`",
    keys: &[
        ("allOf", Read),
        ("description", Read),
        ("default", Read),
        ("example", Read),
        ("title", PROSE),
        ("externalDocs", PROSE),
        ("deprecated", DEPRECATED),
    ],
};

pub(crate) static SCHEMA: Vocabulary = Vocabulary {
    what: "a schema",
    keys: &[
        ("type", Read),
        ("format", Read),
        ("description", Read),
        ("nullable", Read),
        ("default", Read),
        ("example", Read),
        ("enum", Read),
        ("minLength", Read),
        ("maxLength", Read),
        ("pattern", Read),
        ("minimum", Read),
        ("maximum", Read),
        ("exclusiveMinimum", Read),
        ("exclusiveMaximum", Read),
        ("multipleOf", Read),
        ("items", Read),
        ("minItems", Read),
        ("maxItems", Read),
        ("uniqueItems", Read),
        ("properties", Read),
        ("required", Read),
        ("additionalProperties", Read),
        ("x-personal-data", Read),
        ("title", PROSE),
        ("externalDocs", PROSE),
        ("deprecated", DEPRECATED),
        (
            "allOf",
            Refused(
                "`allOf` holds exactly one `$ref`, with nothing but prose and `default` beside it",
            ),
        ),
        ("oneOf", NO_COMPOSITION),
        ("anyOf", NO_COMPOSITION),
        ("not", NO_COMPOSITION),
        ("discriminator", NO_COMPOSITION),
        (
            "minProperties",
            Refused(
                "remove it, and accept an empty object as what changes or says nothing; a property that must always be there is named in `required`",
            ),
        ),
        (
            "maxProperties",
            Refused("set `additionalProperties: false`"),
        ),
        (
            "readOnly",
            Refused("use one schema for what is sent and another for what is answered"),
        ),
        (
            "writeOnly",
            Refused("use one schema for what is sent and another for what is answered"),
        ),
        ("xml", Refused("bodies are JSON: remove it")),
        (
            "const",
            Refused("this is OpenAPI 3.1: use an `enum` of one value"),
        ),
        ("examples", Refused("this is OpenAPI 3.1: use `example`")),
        (
            "$defs",
            Refused("this is OpenAPI 3.1: move the schemas to components/schemas"),
        ),
        (
            "patternProperties",
            Refused("list the properties under `properties`"),
        ),
        (
            "prefixItems",
            Refused("this is OpenAPI 3.1: use an object with a property for each item"),
        ),
        ("if", NO_COMPOSITION),
        ("then", NO_COMPOSITION),
        ("else", NO_COMPOSITION),
    ],
};

/// Which types a constraint belongs to. Keywords that are not here belong to all; of those,
/// `enum` is implemented for strings only.
pub(crate) static APPLIES: &[(&str, &[&str])] = &[
    ("format", &["string", "integer", "number"]),
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("pattern", &["string"]),
    ("minimum", &["integer", "number"]),
    ("maximum", &["integer", "number"]),
    ("exclusiveMinimum", &["integer", "number"]),
    ("exclusiveMaximum", &["integer", "number"]),
    ("multipleOf", &["integer", "number"]),
    ("items", &["array"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("uniqueItems", &["array"]),
    ("properties", &["object"]),
    ("required", &["object"]),
    ("additionalProperties", &["object"]),
    ("x-personal-data", &["string"]),
];

/// Every vocabulary.
pub(crate) static ALL: &[&Vocabulary] = &[
    &ROOT,
    &INFO,
    &CONTACT,
    &LICENSE,
    &EXTERNAL_DOCS,
    &SERVER,
    &TAG,
    &COMPONENTS,
    &PATH_ITEM,
    &OPERATION,
    &PARAMETER,
    &HEADER,
    &REQUEST_BODY,
    &MEDIA_TYPE,
    &RESPONSE,
    &EXAMPLE,
    &LINK,
    &SECURITY_SCHEME,
    &OAUTH_FLOWS,
    &OAUTH_FLOW,
    &WRAPPER,
    &SCHEMA,
];

/// The keys that change nothing that is generated: where each may stand, the key, and why it
/// is ignored. For documentation; every other key is implemented or refused.
pub fn ignored_keys() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ALL.iter().flat_map(|vocabulary| {
        vocabulary
            .keys
            .iter()
            .filter_map(|(key, support)| match support {
                Ignored(why) => Some((vocabulary.what, *key, *why)),
                Read | Refused(_) => None,
            })
    })
}

/// Every key that OpenAPI defines somewhere, and ours that begin with `x-`. Some stand more
/// than once.
pub fn keys() -> impl Iterator<Item = &'static str> {
    ALL.iter()
        .flat_map(|vocabulary| vocabulary.keys.iter().map(|(key, _)| *key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_stands_once_in_its_vocabulary_and_says_why() {
        for vocabulary in ALL {
            let mut keys: Vec<&str> = vocabulary.keys.iter().map(|(key, _)| *key).collect();
            keys.sort_unstable();
            assert!(
                keys.windows(2).all(|pair| pair[0] != pair[1]),
                "{}",
                vocabulary.what
            );
            for (key, support) in vocabulary.keys {
                if let Ignored(why) | Refused(why) = support {
                    assert!(!why.is_empty(), "{key}");
                }
            }
        }
    }

    /// The contract in which the tests of broken keys break each key.
    #[test]
    fn every_key_that_is_not_refused_stands_in_the_contract_with_every_key() {
        let text = include_str!("../../tests/valid/everything.yaml");
        for vocabulary in ALL {
            for (key, support) in vocabulary.keys {
                let stands =
                    text.contains(&format!(" {key}:")) || text.contains(&format!("\n{key}:"));
                assert!(
                    stands || matches!(support, Refused(_)),
                    "{key} of {}",
                    vocabulary.what
                );
            }
        }
    }

    #[test]
    fn constraints_are_keywords_of_schemas() {
        for (keyword, _) in APPLIES {
            assert!(matches!(SCHEMA.support(keyword), Some(Read)), "{keyword}");
        }
    }
}

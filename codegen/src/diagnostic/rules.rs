//! Every rule that a contract can break, in one table. A rule exists by standing here, and
//! has a fixture `tests/refuse/<id>.yaml` that breaks it.

use std::fmt;

/// A rule of contracts, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule(&'static str);

impl Rule {
    /// The id, as diagnostics show it: `yaml-syntax`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! rules {
    ($($(#[$heading:meta])* $name:ident = $id:literal, $what:literal;)+) => {
        $(
            #[doc = $what]
            pub(crate) const $name: Rule = Rule($id);
        )+

        /// All rules with what each demands, in the order of the table.
        pub const ALL: &[(Rule, &str)] = &[$(($name, $what)),+];
    };
}

rules! {
    // --- the text
    YAML_SYNTAX = "yaml-syntax", "The contract is YAML, and is not empty.";
    YAML_DOCUMENTS = "yaml-documents", "The contract is one YAML document.";
    YAML_DUPLICATE_KEY = "yaml-duplicate-key", "A key stands once in its object.";
    YAML_KEY = "yaml-key", "Keys are strings: statuses are quoted.";
    YAML_ANCHOR = "yaml-anchor", "There are no anchors.";
    YAML_ALIAS = "yaml-alias", "There are no aliases.";
    YAML_MERGE_KEY = "yaml-merge-key", "There are no merge keys.";
    YAML_TAG = "yaml-tag", "There are no explicit tags.";
    YAML_NUMBER = "yaml-number", "Numbers fit into 64 bits.";
    YAML_DEPTH = "yaml-depth", "Values nest to a bounded depth.";

    // --- the document
    OPENAPI_VERSION = "openapi-version", "The contract says that it is OpenAPI 3.0.x.";
    OPENAPI_MODEL = "openapi-model", "The typed model of OpenAPI 3.0 reads the contract.";
    WRONG_KIND = "wrong-kind", "A value is of the kind that its key demands.";
    MISSING_KEY = "missing-key", "What OpenAPI requires is there.";
    UNKNOWN_KEY = "unknown-key", "Each key is one that OpenAPI 3.0 defines at its place.";
    UNKNOWN_EXTENSION = "unknown-extension", "Each `x-` key is one that the generator implements.";
    UNSUPPORTED_KEY = "unsupported-key", "No key is used that the generator would have to drop.";
    COMPONENT_NAME = "component-name", "Component names are made of letters, digits, `.`, `-` and `_`.";

    // --- references
    DANGLING_REFERENCE = "dangling-reference", "A `$ref` names a component of the right section of this contract.";
    CYCLIC_REFERENCE = "cyclic-reference", "References do not lead back to themselves.";
    REFERENCE_CHAIN = "reference-chain", "A component is more than a reference to another one.";
    REFERENCE_SIBLINGS = "reference-siblings", "Nothing stands beside a `$ref`: OpenAPI 3.0 ignores it.";
    RECURSIVE_OBJECT = "recursive-object", "An object contains itself through an array only.";

    // --- schemas
    UNSUPPORTED_TYPE = "unsupported-type", "A `type` is one of the six of OpenAPI 3.0.";
    UNSUPPORTED_FORMAT = "unsupported-format", "A `format` is one that is enforced.";
    INAPPLICABLE_KEYWORD = "inapplicable-keyword", "A keyword constrains the type beside it.";
    NULLABLE_WITHOUT_TYPE = "nullable-without-type", "`nullable` stands beside `type`, and an `enum` beside it has `null`.";
    KEYWORD_PLACE = "keyword-place", "`nullable` belongs to a property, `default` to an optional parameter.";
    EMPTY_RANGE = "empty-range", "Bounds leave at least one value.";
    EXCLUSIVE_WITHOUT_BOUND = "exclusive-without-bound", "An exclusive bound has its bound beside it.";
    NUMBER_RANGE = "number-range", "A number in a keyword fits what the keyword means.";
    ENUM_VALUES = "enum-values", "An enumeration has values, all strings, each once.";
    REQUIRED_PROPERTIES = "required-properties", "`required` names properties that exist, each once.";
    PATTERN_SYNTAX = "pattern-syntax", "A `pattern` is a regular expression of ECMA 262.";
    PATTERN_UNSUPPORTED = "pattern-unsupported", "A `pattern` can be matched in linear time.";
    PATTERN_CONTRADICTION = "pattern-contradiction", "A `pattern` leaves values that length and format allow.";
    DEFAULT_INVALID = "default-invalid", "A default obeys its schema.";
    NAME_COLLISION = "name-collision", "Different names stay different in Rust.";
    RESERVED_NAME = "reserved-name", "Nothing is called what generated code calls something else.";

    // --- paths, operations, parameters
    PATH_TEMPLATE = "path-template", "A path is made of literal segments and whole `{variables}`.";
    PATH_AMBIGUOUS = "path-ambiguous", "One request belongs to one path.";
    PATH_PARAMETERS = "path-parameters", "Variables of a path and its declared path parameters are the same.";
    DUPLICATE_PARAMETER = "duplicate-parameter", "A parameter is declared once.";
    DUPLICATE_OPERATION_ID = "duplicate-operation-id", "An operationId is given once.";
    PARAMETER_LOCATION = "parameter-location", "A parameter travels in the path, the query or a header.";
    PARAMETER_STYLE = "parameter-style", "Parameters travel in the one style of their place.";
    PARAMETER_TYPE = "parameter-type", "A parameter or header is a scalar; a query parameter may be a list of them.";
    HEADER_NAME = "header-name", "A header has a valid name that HTTP does not use for itself.";

    // --- bodies, responses, links
    MEDIA_TYPE = "media-type", "Bodies are `application/json`.";
    BODY_NOT_ALLOWED = "body-not-allowed", "GET and DELETE, 204 and 304 have no body.";
    MAX_BODY_BYTES = "max-body-bytes", "`x-max-body-bytes` is a size, on every operation with a body, and on no other.";
    IDEMPOTENCY_KEY = "idempotency-key", "Where operations take an `Idempotency-Key`, each POST does, or says that it does not.";
    STATUS_CODE = "status-code", "Responses are declared by explicit status.";
    LINK_TARGET = "link-target", "A link leads to an operation and gives parameters that it has.";
    LINK_EXPRESSION = "link-expression", "A link's expressions name what the request or the response has.";

    // --- security
    SECURITY_SCHEME = "security-scheme", "A security scheme is one that is enforced.";
    SECURITY_REQUIREMENT = "security-requirement", "A security requirement demands declared schemes and scopes, in alternatives that can be met.";
    SECURITY_STATED = "security-stated", "An operation says who may call it.";
    SECURITY_RESPONSES = "security-responses", "`WWW-Authenticate` is declared where security is, and codes of security are not where it is not.";
    SCOPE_UNUSED = "scope-unused", "A declared scope is demanded by an operation.";

    // --- style: what OpenAPI allows, and good contracts do not do
    INFO_VERSION = "info-version", "`info.version` is a semantic version.";
    SERVER_URL = "server-url", "The server's URL ends with the version of the interface.";
    OPERATION_ID = "operation-id", "An operation has an operationId: a verb first, in camelCase.";
    OPERATION_TAG = "operation-tag", "An operation has exactly one tag, and it is declared.";
    TAG_UNUSED = "tag-unused", "A declared tag groups operations.";
    OPERATION_SUMMARY = "operation-summary", "An operation has a summary of one line, and a description.";
    EXPLICIT_STATUSES = "explicit-statuses", "An operation declares its success, and 400 when it has input.";
    NAMED_SCHEMA = "named-schema", "Objects, enumerations and arrays are named components.";
    DESCRIBED = "described", "Everything that people meet is described.";
    BOUNDED = "bounded", "Strings, numbers and arrays have bounds.";
    COMPONENT_UNUSED = "component-unused", "A component is used.";
    EXAMPLE_MISSING = "example-missing", "Bodies and parameters have an example.";
    EXAMPLE_INVALID = "example-invalid", "An example obeys its schema.";
    ERROR_SHAPE = "error-shape", "Every error has the one shape.";
    ERROR_CODES = "error-codes", "An error response lists codes of the closed list of codes.";
    ERROR_CODE_MEANING = "error-code-meaning", "An error code has one status and one set of headers.";
    EXAMPLE_ERROR_CODE = "example-error-code", "An example of an error shows a code that its response declares.";
    ERROR_CODE_UNUSED = "error-code-unused", "Every code can happen.";
    RUNTIME_CODES = "runtime-codes", "What the server answers by itself is declared.";
    VIOLATION_CODES = "violation-codes", "A closed list of violations has all that the server reports.";
    CREATED_LOCATION = "created-location", "A 201 has a Location header.";
    CREATED_LINKS = "created-links", "A 201 has links to what can be done next.";
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_and_in_kebab_case() {
        let ids: HashSet<&str> = ALL.iter().map(|(rule, _)| rule.id()).collect();
        assert_eq!(ids.len(), ALL.len());
        assert!(
            ids.iter()
                .all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        );
    }
}

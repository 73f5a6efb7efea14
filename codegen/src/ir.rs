//! What the emitters see of a contract: every reference resolved, every name chosen,
//! every constraint typed. Nothing here remembers YAML, and nothing here knows Rust
//! syntax beyond the identifiers that were chosen for it.
//!
//! The lowering guarantees, so that no emitter has to ask again:
//! - each [`TypeRef::Named`] names a [`TypeDef`] of [`Contract::types`], and names are unique;
//! - identifiers are valid Rust, unique in their scope, and never keywords;
//! - bounds are consistent (`minimum <= maximum`), patterns compile, defaults obey their type;
//! - an object never contains itself except through an array.

use serde_json::Value;

/// One whole contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`.
    pub description: Option<String>,
    /// The path of the first server URL, without a trailing slash: `/api/v1`, or empty.
    pub base_path: String,
    /// The tags, in the order of the contract. Each becomes one trait.
    pub tags: Vec<Tag>,
    /// All types: the components in the order of the contract, then inline ones in the
    /// order in which they are met.
    pub types: Vec<TypeDef>,
    /// All operations, in the order of the contract.
    pub operations: Vec<Operation>,
    /// The schemes by which callers prove who they are, in the order of the contract. Each is
    /// demanded by an operation.
    pub security_schemes: Vec<SecurityScheme>,
    /// The contract itself as JSON, `$ref`s left as they are.
    pub document: Value,
}

/// The header by which a request is known when it is repeated.
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The code of what is answered while the first request with a key runs. It alone comes with the
/// headers of its response.
pub(crate) const IDEMPOTENCY_KEY_IN_USE: &str = "IDEMPOTENCY_KEY_IN_USE";

/// The code of what is answered when a key comes with another request.
pub(crate) const IDEMPOTENCY_KEY_REUSED: &str = "IDEMPOTENCY_KEY_REUSED";

/// Whether a code comes with the headers of its response, which has these codes.
pub(crate) fn has_headers<'c>(code: &str, mut listed: impl Iterator<Item = &'c str>) -> bool {
    code == IDEMPOTENCY_KEY_IN_USE || !listed.any(|listed| listed == IDEMPOTENCY_KEY_IN_USE)
}

/// A group of operations, and the trait that backend teams implement for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// As in the contract: `Bookings`.
    pub name: String,
    /// The trait's identifier: `Bookings`.
    pub trait_ident: String,
    /// The file that holds the trait, without `.rs`: `bookings`.
    pub module_ident: String,
    /// What the tag is for.
    pub description: Option<String>,
}

/// A type with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDef {
    /// The Rust identifier: `PartySize`.
    pub ident: String,
    /// The name under `components/schemas`, or `None` for an inline schema, whose
    /// identifier was made from where it stands (`Pagination` + `total`).
    pub component: Option<String>,
    /// What it is.
    pub description: String,
    /// `x-personal-data`: whether its values tell of a person, or are a secret of one, and are
    /// never shown by `Debug`. Only for strings that are no enumeration.
    pub is_personal: bool,
    /// What its values are.
    pub kind: TypeKind,
}

/// What the values of a type are.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A string that obeys rules.
    Text(TextRules),
    /// A string out of a closed list.
    Enumeration(Vec<EnumValue>),
    /// `format: date`: a full-date of RFC 3339.
    Date,
    /// `format: date-time`: a date-time of RFC 3339.
    DateTime,
    /// `format: uuid`.
    Uuid,
    /// An integer within bounds.
    Integer(IntegerRules),
    /// A number within bounds.
    Number(NumberRules),
    /// `true` or `false`. Only for components; an inline one is [`TypeRef::Boolean`].
    Boolean,
    /// A list.
    Array(ArrayRules),
    /// An object with known properties.
    Object(ObjectRules),
}

/// Where a type is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// By the identifier of a [`TypeDef`].
    Named(String),
    /// An inline `type: boolean`, which has no constraint to enforce.
    Boolean,
}

/// The constraints of a string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextRules {
    /// `minLength`, in Unicode scalar values.
    pub min_length: Option<u32>,
    /// `maxLength`, in Unicode scalar values.
    pub max_length: Option<u32>,
    /// `pattern`.
    pub pattern: Option<Pattern>,
    /// `format`, where it constrains text.
    pub format: Option<TextFormat>,
}

/// A regular expression in both of its dialects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As the contract has it (ECMA 262).
    pub source: String,
    /// The same language for the `regex` crate (`\d` is ASCII there too, for example).
    pub rust: String,
}

/// The formats that constrain text, and may have a length and a pattern beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// RFC 5321's mailbox.
    Email,
    /// RFC 3986's URI, absolute.
    Uri,
    /// RFC 3339's full-time: `19:00:00Z`.
    Time,
    /// A time on a wall clock, in whole minutes: `19:00`. The server holds the time.
    WallClockTime,
    /// What `If-Match` and `If-None-Match` hold (RFC 9110). The server holds the tags.
    EntityTagCondition,
}

impl TextFormat {
    /// Every format, and its name in a contract.
    pub const ALL: [(&'static str, Self); 5] = [
        ("email", Self::Email),
        ("uri", Self::Uri),
        ("time", Self::Time),
        ("wall-clock-time", Self::WallClockTime),
        ("entity-tag-condition", Self::EntityTagCondition),
    ];

    /// Whether no other reader of a contract knows the format.
    #[must_use]
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::WallClockTime | Self::EntityTagCondition)
    }
}

/// One value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumValue {
    /// As it travels: `no_show`.
    pub wire: String,
    /// The Rust variant: `NoShow`.
    pub ident: String,
}

/// The width in which an integer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegerWidth {
    /// `format: int32`.
    I32,
    /// `format: int64`, and no format.
    I64,
}

/// The constraints of an integer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegerRules {
    /// How wide it is.
    pub width: IntegerWidth,
    /// Whether the contract states the width as `format`.
    pub states_format: bool,
    /// `minimum`.
    pub minimum: Option<i64>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: bool,
    /// `maximum`.
    pub maximum: Option<i64>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: bool,
    /// `multipleOf`, greater than zero.
    pub multiple_of: Option<i64>,
}

/// The constraints of a number.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRules {
    /// `format`, when stated: `float` or `double`. Both are `f64` in Rust.
    pub format: Option<String>,
    /// `minimum`.
    pub minimum: Option<f64>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: bool,
    /// `maximum`.
    pub maximum: Option<f64>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: bool,
    /// `multipleOf`, greater than zero.
    pub multiple_of: Option<f64>,
}

/// The constraints of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayRules {
    /// The items' type.
    pub items: TypeRef,
    /// `minItems`.
    pub min_items: Option<u32>,
    /// `maxItems`.
    pub max_items: Option<u32>,
    /// `uniqueItems`.
    pub unique_items: bool,
}

/// The properties of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRules {
    /// In the order of the contract.
    pub properties: Vec<Property>,
    /// `additionalProperties: false` makes it true: an unknown property is refused.
    pub closed: bool,
}

/// One property of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// As it travels: `party_size`.
    pub wire: String,
    /// The Rust field: `party_size`.
    pub ident: String,
    /// What it is, where it says more than its type.
    pub description: Option<String>,
    /// Its type.
    pub ty: TypeRef,
    /// Whether it must be present.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// GET.
    Get,
    /// PUT.
    Put,
    /// POST.
    Post,
    /// DELETE.
    Delete,
    /// PATCH.
    Patch,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// As in the contract: `createBooking`.
    pub id: String,
    /// In UpperCamelCase, the stem of its types: `CreateBooking`.
    pub type_ident: String,
    /// In snake_case, its method: `create_booking`.
    pub method_ident: String,
    /// Its HTTP method.
    pub method: Method,
    /// Its path below the base path: `/bookings/{booking_id}`.
    pub path: String,
    /// The name of its tag, one of [`Contract::tags`].
    pub tag: String,
    /// One line.
    pub summary: String,
    /// What it does.
    pub description: String,
    /// Path, query and header parameters, in the order of the contract.
    pub parameters: Vec<Parameter>,
    /// The request's body.
    pub body: Option<Body>,
    /// The answers, in the order of the contract. Error answers stand here too.
    pub responses: Vec<Response>,
    /// Who may call it, its own or the contract's: one of these must be met, and the first that
    /// is met is who has called. Empty for everybody, whatever credentials they send.
    pub security: Vec<SecurityAlternative>,
}

/// A way in which callers prove who they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecurityScheme {
    /// The name under `components/securitySchemes`.
    pub name: String,
    /// In UpperCamelCase: `BookingSecret`.
    pub type_ident: String,
    /// In snake_case: `booking_secret`.
    pub method_ident: String,
    /// What it is for.
    pub description: String,
    /// Where its credential travels. No two schemes of one operation share a place.
    pub credential: Credential,
    /// What a credential can be good for; empty for types other than `oauth2` and
    /// `openIdConnect`. The scopes of the latter are declared elsewhere: these are what
    /// operations demand.
    pub scopes: Vec<Scope>,
}

/// Where a credential travels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credential {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// A header of this name, in lower case.
    Header(String),
    /// A cookie of this name.
    Cookie(String),
}

impl Credential {
    /// The name of what carries it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Bearer => "authorization",
            Self::Header(name) | Self::Cookie(name) => name,
        }
    }
}

/// One thing that a credential can be good for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// As it travels: `bookings:read`.
    pub wire: String,
    /// The Rust variant: `BookingsRead`.
    pub ident: String,
    /// What it allows, as far as the contract says so.
    pub description: String,
}

/// One way into an operation: all of its schemes, each with all of its scopes. Without any it
/// lets everybody in who sends no bad credential, and stands last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecurityAlternative {
    /// The identifier of a caller who has come this way, after all that is demanded:
    /// `BookingsRead`, `Anonymous`.
    pub ident: String,
    /// In the order of [`Contract::security_schemes`].
    pub demands: Vec<SecurityDemand>,
}

/// One scheme of an alternative.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecurityDemand {
    /// The scheme.
    pub scheme: SecurityScheme,
    /// In the order of [`SecurityScheme::scopes`].
    pub scopes: Vec<Scope>,
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    /// In the path; always required.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// One parameter. A [`TypeKind::Array`] (query only) travels as a repeated name.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// As it travels: `date_from`, `If-Match`.
    pub wire: String,
    /// The Rust field: `date_from`, `if_match`.
    pub ident: String,
    /// Where it travels.
    pub location: ParameterLocation,
    /// What it is.
    pub description: String,
    /// Its type: never an object, and an array's items are never arrays or objects.
    pub ty: TypeRef,
    /// Whether it must be present.
    pub required: bool,
    /// The value that stands in for an absent one (query and header, never required).
    /// As it would travel: `20`, `-created_at`.
    pub default: Option<String>,
    /// The same as JSON, for the document.
    pub default_json: Option<Value>,
}

/// A request's body. Always `application/json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its type.
    pub ty: TypeRef,
    /// Whether it must be present.
    pub required: bool,
    /// `x-max-body-bytes`: more is answered with 413.
    pub max_bytes: u32,
}

/// One declared answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// The status' name in UpperCamelCase: `Created`.
    pub ident: String,
    /// When it is given.
    pub description: String,
    /// What it carries.
    pub body: ResponseBody,
    /// Its declared headers, in the order of the contract.
    pub headers: Vec<ResponseHeader>,
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseBody {
    /// Nothing (204, 304).
    Empty,
    /// `application/json`.
    Json(TypeRef),
    /// The one error shape, with the codes of `x-error-codes`. Every 4xx and 5xx is this.
    Error {
        /// The schema of the envelope.
        envelope: TypeRef,
        /// The codes, each a value of the contract's enumeration of codes.
        codes: Vec<EnumValue>,
    },
}

/// One declared header of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseHeader {
    /// As it travels: `Retry-After`.
    pub wire: String,
    /// The Rust field: `retry_after`.
    pub ident: String,
    /// What it is.
    pub description: String,
    /// Its type: never an object or an array.
    pub ty: TypeRef,
    /// Whether it must be present.
    pub required: bool,
}

impl Operation {
    /// The parameter by which a repeated request is known, if the operation takes one.
    pub(crate) fn idempotency_key(&self) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| {
            parameter.location == ParameterLocation::Header
                && parameter.wire.eq_ignore_ascii_case(IDEMPOTENCY_KEY)
        })
    }
}

impl Contract {
    /// The type that a reference names; `None` for an inline boolean.
    #[must_use]
    pub fn type_of(&self, reference: &TypeRef) -> Option<&TypeDef> {
        match reference {
            TypeRef::Named(ident) => self.types.iter().find(|ty| ty.ident == *ident),
            TypeRef::Boolean => None,
        }
    }

    /// The object that every error is, if there are errors.
    pub(crate) fn error(&self) -> Option<&ObjectRules> {
        let mut responses = self.operations.iter().flat_map(|it| &it.responses);
        let envelope = responses.find_map(|response| match &response.body {
            ResponseBody::Error { envelope, .. } => self.object(envelope),
            _ => None,
        })?;
        let mut properties = envelope.properties.iter();
        self.object(&properties.find(|property| property.wire == "error")?.ty)
    }

    /// What errors have besides what all of them do, which the runtimes know.
    pub(crate) fn error_extras(&self) -> impl Iterator<Item = &TypeRef> {
        const KNOWN: [&str; 5] = ["code", "message", "field", "details", "request_id"];
        let properties = self.error().into_iter().flat_map(|error| &error.properties);
        properties
            .filter(|property| !KNOWN.contains(&property.wire.as_str()))
            .map(|property| &property.ty)
    }

    fn object(&self, reference: &TypeRef) -> Option<&ObjectRules> {
        match &self.type_of(reference)?.kind {
            TypeKind::Object(rules) => Some(rules),
            _ => None,
        }
    }
}

impl SecurityScheme {
    /// The identifier of its scopes: `AccountScope`.
    #[must_use]
    pub fn scopes_ident(&self) -> String {
        format!("{}Scope", self.type_ident)
    }
}

impl Operation {
    /// The identifier of its caller: `BookingsReadOrAnonymous`. `None` when everybody may call,
    /// and nobody is asked who they are.
    #[must_use]
    pub fn caller_ident(&self) -> Option<String> {
        (!self.security.is_empty()).then(|| caller_ident(&self.security))
    }
}

/// The identifier of a caller who has met one of `alternatives`.
#[must_use]
pub fn caller_ident(alternatives: &[SecurityAlternative]) -> String {
    let idents = alternatives.iter().map(|one| one.ident.as_str());
    idents.collect::<Vec<_>>().join("Or")
}

impl Method {
    /// As it stands in a request line: `GET`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
        }
    }
}

//! Names of the contract → Rust identifiers. Deterministic, never a keyword, always valid;
//! two names that become the same identifier are a diagnostic of the caller.

use heck::{ToSnakeCase, ToUpperCamelCase};
use std::fmt::Write as _;

/// Words that cannot be the name of a field, method or module. Strict and reserved keywords of
/// edition 2024, and the weak ones that would confuse.
const KEYWORDS: &[&str] = &[
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A type, trait or variant: `no_show` → `NoShow`, `-created_at` → `MinusCreatedAt`.
#[must_use]
pub fn type_ident(name: &str) -> String {
    let ident = words(name).to_upper_camel_case();
    match ident.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{ident}"),
        _ if ident == "Self" => "Self_".to_owned(),
        _ => ident,
    }
}

/// Types that generated code names without a path. A component of the same name would hide them.
const PRELUDE: &[&str] = &[
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "Fn",
    "From",
    "Future",
    "Hash",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Vec",
];

/// A component: `PartySize` → `PartySize`, `Option` → `Option_`.
#[must_use]
pub fn component_ident(name: &str) -> String {
    let ident = type_ident(name);
    if PRELUDE.contains(&ident.as_str()) {
        format!("{ident}_")
    } else {
        ident
    }
}

/// A field, method or module: `If-Match` → `if_match`, `type` → `type_`.
#[must_use]
pub fn field_ident(name: &str) -> String {
    // The one header whose capitals stand within a word.
    if name == "ETag" {
        return "etag".to_owned();
    }
    let ident = words(name).to_snake_case();
    if ident.is_empty() {
        return "empty".to_owned();
    }
    if ident.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("n{ident}");
    }
    if KEYWORDS.contains(&ident.as_str()) {
        return format!("{ident}_");
    }
    ident
}

/// Modules of generated code beside those of the tags, whether of the server or of the client.
pub(crate) const MODULES: &[&str] = &[
    "callers", "errors", "headers", "paths", "security", "types", "wiring",
];

/// What a generated client can do beside its operations.
pub(crate) const CLIENT_METHODS: &[&str] = &["builder", "new"];

/// The name of an HTTP status, as a variant: 404 → `NotFound`.
#[must_use]
pub fn status_ident(status: u16) -> String {
    let name = match status {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritativeInformation",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        207 => "MultiStatus",
        208 => "AlreadyReported",
        226 => "ImUsed",
        300 => "MultipleChoices",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        400 => "BadRequest",
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        407 => "ProxyAuthenticationRequired",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "LengthRequired",
        412 => "PreconditionFailed",
        413 => "PayloadTooLarge",
        414 => "UriTooLong",
        415 => "UnsupportedMediaType",
        416 => "RangeNotSatisfiable",
        417 => "ExpectationFailed",
        418 => "ImATeapot",
        421 => "MisdirectedRequest",
        422 => "UnprocessableEntity",
        423 => "Locked",
        424 => "FailedDependency",
        425 => "TooEarly",
        426 => "UpgradeRequired",
        428 => "PreconditionRequired",
        429 => "TooManyRequests",
        431 => "RequestHeaderFieldsTooLarge",
        451 => "UnavailableForLegalReasons",
        500 => "InternalServerError",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        505 => "HttpVersionNotSupported",
        506 => "VariantAlsoNegotiates",
        507 => "InsufficientStorage",
        508 => "LoopDetected",
        510 => "NotExtended",
        511 => "NetworkAuthenticationRequired",
        other => return format!("Status{other}"),
    };
    name.to_owned()
}

/// The name with everything that Rust's identifiers cannot hold turned into words or gaps.
/// Identifiers stay within ASCII: lints and editors treat others with suspicion.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    let last = name.chars().count().saturating_sub(1);
    for (index, c) in name.chars().enumerate() {
        let spelled = match c {
            c if c.is_ascii_alphanumeric() => {
                words.push(c);
                continue;
            }
            '-' if index == 0 => "minus",
            '+' => "plus",
            '*' => "star",
            '%' => "percent",
            '&' => "and",
            '@' if index == 0 => "at",
            '<' => "less",
            '>' => "greater",
            '=' => "equals",
            '!' => "not",
            '?' if index == last => "question",
            '$' if index == 0 => "dollar",
            '#' => "hash",
            c if !c.is_ascii() && c.is_alphanumeric() => {
                // Infallible: writing to a string cannot fail.
                let _ = write!(words, " u{:x} ", u32::from(c));
                continue;
            }
            _ => "",
        };
        words.push(' ');
        words.push_str(spelled);
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_types_are_in_upper_camel_case() {
        for (name, ident) in [
            ("no_show", "NoShow"),
            ("createBooking", "CreateBooking"),
            ("ETag", "ETag"),
            ("If-Match", "IfMatch"),
            ("-created_at", "MinusCreatedAt"),
            ("created_at", "CreatedAt"),
            ("INVALID_REQUEST", "InvalidRequest"),
            ("+1", "Plus1"),
            ("2xx", "N2xx"),
            ("", "Empty"),
            ("...", "Empty"),
            ("self", "Self_"),
            ("straße", "StraUdfE"),
        ] {
            assert_eq!(type_ident(name), ident, "{name}");
        }
    }

    #[test]
    fn names_of_fields_are_in_snake_case_and_never_keywords() {
        for (name, ident) in [
            ("party_size", "party_size"),
            ("createBooking", "create_booking"),
            ("If-None-Match", "if_none_match"),
            ("ETag", "etag"),
            ("Option", "option"),
            ("type", "type_"),
            ("gen", "gen_"),
            ("Self", "self_"),
            ("_", "empty"),
            ("", "empty"),
            ("1st", "n1st"),
            ("$ref", "dollar_ref"),
        ] {
            assert_eq!(field_ident(name), ident, "{name}");
        }
    }

    #[test]
    fn components_never_hide_what_generated_code_names() {
        assert_eq!(component_ident("option"), "Option_");
        assert_eq!(component_ident("Options"), "Options");
    }

    #[test]
    fn every_status_has_a_name_of_its_own() {
        let names: std::collections::HashSet<String> = (100..600).map(status_ident).collect();
        assert_eq!(names.len(), 500);
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_valid_identifier(name in ".{0,20}") {
            for ident in [type_ident(&name), field_ident(&name)] {
                prop_assert!(ident.starts_with(|c: char| c.is_ascii_alphabetic()), "{ident}");
                prop_assert!(ident.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{ident}");
                prop_assert!(!KEYWORDS.contains(&ident.as_str()) && ident != "Self", "{ident}");
            }
        }
    }
}

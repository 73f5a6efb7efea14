//! The headers that an answer may have although no contract declares them.

/// Each with the reason why a contract leaves it out. Any other header is a promise to
/// callers, and so has to be declared.
pub const TRANSPORT_HEADERS: [(&str, &str); 6] = [
    (
        "connection",
        "whether the connection stays open is between two ends of it, not part of the answer",
    ),
    (
        "content-length",
        "says where the body ends on this connection",
    ),
    (
        "content-type",
        "OpenAPI declares it as the key of the content, and has a header of this name ignored",
    ),
    (
        "date",
        "RFC 9110 has every server with a clock send it, whatever the answer",
    ),
    (
        "transfer-encoding",
        "says how the body is cut into pieces on this connection",
    ),
    (
        "x-request-id",
        "the HTTP server puts it on everything that it answers, operations or not; \
         the error shape repeats it for callers",
    ),
];

/// Whether a header belongs to the transport; `name` is in lower case.
pub(crate) fn is_transport(name: &str) -> bool {
    TRANSPORT_HEADERS.iter().any(|(known, _)| *known == name)
}

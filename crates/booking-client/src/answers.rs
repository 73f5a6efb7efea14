//! What the contract says of answers and the generated code does not: entity tags, and the code
//! of an error.

use crate::generated::types::{ErrorCode, ErrorEnvelope};
use crate::generated::{Error, ResponseValue};

/// What is known of an answer beside its body.
pub trait Tagged {
    /// The entity tag: for `if_match` of the next change, or `if_none_match` of the next look.
    fn entity_tag(&self) -> Option<&str>;
}

impl<T> Tagged for ResponseValue<T> {
    fn entity_tag(&self) -> Option<&str> {
        self.headers().get("etag")?.to_str().ok()
    }
}

/// What a request was refused with.
pub trait Refused {
    /// The contract's code, unless the failure is none of the server's answers.
    fn code(&self) -> Option<ErrorCode>;

    /// Whether the answer is 304: what the caller holds is up to date.
    fn is_not_modified(&self) -> bool;
}

impl Refused for Error<ErrorEnvelope> {
    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::ErrorResponse(answer) => Some(answer.error.code),
            _ => None,
        }
    }

    fn is_not_modified(&self) -> bool {
        self.status().is_some_and(|status| status.as_u16() == 304)
    }
}

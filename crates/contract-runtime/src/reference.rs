//! References to operations.

use std::fmt;

use crate::rules::{BoundedText, TextRules};

/// Where an operation is: an absolute path, which is a relative reference of RFC 3986 (4.2), of at
/// most so many characters. The generated path builders make it, so that a type of the contract
/// with these bounds takes it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathReference<const MOST: u32>(pub(crate) String);

impl<const MOST: u32> PathReference<MOST> {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: u32> fmt::Display for PathReference<MOST> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<const MOST: u32> BoundedText for PathReference<MOST> {
    const RULES: TextRules = if MOST == u32::MAX {
        TextRules::NONE
    } else {
        TextRules {
            min_length: Some(2),
            max_length: Some(MOST),
            pattern: Some("^(/[0-9A-Za-z_.~%-]+)+$"),
            format: None,
        }
    };

    fn into_string(self) -> String {
        self.0
    }
}

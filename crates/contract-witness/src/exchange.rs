//! What was asked and answered, and how it is written down: one JSON object a line.

use serde::{Deserialize, Serialize};

use crate::judge::Mismatch;

/// The environment variable that names the directory to which each process of a test suite adds
/// a file of its own, `*.jsonl`, with one [`Record`] a line.
pub const RECORD_VARIABLE: &str = "BOOKING_TESTS_RECORD";

/// What a service says to bytes that are no request: malformed, a target or a head too long.
const REFUSES_BYTES: [u16; 3] = [400, 414, 431];

/// One request and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request's method, as it was sent.
    pub method: String,
    /// The request's target, as it was sent: `/api/v1/bookings?limit=2`.
    pub target: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers in their order, the names in lower case.
    pub headers: Vec<(String, String)>,
    /// The answer's body.
    pub body: Body,
}

/// The body of an answer, without what its transfer added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// All of it, as text.
    Text(String),
    /// All of it came, and it is no text.
    Binary {
        /// How long it was.
        bytes: usize,
    },
    /// All of it came, and it was left out of the record, because nobody judges it.
    LeftOut {
        /// How long it was.
        bytes: usize,
    },
    /// The service ended the connection before it was whole.
    CutOff {
        /// How much of it came.
        bytes: usize,
        /// Whether the one who asked had hung up by then, and so cannot complain.
        hung_up: bool,
    },
}

/// One line of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The test in which it happened.
    pub test: String,
    /// What happened.
    #[serde(flatten)]
    pub seen: Seen,
}

/// What a witness has seen on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "seen")]
pub enum Seen {
    /// A request and its answer.
    Exchange {
        /// What was said.
        exchange: Exchange,
        /// The operation of the contract that it belongs to; none for what is operational or
        /// no route at all.
        operation: Option<String>,
        /// How it breaks the contract that the witness had.
        violations: Vec<Mismatch>,
    },
    /// Bytes that are no request of HTTP. There is no telling what belongs to what after
    /// them, so nothing more of that connection is in the record.
    NoRequest {
        /// What is wrong with them.
        reason: String,
        /// The status of what the service answered.
        status: Option<u16>,
    },
    /// Bytes of the service that are no answer of HTTP.
    NoAnswer {
        /// What is wrong with them.
        reason: String,
    },
}

impl Seen {
    /// What the service did wrong where there is no exchange to judge: it has understood what
    /// is no request, or said what is no answer.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Exchange { .. } => None,
            Self::NoRequest { reason, status } => status
                .filter(|status| !REFUSES_BYTES.contains(status))
                .map(|status| format!("answers {status} to what is no request: {reason}")),
            Self::NoAnswer { reason } => Some(format!("sends what is no answer: {reason}")),
        }
    }
}

impl Exchange {
    /// Every value of a header; `name` is in lower case.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Body {
    /// How much of it came.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary { bytes } | Self::LeftOut { bytes } | Self::CutOff { bytes, .. } => *bytes,
        }
    }

    /// Whether nothing of it came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_request_are_to_be_refused() {
        let fault = |status| {
            Seen::NoRequest {
                reason: "noise".to_owned(),
                status,
            }
            .fault()
        };
        for status in [None, Some(400), Some(414), Some(431)] {
            assert_eq!(fault(status), None);
        }
        for status in [200, 404, 500] {
            let text = format!("answers {status} to what is no request: noise");
            assert_eq!(fault(Some(status)), Some(text));
        }
    }

    #[test]
    fn a_line_of_a_record_is_read_as_it_was_written() {
        let body = |body| Seen::Exchange {
            exchange: Exchange {
                method: "GET".to_owned(),
                target: "/a?b=c".to_owned(),
                status: 200,
                headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
                body,
            },
            operation: Some("getA".to_owned()),
            violations: vec![Mismatch {
                rule: crate::Rule::CutOff,
                text: "after \n a line".to_owned(),
            }],
        };
        for seen in [
            body(Body::Text("{\"a\": \"ü\"}".to_owned())),
            body(Body::Binary { bytes: 3 }),
            body(Body::LeftOut { bytes: 4 }),
            body(Body::CutOff {
                bytes: 5,
                hung_up: true,
            }),
            Seen::NoRequest {
                reason: "noise".to_owned(),
                status: None,
            },
            Seen::NoAnswer {
                reason: "noise".to_owned(),
            },
        ] {
            let record = Record {
                test: "a::b".to_owned(),
                seen,
            };
            let line = serde_json::to_string(&record).unwrap();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
        }
    }
}

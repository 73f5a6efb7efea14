//! Answers, taken apart, and what must hold of every refusal.

use serde_json::{Map, Value};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, the names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What a refusal says, after it was found to be in the one error shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code of the whole.
    pub code: String,
    /// What it says to people.
    pub message: String,
    /// What in the request it is about.
    pub field: Option<String>,
    /// Every rule that is broken.
    pub details: Vec<Detail>,
}

/// One rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Which kind of rule.
    pub code: String,
    /// Where.
    pub field: String,
}

impl Response {
    /// Takes an answer apart. That to `HEAD` says how long a body is which it does not have.
    ///
    /// # Panics
    ///
    /// When the bytes are none.
    #[must_use]
    pub(crate) fn parse(bytes: &[u8], asked_for_head: bool) -> Self {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).expect("the head of an answer is text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let answer = Self {
            status: status
                .and_then(|status| status.parse().ok())
                .expect("an answer begins with its status"),
            headers,
            body: bytes[end + 4..].to_vec(),
        };
        let without_body = asked_for_head || answer.status == 304;
        if let Some(length) = answer.header("content-length")
            && !(answer.body.is_empty() && without_body)
        {
            assert_eq!(length, answer.body.len().to_string(), "{answer:?}");
        }
        answer
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is not.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The refusal that this answer is, whatever its status.
    ///
    /// # Panics
    ///
    /// When it is not in the one error shape: an object with `error`, and in that `code`,
    /// `message`, `request_id` (as in the header), and perhaps `field`, `details` and
    /// `nearest_slots`, which the contract describes.
    #[must_use]
    #[track_caller]
    pub fn refusal(&self) -> Refusal {
        let shown = format!("{} {}", self.status, self.text());
        assert!((400..600).contains(&self.status), "no refusal: {shown}");
        let kind = self.header("content-type").unwrap_or_default();
        assert_eq!(kind, "application/json", "{shown}");
        let body = self.json();
        let envelope = object(&body, &["error"], &shown);
        let known = [
            "code",
            "message",
            "field",
            "details",
            "request_id",
            "nearest_slots",
            "affected_bookings",
        ];
        let error = object(&envelope["error"], &known, &shown);
        let id = text(error, "request_id", &shown);
        assert_eq!(Some(id.as_str()), self.header("x-request-id"), "{shown}");
        let details = match error.get("details") {
            None => Vec::new(),
            Some(details) => details
                .as_array()
                .filter(|details| !details.is_empty() && details.len() <= 100)
                .unwrap_or_else(|| panic!("details: {shown}"))
                .iter()
                .map(|detail| {
                    let detail = object(detail, &["code", "field", "message"], &shown);
                    text(detail, "message", &shown);
                    Detail {
                        code: text(detail, "code", &shown),
                        field: text(detail, "field", &shown),
                    }
                })
                .collect(),
        };
        Refusal {
            code: text(error, "code", &shown),
            message: text(error, "message", &shown),
            field: error
                .contains_key("field")
                .then(|| text(error, "field", &shown)),
            details,
        }
    }

    /// The refusal, with this status and code.
    ///
    /// # Panics
    ///
    /// When it is another, or not in the one error shape.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Refusal {
        let refusal = self.refusal();
        assert_eq!(
            (self.status, refusal.code.as_str()),
            (status, code),
            "{refusal:?}"
        );
        refusal
    }
}

impl Refusal {
    /// The violations as `(code, field)`, in the order of the answer.
    #[must_use]
    pub fn violations(&self) -> Vec<(&str, &str)> {
        self.details
            .iter()
            .map(|detail| (detail.code.as_str(), detail.field.as_str()))
            .collect()
    }
}

#[track_caller]
fn object<'a>(value: &'a Value, known: &[&str], shown: &str) -> &'a Map<String, Value> {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {shown}"));
    for name in object.keys() {
        assert!(known.contains(&name.as_str()), "{name}: {shown}");
    }
    object
}

#[track_caller]
fn text(object: &Map<String, Value>, name: &str, shown: &str) -> String {
    match object.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => panic!("{name}: {shown}"),
    }
}

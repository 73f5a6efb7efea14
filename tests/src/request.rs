//! Requests, byte by byte.

use serde_json::Value;

/// One HTTP request. What it holds is sent as it is, be it allowed or not.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
    chunked: bool,
    anonymous: bool,
}

impl Request {
    /// A request with this method for this target, which begins with `/` and may have a query.
    #[must_use]
    pub fn new(method: &str, target: impl AsRef<[u8]>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.as_ref().to_vec(),
            headers: Vec::new(),
            body: None,
            chunked: false,
            anonymous: false,
        }
    }

    /// `GET` of a target below `/api/v1`.
    #[must_use]
    pub fn get(target: impl AsRef<str>) -> Self {
        Self::new("GET", format!("/api/v1{}", target.as_ref()))
    }

    /// `POST` to a target below `/api/v1`.
    #[must_use]
    pub fn post(target: impl AsRef<str>) -> Self {
        Self::new("POST", format!("/api/v1{}", target.as_ref()))
    }

    /// `PATCH` of a target below `/api/v1`.
    #[must_use]
    pub fn patch(target: impl AsRef<str>) -> Self {
        Self::new("PATCH", format!("/api/v1{}", target.as_ref()))
    }

    /// The same request for another target.
    #[must_use]
    pub fn with_target(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.target = change(&String::from_utf8_lossy(&self.target)).into_bytes();
        self
    }

    /// The same request with a parameter more in its query: `page=1`.
    #[must_use]
    pub fn with_query(self, parameter: &str) -> Self {
        self.with_target(|target| {
            let separator = if target.contains('?') { '&' } else { '?' };
            format!("{target}{separator}{parameter}")
        })
    }

    /// The same request from nobody in particular: without the credential that the tests' requests
    /// have where they say nothing else.
    #[must_use]
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Whether the request says itself who asks.
    pub(crate) fn says_who_asks(&self) -> bool {
        let is_credential = |name: &String| {
            name.eq_ignore_ascii_case("authorization")
                || name.eq_ignore_ascii_case("booking-secret")
                || name.eq_ignore_ascii_case("cookie")
        };
        self.anonymous || self.headers.iter().any(|(name, _)| is_credential(name))
    }

    /// The same request with another method.
    #[must_use]
    pub fn with_method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// One header line more.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The same request with this value in place of what the header had.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut request = self.clone();
        request.headers.retain(|(other, _)| other != name);
        request.header(name, value)
    }

    /// A body, without a content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A body that says it is JSON, whether it is or not.
    #[must_use]
    pub fn json_text(self, text: impl Into<Vec<u8>>) -> Self {
        self.header("content-type", "application/json").body(text)
    }

    /// A body of JSON.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.json_text(value.to_string())
    }

    /// Sends the body in chunks, so that nothing says beforehand how long it is.
    #[must_use]
    pub const fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// The request as it travels. The connection is closed after the answer.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(self.method.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(&self.target);
        bytes.extend_from_slice(b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let body = self.body.as_deref();
        match body {
            None => bytes.extend_from_slice(b"\r\n"),
            Some(body) if self.chunked => {
                bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
                for chunk in body.chunks(4096) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
            Some(body) => {
                let length = format!("content-length: {}\r\n\r\n", body.len());
                bytes.extend_from_slice(length.as_bytes());
                bytes.extend_from_slice(body);
            }
        }
        bytes
    }
}

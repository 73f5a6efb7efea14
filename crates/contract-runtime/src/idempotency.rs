//! `Idempotency-Key`: how a request that is sent twice comes to be answered once.
//!
//! The runtime finds the key, tells the backend what the request asks for, and hands it the answer
//! before anybody gets it. What is remembered, and where, is the backend's: it can then write the
//! answer in the transaction of what was done. Operations that take no key never come here.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Value, json};

use crate::error::ErrorResponse;
use crate::reply::ResponseParts;
use crate::variables::Variables;

/// The header that carries the key, in lower case.
const HEADER: &str = "idempotency-key";

/// A request with a key: the key, and what is asked for.
pub struct KeyedRequest {
    operation: &'static str,
    key: String,
    content: Vec<u8>,
}

impl KeyedRequest {
    /// The request, if it has a key. One that the contract does not allow is none of a request that
    /// comes to anything.
    pub(crate) fn find(
        operation: &'static str,
        variables: &Variables,
        query: Option<&str>,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Option<Self> {
        let text = headers.get(HEADER)?.to_str().ok()?;
        // The header is a string of Structured Fields (RFC 8941), which many send without quotes.
        let quoted = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let mut variables = variables.0.clone();
        variables.sort();
        // Parsed, for two spellings of one JSON value ask for the same: objects have an order of
        // their own then.
        let body = body.map(|bytes| {
            serde_json::from_slice::<Value>(bytes)
                .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
        });
        let content = json!([variables, query.unwrap_or_default(), body]);
        Some(Self {
            operation,
            key: quoted.unwrap_or(text).to_owned(),
            content: content.to_string().into_bytes(),
        })
    }

    /// The contract's operationId.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The key, without the quotes that it may have had.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is asked for: path, query and body. Requests that ask for the same have the same. It may
    /// hold whatever callers send.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

impl fmt::Debug for KeyedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyedRequest")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

/// What a backend knows of a request with a key while it is answered, on its way through the
/// operation ([`crate::RequestOrigin::idempotency`]).
#[derive(Clone)]
pub struct IdempotencyHandle(Arc<dyn Any + Send + Sync>);

impl IdempotencyHandle {
    /// A handle of this.
    pub fn new<T: Send + Sync + 'static>(value: Arc<T>) -> Self {
        Self(value)
    }

    /// What the handle is of, if it is one of these.
    #[must_use]
    pub fn downcast<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.0).downcast().ok()
    }
}

impl fmt::Debug for IdempotencyHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyHandle(…)")
    }
}

/// Whether both are of the same request.
impl PartialEq for IdempotencyHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for IdempotencyHandle {}

/// A backend that remembers what it has answered to requests with a key. It is asked only for
/// operations that take one.
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Begins a request with a key. The handle reaches the operation's method with the request.
    fn begin(&self, request: &KeyedRequest) -> IdempotencyHandle;

    /// Ends it: gives what is to be answered, which is `answer`, or what was answered before, or that
    /// the key is in use. Who gets an answer can rely on it: what has to be remembered is by then.
    ///
    /// # Errors
    /// An error is answered.
    fn end(
        &self,
        handle: IdempotencyHandle,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> impl Future<Output = Result<ResponseParts, Box<ErrorResponse>>> + Send;
}

/// Whether an operation takes a key. Generated code says so when it registers the operation.
pub trait Repetition<B>: 'static {
    /// Begins a request.
    fn begin(
        backend: &B,
        request: impl FnOnce() -> Option<KeyedRequest>,
    ) -> Option<IdempotencyHandle>;

    /// Ends it, if it has a handle.
    fn end(
        backend: &B,
        handle: Option<IdempotencyHandle>,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> impl Future<Output = Result<ResponseParts, Box<ErrorResponse>>> + Send;
}

/// Of an operation that looks at no key.
#[derive(Debug)]
pub enum Unkeyed {}

/// Of an operation that takes one.
#[derive(Debug)]
pub enum Keyed {}

impl<B: Sync> Repetition<B> for Unkeyed {
    fn begin(_: &B, _: impl FnOnce() -> Option<KeyedRequest>) -> Option<IdempotencyHandle> {
        None
    }

    async fn end(
        _: &B,
        _: Option<IdempotencyHandle>,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> Result<ResponseParts, Box<ErrorResponse>> {
        answer
    }
}

impl<B: IdempotencyStore> Repetition<B> for Keyed {
    fn begin(
        backend: &B,
        request: impl FnOnce() -> Option<KeyedRequest>,
    ) -> Option<IdempotencyHandle> {
        request().map(|request| backend.begin(&request))
    }

    async fn end(
        backend: &B,
        handle: Option<IdempotencyHandle>,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> Result<ResponseParts, Box<ErrorResponse>> {
        match handle {
            Some(handle) => backend.end(handle, answer).await,
            None => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(key: &'static str, query: &str, body: &str) -> Option<KeyedRequest> {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, http::HeaderValue::from_static(key));
        let variables = Variables(vec![("id".to_owned(), "7".to_owned())]);
        KeyedRequest::find(
            "createThing",
            &variables,
            Some(query),
            &headers,
            Some(body.as_bytes()),
        )
    }

    #[test]
    fn a_key_is_the_same_with_and_without_quotes() {
        for (text, key) in [
            ("\"k-1\"", "k-1"),
            ("k-1", "k-1"),
            ("\"k", "\"k"),
            ("\"", "\""),
        ] {
            let request = request(text, "", "{}").expect("it has a key");
            assert_eq!(request.key(), key, "{text}");
        }
        let none = KeyedRequest::find("x", &Variables(Vec::new()), None, &HeaderMap::new(), None);
        assert!(none.is_none());
    }

    #[test]
    fn spellings_of_one_value_ask_for_the_same_and_other_values_do_not() {
        let content = |query, body| {
            let request = request("k", query, body).expect("it has a key");
            request.content().to_vec()
        };
        let first = content("", r#"{"a":1,"b":[1,2]}"#);
        assert_eq!(first, content("", " { \"b\" : [1, 2], \"a\" : 1 } "));
        for other in [r#"{"a":1,"b":[2,1]}"#, r#"{"a":1}"#, "", "{"] {
            assert_ne!(first, content("", other), "{other}");
        }
        assert_ne!(first, content("force=true", r#"{"a":1,"b":[1,2]}"#));
    }

    #[test]
    fn what_was_sent_is_not_shown() {
        let shown = format!("{:?}", request("SECRET", "q=SECRET", "\"SECRET\""));
        assert!(
            shown.contains("createThing") && !shown.contains("SECRET"),
            "{shown}"
        );
    }
}

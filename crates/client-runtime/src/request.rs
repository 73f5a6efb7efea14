//! A request: collected part by part, checked before it travels, sent, and its answer read.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use progenitor_client::ResponseValue;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::authorization::{Alternatives, Authorization, SendError};
use crate::builder::Transport;
use crate::credentials::{Credential, Credentials, SecurityScheme};
use crate::decode::{Decode, Received};
use crate::error::{Error, ResponseFailure};
use crate::random;
use crate::retry::Retries;
use crate::rules::{InvalidField, InvalidValue};
use crate::value::{IntoField, Validate, missing, within};

/// A request of an operation, answered with `D`.
pub struct Request<D> {
    transport: Transport,
    method: Method,
    path: &'static str,
    required: &'static [&'static str],
    successes: &'static [u16],
    alternatives: Alternatives,
    /// The header by which the request is known when it is sent again, if the operation takes one.
    key: Option<&'static str>,
    parts: Vec<Part>,
    credentials: Credentials,
    invalid: Option<InvalidField>,
    answer: PhantomData<fn() -> D>,
}

/// One part of a request, under its name in the contract.
#[derive(Clone)]
struct Part {
    name: &'static str,
    value: PartValue,
}

#[derive(Clone)]
enum PartValue {
    /// A segment of the path.
    Path(String),
    /// One or more pairs of the query, encoded.
    Query(String),
    Header(HeaderValue),
    Body(Vec<u8>),
}

impl Transport {
    /// Begins a request of the operation at `path` (`/bookings/{booking_id}`). `required` are the
    /// query parameters and headers that must be set, and `body`; `successes` are the statuses
    /// (2xx) that the contract declares; `alternatives` are its security.
    #[must_use]
    pub fn request<D>(
        &self,
        method: Method,
        path: &'static str,
        required: &'static [&'static str],
        successes: &'static [u16],
        alternatives: Alternatives,
    ) -> Request<D> {
        Request {
            transport: self.clone(),
            method,
            path,
            required,
            successes,
            alternatives,
            key: None,
            parts: Vec::new(),
            credentials: Credentials::default(),
            invalid: None,
            answer: PhantomData,
        }
    }
}

impl<D> Request<D> {
    /// The operation takes a key in this header.
    #[must_use]
    pub fn keyed(self, header: &'static str) -> Self {
        Self {
            key: Some(header),
            ..self
        }
    }

    /// Sets a variable of the path.
    #[must_use]
    pub fn path<T: Validate + Display>(self, name: &'static str, value: impl IntoField<T>) -> Self {
        self.set(name, value, |value: &T| {
            let text = value.to_string();
            // A URL takes `.` and `..` for directions, however they are encoded.
            if ["", ".", ".."].contains(&text.as_str()) {
                return Err(InvalidValue::NotASegment);
            }
            Ok(PartValue::Path(text))
        })
    }

    /// Sets a query parameter; a list is sent as one pair for each item.
    #[must_use]
    pub fn query<T: Validate + Serialize>(
        self,
        name: &'static str,
        value: impl IntoField<T>,
    ) -> Self {
        self.set(name, value, |value: &T| {
            let pairs = progenitor_client::QueryParam::new(name, value);
            serde_urlencoded::to_string(pairs)
                .map(PartValue::Query)
                .map_err(|_| InvalidValue::Format("query parameter"))
        })
    }

    /// Sets a header.
    #[must_use]
    pub fn header<T: Validate + Display>(
        self,
        name: &'static str,
        value: impl IntoField<T>,
    ) -> Self {
        self.set(name, value, |value: &T| {
            HeaderValue::try_from(value.to_string())
                .map(PartValue::Header)
                .map_err(|_| InvalidValue::NotAHeader)
        })
    }

    /// Sets the body.
    #[must_use]
    pub fn body<T: Validate + Serialize>(mut self, value: impl IntoField<T>) -> Self {
        let checked = within::<T>("", value).and_then(|value| {
            serde_json::to_vec(&value).map_err(|_| InvalidValue::Format("JSON value").into())
        });
        match checked {
            Ok(bytes) => self.put("body", PartValue::Body(bytes)),
            Err(invalid) => self.refuse(invalid),
        }
        self
    }

    /// Sets the credential of `scheme` for this request, instead of the client's.
    #[must_use]
    pub fn credential(mut self, scheme: SecurityScheme, credential: impl Into<Credential>) -> Self {
        if let Err(invalid) = self.credentials.set(scheme, credential.into()) {
            self.refuse(invalid);
        }
        self
    }

    /// The same request, answered in another way: with a condition, 304 is an answer.
    #[must_use]
    pub fn answered_with<E>(self) -> Request<E> {
        Request {
            transport: self.transport,
            method: self.method,
            path: self.path,
            required: self.required,
            successes: self.successes,
            alternatives: self.alternatives,
            key: self.key,
            parts: self.parts,
            credentials: self.credentials,
            invalid: self.invalid,
            answer: PhantomData,
        }
    }

    fn set<T: Validate>(
        mut self,
        name: &'static str,
        value: impl IntoField<T>,
        encode: impl FnOnce(&T) -> Result<PartValue, InvalidValue>,
    ) -> Self {
        let encoded = within(name, value)
            .and_then(|value| encode(&value).map_err(|rule| InvalidField::from(rule).within(name)));
        match encoded {
            Ok(value) => self.put(name, value),
            Err(invalid) => self.refuse(invalid),
        }
        self
    }

    /// Sets a part, or replaces what it was set to before.
    fn put(&mut self, name: &'static str, value: PartValue) {
        let kind = std::mem::discriminant(&value);
        self.parts
            .retain(|part| part.name != name || std::mem::discriminant(&part.value) != kind);
        self.parts.push(Part { name, value });
    }

    /// Keeps the first value that breaks the contract.
    fn refuse(&mut self, invalid: InvalidField) {
        self.invalid.get_or_insert(invalid);
    }

    fn url(&self) -> Result<Url, InvalidField> {
        let mut url = self.transport.0.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            for segment in self.path.split('/').skip(1) {
                let variable = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
                segments.push(match variable {
                    None => segment,
                    Some(name) => self.path_value(name).ok_or_else(|| missing(name))?,
                });
            }
        }
        let query: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match &part.value {
                PartValue::Query(pairs) if !pairs.is_empty() => Some(pairs.as_str()),
                _ => None,
            })
            .collect();
        if !query.is_empty() {
            url.set_query(Some(&query.join("&")));
        }
        Ok(url)
    }

    fn path_value(&self, name: &str) -> Option<&str> {
        self.parts.iter().find_map(|part| match &part.value {
            PartValue::Path(value) if part.name == name => Some(value.as_str()),
            _ => None,
        })
    }

    /// Gives the request a key, if it can have one, and says how often it can be sent again.
    fn begin(&mut self) -> u32 {
        let retries = self.transport.0.retries;
        let Some(header) = self.key else {
            return if self.method == Method::GET {
                retries
            } else {
                0
            };
        };
        let is_key =
            |part: &Part| part.name == header && matches!(part.value, PartValue::Header(_));
        if retries > 0
            && !self.parts.iter().any(is_key)
            && let Ok(value) = HeaderValue::try_from(random::idempotency_key())
        {
            self.put(header, PartValue::Header(value));
        }
        retries
    }

    fn build(&self) -> Result<reqwest::RequestBuilder, InvalidField> {
        if let Some(invalid) = &self.invalid {
            return Err(invalid.clone());
        }
        let url = self.url()?;
        let is_set = |name: &&&str| {
            self.parts
                .iter()
                .any(|part| part.name == **name && !matches!(part.value, PartValue::Path(_)))
        };
        if let Some(name) = self.required.iter().find(|name| !is_set(name)) {
            return Err(missing(name));
        }
        let settings = &self.transport.0;
        let mut request = settings
            .http
            .request(self.method.clone(), url)
            .timeout(settings.timeout)
            .header(ACCEPT, "application/json");
        for part in &self.parts {
            request = match &part.value {
                PartValue::Header(value) => request.header(part.name, value),
                PartValue::Body(bytes) => request
                    .header(CONTENT_TYPE, "application/json")
                    .body(bytes.clone()),
                PartValue::Path(_) | PartValue::Query(_) => request,
            };
        }
        Ok(request)
    }
}

impl<D: Decode> Request<D> {
    /// Sends the request and reads the answer; and again, where that does no harm and can help.
    ///
    /// # Errors
    /// The request breaks the contract, there is no access token for it, no answer came, or the
    /// answer is no success.
    pub async fn send<C, V>(mut self) -> Result<ResponseValue<D::Value>, Error<C, V>>
    where
        C: DeserializeOwned,
        V: DeserializeOwned,
    {
        let mut retries = Retries::new(self.begin());
        loop {
            match self.send_once().await {
                Err(error) if retries.wait_after(&error).await => {}
                answered => return answered,
            }
        }
    }

    async fn send_once<C, V>(&self) -> Result<ResponseValue<D::Value>, Error<C, V>>
    where
        C: DeserializeOwned,
        V: DeserializeOwned,
    {
        let successes = self.successes;
        let limit = self.transport.0.max_response_bytes;
        let of_client = &self.transport.0.credentials;
        let authorization = Authorization::choose(self.alternatives, &self.credentials, of_client);
        let request = self.build().map_err(Error::InvalidRequest)?;
        let response = match authorization.send(request).await {
            Ok(response) => response,
            Err(SendError::Token(error)) => return Err(Error::Token(error)),
            // What a URL holds is the caller's, and errors end up in logs.
            Err(SendError::Http(error)) => return Err(Error::NoResponse(error.without_url())),
        };
        let (received, failure) = Received::read(response, limit).await;
        let succeeded = successes.contains(&received.status.as_u16())
            || (D::NOT_MODIFIED && received.status == StatusCode::NOT_MODIFIED);
        let failure = match failure {
            _ if !succeeded => ResponseFailure::Status,
            Some(failure) => failure,
            None => match D::decode(&received) {
                Ok(value) => {
                    let Received {
                        status, headers, ..
                    } = received;
                    return Ok(ResponseValue::new(value, status, headers));
                }
                Err(error) => ResponseFailure::Undecodable(error),
            },
        };
        Err(Error::from_received(&received, failure))
    }
}

impl<D> Clone for Request<D> {
    fn clone(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            method: self.method.clone(),
            path: self.path,
            required: self.required,
            successes: self.successes,
            alternatives: self.alternatives,
            key: self.key,
            parts: self.parts.clone(),
            credentials: self.credentials.clone(),
            invalid: self.invalid.clone(),
            answer: PhantomData,
        }
    }
}

/// The operation and the names of what is set: values may be secrets, or a person's.
impl<D> fmt::Debug for Request<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.parts.iter().map(|part| part.name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("parts", &names)
            .field("credentials", &self.credentials)
            .field("invalid", &self.invalid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::TransportBuilder;
    use crate::decode::Empty;

    mod types {
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Word(String);

        crate::text!(Word, 0, 20);

        #[derive(Debug, Clone, PartialEq)]
        pub struct Words(Vec<Word>);

        crate::list!(Words, Word, 1, 3, true);
    }

    use types::{Word, Words};

    fn request(base_url: &str) -> Request<Empty> {
        let transport = TransportBuilder::new(base_url).build().expect("a base URL");
        transport.request(Method::GET, "/things/{thing}/parts", &["q"], &[204], &[])
    }

    /// The path and query of the request's URL.
    fn target(request: Request<Empty>) -> Result<String, String> {
        let built = request.build().map_err(|invalid| invalid.to_string())?;
        let built = built.build().expect("every part can be sent");
        let text = built.url().as_str();
        Ok(text.strip_prefix("http://h").unwrap_or(text).to_owned())
    }

    fn set(thing: &str) -> Request<Empty> {
        request("http://h/v1")
            .path::<Word>("thing", thing)
            .query::<Word>("q", "x")
    }

    #[test]
    fn a_value_stays_one_segment_of_the_path_whatever_it_holds() {
        for (thing, segment) in [
            ("a/b", "a%2Fb"),
            ("a\\b", "a%5Cb"),
            ("a?b#c", "a%3Fb%23c"),
            ("%2e%2e", "%252e%252e"),
            ("é ü", "%C3%A9%20%C3%BC"),
        ] {
            assert_eq!(
                target(set(thing)),
                Ok(format!("/v1/things/{segment}/parts?q=x")),
                "{thing}"
            );
        }
        for thing in ["", ".", ".."] {
            let refused = "thing: cannot be a segment of a path".to_owned();
            assert_eq!(target(set(thing)), Err(refused), "{thing:?}");
        }
    }

    #[test]
    fn a_base_url_may_end_with_a_slash_and_need_not_have_a_path() {
        for (base_url, path) in [
            ("http://h", "/things/a/parts?q=x"),
            ("http://h/", "/things/a/parts?q=x"),
            ("http://h/v1/", "/v1/things/a/parts?q=x"),
        ] {
            let request = request(base_url).path::<Word>("thing", "a");
            assert_eq!(target(request.query::<Word>("q", "x")), Ok(path.to_owned()));
        }
    }

    #[test]
    fn lists_are_repeated_and_what_is_set_twice_is_replaced() {
        let word = |text: &str| Word::new(text).expect("a short word");
        let request = set("a")
            .query::<Words>("w", [word("1")])
            .query::<Words>("w", [word("a&b"), word("c+d")]);
        let expected = "/v1/things/a/parts?q=x&w=a%26b&w=c%2Bd";
        assert_eq!(target(request), Ok(expected.to_owned()));
    }

    #[test]
    fn what_is_required_and_absent_is_named() {
        let without_query = request("http://h").path::<Word>("thing", "a");
        assert_eq!(target(without_query), Err("q: is required".to_owned()));
        let without_path = request("http://h").query::<Word>("q", "x");
        assert_eq!(target(without_path), Err("thing: is required".to_owned()));
    }

    #[test]
    fn no_header_can_smuggle_another() {
        let request = set("a").header::<Word>("X-Word", "a\r\nX-Evil: b");
        let refused = "X-Word: cannot be the value of a header".to_owned();
        assert_eq!(target(request), Err(refused));
    }

    #[test]
    fn what_is_shown_has_no_values() {
        let shown = format!("{:?}", set("secret").header::<Word>("X-Word", "token"));
        assert!(shown.contains("X-Word"), "{shown}");
        assert!(
            !shown.contains("secret") && !shown.contains("token"),
            "{shown}"
        );
    }
}

//! A request: collected part by part, checked before it travels, sent, and its answer read.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use progenitor_client::ResponseValue;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::builder::Transport;
use crate::decode::{Decode, Received};
use crate::error::{Error, ResponseFailure};
use crate::rules::{InvalidField, InvalidValue};
use crate::value::{IntoField, Validate, missing, within};

/// A request of an operation, answered with `D`.
pub struct Request<D> {
    transport: Transport,
    method: Method,
    path: &'static str,
    required: &'static [&'static str],
    successes: &'static [u16],
    parts: Vec<Part>,
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
    /// (2xx) that the contract declares.
    #[must_use]
    pub fn request<D>(
        &self,
        method: Method,
        path: &'static str,
        required: &'static [&'static str],
        successes: &'static [u16],
    ) -> Request<D> {
        Request {
            transport: self.clone(),
            method,
            path,
            required,
            successes,
            parts: Vec::new(),
            invalid: None,
            answer: PhantomData,
        }
    }
}

impl<D> Request<D> {
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

    /// The same request, answered in another way: with a condition, 304 is an answer.
    #[must_use]
    pub fn answered_with<E>(self) -> Request<E> {
        Request {
            transport: self.transport,
            method: self.method,
            path: self.path,
            required: self.required,
            successes: self.successes,
            parts: self.parts,
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

    fn build(self) -> Result<reqwest::RequestBuilder, InvalidField> {
        if let Some(invalid) = self.invalid {
            return Err(invalid);
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
            .request(self.method, url)
            .timeout(settings.timeout)
            .header(ACCEPT, "application/json");
        for part in self.parts {
            request = match part.value {
                PartValue::Header(value) => request.header(part.name, value),
                PartValue::Body(bytes) => {
                    request.header(CONTENT_TYPE, "application/json").body(bytes)
                }
                PartValue::Path(_) | PartValue::Query(_) => request,
            };
        }
        Ok(request)
    }
}

impl<D: Decode> Request<D> {
    /// Sends the request and reads the answer.
    ///
    /// # Errors
    /// The request breaks the contract, no answer came, or the answer is no success.
    pub async fn send<C, V>(self) -> Result<ResponseValue<D::Value>, Error<C, V>>
    where
        C: DeserializeOwned,
        V: DeserializeOwned,
    {
        let successes = self.successes;
        let limit = self.transport.0.max_response_bytes;
        let request = self.build().map_err(Error::InvalidRequest)?;
        // What a URL holds is the caller's, and errors end up in logs.
        let sent = request.send().await;
        let response = sent.map_err(|error| Error::NoResponse(error.without_url()))?;
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
            parts: self.parts.clone(),
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
            .field("invalid", &self.invalid)
            .finish_non_exhaustive()
    }
}

//! How a client is made: where the API is, and how patient the client is.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use crate::credentials::{Credential, Credentials, SecurityScheme};
use crate::retry::DEFAULT_RETRIES;
use crate::rules::InvalidField;

/// How long a request may take in all, unless the builder says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest answer that is read, unless the builder says otherwise: far more than the largest
/// page of a list.
const DEFAULT_MAX_RESPONSE_BYTES: usize = 2 * 1024 * 1024;

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildClientError {
    /// The base URL is not an absolute `http` or `https` URL without query and fragment.
    #[error("the base URL must be an absolute http or https URL without query and fragment")]
    BaseUrl,
    /// The HTTP client cannot be set up, for example because the system has no certificates.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
    /// A credential cannot be one of its scheme.
    #[error("{0}")]
    Credential(InvalidField),
}

/// Where the API is, and how it is reached. Cloning is cheap, and clones share their connections.
#[derive(Debug, Clone)]
pub struct Transport(pub(crate) Arc<Settings>);

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: Url,
    pub(crate) timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) retries: u32,
    pub(crate) credentials: Credentials,
}

/// Makes a [`Transport`]. The builder of a client is this one, with a method for each scheme.
#[derive(Debug)]
#[must_use = "a builder makes nothing before `build`"]
pub struct TransportBuilder {
    base_url: String,
    http: Option<reqwest::Client>,
    timeout: Duration,
    max_response_bytes: usize,
    retries: u32,
    credentials: Credentials,
    invalid: Option<InvalidField>,
}

impl TransportBuilder {
    /// A builder for the API at `base_url`.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            http: None,
            timeout: DEFAULT_TIMEOUT,
            max_response_bytes: DEFAULT_MAX_RESPONSE_BYTES,
            retries: DEFAULT_RETRIES,
            credentials: Credentials::default(),
            invalid: None,
        }
    }

    /// Uses this HTTP client.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// How long a request may take.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest answer that is read.
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// How often a request is sent again that can be.
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The credential for the operations that name `scheme`.
    pub fn credential(mut self, scheme: SecurityScheme, credential: impl Into<Credential>) -> Self {
        if let Err(invalid) = self.credentials.set(scheme, credential.into()) {
            self.invalid.get_or_insert(invalid);
        }
        self
    }

    /// Makes the transport. Nothing is sent.
    ///
    /// # Errors
    /// The base URL is not one, a credential is not one, or the HTTP client cannot be set up.
    pub fn build(self) -> Result<Transport, BuildClientError> {
        if let Some(invalid) = self.invalid {
            return Err(BuildClientError::Credential(invalid));
        }
        let base_url = Url::parse(&self.base_url)
            .ok()
            .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
            .filter(|url| url.query().is_none() && url.fragment().is_none())
            .ok_or(BuildClientError::BaseUrl)?;
        let http = match self.http {
            Some(http) => http,
            // A redirect turns POST into GET; what the contract does not declare is an answer.
            None => reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(BuildClientError::Http)?,
        };
        Ok(Transport(Arc::new(Settings {
            http,
            base_url,
            timeout: self.timeout,
            max_response_bytes: self.max_response_bytes,
            retries: self.retries,
            credentials: self.credentials,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_absolute_and_has_no_query() {
        let build = |url: &str| TransportBuilder::new(url).build();
        assert!(build("http://127.0.0.1:8080/api/v1").is_ok());
        for url in [
            "/api/v1",
            "127.0.0.1:8080/api",
            "ftp://example.com/api",
            "mailto:someone@example.com",
            "http://example.com/api?debug=true",
            "http://example.com/api#top",
        ] {
            assert!(
                matches!(build(url), Err(BuildClientError::BaseUrl)),
                "{url}"
            );
        }
    }
}

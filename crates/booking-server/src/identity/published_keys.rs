//! The keys that an OpenID provider publishes: fetched, kept, and fetched anew.
//!
//! They are good for [`KEPT_FOR`] after they were last seen, so that an outage of the provider is no
//! outage of the service. They are fetched anew when they are older than [`FRESH_FOR`], or when a token
//! names one that is not there, but not before [`ATTEMPT_INTERVAL`] has passed: whoever makes up names of keys has
//! the provider asked no more often. One request fetches for all that wait, and none waits that knows
//! its key.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use credentials::{NamedOidcKey, OidcKey, OidcKeys, ParseOidcKeysError};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::oidc_options::OidcIssuerUrl;

/// For how long nobody asks whether there are others: so long a key verifies that its provider has
/// withdrawn.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(10);

/// For how long keys are good when the provider does not answer: over a night, so that its outage wakes
/// nobody who runs this service, and no longer, because a key that was withdrawn meanwhile is not known.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How long after an attempt there is no other.
const ATTEMPT_INTERVAL: SignedDuration = SignedDuration::from_secs(ATTEMPT_INTERVAL_SECONDS as i64);

/// The same, for whoever has to wait for the next one.
pub(crate) const ATTEMPT_INTERVAL_SECONDS: i32 = 30;

/// How long a request waits for the provider at the most: both documents together.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest document that is read. Those of the large providers have some ten thousand bytes.
const MAX_BYTES: usize = 256 * 1024;

/// The keys of a provider.
#[derive(Debug)]
pub(crate) struct PublishedKeys {
    issuer: OidcIssuerUrl,
    client: Client,
    known: RwLock<Known>,
    /// Whose turn it is to fetch.
    turn: Arc<Mutex<()>>,
}

/// What is known at one moment.
#[derive(Debug, Clone, Default)]
struct Known {
    keys: Arc<OidcKeys>,
    fetched_at: Option<Timestamp>,
    attempted_at: Option<Timestamp>,
}

/// Why a token's key is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FindKeyError {
    /// The provider has published no such key.
    #[error("the outside issuer has no such key")]
    Unknown,
    /// It cannot be told: the provider does not answer.
    #[error("the keys of the outside issuer cannot be fetched; the log has said why")]
    Unavailable,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
enum FetchKeysError {
    #[error("it cannot be asked")]
    Request(#[from] reqwest::Error),
    #[error("it has not answered within {} seconds", FETCH_TIMEOUT.as_secs())]
    Timeout(#[from] tokio::time::error::Elapsed),
    #[error("{url} answers {status}")]
    Status { url: Url, status: StatusCode },
    #[error("{0} answers with more than {MAX_BYTES} bytes")]
    TooLarge(Url),
    #[error("its discovery document cannot be read")]
    Discovery(#[from] serde_json::Error),
    #[error("its discovery document is of another issuer: {0:?}")]
    OtherIssuer(String),
    #[error("it does not say safely where its keys are: {0:?}")]
    UnsafeKeys(String),
    #[error("its keys cannot be read")]
    Keys(#[from] ParseOidcKeysError),
}

/// What is read of a discovery document.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl PublishedKeys {
    /// The keys of this issuer, of which none is known yet.
    ///
    /// # Errors
    /// The system has no root certificates.
    pub(crate) fn new(issuer: OidcIssuerUrl) -> reqwest::Result<Arc<Self>> {
        // Where to is asked is said by the operator and by nobody else, be it a redirect or a proxy.
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            // Nothing is asked for minutes, after which a connection may be dead.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Arc::new(Self {
            issuer,
            client,
            known: RwLock::default(),
            turn: Arc::default(),
        }))
    }

    /// The key that a token names.
    pub(crate) async fn find(
        self: &Arc<Self>,
        named: &NamedOidcKey,
        now: Timestamp,
    ) -> Result<OidcKey, FindKeyError> {
        let known = self.known();
        let found = known.find(named, now);
        if let Some(key) = found.filter(|_| known.is_fresh(now)) {
            return Ok(key.clone());
        }
        let turn = match found {
            Some(_) => Arc::clone(&self.turn).try_lock_owned().ok(),
            None => Some(Arc::clone(&self.turn).lock_owned().await),
        };
        if let Some(turn) = turn {
            self.fetch(turn, now).await;
        }
        let known = self.known();
        let missing = match known.is_from_last_attempt() {
            true => FindKeyError::Unknown,
            false => FindKeyError::Unavailable,
        };
        known.find(named, now).cloned().ok_or(missing)
    }

    /// Fetches the keys before somebody waits for them.
    pub(crate) async fn prepare(self: &Arc<Self>, now: Timestamp) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.fetch(turn, now).await;
    }

    fn known(&self) -> Known {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the keys, unless that was tried a moment ago.
    async fn fetch(self: &Arc<Self>, turn: OwnedMutexGuard<()>, now: Timestamp) {
        let attempted_at = self.known().attempted_at;
        if attempted_at.is_some_and(|attempted_at| is_within(ATTEMPT_INTERVAL, attempted_at, now)) {
            return;
        }
        let keys = Arc::clone(self);
        // The turn goes with the work: who hangs up in the middle lets nobody else begin anew.
        let work = tokio::spawn(async move {
            let _turn = turn;
            let fetched = keys.fetch_keys().await;
            let mut known = keys.known.write().unwrap_or_else(PoisonError::into_inner);
            known.attempted_at = Some(now);
            match fetched {
                Ok(fetched) => {
                    known.keys = Arc::new(fetched);
                    known.fetched_at = Some(now);
                }
                Err(error) => {
                    let causes = std::iter::successors(error.source(), |&cause| cause.source());
                    let causes: Vec<String> = causes.map(ToString::to_string).collect();
                    let (issuer, cause) = (keys.issuer.as_str(), causes.join(": "));
                    tracing::warn!(%error, cause, issuer, "the keys of the outside issuer stay as they were");
                }
            }
        });
        if let Err(panic) = work.await {
            tracing::error!(%panic, "the keys of the outside issuer were not fetched");
        }
    }

    async fn fetch_keys(&self) -> Result<OidcKeys, FetchKeysError> {
        tokio::time::timeout(FETCH_TIMEOUT, async {
            let discovery = self.get(self.issuer.discovery()).await?;
            let Discovery { issuer, jwks_uri } = serde_json::from_slice(&discovery)?;
            if issuer != self.issuer.as_str() {
                return Err(FetchKeysError::OtherIssuer(issuer));
            }
            let url: Option<Url> = jwks_uri.parse().ok();
            let url = url.filter(|url| self.issuer.may_lead_to(url));
            let url = url.ok_or(FetchKeysError::UnsafeKeys(jwks_uri))?;
            Ok(OidcKeys::parse(&self.get(url).await?)?)
        })
        .await?
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, FetchKeysError> {
        let mut answer = self.client.get(url.clone()).send().await?;
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(FetchKeysError::Status { url, status });
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(FetchKeysError::TooLarge(url));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Known {
    fn find(&self, named: &NamedOidcKey, now: Timestamp) -> Option<&OidcKey> {
        let is_good = |fetched_at| is_within(KEPT_FOR, fetched_at, now);
        self.fetched_at.filter(|fetched_at| is_good(*fetched_at))?;
        self.keys.find(named)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        let is_fresh = |fetched_at| is_within(FRESH_FOR, fetched_at, now);
        self.fetched_at.is_some_and(is_fresh)
    }

    /// Whether the provider has answered when it was last asked.
    fn is_from_last_attempt(&self) -> bool {
        self.fetched_at.is_some() && self.fetched_at == self.attempted_at
    }
}

/// Whether the two instants are no further apart than this, also when the clock was put back.
fn is_within(duration: SignedDuration, earlier: Timestamp, now: Timestamp) -> bool {
    now.duration_since(earlier).abs() < duration
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A provider that answers every request so; `answer` is given the provider's address. The service is
    /// tested with a real one: this one is not to be trusted.
    async fn fetch(answer: impl Fn(&str) -> String + Send + 'static) -> Result<OidcKeys, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let keys = PublishedKeys::new(url.parse().unwrap()).unwrap();
        let provider = tokio::spawn(async move {
            loop {
                let (mut caller, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = caller.read(&mut request).await;
                let _ = caller.write_all(answer(&url).as_bytes()).await;
            }
        });
        let fetched = keys.fetch_keys().await;
        provider.abort();
        fetched.map_err(|error| error.to_string())
    }

    fn ok(body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
    }

    /// A discovery document that is a set of keys besides.
    fn document(issuer: &str, keys_at: &str) -> String {
        format!(r#"{{"issuer": "{issuer}", "jwks_uri": "{keys_at}/jwks", "keys": []}}"#)
    }

    #[tokio::test]
    async fn what_is_no_answer_of_the_provider_is_not_taken() {
        let taken = fetch(|url| ok(&document(url, url))).await;
        assert!(taken.unwrap().is_empty());
        let padded = |url: &str| format!("{}{}", document(url, url), " ".repeat(MAX_BYTES));
        for (fetched, says) in [
            (
                fetch(|url| format!("HTTP/1.1 302 Found\r\nlocation: {url}/else\r\n\r\n")).await,
                "answers 302 Found",
            ),
            (
                fetch(move |url| ok(&padded(url))).await,
                "answers with more than 262144",
            ),
            (fetch(|_| ok("<html>")).await, "cannot be read"),
            (
                fetch(|url| ok(&document("https://evil.example", url))).await,
                "of another issuer",
            ),
            (
                fetch(|url| ok(&document(url, "http://169.254.169.254"))).await,
                "does not say safely",
            ),
            (
                fetch(|url| ok(&document(url, url).replace("keys\":", "locks\":"))).await,
                "its keys cannot be read",
            ),
            (fetch(|_| String::new()).await, "cannot be asked"),
        ] {
            let error = fetched.unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    /// The clock of the runtime stands still but jumps ahead when nobody has anything to do.
    #[tokio::test(start_paused = true)]
    async fn provider_that_does_not_answer_is_not_waited_for() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let keys = PublishedKeys::new(url.parse().unwrap()).unwrap();
        let began = tokio::time::Instant::now();
        let error = keys.fetch_keys().await.unwrap_err();
        assert!(matches!(error, FetchKeysError::Timeout(_)), "{error}");
        assert!(began.elapsed() < FETCH_TIMEOUT + Duration::from_secs(1));
    }
}

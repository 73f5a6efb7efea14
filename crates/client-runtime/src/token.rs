//! Access tokens, and where they come from.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use secrecy::{ExposeSecret, SecretString};

/// How long before its expiry a token is refreshed, so that it does not expire on its way.
const REFRESH_MARGIN: Duration = Duration::from_secs(30);

/// A bearer token, and how long it is good.
#[derive(Debug, Clone)]
pub struct AccessToken {
    text: SecretString,
    lifetime: Option<Duration>,
}

impl AccessToken {
    /// A token that is good until the server refuses it.
    #[must_use]
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self {
            text: text.into(),
            lifetime: None,
        }
    }

    /// The token expires this long after it was asked for: `expires_in` (RFC 6749, 5.1).
    #[must_use]
    pub const fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    pub(crate) const fn text(&self) -> &SecretString {
        &self.text
    }

    /// Whether both are the same text.
    fn is_same(&self, other: &Self) -> bool {
        self.text.expose_secret() == other.text.expose_secret()
    }
}

/// Why there is no access token. What has waited for one token has one error.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct TokenError(Arc<dyn Error + Send + Sync>);

impl TokenError {
    /// The error of whatever was to give the token, or a text.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }

    /// The cause, to be told apart by its type.
    #[must_use]
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

/// Gives the token of each request that needs one. [`RefreshingToken`] is one.
pub trait TokenSource: Send + Sync {
    /// The token of a request that is about to be sent.
    ///
    /// # Errors
    /// There is none. The request is not sent.
    fn token(&self) -> impl Future<Output = Result<AccessToken, TokenError>> + Send;

    /// The server has refused `token` as invalid. If [`token`](Self::token) gives another one
    /// then, the request is sent again, once.
    fn reject(&self, token: &AccessToken);
}

/// A [`TokenSource`] behind a pointer.
pub(crate) trait DynTokenSource: Send + Sync {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>>;

    /// Another token than the one that the server has refused, if there is one.
    fn replace<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, TokenError>>;
}

impl<T: TokenSource> DynTokenSource for T {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>> {
        TokenSource::token(self).boxed()
    }

    fn replace<'a>(
        &'a self,
        refused: &'a AccessToken,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, TokenError>> {
        async move {
            self.reject(refused);
            let next = TokenSource::token(self).await?;
            Ok(Some(next).filter(|next| !next.is_same(refused)))
        }
        .boxed()
    }
}

/// A token that is refreshed shortly before it expires, and when the server refuses it. All calls
/// that need a new token wait for one refresh, and have its error if it fails and the old token is
/// not good any more; the next call then tries again. A refresh that has begun is not lost when the calls that wait for it are dropped:
/// the next call goes on with it.
///
/// `R` is what a refresh is made with: a refresh token, which each refresh may replace, or `()`
/// where none is needed. Clones share the token.
///
/// ```
/// use std::time::Duration;
/// use client_runtime::{AccessToken, RefreshingToken, TokenError};
///
/// let first = AccessToken::new("first").expires_in(Duration::from_secs(900));
/// let source = RefreshingToken::new(first, "refresh".to_owned(), |refresh_token| async move {
///     // Here the server is asked; the errors of the client are causes.
///     if refresh_token.is_empty() {
///         return Err(TokenError::new("not logged in"));
///     }
///     let next = AccessToken::new("second").expires_in(Duration::from_secs(900));
///     Ok((next, "next refresh".to_owned()))
/// });
/// ```
pub struct RefreshingToken<R>(Arc<Refresher<R>>);

struct Refresher<R> {
    refresh: Arc<Refresh<R>>,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
    state: Mutex<State<R>>,
}

type Refresh<R> = dyn Fn(R) -> BoxFuture<'static, Refreshed<R>> + Send + Sync;

type Refreshed<R> = Result<(AccessToken, R), TokenError>;

struct State<R> {
    token: Option<Held>,
    refresh_token: R,
    /// The refresh that runs, and when it began.
    refreshing: Option<(Instant, Shared<BoxFuture<'static, Refreshed<R>>>)>,
}

struct Held {
    token: AccessToken,
    expires_at: Option<Instant>,
}

impl Held {
    fn new(token: AccessToken, asked_at: Instant) -> Self {
        // What lasts longer than the clock does never expires.
        let expires_at = token.lifetime.and_then(|life| asked_at.checked_add(life));
        Self { token, expires_at }
    }

    /// Whether the token is good at `now`, and for `margin` after it; of a short life, for a
    /// quarter of it, or the token would be refreshed with every request.
    fn is_good(&self, now: Instant, margin: Duration) -> bool {
        let margin = margin.min(self.token.lifetime.unwrap_or_default() / 4);
        self.expires_at
            .is_none_or(|at| at.saturating_duration_since(now) > margin)
    }
}

impl<R: Clone + Send + Sync + 'static> RefreshingToken<R> {
    /// A source that has `token`, or gets its first one when it is needed. `refresh` must not
    /// call an operation that is sent with this very source: it would wait for itself.
    pub fn new<F, Fut>(token: impl Into<Option<AccessToken>>, refresh_token: R, refresh: F) -> Self
    where
        F: Fn(R) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(AccessToken, R), TokenError>> + Send + 'static,
    {
        Self::with_clock(token, refresh_token, refresh, Instant::now)
    }

    /// The same by another clock.
    pub fn with_clock<F, Fut>(
        token: impl Into<Option<AccessToken>>,
        refresh_token: R,
        refresh: F,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self
    where
        F: Fn(R) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(AccessToken, R), TokenError>> + Send + 'static,
    {
        let now = clock();
        Self(Arc::new(Refresher {
            refresh: Arc::new(move |refresh_token| refresh(refresh_token).boxed()),
            clock: Box::new(clock),
            state: Mutex::new(State {
                token: token.into().map(|token| Held::new(token, now)),
                refresh_token,
                refreshing: None,
            }),
        }))
    }

    /// What the next refresh is made with, to be kept until the program runs again.
    #[must_use]
    pub fn refresh_token(&self) -> R {
        self.0.state().refresh_token.clone()
    }
}

impl<R: Clone> Refresher<R> {
    /// The state, with what a finished refresh has left. Whoever waited for it need not be there
    /// any more to take it in.
    fn state(&self) -> MutexGuard<'_, State<R>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let finished = state.refreshing.as_ref().and_then(|(asked_at, refresh)| {
            let result = refresh.peek()?;
            Some((*asked_at, result.as_ref().ok().cloned()))
        });
        if let Some((asked_at, refreshed)) = finished {
            state.refreshing = None;
            if let Some((token, refresh_token)) = refreshed {
                state.token = Some(Held::new(token, asked_at));
                state.refresh_token = refresh_token;
            }
        }
        state
    }
}

impl<R: Clone + Send + Sync + 'static> TokenSource for RefreshingToken<R> {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        let now = (self.0.clock)();
        let refresh = {
            let mut state = self.0.state();
            if let Some((_, refresh)) = &state.refreshing {
                refresh.clone()
            } else if let Some(held) = &state.token
                && held.is_good(now, REFRESH_MARGIN)
            {
                return Ok(held.token.clone());
            } else {
                let (refresh, with) = (Arc::clone(&self.0.refresh), state.refresh_token.clone());
                // The caller's function runs when the future does, and so without the lock.
                // A panic of theirs is the failure of this refresh, and of no later one.
                let refresh = AssertUnwindSafe(async move { refresh(with).await }).catch_unwind();
                let refresh = async move {
                    let panicked = |_| Err(TokenError::new("the refresh has panicked"));
                    refresh.await.unwrap_or_else(panicked)
                };
                let refresh = refresh.boxed().shared();
                state.refreshing = Some((now, refresh.clone()));
                refresh
            }
        };
        let error = match refresh.await {
            Ok((token, _)) => return Ok(token),
            Err(error) => error,
        };
        // The refresh was early: what is left of the old token bridges a short outage.
        let now = (self.0.clock)();
        let state = self.0.state();
        let held = state.token.as_ref();
        let good = held.filter(|held| held.is_good(now, Duration::ZERO));
        good.map(|held| held.token.clone()).ok_or(error)
    }

    /// Forgets the token, unless another call has replaced it already.
    fn reject(&self, token: &AccessToken) {
        let mut state = self.0.state();
        if state
            .token
            .as_ref()
            .is_some_and(|held| held.token.is_same(token))
        {
            state.token = None;
        }
    }
}

impl<R> Clone for RefreshingToken<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for RefreshingToken<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshingToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

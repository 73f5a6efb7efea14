//! Who is calling: passwords, tokens and keys, made and judged.
//!
//! What is stored of them is the store's; what they are made of is the crate `credentials`'. This
//! is where both meet the clock, randomness and the threads of the server.

mod attempt_limits;
mod authenticator;
mod login;
mod oauth_clients;
mod oidc_options;
mod outside_issuer;
mod passwords;
mod public_url;
mod published_keys;
mod signing_keys;
mod tokens;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use booking_domain::Scopes;
use booking_persistence::{AccountSession, Store};
use credentials::{BookingSecretKey, HoldSecretKey, IdempotencyKeyring, SecretKey};
use jiff::Timestamp;

pub(crate) use attempt_limits::{AttemptLimits, network};
pub(crate) use authenticator::AuthenticCaller;
pub(crate) use login::{VerifyLoginError, grantable_scopes};
pub use oauth_clients::{OauthClients, ParseOauthClientsError};
pub(crate) use oauth_clients::{REFERENCE_REDIRECT_PATH, first_party};
pub use oidc_options::{OidcIssuerUrl, OidcOptions, ParseOidcIssuerUrlError};
pub(crate) use outside_issuer::OutsideIssuer;
pub(crate) use passwords::{HashingError, PasswordHasher};
pub use public_url::{ParsePublicUrlError, PublicUrl};
pub(crate) use signing_keys::SigningKeys;
pub use signing_keys::SigningKeysError;
pub(crate) use tokens::{IssueError, IssuedTokens, Tokens};

use crate::clock::Clock;

/// What the server needs to tell who is calling.
#[derive(Debug)]
pub(crate) struct Identity {
    /// What is known once the server listens.
    tokens: OnceLock<Tokens>,
    pub(crate) signing_keys: SigningKeys,
    pub(crate) passwords: PasswordHasher,
    pub(crate) attempts: AttemptLimits,
    pub(crate) oauth_clients: OauthClients,
    pub(crate) booking_secrets: BookingSecretKey,
    pub(crate) hold_secrets: HoldSecretKey,
    pub(crate) idempotency_keys: IdempotencyKeyring,
    /// The OpenID provider whose tokens are accepted beside our own.
    pub(crate) outside_issuer: Option<OutsideIssuer>,
    /// Where callers reach the service, if that is known.
    pub(crate) public_url: Option<PublicUrl>,
    options: IdentityOptions,
}

/// What the operator decides about it.
#[derive(Debug, Clone)]
pub struct IdentityOptions {
    /// What tokens and secrets are made of.
    pub secret_key: Arc<SecretKey>,
    /// Where callers reach the service: the issuer of tokens.
    pub public_url: Option<PublicUrl>,
    /// The issuer of tokens, if it is neither the public address nor the one where the server listens:
    /// several servers of one test take each other's.
    pub issuer: Option<String>,
    /// How often a minute somebody may try; `None` for no limit.
    pub attempts_per_minute: Option<NonZeroU32>,
    /// The programs that people may let act for them, beside the reference page.
    pub oauth_clients: OauthClients,
    /// The OpenID provider whose tokens are accepted beside our own.
    pub oidc: Option<OidcOptions>,
}

/// Why it cannot be told who is calling.
#[derive(Debug, thiserror::Error)]
pub enum LoadIdentityError {
    /// There are no keys to sign tokens with.
    #[error(transparent)]
    SigningKeys(#[from] SigningKeysError),
    /// No connection to the OpenID provider can be trusted.
    #[error(
        "there are no root certificates to trust BOOKING_OIDC_ISSUER by (package ca-certificates): {0}"
    )]
    RootCertificates(#[from] reqwest::Error),
}

impl Identity {
    /// Reads the signing keys, and makes the first one where there is none.
    pub(crate) async fn load(
        options: &IdentityOptions,
        store: &Store,
        clock: &Clock,
    ) -> Result<Self, LoadIdentityError> {
        let secret_key = &options.secret_key;
        let outside = options.oidc.as_ref();
        let outside = outside.map(|options| OutsideIssuer::new(options, clock.now()));
        Ok(Self {
            tokens: OnceLock::new(),
            signing_keys: SigningKeys::load(Arc::clone(secret_key), store, clock.now()).await?,
            passwords: PasswordHasher::new(),
            attempts: AttemptLimits::new(options.attempts_per_minute, clock.clone()),
            oauth_clients: options
                .oauth_clients
                .clone()
                .with_reference_page(options.public_url.as_ref()),
            booking_secrets: BookingSecretKey::new(secret_key),
            hold_secrets: HoldSecretKey::new(secret_key),
            idempotency_keys: IdempotencyKeyring::new(secret_key),
            outside_issuer: outside.transpose()?,
            public_url: options.public_url.clone(),
            options: options.clone(),
        })
    }

    /// The tokens of the service. Whoever asks before the server knows where it listens, waits for the
    /// moment that it takes.
    pub(crate) fn tokens(&self) -> &Tokens {
        self.tokens.wait()
    }

    /// From here on the service makes tokens and takes them. Without a public address their issuer
    /// is where the server listens, as callers on this machine reach it (RFC 8414, 3.3: metadata
    /// that is read at an issuer's address names that issuer).
    pub(crate) fn issue_at(&self, listening: SocketAddr) {
        let IdentityOptions {
            public_url, issuer, ..
        } = &self.options;
        let issuer = match (issuer, public_url) {
            (Some(issuer), _) => issuer.clone(),
            (None, Some(url)) => url.to_string(),
            (None, None) if listening.ip().is_loopback() => format!("http://{listening}"),
            (None, None) => format!("http://localhost:{}", listening.port()),
        };
        let tokens = Tokens::new(&issuer, &self.options.secret_key);
        // A server listens once.
        let _ = self.tokens.set(tokens);
    }

    /// The tokens of a session as it is now.
    pub(crate) fn issue(
        &self,
        session: &AccountSession,
        now: Timestamp,
    ) -> Result<IssuedTokens, IssueError> {
        self.issue_within(session, session.session.scopes, now)
    }

    /// The same with an access token for these scopes, which are some of the session's.
    pub(crate) fn issue_within(
        &self,
        session: &AccountSession,
        scopes: Scopes,
        now: Timestamp,
    ) -> Result<IssuedTokens, IssueError> {
        let keys = self.signing_keys.known();
        self.tokens().issue(&keys, session, scopes, now)
    }
}

//! Access tokens and refresh tokens, for sessions that the store keeps.
//!
//! An access token that was verified is remembered for as long as there is room: to try a signature takes longer
//! than to read a booking. That it has not ended, and that its key still counts, is looked at each time.

use std::fmt;
use std::sync::Arc;

use booking_domain::{Scope, Scopes, UserId};
use booking_persistence::AccountSession;
use credentials::{
    AccessGrant, AccessTokenIssuer, AccessTokenRejection, AccessTokenVerifier,
    AuthenticRefreshToken, RefreshToken, RefreshTokenKey, SecretKey, SecretString,
    VerifiedAccessToken,
};
use jiff::Timestamp;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::signing_keys::KnownKeys;
use crate::random::{Random, RandomError};

/// Makes the tokens of this service and recognizes them.
#[derive(Debug)]
pub(crate) struct Tokens {
    issuer_name: String,
    issuer: AccessTokenIssuer,
    verifier: AccessTokenVerifier,
    verified: VerifiedTokens,
    refresh_tokens: RefreshTokenKey,
}

/// Good tokens, by their digests. What is wrong with one that was refused is found again each time.
struct VerifiedTokens(Cache<[u8; 32], Arc<VerifiedUser>>);

/// How many tokens are remembered at most, of some 500 bytes each.
const MOST_VERIFIED: usize = 4_096;

struct VerifiedUser {
    token: VerifiedAccessToken,
    user: AuthenticUser,
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::new(MOST_VERIFIED))
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifiedTokens({})", self.0.len())
    }
}

/// What a client is given to act for a person.
#[derive(Debug)]
pub(crate) struct IssuedTokens {
    pub(crate) access_token: SecretString,
    pub(crate) refresh_token: SecretString,
    pub(crate) scopes: Scopes,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssueError {
    /// No key signs now, though one of them always should.
    #[error("there is no key to sign with at {0}")]
    NoSigningKey(Timestamp),
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A person, as a good access token names them.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticUser {
    pub(crate) id: UserId,
    /// What the token allows. What the person may do is asked by each operation.
    pub(crate) scopes: Scopes,
    /// The session that the token is of.
    pub(crate) session: Uuid,
}

impl Tokens {
    /// Tokens of this issuer, which are for itself.
    pub(crate) fn new(issuer: &str, secret_key: &SecretKey) -> Self {
        Self {
            issuer_name: issuer.to_owned(),
            issuer: AccessTokenIssuer::new(issuer, issuer),
            verifier: AccessTokenVerifier::new(issuer, issuer),
            verified: VerifiedTokens::default(),
            refresh_tokens: RefreshTokenKey::new(secret_key),
        }
    }

    /// Who makes the tokens, and whom they are for.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer_name
    }

    /// The tokens of a session as it is now, with an access token for these of its scopes.
    pub(crate) fn issue(
        &self,
        keys: &KnownKeys,
        logged_in: &AccountSession,
        scopes: Scopes,
        now: Timestamp,
    ) -> Result<IssuedTokens, IssueError> {
        let AccountSession { session, account } = logged_in;
        let key = keys.signing_at(now).ok_or(IssueError::NoSigningKey(now))?;
        let grant = AccessGrant {
            subject: account.id.as_str().to_owned(),
            client_id: session.client.as_str().to_owned(),
            scope: scopes.to_string(),
            family_id: session.family.id,
            authenticated_at: session.family.started_at,
        };
        let mut token_id = [0; 16];
        token_id.copy_from_slice(&Random.bytes()?[..16]);
        Ok(IssuedTokens {
            access_token: self.issuer.issue(key, &grant, token_id, now),
            refresh_token: self.refresh_tokens.token(&session.family).expose_text(),
            scopes,
        })
    }

    /// Who an access token names, if it is good.
    pub(crate) fn verify(
        &self,
        keys: &KnownKeys,
        access_token: &str,
        now: Timestamp,
    ) -> Result<AuthenticUser, AccessTokenRejection> {
        let digest = AccessTokenVerifier::digest(access_token)?;
        let known = self.verified.0.get(digest.as_bytes());
        let checked = known.map(|known| {
            let checked = known.token.check(&keys.verification, now);
            checked.map(|()| known.user.clone())
        });
        let outcome = match &checked {
            Some(Ok(_)) => "hit",
            Some(Err(_)) => "stale",
            None => "miss",
        };
        let labels = [("cache", "access_tokens"), ("outcome", outcome)];
        metrics::counter!("cache_lookups_total", &labels).increment(1);
        if let Some(checked) = checked {
            return checked;
        }
        let verified = self
            .verifier
            .verify(&keys.verification, access_token, now)?;
        let grant = &verified.grant;
        // Scopes that this server does not know allow nothing here.
        let scopes = grant.scope.split(' ').filter_map(Scope::parse);
        let user = AuthenticUser {
            id: UserId::parse(grant.subject.clone()).ok_or(AccessTokenRejection::Malformed)?,
            scopes: scopes.fold(Scopes::default(), |set, scope| {
                set.union(Scopes::new(&[scope]))
            }),
            session: grant.family_id,
        };
        let known = VerifiedUser {
            token: verified,
            user: user.clone(),
        };
        self.verified.0.insert(*digest.as_bytes(), Arc::new(known));
        Ok(user)
    }

    /// What a refresh token says, if this service has made it.
    pub(crate) fn authenticate(&self, refresh_token: &str) -> Option<AuthenticRefreshToken> {
        let token = RefreshToken::parse(refresh_token).ok()?;
        self.refresh_tokens.authenticate(&token)
    }
}

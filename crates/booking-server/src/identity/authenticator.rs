//! Whose credential a request carries.

use booking_api::security::{Authenticator, OauthScope};
use booking_domain::{OUTSIDE_ISSUER_SCOPES, Principal, UserId};
use booking_persistence::{ApiKeyRejected, UnknownIdentity};
use contract_runtime::{AuthenticationError, BearerToken, Grant};
use credentials::{ApiKey, AuthenticRefreshToken, BookingSecret};
use uuid::Uuid;

use super::outside_issuer::{IdentifyError, OutsideIssuer};
use super::published_keys::{ATTEMPT_INTERVAL_SECONDS, FindKeyError};
use crate::api::{IntoError, store_error, unavailable};
use crate::service::Service;

/// Whom a good access token or a good key identifies.
#[derive(Debug, Clone)]
pub struct AuthenticCaller {
    /// Who it is, and what the credential allows. What they may do is asked by each operation.
    pub(crate) principal: Principal,
    /// The session that an access token is of. A key has none, and neither has a token of an outside
    /// issuer.
    pub(crate) session: Option<Uuid>,
}

impl AuthenticCaller {
    /// The user, if it is one.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.principal.user()
    }
}

impl Authenticator for Service {
    type Oauth = AuthenticCaller;
    type BookingSecret = BookingSecret;
    type RefreshCookie = AuthenticRefreshToken;

    async fn oauth(
        &self,
        token: BearerToken<'_>,
    ) -> Result<Grant<AuthenticCaller, OauthScope>, AuthenticationError> {
        let caller = if token.as_str().starts_with(ApiKey::PREFIX) {
            self.authenticate_api_key(token.as_str()).await?
        } else if let Some(issuer) = self.outside_issuer_of(token.as_str()) {
            self.authenticate_outsider(issuer, token.as_str()).await?
        } else {
            self.authenticate_user(token.as_str())?
        };
        // A scope that no operation demands yet is none of the contract's.
        let scopes: Vec<OauthScope> = caller
            .principal
            .scopes()
            .iter()
            .filter_map(|scope| OauthScope::parse(scope.as_str()))
            .collect();
        Ok(Grant::new(caller, scopes))
    }

    async fn booking_secret(
        &self,
        secret: contract_runtime::ApiKey<'_>,
    ) -> Result<BookingSecret, AuthenticationError> {
        // Which booking it opens is seen where that is read.
        BookingSecret::parse(secret.as_str())
            .map_err(|malformed| AuthenticationError::rejected(malformed.to_string()))
    }

    async fn refresh_cookie(
        &self,
        token: contract_runtime::ApiKey<'_>,
    ) -> Result<AuthenticRefreshToken, AuthenticationError> {
        // Whether it is still good is seen where its session is read.
        let token = self.identity().tokens().authenticate(token.as_str());
        token.ok_or_else(|| AuthenticationError::rejected("no refresh token of this service"))
    }
}

impl Service {
    fn authenticate_user(&self, token: &str) -> Result<AuthenticCaller, AuthenticationError> {
        let identity = self.identity();
        let keys = identity.signing_keys.known();
        let user = identity
            .tokens()
            .verify(&keys, token, self.clock().now())
            .map_err(|rejection| AuthenticationError::rejected(rejection.to_string()))?;
        Ok(AuthenticCaller {
            principal: Principal::User {
                id: user.id,
                scopes: user.scopes,
            },
            session: Some(user.session),
        })
    }

    /// The outside issuer, if the token says that it is one of its own.
    fn outside_issuer_of(&self, token: &str) -> Option<&OutsideIssuer> {
        let issuer = self.identity().outside_issuer.as_ref();
        issuer.filter(|issuer| issuer.is_meant(token))
    }

    async fn authenticate_outsider(
        &self,
        issuer: &OutsideIssuer,
        token: &str,
    ) -> Result<AuthenticCaller, AuthenticationError> {
        let now = self.clock().now();
        let identified = issuer.identify(token, now).await;
        let identified = identified.map_err(|error| match error {
            IdentifyError::Key(FindKeyError::Unavailable) => {
                unavailable(&error, ATTEMPT_INTERVAL_SECONDS).into()
            }
            IdentifyError::Key(FindKeyError::Unknown) | IdentifyError::Rejected(_) => {
                AuthenticationError::rejected(error.to_string())
            }
        })?;
        let (identity, verified) = (&identified.identity, identified.verified.as_ref());
        let user = self.store().authenticate_identity(identity, verified, now);
        Ok(AuthenticCaller {
            principal: Principal::User {
                id: user.await.map_err(store_error::<_, AuthenticationError>)?,
                scopes: OUTSIDE_ISSUER_SCOPES,
            },
            session: None,
        })
    }

    async fn authenticate_api_key(
        &self,
        token: &str,
    ) -> Result<AuthenticCaller, AuthenticationError> {
        let key = ApiKey::parse(token)
            .map_err(|malformed| AuthenticationError::rejected(malformed.to_string()))?;
        let found = self.store().authenticate_api_key(&key, self.clock().now());
        Ok(AuthenticCaller {
            principal: found.await.map_err(store_error::<_, AuthenticationError>)?,
            session: None,
        })
    }
}

impl IntoError<AuthenticationError> for ApiKeyRejected {
    fn into_error(self) -> AuthenticationError {
        AuthenticationError::rejected(self.to_string())
    }
}

impl IntoError<AuthenticationError> for UnknownIdentity {
    fn into_error(self) -> AuthenticationError {
        AuthenticationError::rejected(self.to_string())
    }
}

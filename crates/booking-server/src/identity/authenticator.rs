//! Whose credential a request carries.

use booking_api::security::{Authenticator, OauthScope};
use contract_runtime::{AuthenticationError, BearerToken, Grant};

use super::AuthenticUser;
use crate::service::Service;

impl Authenticator for Service {
    type Oauth = AuthenticUser;

    async fn oauth(
        &self,
        token: BearerToken<'_>,
    ) -> Result<Grant<AuthenticUser, OauthScope>, AuthenticationError> {
        let identity = self.identity();
        let keys = identity.signing_keys.known();
        let user = identity
            .tokens
            .verify(&keys, token.as_str(), self.clock().now())
            .map_err(|rejection| AuthenticationError::rejected(rejection.to_string()))?;
        // A scope that no operation demands yet is none of the contract's.
        let scopes: Vec<OauthScope> = user
            .scopes
            .iter()
            .filter_map(|scope| OauthScope::parse(scope.as_str()))
            .collect();
        Ok(Grant::new(user, scopes))
    }
}

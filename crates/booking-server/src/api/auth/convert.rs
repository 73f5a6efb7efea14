//! Tokens.

use booking_api::types;
use credentials::{AccessTokenIssuer, ExposeSecret};

use crate::api::shared::BreaksContract;
use crate::identity::IssuedTokens;

/// Tokens as they are answered.
pub(crate) fn tokens(issued: &IssuedTokens) -> Result<types::Tokens, BreaksContract> {
    let types::BrowserTokens {
        access_token,
        token_type,
        expires_in,
        scope,
    } = browser_tokens(issued)?;
    Ok(types::Tokens {
        access_token,
        token_type,
        expires_in,
        scope,
        refresh_token: types::RefreshToken::try_from(issued.refresh_token.expose_secret())
            .map_err(BreaksContract::at("refresh_token"))?,
    })
}

/// What of them a script in a browser is told.
pub(crate) fn browser_tokens(
    issued: &IssuedTokens,
) -> Result<types::BrowserTokens, BreaksContract> {
    let lifetime = i32::try_from(AccessTokenIssuer::LIFETIME.as_secs()).unwrap_or(i32::MAX);
    Ok(types::BrowserTokens {
        access_token: types::AccessToken::try_from(issued.access_token.expose_secret())
            .map_err(BreaksContract::at("access_token"))?,
        token_type: types::TokenType::Bearer,
        expires_in: types::ExpiresIn::try_from(lifetime)
            .map_err(BreaksContract::at("expires_in"))?,
        scope: types::GrantedScope::try_from(issued.scopes.to_string())
            .map_err(BreaksContract::at("scope"))?,
    })
}

//! `/.well-known/oauth-authorization-server`: where the authorization server is and what it can do
//! (RFC 8414).

use booking_domain::Scope;
use credentials::CodeChallenge;
use http::StatusCode;
use http::header::HOST;
use http::uri::Authority;
use serde_json::json;

use super::{AUTHORIZE_PATH, TOKEN_PATH};
use crate::operational::{Context, HandlerResult, JWKS_PATH, docs};

pub(crate) async fn answer(context: Context) -> HandlerResult {
    let identity = context.context().identity();
    let base = match &identity.public_url {
        Some(url) => url.to_string(),
        // Whoever asks has found the way here.
        None => {
            let host = context.request.headers().get(HOST);
            let host = host.and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
            format!(
                "http://{}",
                host.as_ref().map_or("localhost", Authority::as_str)
            )
        }
    };
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let metadata = json!({
        "issuer": identity.tokens().issuer(),
        "authorization_endpoint": format!("{base}{AUTHORIZE_PATH}"),
        "token_endpoint": format!("{base}{TOKEN_PATH}"),
        "jwks_uri": format!("{base}{JWKS_PATH}"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": [CodeChallenge::METHOD],
        "authorization_response_iss_parameter_supported": true,
        "service_documentation": format!("{base}{}", docs::PATH),
    });
    Ok(super::json(StatusCode::OK, &metadata))
}

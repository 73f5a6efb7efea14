//! `/oauth/token`: a program exchanges a code or a refresh token (RFC 6749, 4.1.3 and 6).

use booking_domain::{ClientId, Scopes};
use booking_persistence::{
    AccountSession, PresentedCode, PresentedRefreshToken, RefreshTokenRefusal, StoreError,
};
use credentials::{
    AccessTokenIssuer, CodeVerifier, ExposeSecret, OneTimeToken, OneTimeTokenPurpose,
};
use dropshot::Body;
use http::header::{AUTHORIZATION, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::operational::form::{Form, Repeated, UnreadBody};
use crate::operational::{Context, HandlerResult};
use crate::service::Service;

pub(crate) async fn answer(context: Context, body: UnreadBody) -> HandlerResult {
    let mut response = match exchange(&context, body).await {
        Ok(tokens) => super::json(StatusCode::OK, &tokens),
        Err(error) => error.into_response(),
    };
    // RFC 6749, 5.1.
    let headers = response.headers_mut();
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// What a program is told instead of tokens (5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TokenError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
}

impl TokenError {
    const INVALID_CLIENT: Self = Self::new("invalid_client", "the program is not registered here");
    const CODE: Self = Self::new(
        "invalid_grant",
        "the code is unknown, used or too old, or belongs to another request",
    );
    const REFRESH_TOKEN: Self = Self::new(
        "invalid_grant",
        "the refresh token is unknown, used or too old, or belongs to another program",
    );
    const INVALID_SCOPE: Self = Self::new(
        "invalid_scope",
        "a scope is not known here, or is more than the person has allowed",
    );
    /// The program has tried to authenticate itself, and none has anything to do so with.
    const NO_SECRETS: Self = Self {
        status: StatusCode::UNAUTHORIZED,
        code: "invalid_client",
        description: "programs have no secrets here: send client_id in the body",
    };
    const UNAVAILABLE: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "temporarily_unavailable",
        description: "try again later",
    };
    const SERVER_ERROR: Self = Self {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "server_error",
        description: "the request failed",
    };

    const fn new(code: &'static str, description: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            description,
        }
    }

    const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    fn into_response(self) -> Response<Body> {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = super::json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"ReserveEasy Booking API\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// For a store that has not done what it was asked to, and what it refuses.
    fn from_store<R: std::fmt::Display>(
        error: StoreError<R>,
        refused: impl FnOnce(R) -> Self,
    ) -> Self {
        match error {
            StoreError::Refused(refusal) => {
                tracing::info!(cause = %refusal, "a program gets no tokens");
                refused(refusal)
            }
            StoreError::Unavailable(error) => {
                tracing::warn!(cause = %error, "a program gets no tokens");
                Self::UNAVAILABLE
            }
            StoreError::Internal(error) => {
                tracing::error!(cause = %error, "a program gets no tokens");
                Self::SERVER_ERROR
            }
        }
    }
}

impl From<Repeated> for TokenError {
    fn from(_: Repeated) -> Self {
        Self::invalid_request("a parameter is there more than once")
    }
}

async fn exchange(context: &Context, body: UnreadBody) -> Result<Value, TokenError> {
    let service = context.context();
    let headers = context.request.headers();
    if headers.contains_key(AUTHORIZATION) {
        return Err(TokenError::NO_SECRETS);
    }
    let form = body.read_form(headers).await;
    let form = form.map_err(|_| TokenError::invalid_request("the body is no form that is read"))?;
    let grant_type = form.get("grant_type")?;
    let id = form.get("client_id")?;
    let id = id.ok_or(TokenError::invalid_request("client_id is missing"))?;
    let client = service.identity().oauth_clients.find(id);
    let client = client.ok_or(TokenError::INVALID_CLIENT)?;
    let (session, scopes) = match grant_type {
        Some("authorization_code") => redeem(service, &form, &client).await?,
        Some("refresh_token") => refresh(service, &form, client).await?,
        Some(_) => {
            let description = "grant_type has to be authorization_code or refresh_token";
            return Err(TokenError::new("unsupported_grant_type", description));
        }
        None => return Err(TokenError::invalid_request("grant_type is missing")),
    };
    let issued = service
        .identity()
        .issue_within(&session, scopes, service.clock().now());
    let issued = issued.map_err(|error| {
        tracing::error!(cause = %error, "a program gets no tokens");
        TokenError::SERVER_ERROR
    })?;
    Ok(json!({
        "access_token": issued.access_token.expose_secret(),
        "token_type": "Bearer",
        "expires_in": AccessTokenIssuer::LIFETIME.as_secs(),
        "refresh_token": issued.refresh_token.expose_secret(),
        "scope": issued.scopes.to_string(),
    }))
}

async fn redeem(
    service: &Service,
    form: &Form,
    client: &ClientId,
) -> Result<(AccountSession, Scopes), TokenError> {
    let missing = TokenError::invalid_request("code, redirect_uri or code_verifier is missing");
    let [code, redirect_uri, verifier] = ["code", "redirect_uri", "code_verifier"];
    let code = form.get(code)?.ok_or(missing)?;
    let redirect_uri = form.get(redirect_uri)?.ok_or(missing)?;
    let verifier = form.get(verifier)?.ok_or(missing)?;
    let code_verifier = CodeVerifier::parse(verifier)
        .map_err(|_| TokenError::invalid_request("code_verifier is none of RFC 7636"))?;
    let code = OneTimeToken::parse(OneTimeTokenPurpose::AuthorizationCode, code)
        .map_err(|_| TokenError::CODE)?;
    let presented = PresentedCode {
        code: &code,
        client,
        redirect_uri,
        code_verifier: &code_verifier,
    };
    let now = service.clock().now();
    let session = service
        .store()
        .redeem_authorization_code(&presented, now)
        .await;
    let session = session.map_err(|error| TokenError::from_store(error, |_| TokenError::CODE))?;
    let scopes = session.session.scopes;
    Ok((session, scopes))
}

async fn refresh(
    service: &Service,
    form: &Form,
    client: ClientId,
) -> Result<(AccountSession, Scopes), TokenError> {
    let token = form.get("refresh_token")?;
    let token = token.ok_or(TokenError::invalid_request("refresh_token is missing"))?;
    let token = service.identity().tokens().authenticate(token);
    let token = token.ok_or(TokenError::REFRESH_TOKEN)?;
    let scopes = match form.get("scope")? {
        Some(scope) => Some(Scopes::parse(scope).ok_or(TokenError::INVALID_SCOPE)?),
        None => None,
    };
    let presented = PresentedRefreshToken {
        token,
        client,
        scopes,
    };
    let session = service
        .store()
        .refresh_token(&presented, service.clock().now())
        .await;
    let session = session.map_err(|error| {
        TokenError::from_store(error, |refusal| match refusal {
            RefreshTokenRefusal::ScopeExceeded => TokenError::INVALID_SCOPE,
            RefreshTokenRefusal::SessionNotFound
            | RefreshTokenRefusal::OtherClient
            | RefreshTokenRefusal::Expired
            | RefreshTokenRefusal::Revoked
            | RefreshTokenRefusal::Reused => TokenError::REFRESH_TOKEN,
        })
    })?;
    let scopes = scopes.unwrap_or(session.session.scopes);
    Ok((session, scopes))
}

//! The operations tagged Auth.

mod browser;
mod convert;

use booking_api::auth::{
    Auth, CreateSessionError, CreateSessionRequest, CreateSessionResponse, DeleteSessionError,
    DeleteSessionRequest, DeleteSessionResponse, LoginError, LoginRequest, LoginResponse,
    LogoutError, LogoutRequest, LogoutResponse, RefreshSessionError, RefreshSessionRequest,
    RefreshSessionResponse, RefreshTokenError, RefreshTokenRequest, RefreshTokenResponse,
    RequestPasswordResetError, RequestPasswordResetRequest, RequestPasswordResetResponse,
    ResetPasswordError, ResetPasswordRequest, ResetPasswordResponse,
};
use booking_api::types::{self, NewPasswordByToken};
use booking_api::{callers, errors, headers};
use booking_persistence::{
    AccountSession, Login, OneTimeTokenRefusal, PasswordChanged, PresentedRefreshToken,
    RefreshTokenRefusal,
};
use contract_runtime::{Problem, RequestOrigin};
use credentials::{AuthenticRefreshToken, OneTimeToken, OneTimeTokenPurpose, Password};

use super::shared::{
    IntoDomain, IntoError, attempt, challenge, hashing_error, internal_error, new_password,
    no_store, store_error, unauthenticated,
};
use crate::identity::{VerifyLoginError, first_party, grantable_scopes};
use crate::service::Service;

impl Auth for Service {
    async fn login(&self, request: LoginRequest) -> Result<LoginResponse, LoginError> {
        let session = self.log_in::<LoginError>(&request.body, &request.origin);
        let session = session.await?;
        Ok(LoginResponse::Ok(self.tokens(&session)?, no_store()))
    }

    async fn refresh_token(
        &self,
        request: RefreshTokenRequest,
    ) -> Result<RefreshTokenResponse, RefreshTokenError> {
        let token = request.body.refresh_token;
        let token = self.identity().tokens().authenticate(token.as_str());
        let token = token.ok_or_else(|| -> RefreshTokenError {
            RefreshTokenRefusal::SessionNotFound.into_error()
        })?;
        let session = self.refreshed::<RefreshTokenError>(token).await?;
        Ok(RefreshTokenResponse::Ok(self.tokens(&session)?, no_store()))
    }

    async fn logout(&self, request: LogoutRequest) -> Result<LogoutResponse, LogoutError> {
        let token = request.body.refresh_token;
        if let Some(token) = self.identity().tokens().authenticate(token.as_str()) {
            let ended = self.store().logout(token.family_id(), self.clock().now());
            ended.await.map_err(store_error::<_, LogoutError>)?;
        }
        Ok(LogoutResponse::NoContent)
    }

    async fn create_session(
        &self,
        request: CreateSessionRequest,
    ) -> Result<CreateSessionResponse, CreateSessionError> {
        type Error = CreateSessionError;
        browser::check_origin::<Error>(self.identity(), request.headers.origin.as_ref())?;
        let session = self.log_in::<Error>(&request.body, &request.origin);
        let (body, headers) = self.browser_tokens(&session.await?)?;
        Ok(CreateSessionResponse::Ok(body, headers))
    }

    async fn refresh_session(
        &self,
        caller: callers::RefreshCookie<Self>,
        request: RefreshSessionRequest,
    ) -> Result<RefreshSessionResponse, RefreshSessionError> {
        type Error = RefreshSessionError;
        browser::check_origin::<Error>(self.identity(), request.headers.origin.as_ref())?;
        let session = self.refreshed::<Error>(caller.into_principal()).await?;
        let (body, headers) = self.browser_tokens(&session)?;
        Ok(RefreshSessionResponse::Ok(body, headers))
    }

    async fn delete_session(
        &self,
        caller: callers::RefreshCookie<Self>,
        request: DeleteSessionRequest,
    ) -> Result<DeleteSessionResponse, DeleteSessionError> {
        type Error = DeleteSessionError;
        browser::check_origin::<Error>(self.identity(), request.headers.origin.as_ref())?;
        let session = caller.principal().family_id();
        let ended = self.store().logout(session, self.clock().now());
        ended.await.map_err(store_error::<_, Error>)?;
        let set_cookie = browser::no_cookie(self.identity()).map_err(internal_error)?;
        Ok(DeleteSessionResponse::NoContent(headers::SetCookie {
            set_cookie,
        }))
    }

    async fn request_password_reset(
        &self,
        request: RequestPasswordResetRequest,
    ) -> Result<RequestPasswordResetResponse, RequestPasswordResetError> {
        type Error = RequestPasswordResetError;
        let email = request.body.email.into_domain();
        attempt::<Error>(
            self,
            "request_password_reset",
            &request.origin,
            Some(&email),
        )?;
        let asked = self
            .store()
            .request_password_reset(&email, self.clock().now());
        asked.await.map_err(store_error::<_, Error>)?;
        Ok(RequestPasswordResetResponse::Accepted)
    }

    async fn reset_password(
        &self,
        request: ResetPasswordRequest,
    ) -> Result<ResetPasswordResponse, ResetPasswordError> {
        type Error = ResetPasswordError;
        attempt::<Error>(self, "reset_password", &request.origin, None)?;
        let NewPasswordByToken { token, password } = request.body;
        let token = OneTimeToken::parse(OneTimeTokenPurpose::PasswordReset, token.as_str());
        let token = token.map_err(|_| -> Error { OneTimeTokenRefusal::NotFound.into_error() })?;
        let account = self.store().find_password_reset(&token, self.clock().now());
        let account = account.await.map_err(store_error::<_, Error>)?;
        let about = [account.email.as_str(), account.name.as_str()];
        let field = NewPasswordByToken::FIELDS.password;
        let hash = new_password::<Error>(self, &password, field, &about).await?;
        let reset = self
            .store()
            .reset_password(&token, &hash, self.clock().now());
        reset.await.map_err(store_error::<_, Error>)?;
        Ok(ResetPasswordResponse::NoContent)
    }
}

impl Service {
    /// Begins a session of our own program, for who gives address and password.
    async fn log_in<E>(
        &self,
        credentials: &types::LoginCredentials,
        origin: &RequestOrigin,
    ) -> Result<AccountSession, E>
    where
        E: From<errors::TooManyRequests>
            + From<errors::InvalidCredentials>
            + From<errors::InternalError>
            + From<errors::ServiceUnavailable>,
    {
        let email = credentials.email.clone().into_domain();
        attempt::<E>(self, "login", origin, Some(&email))?;
        let password = credentials.password.as_str();
        let verified = self.identity().verify_login(self.store(), &email, password);
        let found = verified.await.map_err(|error| match error {
            VerifyLoginError::Store(error) => store_error::<_, E>(error),
            VerifyLoginError::Hashing(error) => hashing_error::<E>(error),
        })?;
        let found = found.ok_or_else(|| -> E { PasswordChanged.into_error() })?;
        let rehashed = if found.password_hash.needs_rehash() {
            let password = Password::parse(password).map_err(internal_error)?;
            let hash = self.identity().passwords.hash(password).await;
            Some(hash.map_err(hashing_error::<E>)?)
        } else {
            None
        };
        let login = Login {
            scopes: grantable_scopes(&found.account),
            user: found.account.id,
            verified: found.password_hash,
            rehashed,
            client: first_party(),
        };
        let session = self.store().login(&login, self.clock().now()).await;
        session.map_err(store_error::<_, E>)
    }

    /// The session of our own program after the use of a refresh token.
    async fn refreshed<E>(&self, token: AuthenticRefreshToken) -> Result<AccountSession, E>
    where
        E: From<errors::InternalError> + From<errors::ServiceUnavailable>,
        RefreshTokenRefusal: IntoError<E>,
    {
        let presented = PresentedRefreshToken {
            token,
            client: first_party(),
            scopes: None,
        };
        let session = self.store().refresh_token(&presented, self.clock().now());
        session.await.map_err(store_error::<_, E>)
    }

    /// What a browser is answered that has logged in, or stays so.
    fn browser_tokens(
        &self,
        session: &AccountSession,
    ) -> Result<(types::BrowserTokens, headers::CacheControlSetCookie), errors::InternalError> {
        let now = self.clock().now();
        let identity = self.identity();
        let issued = identity.issue(session, now).map_err(internal_error)?;
        let set_cookie = browser::cookie(identity, &issued.refresh_token, session, now);
        let headers = headers::CacheControlSetCookie {
            cache_control: no_store().cache_control,
            set_cookie: set_cookie.map_err(internal_error)?,
        };
        let body = convert::browser_tokens(&issued).map_err(internal_error)?;
        Ok((body, headers))
    }

    /// What a client is answered that has logged in, or stays so.
    fn tokens(&self, session: &AccountSession) -> Result<types::Tokens, errors::InternalError> {
        let issued = self
            .identity()
            .issue(session, self.clock().now())
            .map_err(internal_error)?;
        convert::tokens(&issued).map_err(internal_error)
    }
}

/// Whether the address or the password was wrong is not said.
impl<E: From<errors::InvalidCredentials>> IntoError<E> for PasswordChanged {
    fn into_error(self) -> E {
        invalid_credentials("the email address or the password is wrong").into()
    }
}

/// Why a refresh token is no good, its sender is not told: it may be the thief.
const NOT_GOOD: &str = "the refresh token is not good any more: log in again";

impl IntoError<RefreshTokenError> for RefreshTokenRefusal {
    fn into_error(self) -> RefreshTokenError {
        invalid_credentials(NOT_GOOD).into()
    }
}

impl IntoError<RefreshSessionError> for RefreshTokenRefusal {
    fn into_error(self) -> RefreshSessionError {
        unauthenticated(NOT_GOOD).into()
    }
}

fn invalid_credentials(message: &'static str) -> errors::InvalidCredentials {
    errors::InvalidCredentials {
        problem: Problem::new(message),
        headers: challenge(),
    }
}

//! The operations tagged Auth.

mod convert;

use booking_api::auth::{
    Auth, LoginError, LoginRequest, LoginResponse, LogoutError, LogoutRequest, LogoutResponse,
    RefreshTokenError, RefreshTokenRequest, RefreshTokenResponse, RequestPasswordResetError,
    RequestPasswordResetRequest, RequestPasswordResetResponse, ResetPasswordError,
    ResetPasswordRequest, ResetPasswordResponse,
};
use booking_api::errors;
use booking_api::types::{self, NewPasswordByToken};
use booking_persistence::{
    AccountSession, Login, OneTimeTokenRefusal, PasswordChanged, PresentedRefreshToken,
    RefreshTokenRefusal,
};
use contract_runtime::Problem;
use credentials::{OneTimeToken, OneTimeTokenPurpose, Password};

use super::shared::{
    IntoDomain, IntoError, attempt, challenge, internal_error, new_password, no_store, store_error,
};
use crate::identity::{VerifyLoginError, first_party, grantable_scopes};
use crate::service::Service;

impl Auth for Service {
    async fn login(&self, request: LoginRequest) -> Result<LoginResponse, LoginError> {
        let email = request.body.email.into_domain();
        attempt::<LoginError>(self, "login", &request.origin, Some(&email))?;
        let password = request.body.password.as_str();
        let verified = self.identity().verify_login(self.store(), &email, password);
        let found = verified.await.map_err(|error| match error {
            VerifyLoginError::Store(error) => store_error::<_, LoginError>(error),
            VerifyLoginError::Hashing(error) => internal_error(error).into(),
        })?;
        let found = found.ok_or_else(|| -> LoginError { PasswordChanged.into_error() })?;
        let rehashed = if found.password_hash.needs_rehash() {
            let password = Password::parse(password).map_err(internal_error)?;
            let hash = self.identity().passwords.hash(password).await;
            Some(hash.map_err(internal_error)?)
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
        let session = session.map_err(store_error::<_, LoginError>)?;
        Ok(LoginResponse::Ok(self.tokens(&session)?, no_store()))
    }

    async fn refresh_token(
        &self,
        request: RefreshTokenRequest,
    ) -> Result<RefreshTokenResponse, RefreshTokenError> {
        let token = request.body.refresh_token;
        let token = self.identity().tokens.authenticate(token.as_str());
        let token = token.ok_or_else(|| -> RefreshTokenError {
            RefreshTokenRefusal::SessionNotFound.into_error()
        })?;
        let presented = PresentedRefreshToken {
            token,
            client: first_party(),
            scopes: None,
        };
        let session = self.store().refresh_token(&presented, self.clock().now());
        let session = session.await;
        let session = session.map_err(store_error::<_, RefreshTokenError>)?;
        Ok(RefreshTokenResponse::Ok(self.tokens(&session)?, no_store()))
    }

    async fn logout(&self, request: LogoutRequest) -> Result<LogoutResponse, LogoutError> {
        let token = request.body.refresh_token;
        if let Some(token) = self.identity().tokens.authenticate(token.as_str()) {
            let ended = self.store().logout(token.family_id(), self.clock().now());
            ended.await.map_err(store_error::<_, LogoutError>)?;
        }
        Ok(LogoutResponse::NoContent)
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
impl<E: From<errors::InvalidCredentials>> IntoError<E> for RefreshTokenRefusal {
    fn into_error(self) -> E {
        invalid_credentials("the refresh token is not good any more: log in again").into()
    }
}

fn invalid_credentials(message: &'static str) -> errors::InvalidCredentials {
    errors::InvalidCredentials {
        problem: Problem::new(message),
        headers: challenge(),
    }
}

//! The operations tagged Users.

mod convert;

use booking_api::callers;
use std::convert::Infallible;

use booking_api::errors;
use booking_api::headers::ETagCacheControl;
use booking_api::types::{self, NewPasswordByToken, PasswordChange};
use booking_api::users::{
    ChangePasswordError, ChangePasswordRequest, ChangePasswordResponse, GetMeError, GetMeRequest,
    GetMeResponse, ListMyBookingsError, ListMyBookingsRequest, ListMyBookingsResponse,
    ListMyEmploymentsError, ListMyEmploymentsRequest, ListMyEmploymentsResponse, RegisterUserError,
    RegisterUserRequest, RegisterUserResponse, UpdateMeError, UpdateMeHeaders, UpdateMeRequest,
    UpdateMeResponse, Users, VerifyEmailError, VerifyEmailRequest, VerifyEmailResponse,
};
use booking_domain::{Account, ChangeAccountRefusal, Registration};
use booking_persistence::{
    AccountNotFound, BookingFilter, BookingSort, OneTimeTokenRefusal, OperationRefusal,
    PasswordChanged, StoreError,
};
use contract_runtime::Problem;
use credentials::{OneTimeToken, OneTimeTokenPurpose, Password};

use super::bookings::convert::booking;
use super::shared::{
    IntoDomain, IntoError, Paging, attempt, entity_tag, hashing_error, internal_error,
    new_password, no_store, required_versions, store_error, unauthenticated, user,
};
use super::staff::convert::employment;
use crate::service::Service;

impl Users for Service {
    async fn register_user(
        &self,
        request: RegisterUserRequest,
    ) -> Result<RegisterUserResponse, RegisterUserError> {
        let registration = Registration {
            email: request.body.email.into_domain(),
            name: request.body.name.into_domain(),
        };
        let email = &registration.email;
        attempt::<RegisterUserError>(self, "register_user", &request.origin, Some(email))?;
        let registered = self
            .store()
            .register_user(&registration, self.clock().now());
        registered
            .await
            .map_err(store_error::<_, RegisterUserError>)?;
        Ok(RegisterUserResponse::Accepted)
    }

    async fn verify_email(
        &self,
        request: VerifyEmailRequest,
    ) -> Result<VerifyEmailResponse, VerifyEmailError> {
        type Error = VerifyEmailError;
        attempt::<Error>(self, "verify_email", &request.origin, None)?;
        let NewPasswordByToken { token, password } = request.body;
        let token = OneTimeToken::parse(OneTimeTokenPurpose::EmailVerification, token.as_str());
        let token = token.map_err(|_| -> Error { OneTimeTokenRefusal::NotFound.into_error() })?;
        let registration = self.store().find_registration(&token, self.clock().now());
        let registration = registration.await.map_err(store_error::<_, Error>)?;
        let about = [registration.email.as_str(), registration.name.as_str()];
        let field = NewPasswordByToken::FIELDS.password;
        let hash = new_password::<Error>(self, &password, field, &about).await?;
        let verified = self.store().verify_email(&token, &hash, self.clock().now());
        verified.await.map_err(store_error::<_, Error>)?;
        Ok(VerifyEmailResponse::NoContent)
    }

    async fn get_me(
        &self,
        caller: callers::AccountManage<Self>,
        _: GetMeRequest,
    ) -> Result<GetMeResponse, GetMeError> {
        let account = self
            .store()
            .get_me(user::<GetMeError>(caller.principal())?)
            .await;
        let account = account.map_err(store_error::<_, GetMeError>)?;
        let (body, headers) = answer(&account)?;
        Ok(GetMeResponse::Ok(body, headers))
    }

    async fn update_me(
        &self,
        caller: callers::AccountManage<Self>,
        request: UpdateMeRequest,
    ) -> Result<UpdateMeResponse, UpdateMeError> {
        let if_match = UpdateMeHeaders::FIELDS.if_match;
        let expected = required_versions::<UpdateMeError>(request.headers.if_match, if_match)?;
        let change = convert::account_change(request.body);
        let account = self
            .store()
            .update_me(
                user::<UpdateMeError>(caller.principal())?,
                &change,
                expected.as_deref(),
                self.clock().now(),
            )
            .await
            .map_err(store_error::<_, UpdateMeError>)?;
        let (body, headers) = answer(&account)?;
        Ok(UpdateMeResponse::Ok(body, headers))
    }

    async fn change_password(
        &self,
        caller: callers::AccountManage<Self>,
        request: ChangePasswordRequest,
    ) -> Result<ChangePasswordResponse, ChangePasswordError> {
        type Error = ChangePasswordError;
        let session = caller.principal().session;
        let user = user::<Error>(caller.principal())?;
        let found = self.store().find_password(user).await;
        let found = found.map_err(store_error::<_, Error>)?;
        let email = found.as_ref().map(|found| &found.account.email);
        attempt::<Error>(self, "change_password", &request.origin, email)?;
        let PasswordChange {
            current_password,
            new_password: wanted,
        } = request.body;
        let (Some(found), Ok(current)) = (found, Password::parse(current_password.as_str())) else {
            return Err(wrong_password());
        };
        let hash = found.password_hash;
        let verified = self
            .identity()
            .passwords
            .verify(current, Some(hash.clone()));
        if !verified.await.map_err(hashing_error::<Error>)? {
            return Err(wrong_password());
        }
        let about = [found.account.email.as_str(), found.account.name.as_str()];
        let field = PasswordChange::FIELDS.new_password;
        let new = new_password::<Error>(self, &wanted, field, &about).await?;
        let now = self.clock().now();
        let changed = self
            .store()
            .change_password(user, (&hash, &new), session, now);
        changed.await.map_err(|error| -> Error {
            match error {
                StoreError::Refused(OperationRefusal::Rule(PasswordChanged)) => wrong_password(),
                StoreError::Refused(OperationRefusal::NotFound(gone)) => gone.into_error(),
                StoreError::Unavailable(cause) => {
                    store_error(StoreError::<Infallible>::Unavailable(cause))
                }
                StoreError::Internal(cause) => internal_error(cause).into(),
            }
        })?;
        Ok(ChangePasswordResponse::NoContent)
    }

    async fn list_my_bookings(
        &self,
        caller: callers::BookingsRead<Self>,
        request: ListMyBookingsRequest,
    ) -> Result<ListMyBookingsResponse, ListMyBookingsError> {
        let query = request.query;
        let paging = Paging::by_cursor::<ListMyBookingsError>(query.limit, query.cursor.as_ref())?;
        let page = self
            .store()
            .list_my_bookings(
                user::<ListMyBookingsError>(caller.principal())?,
                &BookingFilter::default(),
                (BookingSort::BookingDateDesc, &paging.window()),
                self.clock().now(),
            )
            .await
            .map_err(store_error::<_, ListMyBookingsError>)?;
        let (data, pagination) = paging.answer(&page, booking).map_err(internal_error)?;
        Ok(ListMyBookingsResponse::Ok(
            types::BookingPage { data, pagination },
            no_store(),
        ))
    }

    async fn list_my_employments(
        &self,
        caller: callers::AccountManage<Self>,
        request: ListMyEmploymentsRequest,
    ) -> Result<ListMyEmploymentsResponse, ListMyEmploymentsError> {
        type Error = ListMyEmploymentsError;
        let query = request.query;
        let paging = Paging::by_cursor::<Error>(query.limit, query.cursor.as_ref())?;
        let user = user::<Error>(caller.principal())?;
        let window = paging.window();
        let page = self.store().list_my_employments(user, &window);
        let page = page.await.map_err(store_error::<_, Error>)?;
        let answer = paging.answer(&page, |one| Ok(employment(one)));
        let (data, pagination) = answer.map_err(internal_error)?;
        let page = types::EmploymentPage { data, pagination };
        Ok(ListMyEmploymentsResponse::Ok(page, no_store()))
    }
}

fn answer(account: &Account) -> Result<(types::Account, ETagCacheControl), errors::InternalError> {
    let headers = ETagCacheControl {
        etag: entity_tag(account.version),
        cache_control: types::CacheControl::NoStore,
    };
    Ok((convert::account(account).map_err(internal_error)?, headers))
}

/// An account that is gone has no caller: its tokens are over, too.
impl<E: From<errors::Unauthenticated>> IntoError<E> for AccountNotFound {
    fn into_error(self) -> E {
        unauthenticated("the account is gone").into()
    }
}

impl<E: From<errors::PreconditionFailed>> IntoError<E> for ChangeAccountRefusal {
    fn into_error(self) -> E {
        let message = "the account has changed: read it again, then repeat the change";
        let field = UpdateMeHeaders::FIELDS.if_match;
        errors::PreconditionFailed(Problem::new(message).field(field)).into()
    }
}

fn wrong_password<E: From<errors::WrongPassword>>() -> E {
    let field = PasswordChange::FIELDS.current_password;
    errors::WrongPassword(Problem::new("the current password is wrong").field(field)).into()
}

//! The operations tagged ApiKeys.

mod convert;

use booking_api::api_keys::*;
use booking_api::types::{self, NewApiKey};
use booking_api::{callers, errors, headers, paths};
use booking_domain::ApiKeyExpiryRefusal;
use booking_persistence::ApiKeyNotFound;
use contract_runtime::Problem;

use super::shared::{
    IntoDomain, IntoError, Paging, internal_error, no_store, request_context, store_error,
};
use crate::service::Service;

impl ApiKeys for Service {
    async fn list_api_keys(
        &self,
        caller: callers::ApiKeysManage<Self>,
        request: ListApiKeysRequest,
    ) -> Result<ListApiKeysResponse, ListApiKeysError> {
        let query = request.query;
        let paging = Paging::by_cursor::<ListApiKeysError>(query.limit, query.cursor.as_ref())?;
        let page = self
            .store()
            .list_api_keys(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &paging.window(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, ListApiKeysError>)?;
        let answer = paging.answer(&page, convert::api_key);
        let (data, pagination) = answer.map_err(internal_error)?;
        let body = types::ApiKeyPage { data, pagination };
        Ok(ListApiKeysResponse::Ok(body, no_store()))
    }

    async fn create_api_key(
        &self,
        caller: callers::ApiKeysManage<Self>,
        request: CreateApiKeyRequest,
    ) -> Result<CreateApiKeyResponse, CreateApiKeyError> {
        let restaurant_id = request.path.restaurant_id;
        let created = self
            .store()
            .create_api_key(
                &caller.principal().principal,
                restaurant_id.into_domain(),
                &convert::new_api_key(request.body),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, CreateApiKeyError>)?;
        let body = convert::created_api_key(&created).map_err(internal_error)?;
        let location = paths::get_api_key(&restaurant_id, &body.api_key_id);
        let headers = headers::LocationCacheControl {
            location: types::RelativeReference::from_bounded(location),
            cache_control: types::CacheControl::NoStore,
        };
        Ok(CreateApiKeyResponse::Created(body, headers))
    }

    async fn get_api_key(
        &self,
        caller: callers::ApiKeysManage<Self>,
        request: GetApiKeyRequest,
    ) -> Result<GetApiKeyResponse, GetApiKeyError> {
        let view = self
            .store()
            .get_api_key(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &request.path.api_key_id.into_domain(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, GetApiKeyError>)?;
        let body = convert::api_key(&view).map_err(internal_error)?;
        Ok(GetApiKeyResponse::Ok(body, no_store()))
    }

    async fn revoke_api_key(
        &self,
        caller: callers::ApiKeysManage<Self>,
        request: RevokeApiKeyRequest,
    ) -> Result<RevokeApiKeyResponse, RevokeApiKeyError> {
        self.store()
            .revoke_api_key(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &request.path.api_key_id.into_domain(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, RevokeApiKeyError>)?;
        Ok(RevokeApiKeyResponse::NoContent)
    }
}

impl<E: From<errors::ApiKeyNotFound>> IntoError<E> for ApiKeyNotFound {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string()).field(GetApiKeyPath::FIELDS.api_key_id);
        errors::ApiKeyNotFound(problem).into()
    }
}

impl<E: From<errors::InvalidDate>> IntoError<E> for ApiKeyExpiryRefusal {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string()).field(NewApiKey::FIELDS.expires_at);
        errors::InvalidDate(problem).into()
    }
}

//! The operations tagged Audit.

pub(super) mod convert;

use booking_api::audit::*;
use booking_api::callers;
use booking_api::types;

use super::shared::{IntoDomain, Paging, internal_error, no_store, request_context, store_error};
use crate::service::Service;

impl Audit for Service {
    async fn list_audit_events(
        &self,
        caller: callers::AuditRead<Self>,
        request: ListAuditEventsRequest,
    ) -> Result<ListAuditEventsResponse, ListAuditEventsError> {
        let query = request.query;
        let paging = Paging::by_cursor::<ListAuditEventsError>(query.limit, query.cursor.as_ref())?;
        let page = self
            .store()
            .list_audit_events(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &paging.window(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, ListAuditEventsError>)?;
        let answer = paging.answer(&page, convert::audit_event);
        let (data, pagination) = answer.map_err(internal_error)?;
        let body = types::AuditEventPage { data, pagination };
        Ok(ListAuditEventsResponse::Ok(body, no_store()))
    }
}

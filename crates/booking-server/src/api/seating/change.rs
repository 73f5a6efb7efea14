//! What the operations on every kind of part have in common.

use booking_api::errors::{InternalError, PreconditionRequired, ServiceUnavailable};
use booking_api::{headers, types};
use booking_domain::{Principal, RestaurantId};
use booking_persistence::{
    CreatePartRefusal, DeletePartRefusal, RestaurantAccessRefusal, SeatingChangeRequest,
    UpdatePartRefusal,
};
use contract_runtime::{FieldName, RequestOrigin, RuleViolation};

use super::convert::{ContractPart, affected_bookings};
use crate::api::shared::{
    BreaksContract, IntoError, entity_tag, internal_error, request_context, required_versions,
    store_error,
};
use crate::service::Service;

/// The parts of one kind, for the staff.
pub(super) async fn list<P: ContractPart, E>(
    service: &Service,
    principal: &Principal,
    restaurant: RestaurantId,
    origin: &RequestOrigin,
) -> Result<(Vec<P::Body>, headers::ETag), E>
where
    E: From<InternalError> + From<ServiceUnavailable>,
    RestaurantAccessRefusal: IntoError<E>,
{
    let context = request_context(service, origin)?;
    let list = service
        .store()
        .list_seating_parts::<P>(principal, restaurant, &context)
        .await
        .map_err(store_error::<_, E>)?;
    let parts = list.parts.iter().map(|part| part.to_body(None));
    let parts = parts.collect::<Result<_, _>>().map_err(internal_error)?;
    let etag = entity_tag(list.version);
    Ok((parts, headers::ETag { etag }))
}

/// There are more than the rules allow.
pub(super) fn too_many(violation: RuleViolation) -> InternalError {
    internal_error(BreaksContract::at("data")(violation))
}

/// A change that is asked for.
pub(super) struct Change<'a> {
    pub(super) service: &'a Service,
    pub(super) principal: &'a Principal,
    pub(super) restaurant: RestaurantId,
    /// The header, and what it is called.
    pub(super) if_match: (Option<types::EntityTagCondition>, FieldName),
    pub(super) force: bool,
    pub(super) origin: &'a RequestOrigin,
}

/// The change that a request asks for; a macro, for each operation has a request of its own.
macro_rules! change {
    ($service:expr, $caller:expr, $request:expr, $headers:ident, force: $force:expr) => {
        $crate::api::seating::change::Change {
            service: $service,
            principal: &$caller.principal().principal,
            restaurant: $request.path.restaurant_id.into_domain(),
            if_match: ($request.headers.if_match, $headers::FIELDS.if_match),
            force: $force,
            origin: &$request.origin,
        }
    };
}
pub(super) use change;

impl Change<'_> {
    /// Adds the part that has these settings.
    pub(super) async fn create<P: ContractPart, E>(
        self,
        settings: &P::Settings,
    ) -> Result<(P::Body, types::EntityTag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable> + From<PreconditionRequired>,
        RestaurantAccessRefusal<CreatePartRefusal<P>>: IntoError<E>,
    {
        let (condition, if_match) = self.if_match;
        let expected = required_versions::<E>(condition, if_match)?;
        let context = request_context(self.service, self.origin)?;
        let request = SeatingChangeRequest {
            principal: self.principal,
            restaurant: self.restaurant,
            expected: expected.as_deref(),
            force: self.force,
            context: &context,
        };
        let new = |id| P::from_settings(settings, id);
        let changed = self
            .service
            .store()
            .create_seating_part::<P>(request, &new)
            .await;
        let changed = changed.map_err(store_error::<_, E>)?;
        let affected = affected_bookings(&changed.affected).map_err(internal_error)?;
        let body = changed
            .part
            .to_body(Some(affected))
            .map_err(internal_error)?;
        Ok((body, entity_tag(changed.version)))
    }

    /// Gives a part these settings.
    pub(super) async fn update<P: ContractPart, E>(
        self,
        id: P::Id,
        settings: &P::Settings,
    ) -> Result<(P::Body, types::EntityTag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable> + From<PreconditionRequired>,
        RestaurantAccessRefusal<UpdatePartRefusal<P>>: IntoError<E>,
    {
        let (condition, if_match) = self.if_match;
        let expected = required_versions::<E>(condition, if_match)?;
        let context = request_context(self.service, self.origin)?;
        let request = SeatingChangeRequest {
            principal: self.principal,
            restaurant: self.restaurant,
            expected: expected.as_deref(),
            force: self.force,
            context: &context,
        };
        let new = |id| P::from_settings(settings, id);
        let changed = self
            .service
            .store()
            .update_seating_part::<P>(request, id, &new)
            .await;
        let changed = changed.map_err(store_error::<_, E>)?;
        let affected = affected_bookings(&changed.affected).map_err(internal_error)?;
        let body = changed
            .part
            .to_body(Some(affected))
            .map_err(internal_error)?;
        Ok((body, entity_tag(changed.version)))
    }

    /// Takes a part away.
    pub(super) async fn delete<P: ContractPart, E>(
        self,
        id: P::Id,
    ) -> Result<(types::DeletedSeatingPart, headers::ETag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable> + From<PreconditionRequired>,
        RestaurantAccessRefusal<DeletePartRefusal<P>>: IntoError<E>,
    {
        let (condition, if_match) = self.if_match;
        let expected = required_versions::<E>(condition, if_match)?;
        let context = request_context(self.service, self.origin)?;
        let request = SeatingChangeRequest {
            principal: self.principal,
            restaurant: self.restaurant,
            expected: expected.as_deref(),
            force: self.force,
            context: &context,
        };
        let deleted = self
            .service
            .store()
            .delete_seating_part::<P>(request, id)
            .await;
        let deleted = deleted.map_err(store_error::<_, E>)?;
        let affected = affected_bookings(&deleted.affected).map_err(internal_error)?;
        let body = types::DeletedSeatingPart {
            affected_bookings: affected,
        };
        let etag = entity_tag(deleted.version);
        Ok((body, headers::ETag { etag }))
    }
}

//! What the operations on every kind of part have in common.

use booking_api::errors::{InternalError, PreconditionRequired, ServiceUnavailable};
use booking_api::{headers, types};
use booking_domain::{Principal, RestaurantId};
use booking_persistence::{
    ChangedPart, CreatePartRefusal, DeletePartRefusal, RequestContext, RestaurantAccessRefusal,
    SeatingChangeRequest, UpdatePartRefusal,
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
    service: &'a Service,
    principal: &'a Principal,
    restaurant: RestaurantId,
    expected: Option<Vec<i32>>,
    force: bool,
    context: RequestContext,
}

/// The change that a request asks for; a macro, for each operation has a request of its own.
macro_rules! change {
    ($service:expr, $caller:expr, $request:expr, $headers:ident, $error:ty, force: $force:expr) => {
        $crate::api::seating::change::Change::new::<$error>(
            $service,
            &$caller.principal().principal,
            $request.path.restaurant_id.into_domain(),
            ($request.headers.if_match, $headers::FIELDS.if_match),
            $force,
            &$request.origin,
        )
    };
}
pub(super) use change;

impl<'a> Change<'a> {
    /// A change on the copy that `If-Match` names, which is also given as what it is called.
    pub(super) fn new<E: From<InternalError> + From<PreconditionRequired>>(
        service: &'a Service,
        principal: &'a Principal,
        restaurant: RestaurantId,
        (condition, if_match): (Option<types::EntityTagCondition>, FieldName),
        force: bool,
        origin: &RequestOrigin,
    ) -> Result<Self, E> {
        Ok(Self {
            service,
            principal,
            restaurant,
            expected: required_versions::<E>(condition, if_match)?,
            force,
            context: request_context(service, origin)?,
        })
    }

    fn request(&self) -> SeatingChangeRequest<'_> {
        SeatingChangeRequest {
            principal: self.principal,
            restaurant: self.restaurant,
            expected: self.expected.as_deref(),
            force: self.force,
            context: &self.context,
        }
    }

    /// Adds the part that has these settings.
    pub(super) async fn create<P: ContractPart, E>(
        self,
        settings: &P::Settings,
    ) -> Result<(P::Body, types::EntityTag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable>,
        RestaurantAccessRefusal<CreatePartRefusal<P>>: IntoError<E>,
    {
        let (store, new) = (self.service.store(), |id| P::from_settings(settings, id));
        let created = store.create_seating_part::<P>(self.request(), &new).await;
        Ok(changed(&created.map_err(store_error::<_, E>)?)?)
    }

    /// Gives a part these settings.
    pub(super) async fn update<P: ContractPart, E>(
        self,
        id: P::Id,
        settings: &P::Settings,
    ) -> Result<(P::Body, types::EntityTag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable>,
        RestaurantAccessRefusal<UpdatePartRefusal<P>>: IntoError<E>,
    {
        let (store, new) = (self.service.store(), |id| P::from_settings(settings, id));
        let updated = store.update_seating_part::<P>(self.request(), id, &new);
        Ok(changed(&updated.await.map_err(store_error::<_, E>)?)?)
    }

    /// Takes a part away.
    pub(super) async fn delete<P: ContractPart, E>(
        self,
        id: P::Id,
    ) -> Result<(types::DeletedSeatingPart, headers::ETag), E>
    where
        E: From<InternalError> + From<ServiceUnavailable>,
        RestaurantAccessRefusal<DeletePartRefusal<P>>: IntoError<E>,
    {
        let deleted = self
            .service
            .store()
            .delete_seating_part::<P>(self.request(), id);
        let deleted = deleted.await.map_err(store_error::<_, E>)?;
        let body = types::DeletedSeatingPart {
            affected_bookings: affected_bookings(&deleted.affected).map_err(internal_error)?,
        };
        let etag = entity_tag(deleted.version);
        Ok((body, headers::ETag { etag }))
    }
}

/// A part as it is answered after a change, with the version of all of them.
fn changed<P: ContractPart>(
    changed: &ChangedPart<P>,
) -> Result<(P::Body, types::EntityTag), InternalError> {
    let affected = affected_bookings(&changed.affected).map_err(internal_error)?;
    let body = changed.part.to_body(Some(affected));
    Ok((body.map_err(internal_error)?, entity_tag(changed.version)))
}

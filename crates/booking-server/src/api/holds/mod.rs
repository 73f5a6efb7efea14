//! The operations tagged Holds.

use booking_api::callers::BookingsWriteOrAnonymous;
use booking_api::holds::*;
use booking_api::{errors, headers, paths, types};
use booking_domain::{AreaWish, Hold, HoldId, HoldRefusal, NewHold};
use booking_persistence::HoldNotFound;
use contract_runtime::Problem;
use credentials::{ExposeSecret, HoldSecret};

use super::bookings::IntoPlaceError as _;
use super::shared::{
    BreaksContract, IntoDomain, IntoError, ToContract, attempt, internal_error, request_context,
    store_error,
};
use crate::identity::network;
use crate::service::Service;

impl Holds for Service {
    async fn create_hold(
        &self,
        caller: BookingsWriteOrAnonymous<Self>,
        request: CreateHoldRequest,
    ) -> Result<CreateHoldResponse, CreateHoldError> {
        let principal = match &caller {
            BookingsWriteOrAnonymous::BookingsWrite(caller) => Some(&caller.principal().principal),
            BookingsWriteOrAnonymous::Anonymous(_) => None,
        };
        if principal.is_none() {
            attempt::<CreateHoldError>(self, "create_hold", &request.origin, None)?;
        }
        let body = request.body;
        let new = NewHold {
            restaurant: request.path.restaurant_id.into_domain(),
            date: body.booking_date.get(),
            time: body.booking_time.get(),
            utc_offset: body.utc_offset.map(IntoDomain::into_domain),
            service_date: body.service_date.map(types::BookingDate::get),
            party: body.party_size.into_domain(),
            area: body.area_id.map(|area| AreaWish {
                area: area.into_domain(),
                is_required: body.is_area_required.unwrap_or(false),
            }),
        };
        let address = network(request.origin.address).to_string();
        let guest = self.identity().hold_secrets.guest(&address);
        let context = request_context(self, &request.origin)?;
        let hold = self.store().create_hold(&new, principal, &guest, &context);
        let hold = hold.await.map_err(store_error::<_, CreateHoldError>)?;
        let body = self.hold(&hold).map_err(internal_error)?;
        let location = paths::release_hold(&body.restaurant_id, &body.hold_id);
        let headers = headers::LocationCacheControl {
            location: types::RelativeReference::from_bounded(location),
            cache_control: types::CacheControl::NoStore,
        };
        Ok(CreateHoldResponse::Created(body, headers))
    }

    async fn release_hold(
        &self,
        request: ReleaseHoldRequest,
    ) -> Result<ReleaseHoldResponse, ReleaseHoldError> {
        let id = request.path.hold_id.into_domain();
        if !self.opens_hold(&id, &request.headers.hold_secret) {
            return Err(HoldNotFound.into_error());
        }
        let restaurant = request.path.restaurant_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let released = self.store().release_hold(restaurant, &id, &context);
        released.await.map_err(store_error::<_, ReleaseHoldError>)?;
        Ok(ReleaseHoldResponse::NoContent)
    }
}

impl Service {
    /// Whether this is the secret of the hold.
    pub(super) fn opens_hold(&self, id: &HoldId, secret: &types::HoldSecret) -> bool {
        let secret = HoldSecret::parse(secret.as_str());
        let keys = &self.identity().hold_secrets;
        secret.is_ok_and(|secret| keys.verify(id.as_str(), &secret))
    }

    /// A hold as it is answered to whoever has made it.
    fn hold(&self, hold: &Hold) -> Result<types::Hold, BreaksContract> {
        let date = |date, at| types::BookingDate::try_from(date).map_err(BreaksContract::at(at));
        let secret = self.identity().hold_secrets.secret(hold.id.as_str());
        Ok(types::Hold {
            hold_id: hold.id.to_contract(),
            restaurant_id: hold.restaurant.to_contract(),
            booking_date: date(hold.date, "booking_date")?,
            booking_time: types::ClockTime::try_from(hold.time)
                .map_err(BreaksContract::at("booking_time"))?,
            utc_offset: hold.utc_offset.to_contract(),
            service_date: date(hold.service_date(), "service_date")?,
            party_size: hold.party.to_contract(),
            expires_at: types::Timestamp::try_from(hold.expires_at)
                .map_err(BreaksContract::at("expires_at"))?,
            hold_secret: types::HoldSecret::try_from(secret.expose_text().expose_secret())
                .map_err(BreaksContract::at("hold_secret"))?,
        })
    }
}

impl IntoError<CreateHoldError> for HoldRefusal {
    fn into_error(self) -> CreateHoldError {
        let problem = Problem::new(self.to_string());
        match self {
            // Nobody names a table.
            Self::Place(refusal) => {
                refusal.into_error_with(|problem| errors::TableNotAvailable(problem).into())
            }
            Self::TooManyOfCaller => errors::TooManyHolds(problem).into(),
            Self::SlotHeld => {
                errors::SlotHeld(problem.field(types::NewHold::FIELDS.booking_time)).into()
            }
        }
    }
}

impl<E: From<errors::HoldNotFound>> IntoError<E> for HoldNotFound {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string());
        errors::HoldNotFound(problem.field(ReleaseHoldPath::FIELDS.hold_id)).into()
    }
}

//! The operations tagged Restaurants.

pub(super) mod convert;
mod policy;
mod search;

use booking_api::callers::{
    BookingSecretOrBookingsWriteOrAnonymous, PlatformAdmin, RestaurantManage,
};
use booking_api::restaurants::*;
use booking_api::types::{BookingPolicyChange, NewRestaurant};
use booking_api::{errors, headers, paths, types};
use booking_domain::{
    AvailabilityQuery, AvailabilityRefusal, BookingId, BookingPolicyRefusal,
    ChangeRestaurantRefusal, HoldId, NewRestaurantRefusal, RestaurantView, is_over_everywhere,
};
use booking_persistence::{
    AvailabilityCaller, BookingCaller, HoldNotFound, MovingBooking, OwnPlaceNotFound,
    RestaurantFilter, RestaurantNotFound,
};
use contract_runtime::Problem;

use super::seating::convert::affected_bookings;
use super::shared::{
    IntoDomain, IntoError, Paging, entity_tag, internal_error, request_context, required_versions,
    store_error,
};
use crate::service::Service;

impl Restaurants for Service {
    async fn list_restaurants(
        &self,
        request: ListRestaurantsRequest,
    ) -> Result<ListRestaurantsResponse, ListRestaurantsError> {
        let query = request.query;
        let paging =
            Paging::new::<ListRestaurantsError>(query.page, query.limit, query.cursor.as_ref())?;
        let filter = RestaurantFilter {
            q: query.q.map(types::SearchText::into_string),
            cuisine: query.cuisine.map(types::Cuisine::into_string),
        };
        let page = self
            .store()
            .list_restaurants(&filter, &paging.window(), self.clock().now())
            .await
            .map_err(store_error::<_, ListRestaurantsError>)?;
        let (data, pagination) = paging
            .answer(&page, convert::restaurant)
            .map_err(internal_error)?;
        Ok(ListRestaurantsResponse::Ok(types::RestaurantPage {
            data,
            pagination,
        }))
    }

    async fn create_restaurant(
        &self,
        caller: PlatformAdmin<Self>,
        request: CreateRestaurantRequest,
    ) -> Result<CreateRestaurantResponse, CreateRestaurantError> {
        let owner = request.body.owner_email.clone().into_domain();
        let new = convert::new_restaurant(request.body);
        let context = request_context(self, &request.origin)?;
        let principal = &caller.principal().principal;
        let created = self
            .store()
            .create_restaurant(principal, &new, &owner, &context)
            .await;
        let restaurant = created.map_err(store_error::<_, CreateRestaurantError>)?;
        let (body, headers::ETag { etag }) = tagged(&restaurant)?;
        let location = paths::get_restaurant(&body.id);
        let headers = headers::LocationETag {
            location: types::RelativeReference::from_bounded(location),
            etag,
        };
        Ok(CreateRestaurantResponse::Created(body, headers))
    }

    async fn suspend_restaurant(
        &self,
        caller: PlatformAdmin<Self>,
        request: SuspendRestaurantRequest,
    ) -> Result<SuspendRestaurantResponse, SuspendRestaurantError> {
        let id = request.path.restaurant_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let principal = &caller.principal().principal;
        let suspended = self.store().suspend_restaurant(principal, id, &context);
        suspended
            .await
            .map_err(store_error::<_, SuspendRestaurantError>)?;
        Ok(SuspendRestaurantResponse::NoContent)
    }

    async fn reinstate_restaurant(
        &self,
        caller: PlatformAdmin<Self>,
        request: ReinstateRestaurantRequest,
    ) -> Result<ReinstateRestaurantResponse, ReinstateRestaurantError> {
        let id = request.path.restaurant_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let principal = &caller.principal().principal;
        let reinstated = self.store().reinstate_restaurant(principal, id, &context);
        reinstated
            .await
            .map_err(store_error::<_, ReinstateRestaurantError>)?;
        Ok(ReinstateRestaurantResponse::NoContent)
    }

    async fn get_restaurant(
        &self,
        request: GetRestaurantRequest,
    ) -> Result<GetRestaurantResponse, GetRestaurantError> {
        let id = request.path.restaurant_id.into_domain();
        let restaurant = self
            .store()
            .get_restaurant(id, self.clock().now())
            .await
            .map_err(store_error::<_, GetRestaurantError>)?;
        let (body, headers) = tagged(&restaurant)?;
        Ok(GetRestaurantResponse::Ok(body, headers))
    }

    async fn update_restaurant(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateRestaurantRequest,
    ) -> Result<UpdateRestaurantResponse, UpdateRestaurantError> {
        let if_match = UpdateRestaurantHeaders::FIELDS.if_match;
        let expected =
            required_versions::<UpdateRestaurantError>(request.headers.if_match, if_match)?;
        let change = convert::restaurant_change(request.body);
        let restaurant = self
            .store()
            .update_restaurant(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                (&change, expected.as_deref()),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, UpdateRestaurantError>)?;
        let (body, headers) = tagged(&restaurant)?;
        Ok(UpdateRestaurantResponse::Ok(body, headers))
    }

    async fn get_booking_policy(
        &self,
        caller: RestaurantManage<Self>,
        request: GetBookingPolicyRequest,
    ) -> Result<GetBookingPolicyResponse, GetBookingPolicyError> {
        let id = request.path.restaurant_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let principal = &caller.principal().principal;
        let policy = self.store().get_booking_policy(principal, id, &context);
        let policy = policy
            .await
            .map_err(store_error::<_, GetBookingPolicyError>)?;
        let etag = entity_tag(policy.version);
        let body = policy::booking_policy(&policy.policy, None).map_err(internal_error)?;
        Ok(GetBookingPolicyResponse::Ok(body, headers::ETag { etag }))
    }

    async fn update_booking_policy(
        &self,
        caller: RestaurantManage<Self>,
        request: UpdateBookingPolicyRequest,
    ) -> Result<UpdateBookingPolicyResponse, UpdateBookingPolicyError> {
        let if_match = UpdateBookingPolicyHeaders::FIELDS.if_match;
        let expected =
            required_versions::<UpdateBookingPolicyError>(request.headers.if_match, if_match)?;
        let change = policy::booking_policy_change(request.body);
        let policy = self
            .store()
            .update_booking_policy(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                (&change, expected.as_deref()),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, UpdateBookingPolicyError>)?;
        let etag = entity_tag(policy.view.version);
        let affected = affected_bookings(&policy.affected).map_err(internal_error)?;
        let body = policy::booking_policy(&policy.view.policy, Some(affected));
        let body = body.map_err(internal_error)?;
        Ok(UpdateBookingPolicyResponse::Ok(
            body,
            headers::ETag { etag },
        ))
    }

    async fn get_availability(
        &self,
        caller: BookingSecretOrBookingsWriteOrAnonymous<Self>,
        request: GetAvailabilityRequest,
    ) -> Result<GetAvailabilityResponse, GetAvailabilityError> {
        let id = request.path.restaurant_id;
        let asked = request.query;
        let (date, party_size) = (asked.date.get(), asked.party_size);
        let query = AvailabilityQuery::of_guest(party_size.into_domain());
        let moving = asked.excluding_booking_id.map(IntoDomain::into_domain);
        let asking = self.asking(moving.as_ref(), &caller);
        let held = asked.hold.map(IntoDomain::into_domain);
        let secret = request.headers.hold_secret.as_ref();
        let asking = self.holding::<GetAvailabilityError>(asking, held.as_ref(), secret)?;
        let now = self.clock().now();
        let available = self
            .store()
            .get_availability(id.into_domain(), date, &query, asking, now)
            .await
            .map_err(store_error::<_, GetAvailabilityError>)?;
        let (zone, slots) = (&available.time_zone, &available.slots);
        let body = convert::availability(id, date, party_size, zone, slots);
        Ok(GetAvailabilityResponse::Ok(body.map_err(internal_error)?))
    }

    async fn get_availability_calendar(
        &self,
        caller: BookingSecretOrBookingsWriteOrAnonymous<Self>,
        request: GetAvailabilityCalendarRequest,
    ) -> Result<GetAvailabilityCalendarResponse, GetAvailabilityCalendarError> {
        let id = request.path.restaurant_id;
        let asked = request.query;
        let query = AvailabilityQuery::of_guest(asked.party_size.into_domain());
        let dates = (asked.date.get(), i64::from(asked.days.get()));
        let moving = asked.excluding_booking_id.map(IntoDomain::into_domain);
        let asking = self.asking(moving.as_ref(), &caller);
        let held = asked.hold.map(IntoDomain::into_domain);
        let secret = request.headers.hold_secret.as_ref();
        let asking = self.holding::<GetAvailabilityCalendarError>(asking, held.as_ref(), secret)?;
        let now = self.clock().now();
        let calendar = self
            .store()
            .get_availability_calendar(id.into_domain(), dates, &query, asking, now)
            .await
            .map_err(store_error::<_, GetAvailabilityCalendarError>)?;
        let body = convert::calendar(id, asked.party_size, &calendar).map_err(internal_error)?;
        Ok(GetAvailabilityCalendarResponse::Ok(body))
    }

    async fn search_availability(
        &self,
        request: SearchAvailabilityRequest,
    ) -> Result<SearchAvailabilityResponse, SearchAvailabilityError> {
        let asked = request.query;
        let limit = types::PageLimit::from_bounded(asked.limit);
        let paging = Paging::by_cursor::<SearchAvailabilityError>(limit, asked.cursor.as_ref())?;
        let search = search::availability_search(asked)?;
        let now = self.clock().now();
        if is_over_everywhere(search.date, now) {
            return Err(AvailabilityRefusal::InThePast.into_error());
        }
        let page = self
            .store()
            .search_availability(&search, &paging.window(), now)
            .await
            .map_err(store_error::<_, SearchAvailabilityError>)?;
        let (data, pagination) = paging
            .answer(&page, search::found_restaurant)
            .map_err(internal_error)?;
        Ok(SearchAvailabilityResponse::Ok(types::AvailabilityPage {
            data,
            pagination,
        }))
    }
}

impl Service {
    /// Who asks when there is a table, and about which booking that is to move.
    fn asking<'a>(
        &'a self,
        moving: Option<&'a BookingId>,
        caller: &'a BookingSecretOrBookingsWriteOrAnonymous<Self>,
    ) -> AvailabilityCaller<'a> {
        let principal = match caller {
            BookingSecretOrBookingsWriteOrAnonymous::BookingsWrite(caller) => {
                Some(&caller.principal().principal)
            }
            BookingSecretOrBookingsWriteOrAnonymous::BookingSecret(_)
            | BookingSecretOrBookingsWriteOrAnonymous::Anonymous(_) => None,
        };
        let caller = match caller {
            BookingSecretOrBookingsWriteOrAnonymous::BookingSecret(caller) => {
                Some(self.secret_holder(caller.principal()))
            }
            _ => principal.map(BookingCaller::Principal),
        };
        AvailabilityCaller {
            principal,
            moving: moving.map(|id| MovingBooking { id, caller }),
            hold: None,
        }
    }

    /// The same, who has a hold besides, if its secret is right.
    fn holding<'a, E>(
        &self,
        asking: AvailabilityCaller<'a>,
        hold: Option<&'a HoldId>,
        secret: Option<&types::HoldSecret>,
    ) -> Result<AvailabilityCaller<'a>, E>
    where
        E: From<errors::BookingNotFound> + From<errors::HoldNotFound>,
    {
        match hold {
            Some(id) if !secret.is_some_and(|secret| self.opens_hold(id, secret)) => {
                Err(OwnPlaceNotFound::Hold(HoldNotFound).into_error())
            }
            hold => Ok(AvailabilityCaller { hold, ..asking }),
        }
    }
}

/// A restaurant as it is answered, with its tag.
fn tagged(
    view: &RestaurantView,
) -> Result<(types::Restaurant, headers::ETag), errors::InternalError> {
    let etag = entity_tag(view.version);
    let body = convert::restaurant(view).map_err(internal_error)?;
    Ok((body, headers::ETag { etag }))
}

impl<E> IntoError<E> for BookingPolicyRefusal
where
    E: From<errors::PreconditionFailed>
        + From<errors::InvalidBookingPolicy>
        + From<errors::UnknownTimeZone>,
{
    fn into_error(self) -> E {
        let fields = BookingPolicyChange::FIELDS;
        let problem = Problem::new(self.to_string());
        match self {
            Self::VersionMismatch => {
                let message =
                    "the booking policy has changed: read it again, then repeat the change";
                let field = UpdateBookingPolicyHeaders::FIELDS.if_match;
                errors::PreconditionFailed(Problem::new(message).field(field)).into()
            }
            Self::UnknownTimeZone => {
                errors::UnknownTimeZone(problem.field(fields.time_zone)).into()
            }
            Self::EmptyPartyRange => {
                errors::InvalidBookingPolicy(problem.field(fields.online_max_party)).into()
            }
            Self::RepeatedTurnTime => {
                errors::InvalidBookingPolicy(problem.field(fields.turn_steps)).into()
            }
        }
    }
}

impl<E> IntoError<E> for NewRestaurantRefusal
where
    E: From<errors::UnknownTimeZone>
        + From<errors::InvalidOpeningHours>
        + From<errors::InvalidDiningTables>,
{
    fn into_error(self) -> E {
        let fields = NewRestaurant::FIELDS;
        let problem = Problem::new(self.to_string());
        match self {
            Self::UnknownTimeZone => {
                errors::UnknownTimeZone(problem.field(fields.time_zone)).into()
            }
            Self::OverlappingOpeningHours => {
                errors::InvalidOpeningHours(problem.field(fields.opening_hours)).into()
            }
            Self::RepeatedTableName | Self::EmptyPartyRange => {
                errors::InvalidDiningTables(problem.field(fields.tables)).into()
            }
        }
    }
}

impl<E: From<errors::PreconditionFailed>> IntoError<E> for ChangeRestaurantRefusal {
    fn into_error(self) -> E {
        let message = "the restaurant has changed: read it again, then repeat the change";
        let field = UpdateRestaurantHeaders::FIELDS.if_match;
        errors::PreconditionFailed(Problem::new(message).field(field)).into()
    }
}

impl<E: From<errors::InvalidDate>> IntoError<E> for AvailabilityRefusal {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string());
        match self {
            Self::InThePast => {
                errors::InvalidDate(problem.field(GetAvailabilityQuery::FIELDS.date)).into()
            }
        }
    }
}

impl<E> IntoError<E> for OwnPlaceNotFound
where
    E: From<errors::BookingNotFound> + From<errors::HoldNotFound>,
{
    fn into_error(self) -> E {
        let fields = GetAvailabilityQuery::FIELDS;
        match self {
            Self::Booking => {
                let problem = Problem::new("no booking has this id");
                errors::BookingNotFound(problem.field(fields.excluding_booking_id)).into()
            }
            Self::Hold(missing) => {
                errors::HoldNotFound(Problem::new(missing.to_string()).field(fields.hold)).into()
            }
        }
    }
}

impl<E: From<errors::RestaurantNotFound>> IntoError<E> for RestaurantNotFound {
    fn into_error(self) -> E {
        let problem = Problem::new("no restaurant has this id");
        errors::RestaurantNotFound(problem.field(GetRestaurantPath::FIELDS.restaurant_id)).into()
    }
}

//! The operations tagged Bookings.

pub(super) mod convert;
mod refusal;

pub(super) use refusal::IntoPlaceError;

use booking_api::bookings::*;
use booking_api::callers::{
    BookingSecretOrBookingsRead, BookingSecretOrBookingsWrite, BookingsRead, BookingsWrite,
    BookingsWriteOrAnonymous,
};
use booking_api::errors::InternalError;
use booking_api::types;
use booking_api::{errors, headers};
use booking_domain::{BookingId, BookingView, HoldUseRefusal};
use booking_persistence::{BookingCaller, BookingFilter, BookingSort, CreatedBooking};
use contract_runtime::Problem;

use super::shared::{
    BreaksContract, IntoDomain, IntoError, Paging, attempt, entity_tag_with, expected_versions,
    internal_error, is_held, no_store, request_context, store_error,
};
use crate::service::Service;

impl Bookings for Service {
    async fn create_booking(
        &self,
        caller: BookingsWriteOrAnonymous<Self>,
        request: CreateBookingRequest,
    ) -> Result<CreateBookingResponse, CreateBookingError> {
        let principal = match &caller {
            BookingsWriteOrAnonymous::BookingsWrite(caller) => Some(&caller.principal().principal),
            BookingsWriteOrAnonymous::Anonymous(_) => None,
        };
        if principal.is_none() {
            attempt::<CreateBookingError>(self, "create_booking", &request.origin, None)?;
        }
        if let Some(held) = &request.body.hold
            && !self.opens_hold(&held.hold_id.clone().into_domain(), &held.hold_secret)
        {
            return Err(HoldUseRefusal::Expired.into_error());
        }
        let new = convert::new_booking(request.body);
        let context = request_context(self, &request.origin)?;
        let created = self.store().create_booking(&new, principal, &context);
        let CreatedBooking { view, is_by_guest } = created
            .await
            .map_err(store_error::<_, CreateBookingError>)?;
        let mut body = convert::booking(&view).map_err(internal_error)?;
        if is_by_guest {
            // A booking that is new has its first secret.
            let key = &self.identity().booking_secrets;
            let secret = convert::booking_secret(key, &view.booking.id, 0);
            let secret = secret.map_err(internal_error)?;
            body.links.open = self
                .booking_page_url(&body.booking_id, &secret)
                .map_err(internal_error)?;
            body.booking_secret = Some(secret);
        }
        let headers = headers::LocationETagCacheControl {
            location: body.links.modify.clone(),
            etag: booking_tag(&view),
            cache_control: types::CacheControl::NoStore,
        };
        Ok(CreateBookingResponse::Created(body, headers))
    }

    async fn create_walk_in(
        &self,
        caller: BookingsWrite<Self>,
        request: CreateWalkInRequest,
    ) -> Result<CreateWalkInResponse, CreateWalkInError> {
        let restaurant = request.path.restaurant_id.into_domain();
        let new = convert::new_walk_in(restaurant, request.body);
        let context = request_context(self, &request.origin)?;
        let principal = &caller.principal().principal;
        let made = self.store().create_walk_in(&new, principal, &context);
        let view = made.await.map_err(store_error::<_, CreateWalkInError>)?;
        let body = convert::booking(&view).map_err(internal_error)?;
        let headers = headers::LocationETagCacheControl {
            location: body.links.modify.clone(),
            etag: booking_tag(&view),
            cache_control: types::CacheControl::NoStore,
        };
        Ok(CreateWalkInResponse::Created(body, headers))
    }

    async fn list_bookings(
        &self,
        caller: BookingsRead<Self>,
        request: ListBookingsRequest,
    ) -> Result<ListBookingsResponse, ListBookingsError> {
        let query = request.query;
        let paging =
            Paging::new::<ListBookingsError>(query.page, query.limit, query.cursor.as_ref())?;
        let filter = BookingFilter {
            statuses: query
                .status
                .into_iter()
                .flatten()
                .map(convert::status_filter)
                .collect(),
            date_from: query.date_from.map(types::BookingDate::get),
            date_to: query.date_to.map(types::BookingDate::get),
            email: query.email.map(IntoDomain::into_domain),
            confirmation_code: query.confirmation_code.map(IntoDomain::into_domain),
            sources: query
                .source
                .into_iter()
                .flatten()
                .map(convert::source_filter)
                .collect(),
            without_tables: query.without_tables,
            overdue: query.overdue,
            ..BookingFilter::default()
        };
        if let (Some(from), Some(to)) = (filter.date_from, filter.date_to)
            && to < from
        {
            let problem = Problem::new("date_to must not be before date_from")
                .field(ListBookingsQuery::FIELDS.date_to);
            return Err(errors::InvalidDate(problem).into());
        }
        let page = self
            .store()
            .list_bookings(
                &caller.principal().principal,
                query.restaurant_id.into_domain(),
                (&filter, sort(query.sort), &paging.window()),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, ListBookingsError>)?;
        let (data, pagination) = paging
            .answer(&page, convert::booking)
            .map_err(internal_error)?;
        let body = types::BookingPage { data, pagination };
        Ok(ListBookingsResponse::Ok(body, no_store()))
    }

    async fn get_booking(
        &self,
        caller: BookingSecretOrBookingsRead<Self>,
        request: GetBookingRequest,
    ) -> Result<GetBookingResponse, GetBookingError> {
        let caller = match &caller {
            BookingSecretOrBookingsRead::BookingSecret(caller) => {
                self.secret_holder(caller.principal())
            }
            BookingSecretOrBookingsRead::BookingsRead(caller) => {
                BookingCaller::Principal(&caller.principal().principal)
            }
        };
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let booking = self.store().get_booking(&caller, &id, &context).await;
        let booking = booking.map_err(store_error::<_, GetBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        let condition = request.headers.if_none_match;
        if condition.is_some_and(|condition| is_held(condition, &headers.etag)) {
            return Ok(GetBookingResponse::NotModified(headers));
        }
        Ok(GetBookingResponse::Ok(body, headers))
    }

    async fn update_booking(
        &self,
        caller: BookingSecretOrBookingsWrite<Self>,
        request: UpdateBookingRequest,
    ) -> Result<UpdateBookingResponse, UpdateBookingError> {
        let change = convert::booking_change(request.body);
        let expected = request.headers.if_match.and_then(expected_versions);
        let booking = self
            .store()
            .update_booking(
                &self.booking_writer(&caller),
                &request.path.booking_id.into_domain(),
                (&change, expected.as_deref()),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, UpdateBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(UpdateBookingResponse::Ok(body, headers))
    }

    async fn cancel_booking(
        &self,
        caller: BookingSecretOrBookingsWrite<Self>,
        request: CancelBookingRequest,
    ) -> Result<CancelBookingResponse, CancelBookingError> {
        let reason = request.body.and_then(|body| body.reason);
        let reason = reason.map(IntoDomain::into_domain);
        let booking = self
            .store()
            .cancel_booking(
                &self.booking_writer(&caller),
                &request.path.booking_id.into_domain(),
                reason.as_ref(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, CancelBookingError>)?;
        let body = convert::booking(&booking).map_err(internal_error)?;
        Ok(CancelBookingResponse::Ok(body, no_store()))
    }

    async fn confirm_booking(
        &self,
        caller: BookingsWrite<Self>,
        request: ConfirmBookingRequest,
    ) -> Result<ConfirmBookingResponse, ConfirmBookingError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let booking = self.store().confirm_booking(&caller, &id, &context);
        let booking = booking
            .await
            .map_err(store_error::<_, ConfirmBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(ConfirmBookingResponse::Ok(body, headers))
    }

    async fn decline_booking(
        &self,
        caller: BookingsWrite<Self>,
        request: DeclineBookingRequest,
    ) -> Result<DeclineBookingResponse, DeclineBookingError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let reason = request.body.and_then(|body| body.reason);
        let reason = reason.map(IntoDomain::into_domain);
        let booking = (self.store()).decline_booking(&caller, &id, reason.as_ref(), &context);
        let booking = booking
            .await
            .map_err(store_error::<_, DeclineBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(DeclineBookingResponse::Ok(body, headers))
    }

    async fn mark_arrived(
        &self,
        caller: BookingsWrite<Self>,
        request: MarkArrivedRequest,
    ) -> Result<MarkArrivedResponse, MarkArrivedError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let booking = self.store().mark_arrived(&caller, &id, &context);
        let booking = booking.await.map_err(store_error::<_, MarkArrivedError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(MarkArrivedResponse::Ok(body, headers))
    }

    async fn seat_booking(
        &self,
        caller: BookingsWrite<Self>,
        request: SeatBookingRequest,
    ) -> Result<SeatBookingResponse, SeatBookingError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let tables = request.body.and_then(|body| body.table_ids);
        let tables = tables.map(convert::chosen_tables);
        let booking = (self.store()).seat_booking(&caller, &id, tables.as_deref(), &context);
        let booking = booking.await.map_err(store_error::<_, SeatBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(SeatBookingResponse::Ok(body, headers))
    }

    async fn finish_booking(
        &self,
        caller: BookingsWrite<Self>,
        request: FinishBookingRequest,
    ) -> Result<FinishBookingResponse, FinishBookingError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let booking = self.store().finish_booking(&caller, &id, &context);
        let booking = booking
            .await
            .map_err(store_error::<_, FinishBookingError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(FinishBookingResponse::Ok(body, headers))
    }

    async fn mark_no_show(
        &self,
        caller: BookingsWrite<Self>,
        request: MarkNoShowRequest,
    ) -> Result<MarkNoShowResponse, MarkNoShowError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let booking = self.store().mark_no_show(&caller, &id, &context);
        let booking = booking.await.map_err(store_error::<_, MarkNoShowError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(MarkNoShowResponse::Ok(body, headers))
    }

    async fn undo_booking_step(
        &self,
        caller: BookingsWrite<Self>,
        request: UndoBookingStepRequest,
    ) -> Result<UndoBookingStepResponse, UndoBookingStepError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let booking = self.store().undo_booking_step(&caller, &id, &context);
        let booking = booking
            .await
            .map_err(store_error::<_, UndoBookingStepError>)?;
        let (body, headers) = tagged(&booking)?;
        Ok(UndoBookingStepResponse::Ok(body, headers))
    }

    async fn list_booking_events(
        &self,
        caller: BookingsRead<Self>,
        request: ListBookingEventsRequest,
    ) -> Result<ListBookingEventsResponse, ListBookingEventsError> {
        let query = request.query;
        let paging =
            Paging::by_cursor::<ListBookingEventsError>(query.limit, query.cursor.as_ref())?;
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = BookingCaller::Principal(&caller.principal().principal);
        let window = paging.window();
        let page = (self.store()).list_booking_events(&caller, &id, &window, &context);
        let page = page
            .await
            .map_err(store_error::<_, ListBookingEventsError>)?;
        let (data, pagination) = paging
            .answer(&page, convert::event)
            .map_err(internal_error)?;
        let body = types::BookingEventPage { data, pagination };
        Ok(ListBookingEventsResponse::Ok(body, no_store()))
    }

    async fn find_booking(
        &self,
        request: FindBookingRequest,
    ) -> Result<FindBookingResponse, FindBookingError> {
        let code = request.body.confirmation_code.into_domain();
        let email = request.body.email.into_domain();
        attempt::<FindBookingError>(self, "find_booking", &request.origin, Some(&email))?;
        let found = self.store().find_booking(&code, &email, self.clock().now());
        found.await.map_err(store_error::<_, FindBookingError>)?;
        Ok(FindBookingResponse::Accepted)
    }

    async fn rotate_booking_secret(
        &self,
        caller: BookingSecretOrBookingsWrite<Self>,
        request: RotateBookingSecretRequest,
    ) -> Result<RotateBookingSecretResponse, RotateBookingSecretError> {
        let id = request.path.booking_id.into_domain();
        let context = request_context(self, &request.origin)?;
        let caller = self.booking_writer(&caller);
        let rotation = self.store().rotate_booking_secret(&caller, &id, &context);
        let rotation = rotation
            .await
            .map_err(store_error::<_, RotateBookingSecretError>)?;
        let secret = convert::booking_secret(&self.identity().booking_secrets, &id, rotation);
        let booking_secret = secret.map_err(internal_error)?;
        let body = types::BookingAccess { booking_secret };
        Ok(RotateBookingSecretResponse::Ok(body, no_store()))
    }
}

impl Service {
    /// Whoever holds a booking's secret.
    pub(super) fn secret_holder<'a>(
        &'a self,
        secret: &'a credentials::BookingSecret,
    ) -> BookingCaller<'a> {
        BookingCaller::SecretHolder {
            secret,
            key: &self.identity().booking_secrets,
        }
    }

    fn booking_writer<'a>(
        &'a self,
        caller: &'a BookingSecretOrBookingsWrite<Self>,
    ) -> BookingCaller<'a> {
        match caller {
            BookingSecretOrBookingsWrite::BookingSecret(caller) => {
                self.secret_holder(caller.principal())
            }
            BookingSecretOrBookingsWrite::BookingsWrite(caller) => {
                BookingCaller::Principal(&caller.principal().principal)
            }
        }
    }

    /// The page on which a guest opens a booking, where the service has a public address.
    fn booking_page_url(
        &self,
        id: &types::BookingId,
        secret: &types::BookingSecret,
    ) -> Result<Option<types::BookingPageUrl>, BreaksContract> {
        let public_url = self.identity().public_url.as_ref();
        let url = public_url.map(|url| {
            let (id, secret) = (id.as_str(), secret.as_str());
            types::BookingPageUrl::try_from(format!("{url}/bookings/{id}#{secret}"))
        });
        url.transpose().map_err(BreaksContract::at("links.open"))
    }
}

/// The tag of a booking and of what it shows beside: of its restaurant, and for that of who is overdue.
fn booking_tag(view: &BookingView) -> types::EntityTag {
    let (version, beside) = (view.booking.version, view.restaurant.version);
    let overdue = view.overdue_bookings.iter().map(BookingId::as_str);
    let overdue = view.is_overdue.then_some("").into_iter().chain(overdue);
    let overdue: Vec<&str> = match view.is_for_restaurant {
        true => overdue.collect(),
        false => Vec::new(),
    };
    entity_tag_with(version, beside, &overdue)
}

/// A booking as it is answered, with its tag.
fn tagged(
    view: &BookingView,
) -> Result<(types::Booking, headers::ETagCacheControl), InternalError> {
    let headers = headers::ETagCacheControl {
        etag: booking_tag(view),
        cache_control: types::CacheControl::NoStore,
    };
    Ok((convert::booking(view).map_err(internal_error)?, headers))
}

const fn sort(sort: types::BookingSort) -> BookingSort {
    match sort {
        types::BookingSort::BookingDateAsc => BookingSort::BookingDateAsc,
        types::BookingSort::BookingDateDesc => BookingSort::BookingDateDesc,
        types::BookingSort::CreatedAtAsc => BookingSort::CreatedAtAsc,
        types::BookingSort::CreatedAtDesc => BookingSort::CreatedAtDesc,
    }
}

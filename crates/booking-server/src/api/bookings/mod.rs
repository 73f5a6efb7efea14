//! The operations tagged Bookings.

pub(super) mod convert;

use booking_api::bookings::*;
use booking_api::errors::InternalError;
use booking_api::types::{self, BookingChange, EntityTag, NewBooking};
use booking_api::{errors, headers};
use booking_domain::{BookingView, ChangeRefusal, PlaceRefusal, RequestId, StatusRefusal};
use booking_persistence::{
    BookingCaller, BookingFilter, BookingNotFound, BookingSort, Forbidden, RequestContext,
};
use contract_runtime::Problem;

use super::shared::{
    IntoDomain, IntoError, Paging, entity_tag, expected_versions, internal_error, is_held,
    store_error,
};
use crate::service::Service;

impl Bookings for Service {
    async fn create_booking(
        &self,
        request: CreateBookingRequest,
    ) -> Result<CreateBookingResponse, CreateBookingError> {
        let new = convert::new_booking(request.body);
        let stored = self.store().create_booking(&new, None, self.clock().now());
        let booking = stored.await.map_err(store_error::<_, CreateBookingError>)?;
        let (body, etag) = tagged(&booking)?;
        let location = body.links.modify.clone();
        let headers = headers::LocationETag { location, etag };
        Ok(CreateBookingResponse::Created(body, headers))
    }

    async fn list_bookings(
        &self,
        request: ListBookingsRequest,
    ) -> Result<ListBookingsResponse, ListBookingsError> {
        let query = request.query;
        let paging =
            Paging::new::<ListBookingsError>(query.page, query.limit, query.cursor.as_ref())?;
        let filter = BookingFilter {
            user: None,
            restaurant: query.restaurant_id.map(IntoDomain::into_domain),
            statuses: query
                .status
                .into_iter()
                .flatten()
                .map(convert::status_filter)
                .collect(),
            date_from: query.date_from.map(types::BookingDate::get),
            date_to: query.date_to.map(types::BookingDate::get),
            email: query.email.map(IntoDomain::into_domain),
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
            .list_bookings(&filter, sort(query.sort), &paging.window())
            .await
            .map_err(store_error::<_, ListBookingsError>)?;
        let (data, pagination) = paging
            .answer(&page, convert::booking)
            .map_err(internal_error)?;
        Ok(ListBookingsResponse::Ok(types::BookingPage {
            data,
            pagination,
        }))
    }

    async fn get_booking(
        &self,
        request: GetBookingRequest,
    ) -> Result<GetBookingResponse, GetBookingError> {
        let id = request.path.booking_id.into_domain();
        let booking = self
            .store()
            .get_booking(&BookingCaller::Anyone, &id, &self.anybody())
            .await
            .map_err(store_error::<_, GetBookingError>)?;
        let (body, etag) = tagged(&booking)?;
        let condition = request.headers.if_none_match;
        if condition.is_some_and(|condition| is_held(condition, booking.booking.version)) {
            return Ok(GetBookingResponse::NotModified(headers::ETag { etag }));
        }
        Ok(GetBookingResponse::Ok(body, headers::ETag { etag }))
    }

    async fn update_booking(
        &self,
        request: UpdateBookingRequest,
    ) -> Result<UpdateBookingResponse, UpdateBookingError> {
        let id = request.path.booking_id.into_domain();
        let change = convert::booking_change(request.body);
        let expected = request.headers.if_match.and_then(expected_versions);
        let booking = self
            .store()
            .update_booking(
                &BookingCaller::Anyone,
                &id,
                (&change, expected.as_deref()),
                &self.anybody(),
            )
            .await
            .map_err(store_error::<_, UpdateBookingError>)?;
        let (body, etag) = tagged(&booking)?;
        Ok(UpdateBookingResponse::Ok(body, headers::ETag { etag }))
    }

    async fn cancel_booking(
        &self,
        request: CancelBookingRequest,
    ) -> Result<CancelBookingResponse, CancelBookingError> {
        let id = request.path.booking_id.into_domain();
        let reason = request.body.and_then(|body| body.reason);
        let reason = reason.map(IntoDomain::into_domain);
        let booking = self
            .store()
            .cancel_booking(
                &BookingCaller::Anyone,
                &id,
                reason.as_ref(),
                &self.anybody(),
            )
            .await
            .map_err(store_error::<_, CancelBookingError>)?;
        let body = convert::booking(&booking).map_err(internal_error)?;
        Ok(CancelBookingResponse::Ok(body))
    }
}

impl Service {
    /// A request of somebody of whom nothing is known, and of whom nothing is recorded. It goes with
    /// [`BookingCaller::Anyone`].
    fn anybody(&self) -> RequestContext {
        RequestContext {
            now: self.clock().now(),
            request_id: RequestId::parse("unknown").expect("it is an id"),
            network: None,
        }
    }
}

/// Nobody is answered so while everybody may do everything.
impl<E: From<errors::BookingNotFound>> IntoError<E> for Forbidden {
    fn into_error(self) -> E {
        BookingNotFound.into_error()
    }
}

/// A booking as it is answered, and its tag.
fn tagged(view: &BookingView) -> Result<(types::Booking, EntityTag), InternalError> {
    let body = convert::booking(view).map_err(internal_error)?;
    Ok((body, entity_tag(view.booking.version)))
}

impl<E> IntoError<E> for ChangeRefusal
where
    E: From<errors::PreconditionFailed> + From<errors::BookingNotChangeable> + PlaceErrors,
{
    fn into_error(self) -> E {
        match self {
            Self::VersionMismatch => {
                let message = "the booking has changed: read it again, then repeat the change";
                let problem = Problem::new(message).field(UpdateBookingHeaders::FIELDS.if_match);
                errors::PreconditionFailed(problem).into()
            }
            Self::Status(refusal) => refusal.into_error(),
            Self::Place(refusal) => refusal.into_error(),
        }
    }
}

impl<E: From<errors::BookingNotChangeable>> IntoError<E> for StatusRefusal {
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string());
        errors::BookingNotChangeable(problem.field(GetBookingPath::FIELDS.booking_id)).into()
    }
}

/// The errors of an operation that asks for a table.
trait PlaceErrors:
    From<errors::InvalidDate>
    + From<errors::OutsideBookingWindow>
    + From<errors::OutsideOpeningHours>
    + From<errors::PartyTooLarge>
    + From<errors::TableNotAvailable>
{
}

impl<E> PlaceErrors for E where
    E: From<errors::InvalidDate>
        + From<errors::OutsideBookingWindow>
        + From<errors::OutsideOpeningHours>
        + From<errors::PartyTooLarge>
        + From<errors::TableNotAvailable>
{
}

// A refusal names one field, whichever operation has asked for the table.
const _: () = {
    let (new, change) = (NewBooking::FIELDS, BookingChange::FIELDS);
    assert!(new.booking_date.is_same(change.booking_date));
    assert!(new.booking_time.is_same(change.booking_time));
    assert!(new.party_size.is_same(change.party_size));
};

impl<E: PlaceErrors> IntoError<E> for PlaceRefusal {
    fn into_error(self) -> E {
        let fields = NewBooking::FIELDS;
        let problem = Problem::new(self.to_string());
        match self {
            Self::InThePast => errors::InvalidDate(problem.field(fields.booking_date)).into(),
            Self::OutsideBookingWindow { .. } => {
                errors::OutsideBookingWindow(problem.field(fields.booking_date)).into()
            }
            Self::NotABookableTime => {
                errors::OutsideOpeningHours(problem.field(fields.booking_time)).into()
            }
            Self::NoTableForParty { .. } => {
                errors::PartyTooLarge(problem.field(fields.party_size)).into()
            }
            Self::NoTableFree => {
                errors::TableNotAvailable(problem.field(fields.booking_time)).into()
            }
        }
    }
}

impl<E: From<errors::BookingNotFound>> IntoError<E> for BookingNotFound {
    fn into_error(self) -> E {
        let problem = Problem::new("no booking has this id");
        errors::BookingNotFound(problem.field(GetBookingPath::FIELDS.booking_id)).into()
    }
}

const fn sort(sort: types::BookingSort) -> BookingSort {
    match sort {
        types::BookingSort::BookingDateAsc => BookingSort::BookingDateAsc,
        types::BookingSort::BookingDateDesc => BookingSort::BookingDateDesc,
        types::BookingSort::CreatedAtAsc => BookingSort::CreatedAtAsc,
        types::BookingSort::CreatedAtDesc => BookingSort::CreatedAtDesc,
    }
}

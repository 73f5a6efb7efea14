//! The operations tagged Bookings.

mod convert;

use std::fmt;

use booking_api::bookings::{
    Bookings, CancelBookingError, CancelBookingRequest, CancelBookingResponse, CreateBookingError,
    CreateBookingRequest, CreateBookingResponse, GetBookingError, GetBookingPath,
    GetBookingRequest, GetBookingResponse, ListBookingsError, ListBookingsQuery,
    ListBookingsRequest, ListBookingsResponse, UpdateBookingError, UpdateBookingHeaders,
    UpdateBookingRequest, UpdateBookingResponse,
};
use booking_api::types::{self, BookingChange, NewBooking};
use booking_api::{errors, headers};
use booking_domain::{ChangeRefusal, PlaceRefusal};
use booking_persistence::{
    BookingFilter, BookingNotFound, BookingSort, CancelBookingRefusal, CreateBookingRefusal,
    RestaurantNotFound, UpdateBookingRefusal,
};
use contract_runtime::Problem;

use super::restaurants::restaurant_not_found;
use super::shared::{
    Paging, ToDomain, cursor_of_another_list, entity_tag, expected_versions, internal_error,
    is_held, store_error,
};
use crate::service::Service;

impl Bookings for Service {
    async fn create_booking(
        &self,
        request: CreateBookingRequest,
    ) -> Result<CreateBookingResponse, CreateBookingError> {
        let new = convert::new_booking(request.body)?;
        let stored = self.store().create_booking(&new, self.clock().now());
        let booking = stored
            .await
            .map_err(store_error::<_, CreateBookingError>(create_refusal))?;
        let body = convert::booking(&booking).map_err(internal_error)?;
        let headers = headers::LocationETag {
            location: body.links.modify.clone(),
            etag: entity_tag(booking.booking.version).map_err(internal_error)?,
        };
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
            restaurant: query.restaurant_id.map(|id| id.to_domain()),
            statuses: query
                .status
                .into_iter()
                .flatten()
                .map(convert::status_filter)
                .collect(),
            date_from: query.date_from.map(types::BookingDate::get),
            date_to: query.date_to.map(types::BookingDate::get),
            email: query
                .email
                .map(|email| convert::email_address(email, ListBookingsQuery::FIELDS.email))
                .transpose()?,
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
            .map_err(store_error::<_, ListBookingsError>(cursor_of_another_list))?;
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
        let id = request.path.booking_id.to_domain();
        let booking = self
            .store()
            .get_booking(&id)
            .await
            .map_err(store_error::<_, GetBookingError>(booking_not_found))?;
        let version = booking.booking.version;
        let etag = entity_tag(version).map_err(internal_error)?;
        let held = request
            .headers
            .if_none_match
            .is_some_and(|condition| is_held(&condition, version));
        if held {
            let headers = headers::ETag { etag };
            return Ok(GetBookingResponse::NotModified(headers));
        }
        let body = convert::booking(&booking).map_err(internal_error)?;
        Ok(GetBookingResponse::Ok(body, headers::ETag { etag }))
    }

    async fn update_booking(
        &self,
        request: UpdateBookingRequest,
    ) -> Result<UpdateBookingResponse, UpdateBookingError> {
        let id = request.path.booking_id.to_domain();
        let change = convert::booking_change(request.body);
        let expected = request
            .headers
            .if_match
            .as_ref()
            .and_then(expected_versions);
        let now = self.clock().now();
        let booking = self
            .store()
            .update_booking(&id, &change, expected.as_deref(), now)
            .await
            .map_err(store_error::<_, UpdateBookingError>(update_refusal))?;
        let body = convert::booking(&booking).map_err(internal_error)?;
        let headers = headers::ETag {
            etag: entity_tag(booking.booking.version).map_err(internal_error)?,
        };
        Ok(UpdateBookingResponse::Ok(body, headers))
    }

    async fn cancel_booking(
        &self,
        request: CancelBookingRequest,
    ) -> Result<CancelBookingResponse, CancelBookingError> {
        let id = request.path.booking_id.to_domain();
        let reason = request.body.and_then(|body| body.reason);
        let reason = reason.map(|reason| reason.to_domain());
        let now = self.clock().now();
        let booking = self
            .store()
            .cancel_booking(&id, reason.as_ref(), now)
            .await
            .map_err(store_error::<_, CancelBookingError>(cancel_refusal))?;
        let body = convert::booking(&booking).map_err(internal_error)?;
        Ok(CancelBookingResponse::Ok(body))
    }
}

fn create_refusal<E>(refusal: CreateBookingRefusal) -> E
where
    E: From<errors::RestaurantNotFound> + PlaceErrors,
{
    match refusal {
        CreateBookingRefusal::RestaurantNotFound => restaurant_not_found(RestaurantNotFound),
        CreateBookingRefusal::Place(refusal) => place_refusal(refusal),
    }
}

fn update_refusal<E>(refusal: UpdateBookingRefusal) -> E
where
    E: From<errors::BookingNotFound>
        + From<errors::PreconditionFailed>
        + From<errors::BookingNotChangeable>
        + PlaceErrors,
{
    match refusal {
        UpdateBookingRefusal::BookingNotFound => booking_not_found(BookingNotFound),
        UpdateBookingRefusal::Change(ChangeRefusal::VersionMismatch) => {
            let message = "the booking has changed: read it again, then repeat the change";
            errors::PreconditionFailed(
                Problem::new(message).field(UpdateBookingHeaders::FIELDS.if_match),
            )
            .into()
        }
        UpdateBookingRefusal::Change(ChangeRefusal::NotChangeable { .. }) => {
            not_changeable(&refusal)
        }
        UpdateBookingRefusal::Change(ChangeRefusal::Place(refusal)) => place_refusal(refusal),
    }
}

fn cancel_refusal<E>(refusal: CancelBookingRefusal) -> E
where
    E: From<errors::BookingNotFound> + From<errors::BookingNotChangeable>,
{
    match refusal {
        CancelBookingRefusal::BookingNotFound => booking_not_found(BookingNotFound),
        CancelBookingRefusal::Cancel(refusal) => not_changeable(&refusal),
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

/// A refusal to place a party, with the field that it is about.
fn place_refusal<E: PlaceErrors>(refusal: PlaceRefusal) -> E {
    let problem = Problem::new(refusal.to_string());
    match refusal {
        PlaceRefusal::InThePast => {
            errors::InvalidDate(problem.field(NewBooking::FIELDS.booking_date)).into()
        }
        PlaceRefusal::OutsideBookingWindow { .. } => {
            errors::OutsideBookingWindow(problem.field(NewBooking::FIELDS.booking_date)).into()
        }
        PlaceRefusal::NotABookableTime => {
            errors::OutsideOpeningHours(problem.field(NewBooking::FIELDS.booking_time)).into()
        }
        PlaceRefusal::NoTableForParty { .. } => {
            errors::PartyTooLarge(problem.field(NewBooking::FIELDS.party_size)).into()
        }
        PlaceRefusal::NoTableFree => {
            errors::TableNotAvailable(problem.field(NewBooking::FIELDS.booking_time)).into()
        }
    }
}

fn booking_not_found<E: From<errors::BookingNotFound>>(_: BookingNotFound) -> E {
    errors::BookingNotFound(
        Problem::new("no booking has this id").field(GetBookingPath::FIELDS.booking_id),
    )
    .into()
}

fn not_changeable<E: From<errors::BookingNotChangeable>>(refusal: &impl fmt::Display) -> E {
    let problem = Problem::new(refusal.to_string()).field(GetBookingPath::FIELDS.booking_id);
    errors::BookingNotChangeable(problem).into()
}

const fn sort(sort: types::BookingSort) -> BookingSort {
    match sort {
        types::BookingSort::BookingDateAsc => BookingSort::BookingDateAsc,
        types::BookingSort::BookingDateDesc => BookingSort::BookingDateDesc,
        types::BookingSort::CreatedAtAsc => BookingSort::CreatedAtAsc,
        types::BookingSort::CreatedAtDesc => BookingSort::CreatedAtDesc,
    }
}

//! The operations tagged Bookings.

use booking_api::bookings::{
    Bookings, CancelBookingError, CancelBookingRequest, CancelBookingResponse,
    CreateBookingCreatedHeaders, CreateBookingError, CreateBookingRequest, CreateBookingResponse,
    GetBookingError, GetBookingNotModifiedHeaders, GetBookingOkHeaders, GetBookingRequest,
    GetBookingResponse, ListBookingsError, ListBookingsRequest, ListBookingsResponse,
    UpdateBookingError, UpdateBookingOkHeaders, UpdateBookingRequest, UpdateBookingResponse,
};
use booking_api::types;
use booking_domain::{ChangeRefusal, PlaceRefusal};
use booking_persistence::{
    BookingFilter, BookingNotFound, BookingSort, CancelBookingRefusal, CreateRefusal,
    CursorOfAnotherList, UpdateRefusal,
};
use contract_runtime::Problem;

use crate::convert::{self, PagingRefusal};
use crate::service::Service;

impl Bookings for Service {
    async fn create_booking(
        &self,
        request: CreateBookingRequest,
    ) -> Result<CreateBookingResponse, CreateBookingError> {
        let new = convert::new_booking(request.body);
        let stored = self
            .store()
            .create_booking(&new, self.clock().now(), || self.random_bytes());
        let booking = stored
            .await
            .map_err(|error| convert::refusal_of(error, create_refusal))?;
        let body = convert::booking(&booking).map_err(convert::broken)?;
        let headers = CreateBookingCreatedHeaders {
            location: body.links.modify.clone(),
            etag: convert::entity_tag(booking.version).map_err(convert::broken)?,
        };
        Ok(CreateBookingResponse::Created(body, headers))
    }

    async fn list_bookings(
        &self,
        request: ListBookingsRequest,
    ) -> Result<ListBookingsResponse, ListBookingsError> {
        let query = request.query;
        let paging = convert::Paging::of(query.page, query.limit, query.cursor.as_ref())
            .map_err(list_paging_refusal)?;
        let filter = BookingFilter {
            restaurant: query
                .restaurant_id
                .map(|id| booking_domain::RestaurantId::new(id.get())),
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
                .map(|email| booking_domain::EmailAddress::new(email.into_string())),
        };
        if let (Some(from), Some(to)) = (filter.date_from, filter.date_to)
            && to < from
        {
            let problem = Problem::new("date_to must not be before date_from").field("date_to");
            return Err(ListBookingsError::InvalidDate(problem));
        }
        let page = self
            .store()
            .list_bookings(&filter, sort(query.sort), &paging.window())
            .await
            .map_err(|error| {
                convert::refusal_of(error, |CursorOfAnotherList| {
                    list_paging_refusal(PagingRefusal::InvalidCursor)
                })
            })?;
        let (data, pagination) = paging
            .answer(&page, convert::booking)
            .map_err(convert::broken)?;
        Ok(ListBookingsResponse::Ok(types::BookingPage {
            data,
            pagination,
        }))
    }

    async fn get_booking(
        &self,
        request: GetBookingRequest,
    ) -> Result<GetBookingResponse, GetBookingError> {
        let id = convert::booking_id(&request.path.booking_id);
        let booking = self.store().get_booking(&id).await.map_err(|error| {
            convert::refusal_of(error, |BookingNotFound| {
                GetBookingError::BookingNotFound(booking_not_found())
            })
        })?;
        let etag = convert::entity_tag(booking.version).map_err(convert::broken)?;
        let held = request
            .headers
            .if_none_match
            .is_some_and(|condition| convert::is_held(&condition, booking.version));
        if held {
            let headers = GetBookingNotModifiedHeaders { etag };
            return Ok(GetBookingResponse::NotModified(headers));
        }
        let body = convert::booking(&booking).map_err(convert::broken)?;
        Ok(GetBookingResponse::Ok(body, GetBookingOkHeaders { etag }))
    }

    async fn update_booking(
        &self,
        request: UpdateBookingRequest,
    ) -> Result<UpdateBookingResponse, UpdateBookingError> {
        let id = convert::booking_id(&request.path.booking_id);
        let change = convert::booking_change(request.body);
        let expected = request
            .headers
            .if_match
            .as_ref()
            .and_then(convert::expected_versions);
        let now = self.clock().now();
        let booking = self
            .store()
            .update_booking(&id, &change, expected.as_deref(), now)
            .await
            .map_err(|error| convert::refusal_of(error, update_refusal))?;
        let body = convert::booking(&booking).map_err(convert::broken)?;
        let headers = UpdateBookingOkHeaders {
            etag: convert::entity_tag(booking.version).map_err(convert::broken)?,
        };
        Ok(UpdateBookingResponse::Ok(body, headers))
    }

    async fn cancel_booking(
        &self,
        request: CancelBookingRequest,
    ) -> Result<CancelBookingResponse, CancelBookingError> {
        let id = convert::booking_id(&request.path.booking_id);
        let reason = request.body.and_then(|body| body.reason);
        let reason = reason.as_ref().map(types::CancellationReason::as_str);
        let now = self.clock().now();
        let booking = self
            .store()
            .cancel_booking(&id, reason, now)
            .await
            .map_err(|error| convert::refusal_of(error, cancel_refusal))?;
        let body = convert::booking(&booking).map_err(convert::broken)?;
        Ok(CancelBookingResponse::Ok(body))
    }
}

fn create_refusal(refusal: CreateRefusal) -> CreateBookingError {
    match refusal {
        CreateRefusal::RestaurantNotFound => {
            let problem = Problem::new("no restaurant has this id").field("restaurant_id");
            CreateBookingError::RestaurantNotFound(problem)
        }
        CreateRefusal::Place(refusal) => {
            let problem = place_problem(refusal);
            match refusal {
                PlaceRefusal::InThePast => CreateBookingError::InvalidDate(problem),
                PlaceRefusal::OutsideBookingWindow { .. } => {
                    CreateBookingError::OutsideBookingWindow(problem)
                }
                PlaceRefusal::NotABookableTime => CreateBookingError::OutsideOpeningHours(problem),
                PlaceRefusal::NoTableForParty { .. } => CreateBookingError::PartyTooLarge(problem),
                PlaceRefusal::NoTableFree => CreateBookingError::TableNotAvailable(problem),
            }
        }
    }
}

fn update_refusal(refusal: UpdateRefusal) -> UpdateBookingError {
    match refusal {
        UpdateRefusal::BookingNotFound => UpdateBookingError::BookingNotFound(booking_not_found()),
        UpdateRefusal::Stale => UpdateBookingError::PreconditionFailed(
            Problem::new("the booking has changed: read it again, then repeat the change")
                .field("If-Match"),
        ),
        UpdateRefusal::Change(ChangeRefusal::NotChangeable { .. }) => {
            let problem = Problem::new(refusal.to_string()).field("booking_id");
            UpdateBookingError::BookingNotChangeable(problem)
        }
        UpdateRefusal::Change(ChangeRefusal::Place(refusal)) => {
            let problem = place_problem(refusal);
            match refusal {
                PlaceRefusal::InThePast => UpdateBookingError::InvalidDate(problem),
                PlaceRefusal::OutsideBookingWindow { .. } => {
                    UpdateBookingError::OutsideBookingWindow(problem)
                }
                PlaceRefusal::NotABookableTime => UpdateBookingError::OutsideOpeningHours(problem),
                PlaceRefusal::NoTableForParty { .. } => UpdateBookingError::PartyTooLarge(problem),
                PlaceRefusal::NoTableFree => UpdateBookingError::TableNotAvailable(problem),
            }
        }
    }
}

fn cancel_refusal(refusal: CancelBookingRefusal) -> CancelBookingError {
    match refusal {
        CancelBookingRefusal::BookingNotFound => {
            CancelBookingError::BookingNotFound(booking_not_found())
        }
        CancelBookingRefusal::Cancel(refusal) => {
            let problem = Problem::new(refusal.to_string()).field("booking_id");
            CancelBookingError::BookingNotChangeable(problem)
        }
    }
}

fn list_paging_refusal(refusal: PagingRefusal) -> ListBookingsError {
    match refusal {
        PagingRefusal::BothPageAndCursor => ListBookingsError::InvalidRequest(refusal.problem()),
        PagingRefusal::InvalidCursor => ListBookingsError::InvalidCursor(refusal.problem()),
    }
}

/// A refusal to place a party, with the field that it is about.
fn place_problem(refusal: PlaceRefusal) -> Problem {
    let field = match refusal {
        PlaceRefusal::InThePast | PlaceRefusal::OutsideBookingWindow { .. } => "booking_date",
        PlaceRefusal::NotABookableTime | PlaceRefusal::NoTableFree => "booking_time",
        PlaceRefusal::NoTableForParty { .. } => "party_size",
    };
    Problem::new(refusal.to_string()).field(field)
}

fn booking_not_found() -> Problem {
    Problem::new("no booking has this id").field("booking_id")
}

const fn sort(sort: types::BookingSort) -> BookingSort {
    match sort {
        types::BookingSort::BookingDateAsc => BookingSort::BookingDateAsc,
        types::BookingSort::BookingDateDesc => BookingSort::BookingDateDesc,
        types::BookingSort::CreatedAtAsc => BookingSort::CreatedAtAsc,
        types::BookingSort::CreatedAtDesc => BookingSort::CreatedAtDesc,
    }
}

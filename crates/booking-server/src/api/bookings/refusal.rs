//! With which codes of the contract the refusals are answered.

use std::fmt::Display;

use booking_api::bookings::{CreateWalkInError, GetBookingPath, UpdateBookingHeaders};
use booking_api::errors;
use booking_api::types::{BookingChange, NewBooking, NewCustomer, NewWalkIn, SeatRequest};
use booking_domain::{
    ArrivalRefusal, BookingField, CancelRefusal, ChangeRefusal, CreateRefusal, HoldTerm,
    HoldUseRefusal, PlaceReason, PlaceRefusal, SeatRefusal, StatusRefusal, TableRefusal, TooEarly,
    UndoRefusal,
};
use booking_persistence::BookingNotFound;
use contract_runtime::Problem;

use super::convert;
use crate::api::shared::IntoError;

impl<E> IntoError<E> for CreateRefusal
where
    E: From<errors::ContactRequired>
        + From<errors::AlreadyBooked>
        + From<errors::HoldExpired>
        + From<errors::HoldMismatch>
        + From<errors::UnknownTable>
        + PlaceErrors,
{
    fn into_error(self) -> E {
        match self {
            Self::ContactRequired { field } => contact_required(self, field).into(),
            Self::Place(refusal) => {
                refusal.into_error_with(|problem| errors::UnknownTable(problem).into())
            }
            Self::AlreadyBooked(refusal) => {
                let problem = Problem::new(refusal.to_string());
                errors::AlreadyBooked(problem.field(NewBooking::FIELDS.customer)).into()
            }
            Self::Hold(refusal) => refusal.into_error(),
        }
    }
}

/// What guests owe, wherever they leave it out.
fn contact_required(refusal: impl Display, field: BookingField) -> errors::ContactRequired {
    let fields = NewCustomer::FIELDS;
    let field = match field {
        BookingField::CustomerEmail => fields.email,
        BookingField::CustomerPhone => fields.phone,
        _ => fields.name,
    };
    let problem = Problem::new(refusal.to_string());
    errors::ContactRequired(problem.field_within(NewBooking::FIELDS.customer, field))
}

impl<E> IntoError<E> for ChangeRefusal
where
    E: From<errors::PreconditionFailed>
        + From<errors::ContactRequired>
        + From<errors::BookingNotChangeable>
        + From<errors::CutoffPassed>
        + From<errors::AlreadyBooked>
        + From<errors::UnknownTable>
        + PlaceErrors,
{
    fn into_error(self) -> E {
        match self {
            Self::VersionMismatch => {
                let message = "the booking has changed: read it again, then repeat the change";
                let problem = Problem::new(message).field(UpdateBookingHeaders::FIELDS.if_match);
                errors::PreconditionFailed(problem).into()
            }
            Self::Status(refusal) => refusal.into_error(),
            Self::ContactRequired { field } => contact_required(self, field).into(),
            Self::PartyHasCome { field } => {
                let fields = BookingChange::FIELDS;
                let field = match field {
                    BookingField::Date => fields.booking_date,
                    BookingField::UtcOffset => fields.utc_offset,
                    _ => fields.booking_time,
                };
                errors::BookingNotChangeable(Problem::new(self.to_string()).field(field)).into()
            }
            Self::AlreadyBooked { refusal, field } => {
                let fields = BookingChange::FIELDS;
                let field = match field {
                    BookingField::Date => fields.booking_date,
                    BookingField::Time => fields.booking_time,
                    _ => fields.customer,
                };
                errors::AlreadyBooked(Problem::new(refusal.to_string()).field(field)).into()
            }
            Self::RestaurantClosed => errors::BookingNotChangeable(of_booking(self)).into(),
            Self::CutoffPassed { .. } => errors::CutoffPassed(of_booking(self)).into(),
            Self::Place(refusal) => {
                refusal.into_error_with(|problem| errors::UnknownTable(problem).into())
            }
        }
    }
}

/// What is wrong with the booking that the path names.
fn of_booking(refusal: impl Display) -> Problem {
    Problem::new(refusal.to_string()).field(GetBookingPath::FIELDS.booking_id)
}

impl<E> IntoError<E> for CancelRefusal
where
    E: From<errors::BookingNotChangeable> + From<errors::CutoffPassed>,
{
    fn into_error(self) -> E {
        match self {
            Self::Status(refusal) => refusal.into_error(),
            Self::CutoffPassed { .. } => errors::CutoffPassed(of_booking(self)).into(),
        }
    }
}

impl<E: From<errors::BookingNotChangeable>> IntoError<E> for StatusRefusal {
    fn into_error(self) -> E {
        errors::BookingNotChangeable(of_booking(self)).into()
    }
}

impl<E> IntoError<E> for ArrivalRefusal
where
    E: From<errors::BookingNotChangeable> + From<errors::TooEarly>,
{
    fn into_error(self) -> E {
        match self {
            Self::Status(refusal) => refusal.into_error(),
            Self::TooEarly(refusal) => refusal.into_error(),
        }
    }
}

impl<E: From<errors::TooEarly>> IntoError<E> for TooEarly {
    fn into_error(self) -> E {
        errors::TooEarly(of_booking(self)).into()
    }
}

impl<E> IntoError<E> for SeatRefusal
where
    E: From<errors::BookingNotChangeable>
        + From<errors::TooEarly>
        + From<errors::UnknownTable>
        + From<errors::TableNotAvailable>,
{
    fn into_error(self) -> E {
        match self {
            Self::Status(refusal) => refusal.into_error(),
            Self::TooEarly(refusal) => refusal.into_error(),
            Self::Table(TableRefusal::Unknown) => {
                let problem = Problem::new(self.to_string());
                errors::UnknownTable(problem.field(SeatRequest::FIELDS.table_ids)).into()
            }
            Self::NoTable | Self::Table(TableRefusal::NotAvailable) => {
                errors::TableNotAvailable(of_booking(self)).into()
            }
        }
    }
}

impl<E> IntoError<E> for UndoRefusal
where
    E: From<errors::BookingNotChangeable>
        + From<errors::CutoffPassed>
        + From<errors::TableNotAvailable>,
{
    fn into_error(self) -> E {
        match self {
            Self::NoStep => errors::BookingNotChangeable(of_booking(self)).into(),
            Self::TooLate => errors::CutoffPassed(of_booking(self)).into(),
            // A table that there is not any more is as good as taken.
            Self::Table(_) => {
                errors::TableNotAvailable(of_booking(TableRefusal::NotAvailable)).into()
            }
        }
    }
}

/// The errors of an operation that asks for a table.
pub(in crate::api) trait PlaceErrors:
    From<errors::InvalidDate>
    + From<errors::TimeSkippedByClockChange>
    + From<errors::UtcOffsetMismatch>
    + From<errors::TooFarAhead>
    + From<errors::Closed>
    + From<errors::OutsideServiceHours>
    + From<errors::TooShortNotice>
    + From<errors::PartyTooLarge>
    + From<errors::PartyTooSmall>
    + From<errors::PacingLimitReached>
    + From<errors::CapacityReached>
    + From<errors::TableNotAvailable>
{
}

impl<E> PlaceErrors for E where
    E: From<errors::InvalidDate>
        + From<errors::TimeSkippedByClockChange>
        + From<errors::UtcOffsetMismatch>
        + From<errors::TooFarAhead>
        + From<errors::Closed>
        + From<errors::OutsideServiceHours>
        + From<errors::TooShortNotice>
        + From<errors::PartyTooLarge>
        + From<errors::PartyTooSmall>
        + From<errors::PacingLimitReached>
        + From<errors::CapacityReached>
        + From<errors::TableNotAvailable>
{
}

// A refusal names one field, whichever operation has asked for the table.
const _: () = {
    let (new, change) = (NewBooking::FIELDS, BookingChange::FIELDS);
    assert!(new.booking_date.is_same(change.booking_date));
    assert!(new.booking_time.is_same(change.booking_time));
    assert!(new.utc_offset.is_same(change.utc_offset));
    assert!(new.party_size.is_same(change.party_size));
    assert!(new.customer.is_same(change.customer));
};

/// A refusal of an operation to which tables can be named, or not: `unknown_table` says that one is not
/// there.
pub(in crate::api) trait IntoPlaceError {
    fn into_error_with<E: PlaceErrors>(self, unknown_table: impl FnOnce(Problem) -> E) -> E;
}

impl IntoPlaceError for PlaceRefusal {
    fn into_error_with<E: PlaceErrors>(self, unknown_table: impl FnOnce(Problem) -> E) -> E {
        let fields = NewBooking::FIELDS;
        let field = match self.reason {
            PlaceReason::InThePast | PlaceReason::TooFarAhead { .. } | PlaceReason::Closed => {
                fields.booking_date
            }
            PlaceReason::WrongUtcOffset => fields.utc_offset,
            PlaceReason::UnknownTable => fields.staff,
            PlaceReason::PartyTooLarge { .. } | PlaceReason::PartyTooSmall => fields.party_size,
            PlaceReason::TimeSkipped
            | PlaceReason::OutsideServiceHours
            | PlaceReason::TooShortNotice { .. }
            | PlaceReason::PacingLimitReached
            | PlaceReason::CapacityReached
            | PlaceReason::TableNotAvailable => fields.booking_time,
        };
        let problem = with_nearest_slots(&self).field(field);
        match self.reason {
            PlaceReason::InThePast => errors::InvalidDate(problem).into(),
            PlaceReason::TimeSkipped => errors::TimeSkippedByClockChange(problem).into(),
            PlaceReason::WrongUtcOffset => errors::UtcOffsetMismatch(problem).into(),
            PlaceReason::TooFarAhead { .. } => errors::TooFarAhead(problem).into(),
            PlaceReason::Closed => errors::Closed(problem).into(),
            PlaceReason::OutsideServiceHours => errors::OutsideServiceHours(problem).into(),
            PlaceReason::TooShortNotice { .. } => errors::TooShortNotice(problem).into(),
            PlaceReason::PartyTooLarge { .. } => errors::PartyTooLarge(problem).into(),
            PlaceReason::PartyTooSmall => errors::PartyTooSmall(problem).into(),
            PlaceReason::UnknownTable => unknown_table(problem),
            PlaceReason::PacingLimitReached => errors::PacingLimitReached(problem).into(),
            PlaceReason::CapacityReached => errors::CapacityReached(problem).into(),
            PlaceReason::TableNotAvailable => errors::TableNotAvailable(problem).into(),
        }
    }
}

/// What is refused, and when it would not be.
fn with_nearest_slots(refusal: &PlaceRefusal) -> Problem {
    let problem = Problem::new(refusal.to_string());
    match convert::nearest_slots(&refusal.nearest) {
        Ok(Some(nearest)) => problem.property("nearest_slots", &nearest),
        Ok(None) => problem,
        // It would only have helped.
        Err(broken) => problem.caused_by(&broken),
    }
}

/// Why a party that stands there gets no table. Its time is no question, and none of a field.
impl IntoError<CreateWalkInError> for PlaceRefusal {
    fn into_error(self) -> CreateWalkInError {
        let fields = NewWalkIn::FIELDS;
        let problem = with_nearest_slots(&self);
        match self.reason {
            PlaceReason::Closed => errors::Closed(problem).into(),
            // It is now, which is no time that guests could choose wrongly.
            PlaceReason::OutsideServiceHours
            | PlaceReason::InThePast
            | PlaceReason::TimeSkipped
            | PlaceReason::WrongUtcOffset
            | PlaceReason::TooFarAhead { .. }
            | PlaceReason::TooShortNotice { .. } => errors::OutsideServiceHours(problem).into(),
            PlaceReason::PartyTooLarge { .. } => {
                errors::PartyTooLarge(problem.field(fields.party_size)).into()
            }
            PlaceReason::PartyTooSmall => {
                errors::PartyTooSmall(problem.field(fields.party_size)).into()
            }
            PlaceReason::UnknownTable => {
                errors::UnknownTable(problem.field(fields.table_ids)).into()
            }
            PlaceReason::PacingLimitReached => errors::PacingLimitReached(problem).into(),
            PlaceReason::CapacityReached => errors::CapacityReached(problem).into(),
            PlaceReason::TableNotAvailable => errors::TableNotAvailable(problem).into(),
        }
    }
}

impl<E: From<errors::HoldExpired> + From<errors::HoldMismatch>> IntoError<E> for HoldUseRefusal {
    fn into_error(self) -> E {
        let fields = NewBooking::FIELDS;
        let problem = Problem::new(self.to_string());
        match self {
            Self::Expired => errors::HoldExpired(problem.field(fields.hold)).into(),
            Self::Mismatch(term) => {
                let field = match term {
                    HoldTerm::Restaurant => fields.restaurant_id,
                    HoldTerm::Date => fields.booking_date,
                    HoldTerm::Time => fields.booking_time,
                    HoldTerm::UtcOffset => fields.utc_offset,
                    HoldTerm::ServiceDate => fields.service_date,
                    HoldTerm::Party => fields.party_size,
                    HoldTerm::Area => fields.area_id,
                };
                errors::HoldMismatch(problem.field(field)).into()
            }
        }
    }
}

impl<E: From<errors::BookingNotFound>> IntoError<E> for BookingNotFound {
    fn into_error(self) -> E {
        errors::BookingNotFound(of_booking("no booking has this id")).into()
    }
}

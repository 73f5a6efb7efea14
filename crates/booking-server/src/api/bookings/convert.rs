//! Bookings.

use booking_api::types;
use booking_api::wiring::BASE_PATH;
use booking_domain as domain;
use contract_runtime::Nullable;

use crate::api::shared::{BreaksContract, clock_time, time};

/// What createBooking asks for.
pub(crate) fn new_booking(body: types::NewBooking) -> domain::NewBooking {
    domain::NewBooking {
        restaurant: restaurant_id(body.restaurant_id),
        date: body.booking_date.get(),
        time: time(&body.booking_time),
        party: party(body.party_size),
        customer: domain::Customer {
            name: domain::CustomerName::parse(body.customer.name.into_string())
                .expect("the contract's bounds are the domain's"),
            email: email_address(body.customer.email),
            phone: phone(&body.customer.phone),
        },
        special_requests: body.special_requests.and_then(requests),
    }
}

/// What updateBooking asks for.
pub(crate) fn booking_change(body: types::BookingChange) -> domain::BookingChange {
    domain::BookingChange {
        date: body.booking_date.map(types::BookingDate::get),
        time: body.booking_time.as_ref().map(time),
        party: body.party_size.map(party),
        special_requests: body.special_requests.map(requests),
    }
}

/// The booking that a path names.
pub(crate) fn booking_id(wire: &types::BookingId) -> domain::BookingId {
    domain::BookingId::parse(wire.as_str()).expect("the contract's pattern is the domain's")
}

/// A restaurant's number.
pub(crate) fn restaurant_id(wire: types::RestaurantId) -> domain::RestaurantId {
    domain::RestaurantId::new(wire.get()).expect("the contract's range is the domain's")
}

/// An email address.
pub(crate) fn email_address(wire: types::EmailAddress) -> domain::EmailAddress {
    domain::EmailAddress::parse(wire.into_string()).expect("the contract's bounds are the domain's")
}

/// Why a booking is cancelled.
pub(crate) fn cancellation_reason(wire: types::CancellationReason) -> domain::CancellationReason {
    domain::CancellationReason::parse(wire.into_string())
        .expect("the contract's bounds are the domain's")
}

fn requests(wire: Nullable<types::SpecialRequests>) -> Option<domain::SpecialRequests> {
    wire.into_option().map(|text| {
        domain::SpecialRequests::parse(text.into_string())
            .expect("the contract's bounds are the domain's")
    })
}

/// A party, of getAvailability too.
pub(crate) fn party(wire: types::PartySize) -> domain::PartySize {
    domain::PartySize::new(wire.get()).expect("the contract's range is the domain's")
}

fn phone(wire: &types::DialledPhoneNumber) -> domain::PhoneNumber {
    domain::PhoneNumber::from_dialled(wire.as_str())
        .expect("the contract's pattern is the domain's")
}

/// A booking as it is answered.
pub(crate) fn booking(view: &domain::BookingView) -> Result<types::Booking, BreaksContract> {
    let domain::BookingView {
        booking,
        restaurant,
    } = view;
    let id = booking.id.as_str();
    let modify = format!("{BASE_PATH}/bookings/{id}");
    let cancel = format!("{modify}/cancel");
    let requests = booking
        .special_requests
        .as_ref()
        .map(|requests| types::SpecialRequests::try_from(requests.as_str()))
        .transpose()
        .map_err(BreaksContract::at("special_requests"))?;
    Ok(types::Booking {
        booking_id: types::BookingId::try_from(id).map_err(BreaksContract::at("booking_id"))?,
        confirmation_code: types::ConfirmationCode::try_from(booking.confirmation_code.as_str())
            .map_err(BreaksContract::at("confirmation_code"))?,
        status: status(booking.status),
        restaurant: types::RestaurantSummary {
            id: types::RestaurantId::try_from(restaurant.id.get())
                .map_err(BreaksContract::at("restaurant.id"))?,
            name: types::RestaurantName::try_from(restaurant.name.as_str())
                .map_err(BreaksContract::at("restaurant.name"))?,
            address: types::Address::try_from(restaurant.address.as_str())
                .map_err(BreaksContract::at("restaurant.address"))?,
        },
        booking_date: types::BookingDate::try_from(booking.date)
            .map_err(BreaksContract::at("booking_date"))?,
        booking_time: clock_time(booking.time)?,
        party_size: types::PartySize::try_from(booking.party.get())
            .map_err(BreaksContract::at("party_size"))?,
        customer: customer(&booking.customer)?,
        special_requests: requests.into(),
        created_at: types::Timestamp::try_from(booking.created_at)
            .map_err(BreaksContract::at("created_at"))?,
        updated_at: types::Timestamp::try_from(booking.updated_at)
            .map_err(BreaksContract::at("updated_at"))?,
        links: types::BookingLinks {
            modify: types::RelativeReference::try_from(modify)
                .map_err(BreaksContract::at("links.modify"))?,
            cancel: types::RelativeReference::try_from(cancel)
                .map_err(BreaksContract::at("links.cancel"))?,
        },
    })
}

fn customer(customer: &domain::Customer) -> Result<types::Customer, BreaksContract> {
    Ok(types::Customer {
        name: types::CustomerName::try_from(customer.name.as_str())
            .map_err(BreaksContract::at("customer.name"))?,
        email: types::EmailAddress::try_from(customer.email.as_str())
            .map_err(BreaksContract::at("customer.email"))?,
        phone: types::PhoneNumber::try_from(customer.phone.as_str())
            .map_err(BreaksContract::at("customer.phone"))?,
    })
}

/// A status as it is answered.
const fn status(status: domain::BookingStatus) -> types::BookingStatus {
    match status {
        domain::BookingStatus::Pending => types::BookingStatus::Pending,
        domain::BookingStatus::Confirmed => types::BookingStatus::Confirmed,
        domain::BookingStatus::Cancelled => types::BookingStatus::Cancelled,
        domain::BookingStatus::Completed => types::BookingStatus::Completed,
        domain::BookingStatus::NoShow => types::BookingStatus::NoShow,
    }
}

/// A status that a list is filtered by.
pub(crate) const fn status_filter(status: types::BookingStatus) -> domain::BookingStatus {
    match status {
        types::BookingStatus::Pending => domain::BookingStatus::Pending,
        types::BookingStatus::Confirmed => domain::BookingStatus::Confirmed,
        types::BookingStatus::Cancelled => domain::BookingStatus::Cancelled,
        types::BookingStatus::Completed => domain::BookingStatus::Completed,
        types::BookingStatus::NoShow => domain::BookingStatus::NoShow,
    }
}

//! Bookings.

use booking_api::{paths, types};
use booking_domain as domain;
use contract_runtime::Nullable;
use credentials::{BookingSecretKey, ExposeSecret};
use jiff::Timestamp;

use crate::api::audit::convert::actor;
use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// What createBooking asks for.
pub(crate) fn new_booking(body: types::NewBooking) -> domain::NewBooking {
    domain::NewBooking {
        restaurant: body.restaurant_id.into_domain(),
        date: body.booking_date.get(),
        time: body.booking_time.get(),
        utc_offset: body.utc_offset.map(IntoDomain::into_domain),
        service_date: body.service_date.map(types::BookingDate::get),
        party: body.party_size.into_domain(),
        area: body.area_id.map(|area| domain::AreaWish {
            area: area.into_domain(),
            is_required: body.is_area_required.unwrap_or(false),
        }),
        customer: body.customer.map(contact).unwrap_or_default(),
        special_requests: body.special_requests.and_then(requests),
        source: body.source.map(source),
        notes: domain::BookingNotes {
            internal_note: body.internal_note.and_then(note),
            tags: body.tags.map(tags).unwrap_or_default(),
        },
        staff: body.staff.map(staff_request),
        hold: body.hold.map(|hold| hold.hold_id.into_domain()),
    }
}

/// What createWalkIn asks for.
pub(crate) fn new_walk_in(
    restaurant: domain::RestaurantId,
    body: types::NewWalkIn,
) -> domain::NewWalkIn {
    domain::NewWalkIn {
        restaurant,
        party: body.party_size.into_domain(),
        tables: body.table_ids.map(chosen_tables),
        area: body.area_id.map(|area| domain::AreaWish {
            area: area.into_domain(),
            is_required: body.is_area_required.unwrap_or(false),
        }),
        customer: body.customer.map(contact).unwrap_or_default(),
        special_requests: body.special_requests.and_then(requests),
        notes: domain::BookingNotes {
            internal_note: body.internal_note.and_then(note),
            tags: body.tags.map(tags).unwrap_or_default(),
        },
        overrides: body.override_.map(overrides).unwrap_or_default(),
        reason: body.override_reason.map(IntoDomain::into_domain),
    }
}

fn contact(body: types::NewCustomer) -> domain::Customer {
    let phone = body.phone.map(IntoDomain::into_domain);
    domain::Customer {
        name: body.name.map(IntoDomain::into_domain),
        email: body.email.map(IntoDomain::into_domain),
        phone: phone.map(|phone: domain::DialledPhoneNumber| phone.into()),
    }
}

fn contact_change(body: types::CustomerChange) -> domain::CustomerChange {
    let phone = |phone: Nullable<types::OptionalDialledPhoneNumber>| {
        let phone = phone.into_option().map(IntoDomain::into_domain);
        phone.map(|phone: domain::DialledPhoneNumber| phone.into())
    };
    domain::CustomerChange {
        name: body
            .name
            .map(|name| name.into_option().map(IntoDomain::into_domain)),
        email: body
            .email
            .map(|email| email.into_option().map(IntoDomain::into_domain)),
        phone: body.phone.map(phone),
    }
}

const fn source(source: types::NewBookingSource) -> domain::BookingSource {
    match source {
        types::NewBookingSource::Web => domain::BookingSource::Web,
        types::NewBookingSource::Phone => domain::BookingSource::Phone,
        types::NewBookingSource::Email => domain::BookingSource::Email,
        types::NewBookingSource::InPerson => domain::BookingSource::InPerson,
        types::NewBookingSource::Partner => domain::BookingSource::Partner,
    }
}

fn tags(tags: types::BookingTags) -> Vec<domain::BookingTag> {
    tags.into_iter().map(IntoDomain::into_domain).collect()
}

fn note(note: Nullable<types::InternalNote>) -> Option<domain::InternalNote> {
    note.into_option().map(IntoDomain::into_domain)
}

fn overrides(rules: types::RuleOverrides) -> domain::RuleOverrides {
    let rule = |rule: types::RuleOverride| match rule {
        types::RuleOverride::Hours => domain::RuleOverride::Hours,
        types::RuleOverride::Pacing => domain::RuleOverride::Pacing,
        types::RuleOverride::Capacity => domain::RuleOverride::Capacity,
        types::RuleOverride::PartySize => domain::RuleOverride::PartySize,
        types::RuleOverride::Blockouts => domain::RuleOverride::Blockouts,
        types::RuleOverride::AlreadyBooked => domain::RuleOverride::AlreadyBooked,
    };
    rules.into_iter().map(rule).collect()
}

/// What only the staff can say.
fn staff_request(body: types::StaffRequest) -> domain::StaffRequest {
    domain::StaffRequest {
        tables: body.table_ids.map(chosen_tables),
        is_pinned: body.is_pinned,
        overrides: body.override_.map(overrides).unwrap_or_default(),
        reason: body.override_reason.map(IntoDomain::into_domain),
    }
}

/// The tables that the staff have chosen.
pub(crate) fn chosen_tables(tables: types::ChosenTableIds) -> Vec<domain::TableId> {
    tables.into_iter().map(IntoDomain::into_domain).collect()
}

/// What updateBooking asks for.
pub(crate) fn booking_change(body: types::BookingChange) -> domain::BookingChange {
    domain::BookingChange {
        date: body.booking_date.map(types::BookingDate::get),
        time: body.booking_time.map(types::BookingTime::get),
        utc_offset: body.utc_offset.map(IntoDomain::into_domain),
        party: body.party_size.map(IntoDomain::into_domain),
        customer: body.customer.map(contact_change).unwrap_or_default(),
        special_requests: body.special_requests.map(requests),
        notes: domain::BookingNotesChange {
            internal_note: body.internal_note.map(note),
            tags: body.tags.map(|cleared_or| {
                let tags = cleared_or.into_option().into_iter().flatten();
                tags.map(IntoDomain::into_domain).collect()
            }),
        },
        staff: body.staff.map(staff_request),
    }
}

fn requests(requests: Nullable<types::SpecialRequests>) -> Option<domain::SpecialRequests> {
    requests.into_option().map(IntoDomain::into_domain)
}

/// A booking as it is answered.
pub(crate) fn booking(view: &domain::BookingView) -> Result<types::Booking, BreaksContract> {
    let domain::BookingView {
        booking,
        restaurant,
        is_for_restaurant,
        is_overdue,
        overdue_bookings,
    } = view;
    let booking_id = booking.id.to_contract();
    let modify = paths::update_booking(&booking_id);
    let cancel = paths::cancel_booking(&booking_id);
    let requests = booking.special_requests.as_ref();
    let tables = is_for_restaurant.then(|| table_ids(&booking.placement.tables));
    let overdue_ids = overdue_bookings.iter().map(ToContract::to_contract);
    let overdue_ids: Vec<types::BookingId> = overdue_ids.collect();
    let is_shown = *is_for_restaurant && !overdue_ids.is_empty();
    let overdue_ids = is_shown.then(|| {
        let ids = types::OverdueBookingIds::try_from(overdue_ids);
        ids.map_err(BreaksContract::at("overdue_booking_ids"))
    });
    let note = booking.notes.internal_note.as_ref();
    let tags = is_for_restaurant.then(|| answered_tags(&booking.notes.tags));
    let visit = match is_for_restaurant {
        true => booking.visit,
        false => domain::Visit::default(),
    };
    Ok(types::Booking {
        booking_id,
        confirmation_code: booking.confirmation_code.to_contract(),
        status: status(booking.status),
        restaurant: types::RestaurantSummary {
            id: restaurant.id.to_contract(),
            name: restaurant.name.to_contract(),
            address: restaurant.address.to_contract(),
        },
        booking_date: types::BookingDate::try_from(booking.date)
            .map_err(BreaksContract::at("booking_date"))?,
        booking_time: types::ClockTime::try_from(booking.time)
            .map_err(BreaksContract::at("booking_time"))?,
        utc_offset: booking.utc_offset.to_contract(),
        service_date: types::BookingDate::try_from(booking.placement.service_date)
            .map_err(BreaksContract::at("service_date"))?,
        party_size: booking.party.to_contract(),
        customer: customer(&booking.customer),
        special_requests: requests.map(ToContract::to_contract).into(),
        source: answered_source(booking.source),
        created_at: types::Timestamp::try_from(booking.created_at)
            .map_err(BreaksContract::at("created_at"))?,
        updated_at: types::Timestamp::try_from(booking.updated_at)
            .map_err(BreaksContract::at("updated_at"))?,
        links: types::BookingLinks {
            modify: types::RelativeReference::from_bounded(modify),
            cancel: types::RelativeReference::from_bounded(cancel),
            open: None,
        },
        booking_secret: None,
        table_ids: tables.transpose()?,
        is_pinned: is_for_restaurant.then_some(booking.is_pinned),
        internal_note: is_for_restaurant.then(|| note.map(ToContract::to_contract).into()),
        tags: tags.transpose()?,
        arrived_at: timestamp(visit.arrived_at, "arrived_at")?,
        seated_at: timestamp(visit.seated_at, "seated_at")?,
        finished_at: timestamp(visit.finished_at, "finished_at")?,
        expires_at: timestamp(booking.expires_at, "expires_at")?,
        is_overdue: is_for_restaurant.then_some(*is_overdue),
        overdue_booking_ids: overdue_ids.transpose()?,
        cancellation: (booking.cancellation.as_ref())
            .map(|it| cancellation(it, *is_for_restaurant)),
    })
}

fn answered_tags(tags: &[domain::BookingTag]) -> Result<types::BookingTags, BreaksContract> {
    let tags: Vec<types::BookingTag> = tags.iter().map(ToContract::to_contract).collect();
    types::BookingTags::try_from(tags).map_err(BreaksContract::at("tags"))
}

fn timestamp(
    instant: Option<Timestamp>,
    at: &'static str,
) -> Result<Option<types::Timestamp>, BreaksContract> {
    let instant = instant.map(types::Timestamp::try_from);
    instant.transpose().map_err(BreaksContract::at(at))
}

/// How a booking was cancelled. What its staff have noted when they cancelled it is not for its guest.
fn cancellation(
    cancellation: &domain::Cancellation,
    is_for_restaurant: bool,
) -> types::BookingCancellation {
    let is_shown = is_for_restaurant || cancellation.kind != domain::CancellationKind::Restaurant;
    let by = match cancellation.kind {
        domain::CancellationKind::Guest => types::CancelledBy::Guest,
        domain::CancellationKind::Restaurant | domain::CancellationKind::Declined => {
            types::CancelledBy::Restaurant
        }
        domain::CancellationKind::Expired => types::CancelledBy::System,
    };
    types::BookingCancellation {
        by,
        kind: cancellation_kind(cancellation.kind),
        reason: (cancellation.reason.as_ref())
            .filter(|_| is_shown)
            .map(ToContract::to_contract),
    }
}

const fn cancellation_kind(kind: domain::CancellationKind) -> types::CancellationKind {
    match kind {
        domain::CancellationKind::Guest => types::CancellationKind::Guest,
        domain::CancellationKind::Restaurant => types::CancellationKind::Restaurant,
        domain::CancellationKind::Declined => types::CancellationKind::Declined,
        domain::CancellationKind::Expired => types::CancellationKind::Expired,
    }
}

/// An event as it is answered.
pub(crate) fn event(event: &domain::BookingEvent) -> Result<types::BookingEvent, BreaksContract> {
    let changed = event.changed.iter().map(|changed| field(*changed));
    Ok(types::BookingEvent {
        version: types::BookingVersion::try_from(event.version)
            .map_err(BreaksContract::at("version"))?,
        occurred_at: types::Timestamp::try_from(event.occurred_at)
            .map_err(BreaksContract::at("occurred_at"))?,
        actor: actor(&event.actor)?,
        action: event.action.to_contract(),
        changed: types::BookingFields::try_from(changed.collect::<Vec<_>>())
            .map_err(BreaksContract::at("changed"))?,
        day_version: types::DayVersion::try_from(event.day_version)
            .map_err(BreaksContract::at("day_version"))?,
        state: state(&event.state)?,
    })
}

fn state(state: &domain::BookingState) -> Result<types::BookingState, BreaksContract> {
    let domain::BookingState {
        placement, visit, ..
    } = state;
    let instant = |instant: Timestamp, at| {
        types::Timestamp::try_from(instant).map_err(BreaksContract::at(at))
    };
    let date = |date, at| types::BookingDate::try_from(date).map_err(BreaksContract::at(at));
    Ok(types::BookingState {
        status: status(state.status),
        booking_date: date(state.date, "booking_date")?,
        booking_time: types::ClockTime::try_from(state.time)
            .map_err(BreaksContract::at("booking_time"))?,
        utc_offset: state.utc_offset.to_contract(),
        service_date: date(placement.service_date, "service_date")?,
        party_size: state.party.to_contract(),
        area_id: state.area.map(|wish| wish.area.to_contract()),
        is_area_required: state.area.map(|wish| wish.is_required),
        table_ids: table_ids(&placement.tables)?,
        is_pinned: state.is_pinned,
        starts_at: instant(placement.starts_at, "starts_at")?,
        ends_at: instant(placement.ends_at, "ends_at")?,
        free_at: instant(placement.free_at, "free_at")?,
        arrived_at: timestamp(visit.arrived_at, "arrived_at")?,
        seated_at: timestamp(visit.seated_at, "seated_at")?,
        finished_at: timestamp(visit.finished_at, "finished_at")?,
        expires_at: timestamp(state.expires_at, "expires_at")?,
        cancellation_kind: state.cancellation.map(cancellation_kind),
    })
}

const fn field(field: domain::BookingField) -> types::BookingField {
    match field {
        domain::BookingField::Status => types::BookingField::Status,
        domain::BookingField::Date => types::BookingField::BookingDate,
        domain::BookingField::Time => types::BookingField::BookingTime,
        domain::BookingField::UtcOffset => types::BookingField::UtcOffset,
        domain::BookingField::ServiceDate => types::BookingField::ServiceDate,
        domain::BookingField::PartySize => types::BookingField::PartySize,
        domain::BookingField::Area => types::BookingField::AreaId,
        domain::BookingField::IsAreaRequired => types::BookingField::IsAreaRequired,
        domain::BookingField::Tables => types::BookingField::TableIds,
        domain::BookingField::IsPinned => types::BookingField::IsPinned,
        domain::BookingField::StartsAt => types::BookingField::StartsAt,
        domain::BookingField::EndsAt => types::BookingField::EndsAt,
        domain::BookingField::FreeAt => types::BookingField::FreeAt,
        domain::BookingField::ArrivedAt => types::BookingField::ArrivedAt,
        domain::BookingField::SeatedAt => types::BookingField::SeatedAt,
        domain::BookingField::FinishedAt => types::BookingField::FinishedAt,
        domain::BookingField::ExpiresAt => types::BookingField::ExpiresAt,
        domain::BookingField::Cancellation => types::BookingField::CancellationKind,
        domain::BookingField::CustomerName => types::BookingField::CustomerName,
        domain::BookingField::CustomerEmail => types::BookingField::CustomerEmail,
        domain::BookingField::CustomerPhone => types::BookingField::CustomerPhone,
        domain::BookingField::SpecialRequests => types::BookingField::SpecialRequests,
        domain::BookingField::InternalNote => types::BookingField::InternalNote,
        domain::BookingField::Tags => types::BookingField::Tags,
    }
}

/// The tables of a booking as they are answered.
pub(crate) fn table_ids(tables: &[domain::TableId]) -> Result<types::TableIds, BreaksContract> {
    let tables: Vec<types::TableId> = tables.iter().map(ToContract::to_contract).collect();
    types::TableIds::try_from(tables).map_err(BreaksContract::at("table_ids"))
}

/// A slot as it is answered.
pub(crate) fn slot(slot: &domain::Slot) -> Result<types::AvailableSlot, BreaksContract> {
    let areas: Vec<types::DiningAreaId> = slot.areas.iter().map(ToContract::to_contract).collect();
    let date = |date, at| types::BookingDate::try_from(date).map_err(BreaksContract::at(at));
    Ok(types::AvailableSlot {
        booking_date: date(slot.date, "booking_date")?,
        booking_time: types::ClockTime::try_from(slot.time)
            .map_err(BreaksContract::at("booking_time"))?,
        utc_offset: slot.utc_offset.to_contract(),
        service_date: date(slot.service_date, "service_date")?,
        starts_at: types::Timestamp::try_from(slot.starts_at)
            .map_err(BreaksContract::at("starts_at"))?,
        area_ids: types::DiningAreaIds::try_from(areas).map_err(BreaksContract::at("area_ids"))?,
        needs_confirmation: slot.needs_confirmation,
    })
}

/// The nearest slots of a refusal, if there are any.
pub(crate) fn nearest_slots(
    nearest: &domain::NearestSlots,
) -> Result<Option<types::NearestSlots>, BreaksContract> {
    let before = nearest.before.as_ref().map(slot).transpose()?;
    let after = nearest.after.as_ref().map(slot).transpose()?;
    let is_any = before.is_some() || after.is_some();
    Ok(is_any.then_some(types::NearestSlots { before, after }))
}

/// What opens a booking, after so many replacements.
pub(crate) fn booking_secret(
    key: &BookingSecretKey,
    id: &domain::BookingId,
    rotation: u32,
) -> Result<types::BookingSecret, BreaksContract> {
    let text = key.secret(id.as_str(), rotation).expose_text();
    types::BookingSecret::try_from(text.expose_secret())
        .map_err(BreaksContract::at("booking_secret"))
}

fn customer(customer: &domain::Customer) -> types::Customer {
    types::Customer {
        name: customer.name.as_ref().map(ToContract::to_contract),
        email: customer.email.as_ref().map(ToContract::to_contract),
        phone: customer.phone.as_ref().map(ToContract::to_contract),
    }
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

/// How a booking came in, as it is answered.
const fn answered_source(source: domain::BookingSource) -> types::BookingSource {
    match source {
        domain::BookingSource::Web => types::BookingSource::Web,
        domain::BookingSource::Phone => types::BookingSource::Phone,
        domain::BookingSource::Email => types::BookingSource::Email,
        domain::BookingSource::InPerson => types::BookingSource::InPerson,
        domain::BookingSource::WalkIn => types::BookingSource::WalkIn,
        domain::BookingSource::Partner => types::BookingSource::Partner,
    }
}

/// A way in which bookings come in that a list is filtered by.
pub(crate) const fn source_filter(source: types::BookingSource) -> domain::BookingSource {
    match source {
        types::BookingSource::Web => domain::BookingSource::Web,
        types::BookingSource::Phone => domain::BookingSource::Phone,
        types::BookingSource::Email => domain::BookingSource::Email,
        types::BookingSource::InPerson => domain::BookingSource::InPerson,
        types::BookingSource::WalkIn => domain::BookingSource::WalkIn,
        types::BookingSource::Partner => domain::BookingSource::Partner,
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

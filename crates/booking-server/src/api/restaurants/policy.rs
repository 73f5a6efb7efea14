//! How a restaurant takes bookings.

use booking_api::types;
use booking_domain as domain;
use contract_runtime::Nullable;

use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// A policy as it is answered: after a change with the bookings that this has caught.
pub(crate) fn booking_policy(
    policy: &domain::BookingPolicy,
    affected: Option<types::AffectedBookings>,
) -> Result<types::BookingPolicy, BreaksContract> {
    let turns = &policy.turn_times;
    let step = |step: &domain::TurnTimeStep| types::TurnStep {
        min_party: step.min_party.to_contract(),
        turn_minutes: step.turn_time.to_contract(),
    };
    let steps: Vec<types::TurnStep> = turns.steps.iter().map(step).collect();
    let cutoff = |cutoff: Option<domain::Cutoff>| cutoff.map(|cutoff| cutoff.to_contract()).into();
    Ok(types::BookingPolicy {
        time_zone: policy.time_zone.to_contract(),
        slot_interval_minutes: policy.slot_interval.to_contract(),
        turn_minutes: turns.base.to_contract(),
        turn_steps: types::TurnSteps::try_from(steps).map_err(BreaksContract::at("turn_steps"))?,
        buffer_minutes: policy.buffer.to_contract(),
        max_covers: policy.max_covers.map(|max| max.to_contract()).into(),
        booking_window_days: policy.booking_window.to_contract(),
        booking_window_opens: types::ClockTime::try_from(policy.booking_window_opens)
            .map_err(BreaksContract::at("booking_window_opens"))?,
        min_notice_minutes: policy.min_notice.to_contract(),
        online_min_party: policy.online_min_party.to_contract(),
        online_max_party: policy.online_max_party.to_contract(),
        confirmation_min_party: policy
            .confirmation_min_party
            .map(|party| party.to_contract())
            .into(),
        confirmation_minutes: policy.confirmation_time.to_contract(),
        change_cutoff_minutes: cutoff(policy.change_cutoff),
        cancellation_cutoff_minutes: cutoff(policy.cancellation_cutoff),
        hold_seconds: policy.hold_time.to_contract(),
        max_bookings_per_guest: policy
            .max_bookings_per_guest
            .map(|max| max.to_contract())
            .into(),
        one_booking_per_service: policy.one_booking_per_service.into(),
        affected_bookings: affected,
    })
}

/// What updateBookingPolicy asks for.
pub(crate) fn booking_policy_change(
    body: types::BookingPolicyChange,
) -> domain::BookingPolicyChange {
    let step = |step: types::TurnStep| domain::TurnTimeStep {
        min_party: step.min_party.into_domain(),
        turn_time: step.turn_minutes.into_domain(),
    };
    let steps = |steps: types::TurnSteps| steps.into_iter().map(step).collect();
    domain::BookingPolicyChange {
        time_zone: body.time_zone.map(IntoDomain::into_domain),
        slot_interval: body.slot_interval_minutes.map(IntoDomain::into_domain),
        turn_time: body.turn_minutes.map(IntoDomain::into_domain),
        turn_steps: body.turn_steps.map(steps),
        buffer: body.buffer_minutes.map(IntoDomain::into_domain),
        max_covers: body.max_covers.map(limit),
        booking_window: body.booking_window_days.map(IntoDomain::into_domain),
        booking_window_opens: body.booking_window_opens.map(types::ClockTime::get),
        min_notice: body.min_notice_minutes.map(IntoDomain::into_domain),
        online_min_party: body.online_min_party.map(IntoDomain::into_domain),
        online_max_party: body.online_max_party.map(IntoDomain::into_domain),
        confirmation_min_party: body.confirmation_min_party.map(limit),
        confirmation_time: body.confirmation_minutes.map(IntoDomain::into_domain),
        change_cutoff: body.change_cutoff_minutes.map(limit),
        cancellation_cutoff: body.cancellation_cutoff_minutes.map(limit),
        hold_time: body.hold_seconds.map(IntoDomain::into_domain),
        max_bookings_per_guest: body.max_bookings_per_guest.map(limit),
        one_booking_per_service: body.one_booking_per_service.map(bool::from),
    }
}

/// A limit, or that there is none.
fn limit<C: IntoDomain<D>, D>(limit: Nullable<C>) -> Option<D> {
    limit.into_option().map(IntoDomain::into_domain)
}

//! Placing a party that stands there.

use jiff::Timestamp;

use super::request::{PlaceRequest, RuleOverride, RuleOverrides};
use super::room::Room;
use super::rules::check_slot;
use super::{PlaceReason, PlacementPlan};
use crate::calendar::UtcOffset;

/// Places a party that comes at the minute that is asked for, which is this one: at a slot or between two.
pub(super) fn place(
    room: &Room<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> Result<PlacementPlan, PlaceReason> {
    let (day, wall) = (room.day, request.wall());
    let is_meant = |offset| request.utc_offset == Some(UtcOffset::from(offset));
    let mut instants = day.calendar.instants(wall);
    let time = instants.find(|(_, offset)| is_meant(*offset));
    let slot = time.and_then(|time| day.calendar.slot_now(day.date, wall, time, request.party));
    let slot = slot.ok_or(PlaceReason::OutsideServiceHours)?;
    let mut overridden = RuleOverrides::default();
    if !day.calendar.takes_guests(day.date, wall) {
        if !request.overrides(RuleOverride::Hours) {
            let is_closed = day.calendar.services_on(day.date).is_empty();
            return Err(match is_closed {
                true => PlaceReason::Closed,
                false => PlaceReason::OutsideServiceHours,
            });
        }
        overridden = overridden.with(RuleOverride::Hours);
    }
    check_slot(room, &slot, request, overridden, now)
}

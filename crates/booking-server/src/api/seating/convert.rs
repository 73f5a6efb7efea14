//! The parts of how a restaurant seats, between the domain and the contract.

use booking_api::{errors, types};
use booking_domain as domain;
use booking_domain::{
    Blockout, BlockoutRefusal, DiningArea, DiningTable, ServiceHoursRefusal, ServicePeriod,
    SpecialDay, TableCombination,
};
use booking_persistence::StoredPart;
use contract_runtime::Problem;
use jiff::civil::{Date, Time};

use crate::api::bookings::convert::table_ids;
use crate::api::restaurants::convert::{day, weekday};
use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// A kind of part that the contract has.
pub(super) trait ContractPart: StoredPart {
    /// All that callers say of one.
    type Settings: Send + Sync;
    /// One as it is answered.
    type Body;
    /// What says that there is none with a number.
    type NotFound;

    /// The part that has these settings.
    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal>;

    /// As it is answered: after a change with the bookings that this has caught.
    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract>;

    /// Says that there is none with a number.
    fn not_found() -> Self::NotFound;
}

/// How many affected bookings an answer names at most.
const MAX_AFFECTED: usize = 1000;

/// The bookings that a change has caught.
pub(crate) fn affected_bookings(
    affected: &[domain::AffectedBooking],
) -> Result<types::AffectedBookings, BreaksContract> {
    let named = affected.iter().take(MAX_AFFECTED).map(affected_booking);
    let named: Vec<types::AffectedBooking> = named.collect::<Result<_, _>>()?;
    types::AffectedBookings::try_from(named).map_err(BreaksContract::at("affected_bookings"))
}

fn affected_booking(
    affected: &domain::AffectedBooking,
) -> Result<types::AffectedBooking, BreaksContract> {
    let booking = &affected.booking;
    let conflicts: Vec<types::SeatingConflict> =
        affected.conflicts.iter().copied().map(conflict).collect();
    Ok(types::AffectedBooking {
        booking_id: booking.id.to_contract(),
        confirmation_code: booking.confirmation_code.to_contract(),
        booking_date: date(booking.wall.date())?,
        booking_time: time(booking.wall.time())?,
        party_size: booking.claim.party.to_contract(),
        table_ids: table_ids(&booking.claim.tables)?,
        conflicts: types::SeatingConflicts::try_from(conflicts)
            .map_err(BreaksContract::at("conflicts"))?,
    })
}

const fn conflict(conflict: domain::SeatingConflict) -> types::SeatingConflict {
    match conflict {
        domain::SeatingConflict::ServiceHours => types::SeatingConflict::ServiceHours,
        domain::SeatingConflict::Blockout => types::SeatingConflict::Blockout,
        domain::SeatingConflict::Table => types::SeatingConflict::Table,
        domain::SeatingConflict::PartySize => types::SeatingConflict::PartySize,
        domain::SeatingConflict::Area => types::SeatingConflict::Area,
        domain::SeatingConflict::Pacing => types::SeatingConflict::Pacing,
        domain::SeatingConflict::Capacity => types::SeatingConflict::Capacity,
    }
}

fn date(date: Date) -> Result<types::BookingDate, BreaksContract> {
    types::BookingDate::try_from(date).map_err(BreaksContract::at("a date"))
}

fn time(time: Time) -> Result<types::ClockTime, BreaksContract> {
    types::ClockTime::try_from(time).map_err(BreaksContract::at("a time"))
}

impl ContractPart for DiningArea {
    type Settings = types::DiningAreaSettings;
    type Body = types::DiningArea;
    type NotFound = errors::DiningAreaNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        Ok(Self {
            id,
            name: settings.name.clone().into_domain(),
            setting: match settings.setting {
                types::AreaSetting::Indoor => domain::AreaSetting::Indoor,
                types::AreaSetting::Outdoor => domain::AreaSetting::Outdoor,
            },
            is_accessible: settings.is_accessible.unwrap_or(false),
            has_high_chairs: settings.has_high_chairs.unwrap_or(false),
        })
    }

    fn to_body(&self, _: Option<types::AffectedBookings>) -> Result<Self::Body, BreaksContract> {
        Ok(types::DiningArea {
            id: self.id.to_contract(),
            name: self.name.to_contract(),
            setting: match self.setting {
                domain::AreaSetting::Indoor => types::AreaSetting::Indoor,
                domain::AreaSetting::Outdoor => types::AreaSetting::Outdoor,
            },
            is_accessible: self.is_accessible,
            has_high_chairs: self.has_high_chairs,
        })
    }

    fn not_found() -> Self::NotFound {
        errors::DiningAreaNotFound(missing("the restaurant has no area with this number"))
    }
}

impl ContractPart for DiningTable {
    type Settings = types::DiningTableSettings;
    type Body = types::DiningTable;
    type NotFound = errors::DiningTableNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        Ok(Self {
            id,
            name: settings.name.clone().into_domain(),
            area: settings.area_id.map(IntoDomain::into_domain),
            min_party: settings.min_party.into_domain(),
            max_party: settings.max_party.into_domain(),
            min_party_lapse: settings.min_party_lapse_hours.map(IntoDomain::into_domain),
            is_bookable_online: settings.is_bookable_online.unwrap_or(true),
        })
    }

    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract> {
        Ok(types::DiningTable {
            id: self.id.to_contract(),
            name: self.name.to_contract(),
            area_id: self.area.map(|area| area.to_contract()),
            min_party: self.min_party.to_contract(),
            max_party: self.max_party.to_contract(),
            min_party_lapse_hours: self.min_party_lapse.map(|lapse| lapse.to_contract()),
            is_bookable_online: self.is_bookable_online,
            affected_bookings: affected,
        })
    }

    fn not_found() -> Self::NotFound {
        errors::DiningTableNotFound(missing("the restaurant has no table with this number"))
    }
}

impl ContractPart for TableCombination {
    type Settings = types::TableCombinationSettings;
    type Body = types::TableCombination;
    type NotFound = errors::TableCombinationNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        let tables = settings.table_ids.clone().into_iter();
        Ok(Self {
            id,
            name: settings.name.clone().into_domain(),
            tables: tables.map(IntoDomain::into_domain).collect(),
            min_party: settings.min_party.into_domain(),
            max_party: settings.max_party.into_domain(),
        })
    }

    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract> {
        let tables: Vec<types::TableId> = self.tables.iter().map(ToContract::to_contract).collect();
        Ok(types::TableCombination {
            id: self.id.to_contract(),
            name: self.name.to_contract(),
            table_ids: types::CombinedTableIds::try_from(tables)
                .map_err(BreaksContract::at("table_ids"))?,
            min_party: self.min_party.to_contract(),
            max_party: self.max_party.to_contract(),
            affected_bookings: affected,
        })
    }

    fn not_found() -> Self::NotFound {
        let message = "the restaurant has no combination with this number";
        errors::TableCombinationNotFound(missing(message))
    }
}

fn service(body: &types::Service) -> Result<domain::Service, ServiceHoursRefusal> {
    let last = body.last_seating.as_ref().map(|last| last.get());
    let (first, ends) = (body.first_seating.get(), body.ends.get());
    let hours = domain::ServiceHours::new(first, last, ends);
    let steps = body.turn_steps.clone().into_iter().flatten();
    let steps: Vec<domain::TurnTimeStep> = steps
        .map(|step| domain::TurnTimeStep {
            min_party: step.min_party.into_domain(),
            turn_time: step.turn_minutes.into_domain(),
        })
        .collect();
    let turn_times = match body.turn_minutes {
        Some(base) => Some(domain::TurnTimes {
            base: base.into_domain(),
            steps,
        }),
        None if steps.is_empty() => None,
        None => return Err(ServiceHoursRefusal::TurnTimeStepsAlone),
    };
    Ok(domain::Service {
        hours: hours.ok_or(ServiceHoursRefusal::LateLastSeating)?,
        turn_times,
        buffer: body.buffer_minutes.map(IntoDomain::into_domain),
        pacing: domain::Pacing {
            max_parties: body.max_parties.map(IntoDomain::into_domain),
            max_covers: body.max_covers.map(IntoDomain::into_domain),
        },
    })
}

fn service_body(service: &domain::Service) -> Result<types::Service, BreaksContract> {
    let hours = &service.hours;
    let turns = service.turn_times.as_ref();
    let steps = turns.into_iter().flat_map(|turns| &turns.steps);
    let steps: Vec<types::TurnStep> = steps
        .map(|step| types::TurnStep {
            min_party: step.min_party.to_contract(),
            turn_minutes: step.turn_time.to_contract(),
        })
        .collect();
    let steps = (!steps.is_empty()).then(|| types::TurnSteps::try_from(steps));
    Ok(types::Service {
        first_seating: time(hours.first_seating())?,
        last_seating: hours.last_seating().map(time).transpose()?,
        ends: time(hours.ends())?,
        turn_minutes: turns.map(|turns| turns.base.to_contract()),
        turn_steps: steps
            .transpose()
            .map_err(BreaksContract::at("turn_steps"))?,
        buffer_minutes: service.buffer.map(|buffer| buffer.to_contract()),
        max_parties: service.pacing.max_parties.map(|max| max.to_contract()),
        max_covers: service.pacing.max_covers.map(|max| max.to_contract()),
    })
}

impl ContractPart for ServicePeriod {
    type Settings = types::ServicePeriodSettings;
    type Body = types::ServicePeriod;
    type NotFound = errors::ServicePeriodNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        Ok(Self {
            id,
            name: settings.name.clone().into_domain(),
            weekdays: settings.days.clone().into_iter().map(weekday).collect(),
            valid_from: settings.valid_from.as_ref().map(|date| date.get()),
            valid_to: settings.valid_to.as_ref().map(|date| date.get()),
            service: service(&settings.service)?,
        })
    }

    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract> {
        let days: Vec<types::DayOfWeek> = self.weekdays.iter().map(day).collect();
        Ok(types::ServicePeriod {
            id: self.id.to_contract(),
            name: self.name.to_contract(),
            days: types::DaysOfWeek::try_from(days).map_err(BreaksContract::at("days"))?,
            valid_from: self.valid_from.map(date).transpose()?,
            valid_to: self.valid_to.map(date).transpose()?,
            service: service_body(&self.service)?,
            affected_bookings: affected,
        })
    }

    fn not_found() -> Self::NotFound {
        let message = "the restaurant has no service period with this number";
        errors::ServicePeriodNotFound(missing(message))
    }
}

impl ContractPart for SpecialDay {
    type Settings = types::SpecialDaySettings;
    type Body = types::SpecialDay;
    type NotFound = errors::SpecialDayNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        let services = settings.services.clone().into_iter().map(|it| service(&it));
        Ok(Self {
            id,
            name: settings.name.clone().into_domain(),
            date_from: settings.date_from.get(),
            date_to: settings.date_to.get(),
            services: services.collect::<Result<_, _>>()?,
        })
    }

    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract> {
        let services = self.services.iter().map(service_body);
        let services: Vec<types::Service> = services.collect::<Result<_, _>>()?;
        Ok(types::SpecialDay {
            id: self.id.to_contract(),
            name: self.name.to_contract(),
            date_from: date(self.date_from)?,
            date_to: date(self.date_to)?,
            services: types::Services::try_from(services)
                .map_err(BreaksContract::at("services"))?,
            affected_bookings: affected,
        })
    }

    fn not_found() -> Self::NotFound {
        let message = "the restaurant has no special day with this number";
        errors::SpecialDayNotFound(missing(message))
    }
}

impl ContractPart for Blockout {
    type Settings = types::BlockoutSettings;
    type Body = types::Blockout;
    type NotFound = errors::BlockoutNotFound;

    fn from_settings(settings: &Self::Settings, id: Self::Id) -> Result<Self, Self::Refusal> {
        let at =
            |date: &types::BookingDate, time: &types::ClockTime| date.get().to_datetime(time.get());
        let scope = match (settings.area_id, settings.table_id) {
            (None, None) => domain::BlockoutScope::Restaurant,
            (Some(area), None) => domain::BlockoutScope::Area(area.into_domain()),
            (None, Some(table)) => domain::BlockoutScope::Table(table.into_domain()),
            (Some(_), Some(_)) => return Err(BlockoutRefusal::TwoScopes),
        };
        Ok(Self {
            id,
            scope,
            starts: at(&settings.starts_date, &settings.starts_time),
            ends: at(&settings.ends_date, &settings.ends_time),
            reason: settings.reason.clone().map(IntoDomain::into_domain),
        })
    }

    fn to_body(
        &self,
        affected: Option<types::AffectedBookings>,
    ) -> Result<Self::Body, BreaksContract> {
        let (area_id, table_id) = match self.scope {
            domain::BlockoutScope::Restaurant => (None, None),
            domain::BlockoutScope::Area(area) => (Some(area.to_contract()), None),
            domain::BlockoutScope::Table(table) => (None, Some(table.to_contract())),
        };
        Ok(types::Blockout {
            id: self.id.to_contract(),
            area_id,
            table_id,
            starts_date: date(self.starts.date())?,
            starts_time: time(self.starts.time())?,
            ends_date: date(self.ends.date())?,
            ends_time: time(self.ends.time())?,
            reason: self.reason.as_ref().map(ToContract::to_contract),
            affected_bookings: affected,
        })
    }

    fn not_found() -> Self::NotFound {
        errors::BlockoutNotFound(missing("the restaurant has no blockout with this number"))
    }
}

fn missing(message: &str) -> Problem {
    Problem::new(message)
}

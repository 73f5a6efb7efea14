//! With which codes of the contract the refusals are answered.

use booking_api::errors;
use booking_api::seating::{DeleteDiningTableQuery, UpdateDiningTableHeaders};
use booking_api::types::{
    BlockoutSettings, DiningAreaSettings, DiningTableSettings, ServicePeriodSettings,
    SpecialDaySettings, TableCombinationSettings,
};
use booking_domain::{
    BlockoutRefusal, CombinationRefusal, DiningAreaRefusal, DiningTableRefusal,
    ServiceHoursRefusal, SpecialDayRefusal, TableCombinationRefusal,
};
use booking_persistence::{
    CreatePartRefusal, DeletePartRefusal, PartNotFound, SeatingVersionMismatch, UpdatePartRefusal,
    UsedByBookings,
};
use contract_runtime::Problem;

use super::convert::{self, ContractPart};
use crate::api::shared::IntoError;

impl<E, P: ContractPart> IntoError<E> for CreatePartRefusal<P>
where
    E: From<errors::PreconditionFailed> + From<errors::LimitReached>,
    P::Refusal: IntoError<E>,
{
    fn into_error(self) -> E {
        match self {
            Self::VersionMismatch(mismatch) => mismatch.into_error(),
            Self::LimitReached => {
                let message =
                    "the restaurant has as many of these as it may have: take one away first";
                errors::LimitReached(Problem::new(message)).into()
            }
            Self::Rule(refusal) => refusal.into_error(),
        }
    }
}

impl<E, P: ContractPart> IntoError<E> for UpdatePartRefusal<P>
where
    E: From<errors::PreconditionFailed> + From<P::NotFound>,
    P::Refusal: IntoError<E>,
    P::UpdateUse: IntoError<E>,
{
    fn into_error(self) -> E {
        match self {
            Self::VersionMismatch(mismatch) => mismatch.into_error(),
            Self::NotFound(missing) => missing.into_error(),
            Self::Rule(refusal) => refusal.into_error(),
            Self::Used(used) => used.into_error(),
        }
    }
}

impl<E, P: ContractPart> IntoError<E> for DeletePartRefusal<P>
where
    E: From<errors::PreconditionFailed> + From<P::NotFound>,
    P::DeleteUse: IntoError<E>,
{
    fn into_error(self) -> E {
        match self {
            Self::VersionMismatch(mismatch) => mismatch.into_error(),
            Self::NotFound(missing) => missing.into_error(),
            Self::Used(used) => used.into_error(),
        }
    }
}

impl<E: From<errors::PreconditionFailed>> IntoError<E> for SeatingVersionMismatch {
    fn into_error(self) -> E {
        let message = "how the restaurant seats has changed: read it again, then repeat the change";
        let field = UpdateDiningTableHeaders::FIELDS.if_match;
        errors::PreconditionFailed(Problem::new(message).field(field)).into()
    }
}

impl<E: From<P::NotFound>, P: ContractPart> IntoError<E> for PartNotFound<P> {
    fn into_error(self) -> E {
        P::not_found().into()
    }
}

impl<E: From<errors::UsedByBookings>> IntoError<E> for UsedByBookings {
    fn into_error(self) -> E {
        let message = "bookings to come would lose their place: with force they are placed anew";
        let problem = Problem::new(message).field(DeleteDiningTableQuery::FIELDS.force);
        let problem = match convert::affected_bookings(&self.0) {
            Ok(affected) => problem.property("affected_bookings", &affected),
            // They would only have helped.
            Err(broken) => problem.caused_by(&broken),
        };
        errors::UsedByBookings(problem).into()
    }
}

impl<E: From<errors::NameTaken>> IntoError<E> for DiningAreaRefusal {
    fn into_error(self) -> E {
        match self {
            Self::NameTaken => {
                let field = DiningAreaSettings::FIELDS.name;
                errors::NameTaken(Problem::new(self.to_string()).field(field)).into()
            }
        }
    }
}

impl<E> IntoError<E> for DiningTableRefusal
where
    E: From<errors::NameTaken> + From<errors::InvalidDiningTable>,
{
    fn into_error(self) -> E {
        let fields = DiningTableSettings::FIELDS;
        let problem = Problem::new(self.to_string());
        match self {
            Self::NameTaken => errors::NameTaken(problem.field(fields.name)).into(),
            Self::UnknownArea => errors::InvalidDiningTable(problem.field(fields.area_id)).into(),
            Self::EmptyPartyRange => {
                errors::InvalidDiningTable(problem.field(fields.max_party)).into()
            }
        }
    }
}

impl<E> IntoError<E> for TableCombinationRefusal
where
    E: From<errors::NameTaken> + From<errors::InvalidTableCombination>,
{
    fn into_error(self) -> E {
        let fields = TableCombinationSettings::FIELDS;
        let problem = Problem::new(self.to_string());
        let field = match self {
            Self::NameTaken => return errors::NameTaken(problem.field(fields.name)).into(),
            Self::Combination(
                CombinationRefusal::UnknownTable | CombinationRefusal::RepeatedTable,
            ) => fields.table_ids,
            Self::Combination(CombinationRefusal::EmptyPartyRange) => fields.max_party,
        };
        errors::InvalidTableCombination(problem.field(field)).into()
    }
}

impl<E: From<errors::InvalidServicePeriod>> IntoError<E> for ServiceHoursRefusal {
    fn into_error(self) -> E {
        let fields = ServicePeriodSettings::FIELDS;
        let field = match self {
            Self::EmptyDateRange => fields.valid_to,
            Self::Overlap
            | Self::RepeatedTurnTime
            | Self::LateLastSeating
            | Self::TurnTimeStepsAlone => fields.service,
        };
        errors::InvalidServicePeriod(Problem::new(self.to_string()).field(field)).into()
    }
}

impl<E: From<errors::InvalidSpecialDay>> IntoError<E> for SpecialDayRefusal {
    fn into_error(self) -> E {
        let fields = SpecialDaySettings::FIELDS;
        let field = match self.0 {
            ServiceHoursRefusal::EmptyDateRange => fields.date_to,
            ServiceHoursRefusal::Overlap => fields.date_from,
            ServiceHoursRefusal::RepeatedTurnTime
            | ServiceHoursRefusal::LateLastSeating
            | ServiceHoursRefusal::TurnTimeStepsAlone => fields.services,
        };
        errors::InvalidSpecialDay(Problem::new(self.to_string()).field(field)).into()
    }
}

impl<E: From<errors::InvalidBlockout>> IntoError<E> for BlockoutRefusal {
    fn into_error(self) -> E {
        let fields = BlockoutSettings::FIELDS;
        let field = match self {
            Self::UnknownArea | Self::TwoScopes => fields.area_id,
            Self::UnknownTable => fields.table_id,
            Self::EmptyPeriod => fields.ends_date,
        };
        errors::InvalidBlockout(Problem::new(self.to_string()).field(field)).into()
    }
}

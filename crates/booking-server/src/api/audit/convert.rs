//! What is remembered of who did what.

use booking_api::types;
use booking_domain as domain;

use crate::api::shared::{BreaksContract, ToContract};

/// An event as it is answered.
pub(crate) fn audit_event(event: &domain::AuditEvent) -> Result<types::AuditEvent, BreaksContract> {
    let network = event.network.map(|network| network.to_string());
    let network = network.map(types::CallerNetwork::try_from).transpose();
    let rule = |rule: domain::RuleOverride| match rule {
        domain::RuleOverride::Hours => types::RuleOverride::Hours,
        domain::RuleOverride::Pacing => types::RuleOverride::Pacing,
        domain::RuleOverride::Capacity => types::RuleOverride::Capacity,
        domain::RuleOverride::PartySize => types::RuleOverride::PartySize,
        domain::RuleOverride::Blockouts => types::RuleOverride::Blockouts,
        domain::RuleOverride::AlreadyBooked => types::RuleOverride::AlreadyBooked,
    };
    let overridden: Vec<types::RuleOverride> = event.overridden.iter().map(rule).collect();
    Ok(types::AuditEvent {
        occurred_at: types::Timestamp::try_from(event.occurred_at)
            .map_err(BreaksContract::at("occurred_at"))?,
        actor: actor(&event.actor)?,
        action: event.action.to_contract(),
        subject: event.subject.as_ref().map(ToContract::to_contract).into(),
        network: network.map_err(BreaksContract::at("network"))?.into(),
        request_id: event.request_id.to_contract(),
        overridden_rules: (!overridden.is_empty())
            .then(|| types::RuleOverrides::try_from(overridden))
            .transpose()
            .map_err(BreaksContract::at("overridden_rules"))?,
        override_reason: event.override_reason.as_ref().map(ToContract::to_contract),
    })
}

/// Who has done something, as it is answered.
pub(crate) fn actor(actor: &domain::Actor) -> Result<types::AuditActor, BreaksContract> {
    let (kind, id) = match actor {
        domain::Actor::User(id) => (types::AuditActorKind::User, Some(id.as_str())),
        domain::Actor::PlatformAdmin(id) => {
            (types::AuditActorKind::PlatformAdmin, Some(id.as_str()))
        }
        domain::Actor::ApiKey(id) => (types::AuditActorKind::ApiKey, Some(id.as_str())),
        domain::Actor::Guest => (types::AuditActorKind::Guest, None),
        domain::Actor::System => (types::AuditActorKind::System, None),
    };
    let id = id.map(types::AuditActorId::try_from).transpose();
    Ok(types::AuditActor {
        kind,
        id: id.map_err(BreaksContract::at("actor.id"))?.into(),
    })
}

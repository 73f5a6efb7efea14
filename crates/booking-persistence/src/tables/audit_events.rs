//! The table `audit_events`: who did what in a restaurant.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;

use booking_domain::{
    Actor, ApiKeyId, AuditEvent, CallerNetwork, OperationName, OverrideReason, RequestId,
    RestaurantId, RuleOverride, RuleOverrides, SubjectId, UserId,
};

use super::parsed;
use crate::access::{Guarded, RequestContext, RestaurantAccessRefusal};
use crate::error::{Corrupt, TransactionError};
use crate::lists::{Cursor, CursorOfAnotherList, Digest, Page, Window, instant_at, keyset};
use crate::schema::audit_events;

/// Something that is being done.
pub(crate) struct NewEvent<'a> {
    pub(crate) restaurant: RestaurantId,
    pub(crate) actor: &'a Actor,
    /// The operation, as the store names it.
    pub(crate) action: &'static str,
    /// The public id of what it is done to.
    pub(crate) subject: Option<&'a str>,
    pub(crate) context: &'a RequestContext,
}

/// The rules that the staff have overridden by what is being done, and why.
#[derive(Default)]
pub(crate) struct Overridden<'a> {
    pub(crate) rules: RuleOverrides,
    pub(crate) reason: Option<&'a OverrideReason>,
}

/// Records what is being done, in its own transaction.
pub(crate) async fn insert(
    connection: &AsyncPgConnection,
    event: &NewEvent<'_>,
) -> QueryResult<()> {
    insert_overriding(connection, event, &Overridden::default()).await
}

/// The same for what rules were overridden for. Without any there is no reason to record.
pub(crate) async fn insert_overriding(
    mut connection: &AsyncPgConnection,
    event: &NewEvent<'_>,
    overridden: &Overridden<'_>,
) -> QueryResult<()> {
    let rules: Vec<&str> = overridden.rules.iter().map(RuleOverride::as_str).collect();
    let reason = overridden.reason.filter(|_| !rules.is_empty());
    let (kind, actor) = actor_columns(event.actor);
    let network = event.context.network.map(|network| network.to_string());
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::restaurant_id.eq(event.restaurant.get()),
            audit_events::occurred_at.eq(event.context.now.to_diesel()),
            audit_events::actor_kind.eq(kind),
            audit_events::actor_id.eq(actor),
            audit_events::action.eq(event.action),
            audit_events::subject_id.eq(event.subject),
            audit_events::network.eq(network),
            audit_events::request_id.eq(event.context.request_id.as_str()),
            audit_events::overridden_rules.eq(rules),
            audit_events::override_reason.eq(reason.map(OverrideReason::as_str)),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// An actor's kind and id, as they are written.
pub(super) fn actor_columns(actor: &Actor) -> (&'static str, Option<&str>) {
    match actor {
        Actor::User(id) => (USER, Some(id.as_str())),
        Actor::PlatformAdmin(id) => (PLATFORM_ADMIN, Some(id.as_str())),
        Actor::ApiKey(id) => (API_KEY, Some(id.as_str())),
        Actor::Guest => (GUEST, None),
        Actor::System => (SYSTEM, None),
    }
}

/// The actor that is written so.
pub(super) fn parse_actor(kind: &str, id: Option<String>) -> Option<Actor> {
    match (kind, id) {
        (USER, Some(id)) => UserId::parse(id).map(Actor::User),
        (PLATFORM_ADMIN, Some(id)) => UserId::parse(id).map(Actor::PlatformAdmin),
        (API_KEY, Some(id)) => ApiKeyId::parse(id).map(Actor::ApiKey),
        (GUEST, None) => Some(Actor::Guest),
        (SYSTEM, None) => Some(Actor::System),
        _ => None,
    }
}

const USER: &str = "user";
const PLATFORM_ADMIN: &str = "platform_admin";
const API_KEY: &str = "api_key";
const GUEST: &str = "guest";
const SYSTEM: &str = "system";

/// An event as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
struct EventRow {
    audit_event_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    occurred_at: jiff::Timestamp,
    actor_kind: String,
    actor_id: Option<String>,
    action: String,
    subject_id: Option<String>,
    network: Option<String>,
    request_id: String,
    overridden_rules: Vec<Option<String>>,
    override_reason: Option<String>,
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = Corrupt;

    fn try_from(row: EventRow) -> Result<Self, Corrupt> {
        let key = row.audit_event_id;
        let actor = parse_actor(&row.actor_kind, row.actor_id);
        let subject = row.subject_id.map(SubjectId::parse);
        let subject = subject.map(|subject| parsed(subject, "audit_events.subject_id", key));
        let network = row.network.map(|network| CallerNetwork::parse(&network));
        let network = network.map(|network| parsed(network, "audit_events.network", key));
        let rule = |rule: Option<String>| {
            let rule = rule.as_deref().and_then(RuleOverride::parse);
            parsed(rule, "audit_events.overridden_rules", key)
        };
        let rules = row.overridden_rules.into_iter().map(rule);
        let reason = row.override_reason.map(OverrideReason::parse);
        let reason = reason.map(|reason| parsed(reason, "audit_events.override_reason", key));
        Ok(Self {
            overridden: rules.collect::<Result<_, Corrupt>>()?,
            override_reason: reason.transpose()?,
            occurred_at: row.occurred_at,
            actor: parsed(actor, "audit_events.actor_id", key)?,
            action: parsed(OperationName::parse(row.action), "audit_events.action", key)?,
            subject: subject.transpose()?,
            network: network.transpose()?,
            request_id: parsed(
                RequestId::parse(row.request_id),
                "audit_events.request_id",
                key,
            )?,
        })
    }
}

/// What was done in a restaurant, the latest first.
pub(crate) async fn list(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    window: &Window,
) -> Result<Guarded<Page<AuditEvent>>, TransactionError<RestaurantAccessRefusal<CursorOfAnotherList>>>
{
    let list = Digest::new("audit_events")
        .text(Some(&restaurant.to_string()))
        .finish();
    let after = window
        .place(list, instant_at)
        .map_err(TransactionError::into_rule)?;
    let after = after.map(|(instant, id)| (instant.to_diesel(), id));
    let query = audit_events::table
        .filter(audit_events::restaurant_id.eq(restaurant.get()))
        .select(EventRow::as_select())
        .into_boxed();
    let query = keyset!(query, after (instant, id) = after, desc [
        audit_events::occurred_at => instant,
        audit_events::audit_event_id => id
    ]);
    let rows = query.limit(window.rows()).load(&mut connection);
    let page = window.load_uncounted(rows, |row: &EventRow| Cursor {
        list,
        position: row.occurred_at.as_microsecond(),
        id: row.audit_event_id,
    });
    Ok(Guarded::new(
        restaurant,
        page.await?.try_map(AuditEvent::try_from)?,
    ))
}

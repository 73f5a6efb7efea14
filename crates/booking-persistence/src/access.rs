//! Who may do what: no operation of a restaurant's staff comes to anything without it.
//!
//! What is read for the staff is [`Guarded`], and only a [`RestaurantAccess`] to the same restaurant
//! opens it; what writes for the staff takes one. It is made in one place, by [`StaffRequest::authorize`],
//! from the rows as they are now: who was removed, a key that was revoked and a restaurant that was
//! suspended have lost access. Reading costs no round trip more for it, for both statements are sent
//! at once, and what was read for nobody is thrown away.
//!
//! What the service does unasked needs no rights, and says so ([`RestaurantAccess::of_system`]). What is
//! done with the installation takes a [`PlatformAccess`], which [`PlatformRequest::authorize`]
//! makes in the same way.
//!
//! One booking is opened besides by whoever holds its secret, and by the diner whose it is
//! ([`BookingCaller`], [`GuardedBooking`]). Who makes one is told by [`find_booking_maker`].

mod booking;

pub use booking::BookingCaller;
pub(crate) use booking::{BookingActor, BookingRights, GuardedBooking, find_booking_maker};

use std::convert::Infallible;
use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;

use booking_domain::{
    AccessDenial, Actor, CallerNetwork, Principal, RequestId, RestaurantId, RestaurantRights,
    Scope, Scopes, StaffRole, UserId, decide_access,
};

use crate::connection::{ConstraintViolation, FromViolation, IdempotentRequest, Visibility};
use crate::error::{Corrupt, Internal, StoreError, TransactionError};
use crate::operations::RestaurantNotFound;
use crate::schema::restaurants;
use crate::store::Store;
use crate::tables::{accounts, audit_events};

/// When a request is made, what the log of its restaurant keeps of where from, and its key.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Now.
    pub now: Timestamp,
    /// What to name the request by.
    pub request_id: RequestId,
    /// The network of the caller, if it is known.
    pub network: Option<CallerNetwork>,
    /// The request itself, if it has a key with which it may be repeated.
    pub idempotency: Option<Arc<IdempotentRequest>>,
}

/// The caller knows of what they ask for, and may do less with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller's role or credential does not allow it")]
pub struct Forbidden;

/// Why an operation that not everybody may do is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefusal<N, R = Infallible> {
    /// There is no such thing, or none that this caller may know of.
    #[error(transparent)]
    NotFound(N),
    /// The caller may do less.
    #[error(transparent)]
    Forbidden(Forbidden),
    /// A rule refuses it.
    #[error(transparent)]
    Rule(R),
}

/// Why something is not done in a restaurant: there is none for this caller, they may do less, or a
/// rule refuses.
pub type RestaurantAccessRefusal<R = Infallible> = AccessRefusal<RestaurantNotFound, R>;

impl<N, R: FromViolation> FromViolation for AccessRefusal<N, R> {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        R::from_violation(violation).map(Self::Rule)
    }
}

impl<N, R> TransactionError<AccessRefusal<N, R>> {
    /// There is no such thing for this caller.
    pub(crate) const fn no_access(missing: N) -> Self {
        Self::Refused(AccessRefusal::NotFound(missing))
    }

    /// The caller may do less.
    pub(crate) const fn forbidden() -> Self {
        Self::Refused(AccessRefusal::Forbidden(Forbidden))
    }

    /// A rule of the domain refuses.
    pub(crate) const fn refused(refusal: R) -> Self {
        Self::Refused(AccessRefusal::Rule(refusal))
    }

    fn from_denial(denial: AccessDenial, missing: N) -> Self {
        match denial {
            AccessDenial::NotFound => Self::no_access(missing),
            AccessDenial::Forbidden => Self::forbidden(),
        }
    }
}

impl<R> TransactionError<R> {
    /// What is refused by a rule that knows nothing of callers.
    pub(crate) fn into_rule<N>(self) -> TransactionError<AccessRefusal<N, R>> {
        match self {
            Self::Refused(refusal) => TransactionError::refused(refusal),
            Self::Database(error) => TransactionError::Database(error),
            Self::Internal(internal) => TransactionError::Internal(internal),
        }
    }
}

/// What of the rows says what a caller may do in the restaurant `$restaurant`: the number of their
/// account, their role, and what their key may. A macro, for Diesel gives each statement its type.
macro_rules! caller_columns {
    ($principal:expr, $now:expr, $restaurant:expr) => {{
        use crate::schema::{accounts, api_keys, restaurant_staff};
        let (user, key) = match $principal {
            Some(principal) => {
                let principal: &booking_domain::Principal = principal;
                (principal.user(), principal.api_key())
            }
            None => (None, None),
        };
        let user = user.map(booking_domain::UserId::as_str);
        let key = key.map(booking_domain::ApiKeyId::as_str);
        let now = jiff_diesel::ToDiesel::to_diesel($now);
        (
            accounts::table
                .filter(accounts::public_id.nullable().eq(user))
                .select(accounts::user_id)
                .single_value(),
            restaurant_staff::table
                .inner_join(accounts::table)
                .filter(accounts::public_id.nullable().eq(user))
                .filter(restaurant_staff::restaurant_id.eq($restaurant))
                .select(restaurant_staff::role)
                .single_value(),
            api_keys::table
                .filter(api_keys::public_id.nullable().eq(key))
                .filter(api_keys::restaurant_id.eq($restaurant))
                .filter(api_keys::revoked_at.is_null())
                .filter(api_keys::expires_at.gt(now))
                .select(api_keys::scopes)
                .single_value(),
        )
    }};
}

pub(crate) use caller_columns;

/// What [`caller_columns`] gives.
pub(crate) type CallerRow = (Option<i64>, Option<String>, Option<String>);

fn rights(caller: &CallerRow, is_suspended: bool) -> Result<RestaurantRights, Corrupt> {
    let (_, role, scopes) = caller;
    let role = role.as_deref().map(|text| {
        StaffRole::parse(text).ok_or_else(|| Corrupt::new("restaurant_staff.role", text))
    });
    let api_key = scopes
        .as_deref()
        .map(|text| Scopes::parse(text).ok_or_else(|| Corrupt::new("api_keys.scopes", text)));
    Ok(RestaurantRights {
        is_suspended,
        role: role.transpose()?,
        api_key: api_key.transpose()?,
    })
}

pub(crate) fn actor(principal: &Principal) -> Actor {
    match principal {
        Principal::User { id, .. } => Actor::User(id.clone()),
        Principal::ApiKey { id, .. } => Actor::ApiKey(id.clone()),
    }
}

/// Whose key a request has, as far as records of answers tell callers apart.
pub(crate) fn caller_name(principal: &Principal) -> String {
    match principal {
        Principal::User { id, .. } => format!("user:{id}"),
        Principal::ApiKey { id, .. } => format!("key:{id}"),
    }
}

/// What somebody wants to do in a restaurant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StaffRequest<'a> {
    pub(crate) operation: &'static str,
    pub(crate) principal: &'a Principal,
    pub(crate) restaurant: RestaurantId,
    pub(crate) required: Scope,
    pub(crate) context: &'a RequestContext,
}

/// That somebody may do what they want in a restaurant, or that the service does it unasked. Nothing
/// else makes one.
#[derive(Debug)]
pub struct RestaurantAccess {
    restaurant: RestaurantId,
    user: Option<i64>,
}

/// Something of a restaurant's, which is shown to nobody who has no access to it.
pub(crate) struct Guarded<T> {
    restaurant: RestaurantId,
    value: T,
}

impl<T> Guarded<T> {
    pub(crate) const fn new(restaurant: RestaurantId, value: T) -> Self {
        Self { restaurant, value }
    }
}

impl RestaurantAccess {
    /// What the service itself needs, which asks nobody.
    pub(crate) const fn of_system(restaurant: RestaurantId) -> Self {
        Self {
            restaurant,
            user: None,
        }
    }

    /// The restaurant.
    pub(crate) const fn restaurant(&self) -> RestaurantId {
        self.restaurant
    }

    /// The number of the caller's account. A program has none, and may do nothing that needs one.
    pub(crate) fn user<N, R>(&self) -> Result<i64, TransactionError<AccessRefusal<N, R>>> {
        self.user.ok_or_else(TransactionError::forbidden)
    }

    /// What was read, if it is the restaurant's.
    pub(crate) fn open<T>(&self, guarded: Guarded<T>) -> Result<T, Internal> {
        (guarded.restaurant == self.restaurant)
            .then_some(guarded.value)
            .ok_or(Internal::AnotherRestaurant)
    }
}

impl StaffRequest<'_> {
    /// Whether the caller may do it, as the rows are now. One statement.
    pub(crate) async fn authorize<R>(
        &self,
        mut connection: &AsyncPgConnection,
    ) -> Result<RestaurantAccess, TransactionError<RestaurantAccessRefusal<R>>> {
        let restaurant = self.restaurant.get();
        let found: Option<(bool, CallerRow)> = restaurants::table
            .find(restaurant)
            .select((
                restaurants::suspended_at.is_not_null(),
                caller_columns!(Some(self.principal), self.context.now, restaurant),
            ))
            .first(&mut connection)
            .await
            .optional()?;
        let Some((is_suspended, caller)) = found else {
            return Err(TransactionError::no_access(RestaurantNotFound));
        };
        let granted = rights(&caller, is_suspended)?.scopes();
        decide_access(self.principal.scopes(), granted, self.required)
            .map_err(|denial| TransactionError::from_denial(denial, RestaurantNotFound))?;
        Ok(RestaurantAccess {
            restaurant: self.restaurant,
            user: caller.0,
        })
    }
}

impl Store {
    /// Reads something of a restaurant's for somebody who may see it. No round trip more than
    /// `load` takes.
    pub(crate) async fn read_as_staff<T, R: FromViolation>(
        &self,
        request: StaffRequest<'_>,
        load: impl AsyncFnOnce(
            &AsyncPgConnection,
        )
            -> Result<Guarded<T>, TransactionError<RestaurantAccessRefusal<R>>>,
    ) -> Result<T, StoreError<RestaurantAccessRefusal<R>>> {
        let seeing = self.seeing(Visibility::of_restaurant(request.restaurant));
        let reading = seeing.read(request.operation, async |connection| {
            let access = request.authorize(connection);
            // Whatever is wrong with the list, a stranger learns only that there is nothing.
            let (access, loaded) = tokio::join!(biased; access, load(connection));
            Ok(access?.open(loaded?)?)
        });
        reading.await
    }

    /// Does something in a restaurant for somebody who may, and records it, unless `work` says that it
    /// has changed nothing. Two round trips more than `work` takes, and begin and commit.
    pub(crate) async fn transact_as_staff<T, R: FromViolation>(
        &self,
        request: StaffRequest<'_>,
        work: impl AsyncFnOnce(
            &AsyncPgConnection,
            RestaurantAccess,
        )
            -> Result<(T, Changed), TransactionError<RestaurantAccessRefusal<R>>>
        + Clone,
    ) -> Result<T, StoreError<RestaurantAccessRefusal<R>>> {
        let (context, caller) = (request.context, caller_name(request.principal));
        let seeing = self.seeing(Visibility::of_restaurant(request.restaurant));
        let seeing = seeing.answering(context);
        let transaction = seeing.transact(request.operation, async |connection| {
            let authorizing = request.authorize(connection);
            let access = context.claim(connection, &caller, authorizing).await?;
            let (done, changed) = work(connection, access).await?;
            let subject = match &changed {
                Changed::Nothing => return Ok(done),
                Changed::Restaurant => None,
                Changed::Subject(id) => Some(id.as_str()),
            };
            let event = audit_events::NewEvent {
                restaurant: request.restaurant,
                actor: &actor(request.principal),
                action: request.operation,
                subject,
                context: request.context,
            };
            audit_events::insert(connection, &event).await?;
            Ok(done)
        });
        transaction.await
    }
}

/// What an operation has changed, as the log names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    /// Nothing: all was so before, and nothing is recorded.
    Nothing,
    /// The restaurant, or something in it that has no public id.
    Restaurant,
    /// What has this public id.
    Subject(String),
}

/// What somebody wants to do with the installation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlatformRequest<'a> {
    pub(crate) operation: &'static str,
    pub(crate) principal: &'a Principal,
    pub(crate) context: &'a RequestContext,
}

/// That somebody runs the installation. Nothing else makes one.
#[derive(Debug)]
pub(crate) struct PlatformAccess {
    admin: UserId,
}

impl PlatformRequest<'_> {
    /// Whether the caller runs the installation, as the rows are now. One statement.
    pub(crate) async fn authorize<N, R>(
        &self,
        connection: &AsyncPgConnection,
    ) -> Result<PlatformAccess, TransactionError<AccessRefusal<N, R>>> {
        let Some(user) = self.principal.user() else {
            return Err(TransactionError::forbidden());
        };
        let account = accounts::find(connection, user).await?;
        let granted = account.map(|stored| stored.account.scopes());
        // Everybody knows that there is an installation: nobody is told that there is none.
        decide_access(self.principal.scopes(), granted, Scope::PlatformAdmin)
            .map_err(|_| TransactionError::forbidden())?;
        Ok(PlatformAccess {
            admin: user.clone(),
        })
    }
}

impl Store {
    /// Does something for somebody who runs the installation, and records it in the log of the
    /// restaurant that `work` names; for `None` there is nothing to record. Two round trips more
    /// than `work` takes, and begin and commit.
    pub(crate) async fn transact_as_platform_admin<T, N, R: FromViolation>(
        &self,
        request: PlatformRequest<'_>,
        work: impl AsyncFnOnce(
            &AsyncPgConnection,
            &PlatformAccess,
        ) -> Result<
            (T, Option<RestaurantId>),
            TransactionError<AccessRefusal<N, R>>,
        > + Clone,
    ) -> Result<T, StoreError<AccessRefusal<N, R>>> {
        let (context, caller) = (request.context, caller_name(request.principal));
        let seeing = self.seeing(Visibility::default()).answering(context);
        let transaction = seeing.transact(request.operation, async |connection| {
            let authorizing = request.authorize(connection);
            let access = context.claim(connection, &caller, authorizing).await?;
            let (done, restaurant) = work(connection, &access).await?;
            if let Some(restaurant) = restaurant {
                let event = audit_events::NewEvent {
                    restaurant,
                    actor: &Actor::PlatformAdmin(access.admin),
                    action: request.operation,
                    subject: None,
                    context: request.context,
                };
                audit_events::insert(connection, &event).await?;
            }
            Ok(done)
        });
        transaction.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_of_another_restaurant_stays_closed() {
        let restaurant = |number: i64| RestaurantId::new(number).expect("it is in range");
        let access = RestaurantAccess {
            restaurant: restaurant(1),
            user: None,
        };
        let opened = access.open(Guarded::new(restaurant(1), "hers"));
        assert_eq!(opened.expect("it is the same"), "hers");
        let refused = access.open(Guarded::new(restaurant(2), "not hers"));
        assert!(matches!(refused, Err(Internal::AnotherRestaurant)));
    }
}

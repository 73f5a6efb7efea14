//! Who may do what with one booking: its guest, its diner, and its restaurant's staff and programs; and
//! who makes one.

use credentials::{BookingSecret, BookingSecretKey};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;

use booking_domain::{
    Actor, Booker, BookingId, OWN_BOOKING_SCOPES, Principal, RestaurantId, Scope, Scopes, UserId,
    decide_access,
};

use super::{CallerRow, RestaurantAccessRefusal, actor, caller_columns, caller_name, rights};
use crate::error::{Corrupt, TransactionError};
use crate::operations::{BookingNotFound, BookingRefusal, RestaurantNotFound};
use crate::schema::restaurants;

/// Who asks for one booking.
#[derive(Debug, Clone, Copy)]
pub enum BookingCaller<'a> {
    /// Somebody with a credential of their own: the diner whose booking it is, or somebody of the
    /// restaurant.
    Principal(&'a Principal),
    /// Whoever holds the booking's secret.
    SecretHolder {
        /// What was sent.
        secret: &'a BookingSecret,
        /// What tells whether it is the booking's.
        key: &'a BookingSecretKey,
    },
}

impl BookingCaller<'_> {
    /// The principal, if there is one.
    pub(crate) const fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Principal(principal) => Some(principal),
            Self::SecretHolder { .. } => None,
        }
    }

    /// Whose key a request about this booking has.
    pub(crate) fn name(&self, id: &BookingId) -> String {
        match self {
            Self::Principal(principal) => caller_name(principal),
            Self::SecretHolder { .. } => format!("holder:{id}"),
        }
    }
}

/// Who has opened a booking.
#[derive(Debug)]
pub(crate) struct BookingActor {
    /// As whom, for the log.
    pub(crate) actor: Actor,
    /// By whose rules: the staff's own, or those of guests, for programs too.
    pub(crate) booker: Booker,
    /// Whether they work for the restaurant, as people or as programs.
    pub(crate) is_of_restaurant: bool,
}

/// What is known of a booking's callers, beside the booking.
pub(crate) struct BookingRights {
    pub(crate) id: BookingId,
    /// How often the secret was replaced.
    pub(crate) secret_rotation: i32,
    /// The accounts whose booking it is.
    pub(crate) owners: [Option<i64>; 2],
    pub(crate) is_suspended: bool,
    pub(crate) caller: CallerRow,
}

impl BookingRights {
    /// Whether it is the caller's own booking.
    fn is_own(&self) -> bool {
        let user = self.caller.0;
        user.is_some() && self.owners.contains(&user)
    }
}

/// A booking that was read, which is shown to nobody whom it does not concern.
pub(crate) struct GuardedBooking<T> {
    pub(crate) rights: BookingRights,
    booking: T,
}

impl<T> GuardedBooking<T> {
    pub(crate) const fn new(rights: BookingRights, booking: T) -> Self {
        Self { rights, booking }
    }

    /// The same, as something else.
    pub(crate) fn map<U>(self, map: impl FnOnce(&BookingRights, T) -> U) -> GuardedBooking<U> {
        let booking = map(&self.rights, self.booking);
        GuardedBooking::new(self.rights, booking)
    }

    /// The booking for its guest alone: whoever holds its secret, and the diner whose it is. The staff
    /// know of it, and may not do what outlasts their access.
    pub(crate) fn open_as_guest<R>(
        self,
        caller: &BookingCaller<'_>,
    ) -> Result<(T, BookingActor), TransactionError<BookingRefusal<R>>> {
        let is_guest = match caller {
            BookingCaller::SecretHolder { .. } => true,
            BookingCaller::Principal(_) => self.rights.is_own(),
        };
        let opened = self.open(caller, Scope::BookingsWrite)?;
        is_guest
            .then_some(opened)
            .ok_or(TransactionError::forbidden())
    }

    /// The booking, and who has opened it, if `caller` may do with it what needs `required`. It is
    /// the caller for whom it was read.
    pub(crate) fn open<R>(
        self,
        caller: &BookingCaller<'_>,
        required: Scope,
    ) -> Result<(T, BookingActor), TransactionError<BookingRefusal<R>>> {
        let rights = &self.rights;
        let (credential, granted, actor) = match caller {
            BookingCaller::SecretHolder { secret, key } => {
                let rotation = u32::try_from(rights.secret_rotation)
                    .map_err(|_| Corrupt::new("bookings.secret_rotation", &rights.id))?;
                let is_good = key.verify(rights.id.as_str(), rotation, secret);
                let granted = is_good.then_some(OWN_BOOKING_SCOPES);
                let actor = BookingActor {
                    actor: Actor::Guest,
                    booker: Booker::Guest,
                    is_of_restaurant: false,
                };
                (OWN_BOOKING_SCOPES, granted, actor)
            }
            BookingCaller::Principal(principal) => {
                let own = rights.is_own().then_some(OWN_BOOKING_SCOPES);
                let staff = super::rights(&rights.caller, rights.is_suspended)?.scopes();
                let is_of_restaurant = staff.is_some();
                let is_staff = is_of_restaurant && principal.user().is_some();
                let granted = own.into_iter().chain(staff).reduce(Scopes::union);
                let actor = BookingActor {
                    actor: actor(principal),
                    booker: if is_staff {
                        Booker::Staff
                    } else {
                        Booker::Guest
                    },
                    is_of_restaurant,
                };
                (principal.scopes(), granted, actor)
            }
        };
        decide_access(credential, granted, required)
            .map_err(|denial| TransactionError::from_denial(denial, BookingNotFound))?;
        Ok((self.booking, actor))
    }
}

/// Who makes a booking.
#[derive(Debug)]
pub(crate) struct BookingMaker<'a> {
    /// The user to whose account it belongs: a diner, who does not book for the restaurant.
    pub(crate) diner: Option<&'a UserId>,
    /// Whether it is made by its guest, with or without an account, and not for them.
    pub(crate) is_guest: bool,
    /// By whose rules. A program sells what guests can book, and goes no further.
    pub(crate) booker: Booker,
    /// Who does it, for the log.
    pub(crate) actor: Actor,
}

/// Who makes a booking in a restaurant, as the rows are now. A program books for its own restaurant
/// and no other. One statement where there is a principal.
pub(crate) async fn find_booking_maker<'a, R>(
    mut connection: &AsyncPgConnection,
    principal: Option<&'a Principal>,
    restaurant: RestaurantId,
    now: Timestamp,
) -> Result<BookingMaker<'a>, TransactionError<RestaurantAccessRefusal<R>>> {
    let Some(principal) = principal else {
        return Ok(BookingMaker {
            diner: None,
            is_guest: true,
            booker: Booker::Guest,
            actor: Actor::Guest,
        });
    };
    let found: Option<(bool, CallerRow)> = restaurants::table
        .find(restaurant.get())
        .select((
            restaurants::suspended_at.is_not_null(),
            caller_columns!(Some(principal), now, restaurant.get()),
        ))
        .first(&mut connection)
        .await
        .optional()?;
    let (is_suspended, caller) = found.ok_or(TransactionError::no_access(RestaurantNotFound))?;
    if is_suspended {
        return Err(TransactionError::no_access(RestaurantNotFound));
    }
    let granted = rights(&caller, is_suspended)?.scopes();
    let diner = principal.user().filter(|_| granted.is_none());
    if diner.is_none() {
        // Everybody knows of the restaurant, so that a program of another one learns nothing.
        decide_access(principal.scopes(), granted, Scope::BookingsWrite)
            .map_err(|_| TransactionError::forbidden())?;
    }
    Ok(BookingMaker {
        diner,
        is_guest: diner.is_some(),
        booker: if diner.is_none() && principal.user().is_some() {
            Booker::Staff
        } else {
            Booker::Guest
        },
        actor: actor(principal),
    })
}

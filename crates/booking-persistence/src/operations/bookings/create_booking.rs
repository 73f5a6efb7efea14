//! `createBooking`.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    Booker, BookingFacts, BookingId, BookingReference, BookingView, ConfirmationCode,
    CreateRefusal, EmailAddress, HoldUseRefusal, NewBooking, PlaceReason, PlaceRefusal, Principal,
    ServiceDay, create,
};

use super::made_booking::Making;
use crate::access::{RequestContext, RestaurantAccessRefusal, caller_name, find_booking_maker};
use crate::connection::{ConstraintViolation, FromViolation, Visibility, lock_guest};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::{
    Attempts, GuestRule, KnownDay, PlacedBooking, ServiceDayCache,
};
use crate::operations::{RestaurantNotFound, to_the_microsecond};
use crate::store::Store;
use crate::tables::{bookings, holds, live_bookings, restaurants, users};

impl FromViolation for PlaceRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        match violation {
            ConstraintViolation::TableTaken => Some(PlaceReason::TableNotAvailable.into()),
            ConstraintViolation::ReferenceTaken => None,
        }
    }
}

impl FromViolation for CreateRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        PlaceRefusal::from_violation(violation).map(Self::Place)
    }
}

/// A booking that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedBooking {
    /// The booking.
    pub view: BookingView,
    /// Whether its guest has made it, and is given its secret. Whom the staff or a program book for
    /// gets a mail with a link, if they have an address.
    pub is_by_guest: bool,
}

const OPERATION: &str = "create_booking";

impl Store {
    /// Makes a booking under an id and a confirmation code drawn at random. A guest needs no
    /// credential; what a diner has made while logged in is among their bookings, for whomever they
    /// book, and what the staff or a program of the restaurant makes is not.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`]. Who loses the race for the last table gets
    /// [`PlaceReason::TableNotAvailable`].
    pub async fn create_booking(
        &self,
        new: &NewBooking,
        principal: Option<&Principal>,
        context: &RequestContext,
    ) -> Result<CreatedBooking, StoreError<RestaurantAccessRefusal<CreateRefusal>>> {
        let seeing = self.seeing(Visibility::of_restaurant(new.restaurant));
        let seeing = seeing.answering(context);
        let attempts = Attempts::new(self);
        let transaction = seeing.transact(OPERATION, async |connection| {
            let reference = BookingReference {
                id: BookingId::from_random(self.random().bytes()?),
                confirmation_code: ConfirmationCode::from_random(self.random().bytes()?),
            };
            let cache = attempts.next();
            create_in(connection, cache, new, principal, reference, context).await
        });
        let (created, day) = transaction.await?;
        self.keep_after(context, day);
        Ok(created)
    }
}

/// Three round trips where the date is kept, with those of the transaction itself: one that begins it and
/// locks what was planned, the booking with its tables, commit. What is refused by what is kept takes no
/// lock but that of its guest, for whom nobody else waits.
/// `tests/it/round_trips.rs` counts them.
async fn create_in(
    connection: &AsyncPgConnection,
    cache: Option<&ServiceDayCache>,
    new: &NewBooking,
    principal: Option<&Principal>,
    reference: BookingReference,
    context: &RequestContext,
) -> Result<
    (CreatedBooking, Option<KnownDay>),
    TransactionError<RestaurantAccessRefusal<CreateRefusal>>,
> {
    let now = to_the_microsecond(context.now);
    // Guests are told apart by their addresses, so that a key that somebody else guesses gives them no
    // booking of a stranger's.
    let caller = principal.map_or_else(
        || {
            let email = new.customer.email.as_ref().map(EmailAddress::normalized);
            format!("guest:{}", email.unwrap_or_default())
        },
        caller_name,
    );
    // As a guest of whom nothing else is known: it is decided for whoever they are once that is known.
    let stranger = BookingFacts {
        booker: Booker::Guest,
        is_by_guest: true,
        hold: None,
        live: &[],
    };
    let expected = new.place_request(stranger);
    let expected = PlacedBooking {
        restaurant: new.restaurant,
        request: &expected,
        current: None,
    };
    let make = |day: &ServiceDay| create(day, new.clone(), stranger, reference.clone(), now);
    let rule = GuestRule::new(cache, expected.request, new.hold.is_none(), now, make);
    let plan = expected.plan(cache, &rule);
    let is_planned = plan.is_some();
    let loading = async {
        tokio::try_join!(
            biased;
            async { Ok(lock_guest(connection, new.restaurant, &new.customer).await?) },
            async { Ok(expected.begin(connection, cache, plan).await?) },
            find_booking_maker(connection, principal, new.restaurant, now),
            async {
                match &new.customer.email {
                    Some(_) if is_planned => {
                        Ok(users::find_or_insert(connection, &new.customer, now).await?)
                    }
                    Some(email) => Ok(users::find(connection, email).await?),
                    None => Ok(None),
                }
            },
            async { Ok(restaurants::find_summary(connection, new.restaurant).await?) },
            async { Ok(bookings::draw_key(connection).await?) },
            async {
                match &new.hold {
                    Some(id) => Ok(holds::find(connection, new.restaurant, id).await?),
                    None => Ok(None),
                }
            },
            async {
                let guest = &new.customer;
                Ok(live_bookings::of_guest(connection, new.restaurant, guest, None, now).await?)
            },
        )
    };
    let loaded = context.claim(connection, &caller, loading).await?;
    let ((), begun, maker, user, restaurant, key, held, live) = loaded;
    let Some(restaurant) = restaurant.filter(|_| begun.takes_bookings()) else {
        return Err(TransactionError::no_access(RestaurantNotFound));
    };
    let is_forbidden = (new.staff.is_some() && maker.booker != Booker::Staff)
        || (new.is_of_restaurant() && maker.is_guest);
    if is_forbidden {
        return Err(TransactionError::forbidden());
    }
    new.check_contact(maker.is_guest)
        .map_err(TransactionError::refused)?;
    let facts = BookingFacts {
        booker: maker.booker,
        is_by_guest: maker.is_guest,
        hold: held.as_ref().map(|(_, hold)| hold),
        live: &live,
    };
    let request = new.place_request(facts);
    let placed = PlacedBooking {
        restaurant: new.restaurant,
        request: &request,
        current: held
            .as_ref()
            .map(|(key, hold)| (*key, Some(&hold.placement))),
    };
    let make = |day: &ServiceDay| create(day, new.clone(), facts, reference.clone(), now);
    let depends_on_day_alone = new.hold.is_none() && live.is_empty();
    let rule = GuestRule::new(cache, &request, depends_on_day_alone, now, make);
    let rule = rule.reusing_plan(facts == stranger);
    let decided = placed.decide(connection, cache, begun, &rule).await?;
    let decided = match (decided, &new.hold) {
        (Ok(decided), _) => decided,
        // Whoever has used the hold in the meantime has its tables.
        (Err(_), Some(id)) if holds::find(connection, new.restaurant, id).await?.is_none() => {
            return Err(TransactionError::refused(HoldUseRefusal::Expired.into()));
        }
        (Err(refusal), _) => return Err(TransactionError::refused(refusal)),
    };
    let making = Making {
        operation: OPERATION,
        actor: &maker.actor,
        key,
        user,
        diner: maker.diner,
        is_by_guest: maker.is_guest,
        hold: held.as_ref().map(|(key, _)| *key),
        reason: new.staff.as_ref().and_then(|staff| staff.reason.as_ref()),
        // Who books for somebody else is not given what opens the booking: its guest is, by mail.
        is_mailed: !maker.is_guest,
        context,
    };
    let day = decided.day_after(key, now);
    let created = making.write(connection, decided, restaurant).await?;
    Ok((created, day))
}

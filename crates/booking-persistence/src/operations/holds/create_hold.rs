//! `createHold`.

use booking_domain::{
    Booker, Hold, HoldId, HoldRefusal, Holder, MAX_LIVE_HOLDS, NewHold, PlaceRefusal, Principal,
    ServiceDay, hold,
};

use crate::access::{RequestContext, RestaurantAccessRefusal, caller_name, find_booking_maker};
use crate::connection::{ConstraintViolation, FromViolation, Visibility, lock_quota};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::{Attempts, GuestRule, PlacedBooking};
use crate::operations::{RestaurantNotFound, to_the_microsecond};
use crate::store::Store;
use crate::tables::{bookings, holds, occupancies};

impl FromViolation for HoldRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        PlaceRefusal::from_violation(violation).map(Self::Place)
    }
}

impl Store {
    /// Keeps a table for a caller. `guest` tells guests apart who have no credential: letters and digits
    /// made of their address, that do not show it.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn create_hold(
        &self,
        new: &NewHold,
        principal: Option<&Principal>,
        guest: &str,
        context: &RequestContext,
    ) -> Result<Hold, StoreError<RestaurantAccessRefusal<HoldRefusal>>> {
        let seeing = self.seeing(Visibility::of_restaurant(new.restaurant));
        let seeing = seeing.answering(context);
        let attempts = Attempts::new(self);
        let transaction = seeing.transact("create_hold", async |connection| {
            let now = to_the_microsecond(context.now);
            let restaurant = new.restaurant;
            let holder = principal.map_or_else(|| format!("address:{guest}"), caller_name);
            let cache = attempts.next();
            let id = HoldId::from_random(self.random().bytes()?);
            // As a guest with an account: it is decided for whoever they are once that is known.
            let expected = new.place_request(Booker::Guest);
            let expected = PlacedBooking {
                restaurant,
                request: &expected,
                current: None,
            };
            let diner = Holder {
                booker: Booker::Guest,
                is_anonymous: false,
                live_holds: 0,
            };
            let make = |day: &ServiceDay| hold(day, new, diner, id.clone(), now);
            let rule = GuestRule::new(cache, expected.request, true, now, make);
            let plan = expected.plan(cache, &rule);
            let loading = async {
                tokio::try_join!(
                    biased;
                    async { Ok(lock_quota(connection, restaurant, &holder).await?) },
                    async { Ok(expected.begin(connection, cache, plan).await?) },
                    find_booking_maker(connection, principal, restaurant, now),
                    async { Ok(holds::count_live(connection, restaurant, &holder, now).await?) },
                    async { Ok(bookings::draw_key(connection).await?) },
                )
            };
            let loaded = context.claim(connection, &holder, loading).await?;
            let ((), begun, maker, live, key) = loaded;
            if !begun.takes_bookings() {
                return Err(TransactionError::no_access(RestaurantNotFound));
            }
            let asking = Holder {
                booker: maker.booker,
                is_anonymous: principal.is_none(),
                live_holds: usize::try_from(live).unwrap_or(usize::MAX),
            };
            let request = new.place_request(maker.booker);
            let placed = PlacedBooking {
                restaurant,
                request: &request,
                current: None,
            };
            let make = |day: &ServiceDay| hold(day, new, asking, id.clone(), now);
            let depends_on_day_alone = asking.live_holds < MAX_LIVE_HOLDS;
            let rule = GuestRule::new(cache, &request, depends_on_day_alone, now, make);
            let rule = rule.reusing_plan(asking == diner);
            let decided = placed.decide(connection, cache, begun, &rule).await?;
            let decided = decided.map_err(TransactionError::refused)?;
            decided
                .write_moves(connection, &maker.actor, context)
                .await?;
            let day = decided.day_after(key, now);
            let hold = decided.made.hold;
            tokio::try_join!(
                biased;
                holds::insert(connection, &hold, key, &holder),
                occupancies::insert_of_hold(connection, restaurant, (key, &hold.placement)),
            )?;
            Ok((hold, day))
        });
        let (hold, day) = transaction.await?;
        self.keep_after(context, day);
        Ok(hold)
    }
}

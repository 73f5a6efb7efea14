//! The lists of the parts.

use std::convert::Infallible;

use booking_domain::{BookingPolicy, DiningArea, Principal, RestaurantId, Scope, UnknownTimeZone};
use jiff::Timestamp;

use super::part::{Statements, StoredPart};
use super::plan::first_date;
use crate::access::{Guarded, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::Visibility;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::{RestaurantNotFound, RestaurantRefusal};
use crate::store::Store;
use crate::tables::booking_policies;

/// All parts of one kind that a restaurant has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatingParts<P> {
    /// The parts, those left out that are over.
    pub parts: Vec<P>,
    /// The version of how the restaurant seats, of all kinds together.
    pub version: i32,
}

impl Store {
    /// The parts of one kind of how a restaurant seats.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn list_seating_parts<P: StoredPart>(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<SeatingParts<P>, StoreError<RestaurantAccessRefusal<Infallible>>> {
        let request = StaffRequest {
            operation: P::OPERATIONS.list,
            principal,
            restaurant,
            required: Scope::BookingsRead,
            context,
        };
        self.read_as_staff(request, async |connection| {
            let policy = booking_policies::find_view(connection, restaurant);
            let parts = P::load(connection, restaurant, first_date(context.now));
            let (policy, parts) = tokio::try_join!(biased; policy, parts)?;
            let (view, version) = policy.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            let list = list(&view.policy, version, parts, context.now);
            Ok(Guarded::new(
                restaurant,
                list.map_err(|_| unknown_zone(restaurant))?,
            ))
        })
        .await
    }

    /// The areas of a restaurant, for everybody.
    ///
    /// # Errors
    ///
    /// [`RestaurantRefusal`].
    pub async fn list_dining_areas(
        &self,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<SeatingParts<DiningArea>, StoreError<RestaurantRefusal<Infallible>>> {
        let seeing = self.seeing(Visibility::of_restaurant(restaurant));
        let reading = seeing.read("list_dining_areas", async |connection| {
            let policy = booking_policies::find(connection, restaurant);
            let areas = DiningArea::load(connection, restaurant, first_date(now));
            let (policy, parts) = tokio::try_join!(biased; policy, areas)?;
            let (policy, version) =
                policy.ok_or(TransactionError::not_found(RestaurantNotFound))?;
            let list = list(&policy, version, parts, now);
            Ok(list.map_err(|_| unknown_zone(restaurant))?)
        });
        reading.await
    }
}

fn list<P: StoredPart>(
    policy: &BookingPolicy,
    version: i32,
    mut parts: Vec<P>,
    now: Timestamp,
) -> Result<SeatingParts<P>, UnknownTimeZone> {
    let wall = policy.time_zone.wall_clock(now)?;
    parts.retain(|part| !part.is_over(wall));
    Ok(SeatingParts { parts, version })
}

fn unknown_zone(restaurant: RestaurantId) -> Corrupt {
    Corrupt::new("booking_policies.time_zone", restaurant)
}

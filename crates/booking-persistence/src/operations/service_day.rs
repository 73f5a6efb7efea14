//! The snapshot on which the domain decides.

use diesel_async::AsyncPgConnection;
use jiff::civil::Date;

use booking_domain::{DiningTable, RestaurantCalendar, RestaurantId, ServiceDay};

use crate::error::{Corrupt, LoadError};
use crate::tables::{booking_policies, dining_tables, occupancies};

/// What of a restaurant does not change from date to date.
pub(super) struct RestaurantTables {
    restaurant: RestaurantId,
    calendar: RestaurantCalendar,
    tables: Vec<DiningTable>,
}

/// Loads a restaurant's policy and tables, if it takes bookings, in one round trip.
pub(super) async fn load_restaurant_tables(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<Option<RestaurantTables>, LoadError> {
    let policy = booking_policies::find(connection, restaurant);
    let tables = dining_tables::of_restaurant(connection, restaurant);
    let (policy, tables) = tokio::try_join!(biased; policy, tables)?;
    let Some(policy) = policy else {
        return Ok(None);
    };
    let calendar = RestaurantCalendar::new(policy)
        .map_err(|_| Corrupt::new("booking_policies.time_zone", restaurant))?;
    Ok(Some(RestaurantTables {
        restaurant,
        calendar,
        tables,
    }))
}

impl RestaurantTables {
    /// Loads one date, as it is now, in one round trip: without what the booking with the number
    /// `excluded` occupies, if it is given. Who wants to write what is decided on it holds the
    /// date's lock.
    pub(super) async fn load_service_day(
        self,
        connection: &AsyncPgConnection,
        date: Date,
        excluded: Option<i64>,
    ) -> Result<ServiceDay, LoadError> {
        let occupancies = match self.calendar.span(date) {
            Some(span) => {
                occupancies::overlapping(connection, self.restaurant, span, excluded).await?
            }
            None => Vec::new(),
        };
        Ok(ServiceDay {
            calendar: self.calendar,
            tables: self.tables,
            date,
            occupancies,
        })
    }
}

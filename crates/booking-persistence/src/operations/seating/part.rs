//! What the kinds of parts differ in: the statements, and what may not be done while bookings use
//! them.

use std::convert::Infallible;

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use booking_domain::{
    AffectedBooking, Blockout, BlockoutId, DiningArea, DiningAreaId, DiningTable, RestaurantId,
    SeatingPart, ServicePeriod, ServicePeriodId, SpecialDay, SpecialDayId, TableCombination,
    TableCombinationId, TableId,
};

use super::UsedByBookings;
use crate::access::RestaurantAccess;
use crate::error::LoadError;
use crate::tables::{
    blockouts, dining_areas, dining_tables, service_periods, special_days, table_combinations,
};

/// What the operations of a kind of part are called, in the log and in the metrics.
#[derive(Debug, Clone, Copy)]
pub struct SeatingOperations {
    pub(super) list: &'static str,
    pub(super) create: &'static str,
    pub(super) update: &'static str,
    pub(super) delete: &'static str,
}

/// Whether a change is refused by which bookings lose their place.
pub trait UseRefusal: Sized + Send {
    /// The refusal, where there is one.
    fn new(displaced: Vec<AffectedBooking>) -> Option<Self>;
}

/// Nobody loses their place by it.
impl UseRefusal for Infallible {
    fn new(_: Vec<AffectedBooking>) -> Option<Self> {
        None
    }
}

impl UseRefusal for UsedByBookings {
    fn new(displaced: Vec<AffectedBooking>) -> Option<Self> {
        (!displaced.is_empty()).then_some(Self(displaced))
    }
}

/// A part of a seating plan that is kept in a table of its own.
pub trait StoredPart: SeatingPart + Statements {
    /// Why it does not change.
    type UpdateUse: UseRefusal;
    /// Why it is not taken away.
    type DeleteUse: UseRefusal;
}

/// The statements on a kind of part. Nothing outside of the store calls them.
pub trait Statements: SeatingPart {
    /// What its operations are called.
    const OPERATIONS: SeatingOperations;
    /// What draws its numbers.
    const SEQUENCE: &'static str;

    /// A number that was drawn.
    fn id_from(number: i64) -> Option<Self::Id>;

    /// The number as a text, for the log.
    fn id_text(id: Self::Id) -> String;

    /// All of a restaurant that are not over before the date.
    fn load(
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        from: Date,
    ) -> impl Future<Output = Result<Vec<Self>, LoadError>> + Send;

    /// Adds one.
    fn insert(
        &self,
        connection: &AsyncPgConnection,
        access: &RestaurantAccess,
    ) -> impl Future<Output = QueryResult<()>> + Send;

    /// Writes what one has become.
    fn update(
        &self,
        connection: &AsyncPgConnection,
        access: &RestaurantAccess,
    ) -> impl Future<Output = QueryResult<()>> + Send;

    /// Deletes one, and what cannot be without it.
    fn delete(
        connection: &AsyncPgConnection,
        access: &RestaurantAccess,
        id: Self::Id,
        now: Timestamp,
    ) -> impl Future<Output = QueryResult<()>> + Send;
}

/// The parts of the one restaurant that was asked for.
async fn own<P>(
    load: impl Future<Output = Result<Vec<(i64, P)>, LoadError>>,
) -> Result<Vec<P>, LoadError> {
    Ok(load.await?.into_iter().map(|(_, part)| part).collect())
}

/// The statements of the kinds of parts that differ in their tables alone.
macro_rules! statements {
    (
        $Part:ty, $Id:ty, $table:ident, $sequence:literal, update: $UpdateUse:ty,
        delete: $DeleteUse:ty, [$list:literal, $create:literal, $update:literal, $delete:literal],
        load: |$connection:ident, $restaurant:ident, $from:ident| $load:expr,
        delete: |$deleting:ident, $access:ident, $id:ident, $now:ident| $statement:expr,
    ) => {
        impl StoredPart for $Part {
            type UpdateUse = $UpdateUse;
            type DeleteUse = $DeleteUse;
        }

        impl Statements for $Part {
            const OPERATIONS: SeatingOperations = SeatingOperations {
                list: $list,
                create: $create,
                update: $update,
                delete: $delete,
            };
            const SEQUENCE: &'static str = $sequence;

            fn id_from(number: i64) -> Option<$Id> {
                <$Id>::new(number)
            }

            fn id_text(id: $Id) -> String {
                id.to_string()
            }

            async fn load(
                $connection: &AsyncPgConnection,
                $restaurant: RestaurantId,
                $from: Date,
            ) -> Result<Vec<Self>, LoadError> {
                $load.await
            }

            async fn insert(
                &self,
                connection: &AsyncPgConnection,
                access: &RestaurantAccess,
            ) -> QueryResult<()> {
                $table::insert(connection, access, self).await
            }

            async fn update(
                &self,
                connection: &AsyncPgConnection,
                access: &RestaurantAccess,
            ) -> QueryResult<()> {
                $table::update(connection, access, self).await
            }

            async fn delete(
                $deleting: &AsyncPgConnection,
                $access: &RestaurantAccess,
                $id: $Id,
                $now: Timestamp,
            ) -> QueryResult<()> {
                $statement.await
            }
        }
    };
}

statements! {
    DiningArea, DiningAreaId, dining_areas, "dining_areas_area_id_seq",
    update: Infallible, delete: UsedByBookings,
    ["list_dining_areas", "create_dining_area", "update_dining_area", "delete_dining_area"],
    load: |connection, restaurant, _from| async move {
        own(dining_areas::of_restaurants(connection, &[restaurant.get()])).await
    },
    delete: |connection, access, id, _now| dining_areas::delete(connection, access, id),
}

statements! {
    DiningTable, TableId, dining_tables, "dining_tables_table_id_seq",
    update: UsedByBookings, delete: UsedByBookings,
    ["list_dining_tables", "create_dining_table", "update_dining_table", "delete_dining_table"],
    load: |connection, restaurant, _from| async move {
        own(dining_tables::of_restaurants(connection, &[restaurant.get()])).await
    },
    delete: |connection, access, id, now| async {
        tokio::try_join!(
            biased;
            table_combinations::delete_with_table(connection, access, id),
            blockouts::delete_of_table(connection, access, id),
            dining_tables::delete(connection, access, id, now),
        )
        .map(drop)
    },
}

statements! {
    TableCombination, TableCombinationId, table_combinations,
    "table_combinations_combination_id_seq",
    update: UsedByBookings, delete: UsedByBookings,
    [
        "list_table_combinations", "create_table_combination", "update_table_combination",
        "delete_table_combination"
    ],
    load: |connection, restaurant, _from| async move {
        own(table_combinations::of_restaurants(connection, &[restaurant.get()])).await
    },
    delete: |connection, access, id, _now| table_combinations::delete(connection, access, id),
}

statements! {
    ServicePeriod, ServicePeriodId, service_periods, "service_periods_service_period_id_seq",
    update: Infallible, delete: Infallible,
    [
        "list_service_periods", "create_service_period", "update_service_period",
        "delete_service_period"
    ],
    load: |connection, restaurant, _from| service_periods::of_restaurant(connection, restaurant),
    delete: |connection, access, id, _now| service_periods::delete(connection, access, id),
}

statements! {
    SpecialDay, SpecialDayId, special_days, "special_days_special_day_id_seq",
    update: Infallible, delete: Infallible,
    ["list_special_days", "create_special_day", "update_special_day", "delete_special_day"],
    load: |connection, restaurant, from| async move {
        own(special_days::between(connection, &[restaurant.get()], (from, Date::MAX))).await
    },
    delete: |connection, access, id, _now| special_days::delete(connection, access, id),
}

statements! {
    Blockout, BlockoutId, blockouts, "blockouts_blockout_id_seq",
    update: Infallible, delete: Infallible,
    ["list_blockouts", "create_blockout", "update_blockout", "delete_blockout"],
    load: |connection, restaurant, from| {
        blockouts::of_restaurant(connection, restaurant, from.to_datetime(Time::midnight()))
    },
    delete: |connection, access, id, _now| blockouts::delete(connection, access, id),
}

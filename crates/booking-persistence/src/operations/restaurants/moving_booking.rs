//! What is a caller's own, a booking that is to move or a hold, beside the availability of its restaurant.

use std::convert::Infallible;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use booking_domain::{
    AvailabilityQuery, Booker, Booking, BookingId, HoldId, Principal, RestaurantCalendar,
    RestaurantId, Scope, TimeZoneName,
};

use super::{RestaurantNotFound, RestaurantRefusal};
use crate::access::{BookingCaller, find_booking_maker};
use crate::connection::{FromViolation, Visibility};
use crate::error::{OperationRefusal, StoreError, TransactionError};
use crate::operations::holds::HoldNotFound;
use crate::operations::service_day::KnownDay;
use crate::store::Store;
use crate::tables::{bookings, holds};

/// Who asks when there is a table.
#[derive(Debug, Clone, Copy, Default)]
pub struct AvailabilityCaller<'a> {
    /// The credential, if there is a good one: the staff see what the staff can book.
    pub principal: Option<&'a Principal>,
    /// The booking that is to move, if it is about one.
    pub moving: Option<MovingBooking<'a>>,
    /// A hold of the caller's, whose secret they have shown.
    pub hold: Option<&'a HoldId>,
}

/// A booking that is to move, as a caller has named it.
#[derive(Debug, Clone, Copy)]
pub struct MovingBooking<'a> {
    /// Its id.
    pub id: &'a BookingId,
    /// Who asks; nobody without a credential that could be good for it.
    pub caller: Option<BookingCaller<'a>>,
}

/// What the caller would have free for them is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnPlaceNotFound {
    /// The restaurant has no such booking, or none that the caller may change.
    #[error("there is no such booking")]
    Booking,
    /// The restaurant has no such hold, or no more.
    #[error(transparent)]
    Hold(HoldNotFound),
}

/// Why availability is not told.
pub type AvailabilityRefused<R = Infallible> =
    RestaurantRefusal<OperationRefusal<OwnPlaceNotFound, R>>;

impl FromViolation for OwnPlaceNotFound {}

/// Service dates of a restaurant, and for whom they are looked at.
pub(super) struct AskedDays {
    pub(super) days: Vec<KnownDay>,
    calendar: Arc<RestaurantCalendar>,
    asking: Asking,
}

/// What of the caller matters to what is free for them.
struct Asking {
    moving: Option<OpenedBooking>,
    booker: Booker,
    /// What takes nothing from them, by its numbers: the booking that is to move, and their hold.
    own: Vec<i64>,
}

/// A booking that the caller may change.
struct OpenedBooking {
    key: i64,
    booking: Booking,
    booker: Booker,
}

impl AskedDays {
    /// Whose wall clock the dates are of.
    pub(super) fn time_zone(&self) -> &TimeZoneName {
        &self.calendar.policy().time_zone
    }

    /// What takes nothing from the caller, by its numbers.
    pub(super) fn own(&self) -> &[i64] {
        &self.asking.own
    }

    /// The question, by the rules that decide on the booking that is to move.
    pub(super) fn query<'a>(&'a self, query: &AvailabilityQuery<'a>) -> AvailabilityQuery<'a> {
        match &self.asking.moving {
            Some(opened) => query.moving(&opened.booking, opened.booker),
            None => AvailabilityQuery {
                booker: self.asking.booker,
                ..*query
            },
        }
    }
}

impl AvailabilityCaller<'_> {
    /// Whether it is a guest of whom nothing has to be looked up.
    const fn is_anybody(&self) -> bool {
        self.principal.is_none() && self.moving.is_none() && self.hold.is_none()
    }
}

impl MovingBooking<'_> {
    /// The booking, if it is the restaurant's and the caller may change it.
    async fn open<R>(
        &self,
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Option<OpenedBooking>, TransactionError<R>> {
        let Some(caller) = &self.caller else {
            return Ok(None);
        };
        let Some(found) = bookings::find_keyed(connection, caller, self.id, now).await? else {
            return Ok(None);
        };
        match found.open::<Infallible>(caller, Scope::BookingsWrite) {
            Ok(((key, booking), actor)) => {
                let booker = actor.booker;
                let opened = OpenedBooking {
                    key,
                    booking,
                    booker,
                };
                Ok(Some(opened).filter(|opened| opened.booking.restaurant == restaurant))
            }
            Err(TransactionError::Refused(_)) => Ok(None),
            Err(TransactionError::Database(error)) => Err(error.into()),
            Err(TransactionError::Internal(internal)) => Err(internal.into()),
        }
    }
}

impl Store {
    /// So many service dates of a restaurant, and what is the caller's own there.
    pub(super) async fn load_asked_days<R: FromViolation>(
        &self,
        operation: &'static str,
        restaurant: RestaurantId,
        (first, days): (Date, i64),
        asking: AvailabilityCaller<'_>,
        now: Timestamp,
    ) -> Result<AskedDays, StoreError<AvailabilityRefused<R>>> {
        let dates = first.series(1.day());
        let dates: Vec<Date> = dates.take(usize::try_from(days).unwrap_or(0)).collect();
        let restaurants = [restaurant];
        // A booking that is to move may have a time outside of all hours.
        let booker = match asking.moving {
            Some(_) => Booker::Staff,
            None => Booker::Guest,
        };
        let known = self.service_days((operation, booker), &restaurants, &dates);
        let asking = self.load_asking(operation, restaurant, asking, now);
        let (known, asking) = tokio::try_join!(biased; known, asking)?;
        let days: Vec<KnownDay> = known.into_iter().flatten().collect();
        let missing = StoreError::Refused(OperationRefusal::NotFound(RestaurantNotFound));
        let calendar = Arc::clone(&days.first().ok_or(missing)?.seating.calendar);
        let asking = asking.map_err(|missing| {
            StoreError::Refused(OperationRefusal::Rule(OperationRefusal::NotFound(missing)))
        })?;
        Ok(AskedDays {
            days,
            calendar,
            asking,
        })
    }

    /// What of the caller matters: one round trip, or none for those of whom nothing has to be looked up.
    /// The inner `Err` is what is not there.
    async fn load_asking<R: FromViolation>(
        &self,
        operation: &'static str,
        restaurant: RestaurantId,
        asking: AvailabilityCaller<'_>,
        now: Timestamp,
    ) -> Result<Result<Asking, OwnPlaceNotFound>, StoreError<AvailabilityRefused<R>>> {
        if asking.is_anybody() {
            return Ok(Ok(Asking {
                moving: None,
                booker: Booker::Guest,
                own: Vec::new(),
            }));
        }
        let moving = asking.moving.as_ref();
        let caller = moving.and_then(|moving| Some((moving.caller.as_ref()?, moving.id)));
        let visibility = match caller {
            Some((caller, id)) => Visibility::of_restaurant_and_booking(restaurant, caller, id),
            None => Visibility::of_restaurant(restaurant),
        };
        let seeing = self.seeing(visibility);
        let reading = seeing.read(operation, async |connection| {
            let opened = async {
                match moving {
                    Some(moving) => moving.open(connection, restaurant, now).await,
                    None => Ok(None),
                }
            };
            let booker = booker(connection, asking.principal, restaurant, now);
            let held = async {
                match asking.hold {
                    Some(id) => Ok(holds::find(connection, restaurant, id).await?),
                    None => Ok(None),
                }
            };
            let (opened, booker, held) = tokio::try_join!(biased; opened, booker, held)?;
            if moving.is_some() && opened.is_none() {
                return Ok(Err(OwnPlaceNotFound::Booking));
            }
            let mut own: Vec<i64> = opened.iter().map(|opened| opened.key).collect();
            if asking.hold.is_some() {
                let held = held.filter(|(_, hold)| now < hold.expires_at);
                match held {
                    Some((key, _)) => own.push(key),
                    None => return Ok(Err(OwnPlaceNotFound::Hold(HoldNotFound))),
                }
            }
            Ok(Ok(Asking {
                moving: opened,
                booker,
                own,
            }))
        });
        reading.await
    }
}

/// By whose rules a caller books at the restaurant. Who may not book there sees what guests see.
async fn booker<R>(
    connection: &AsyncPgConnection,
    principal: Option<&Principal>,
    restaurant: RestaurantId,
    now: Timestamp,
) -> Result<Booker, TransactionError<R>> {
    match find_booking_maker::<Infallible>(connection, principal, restaurant, now).await {
        Ok(maker) => Ok(maker.booker),
        Err(TransactionError::Refused(_)) => Ok(Booker::Guest),
        Err(TransactionError::Database(error)) => Err(error.into()),
        Err(TransactionError::Internal(internal)) => Err(internal.into()),
    }
}

//! How a booking that is there becomes another: lock, decide, write, and show.

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{
    Booking, BookingId, BookingView, CancelRefusal, Decision, MadeBooking, OverrideReason,
    PlaceRequest, Placement, RuleOverrides, Scope, ServiceDay,
};

use super::{BookingNotFound, BookingRefusal};
use crate::access::{BookingActor, BookingCaller, RequestContext};
use crate::connection::{FromViolation, Visibility, lock_days, show_restaurant};
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::service_day::{
    Attempts, ChangedDay, Decided, KnownDay, PlacedBooking, ServiceDayCache,
};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::audit_events::{NewEvent, Overridden};
use crate::tables::booking_events::{NewBookingEvent, StateColumns};
use crate::tables::bookings::LockedBooking;
use crate::tables::{
    audit_events, booking_contacts, booking_events, booking_notes, bookings, messages, occupancies,
    restaurants, users,
};

impl FromViolation for CancelRefusal {}

/// What becomes of a booking.
pub(super) enum Change {
    /// It stays as it is.
    Nothing,
    /// It becomes this, at the tables and the time that it has, or without any; with the rules that the
    /// staff have overridden.
    Booking(Box<Booking>, RuleOverrides),
    /// It is placed anew: its dates are locked.
    Placement(Box<Decided>),
}

/// By whom something becomes of a booking, when, and by what is known.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) actor: &'a BookingActor,
    pub(super) now: Timestamp,
    /// What is kept, unless an attempt before has found that something is not as it was.
    pub(super) cache: Option<&'a ServiceDayCache>,
}

impl By<'_> {
    /// Refuses whoever does not work for the restaurant, as a person or as a program.
    pub(super) fn require_restaurant<R>(self) -> Result<(), TransactionError<BookingRefusal<R>>> {
        match self.actor.is_of_restaurant {
            true => Ok(()),
            false => Err(TransactionError::forbidden()),
        }
    }
}

impl From<Decision> for Change {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Unchanged => Self::Nothing,
            Decision::Changed(booking) => Self::Booking(booking.into(), RuleOverrides::default()),
        }
    }
}

impl Store {
    /// Has `decide` say what becomes of a booking, as of now, while nobody else changes it; writes
    /// and records that, and gives what callers see of it.
    ///
    /// Five round trips when `decide` needs none: begin, the booking, its restaurant, the writes,
    /// commit.
    pub(super) async fn change_booking<R: FromViolation>(
        &self,
        (operation, reason): (&'static str, Option<&OverrideReason>),
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
        decide: impl AsyncFnOnce(
            &AsyncPgConnection,
            &LockedBooking,
            By<'_>,
        ) -> Result<Change, TransactionError<BookingRefusal<R>>>
        + Clone,
    ) -> Result<BookingView, StoreError<BookingRefusal<R>>> {
        let now = to_the_microsecond(context.now);
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let seeing = seeing.answering(context);
        let attempts = Attempts::new(self);
        let transaction = seeing.transact(operation, async |connection| {
            let cache = attempts.next();
            let opening = async {
                let locked = bookings::lock(connection, caller, id, now).await?;
                let locked = locked.ok_or(TransactionError::no_access(BookingNotFound))?;
                locked.open(caller, Scope::BookingsWrite)
            };
            let caller = caller.name(id);
            let (locked, by) = context.claim(connection, &caller, opening).await?;
            let shown = async { Ok(show_restaurant(connection, locked.booking.restaurant).await?) };
            // First, so that what is refused by the booking alone asks for nothing else.
            let deciding = By {
                actor: &by,
                now,
                cache,
            };
            let change = decide(connection, &locked, deciding);
            let restaurant = async {
                restaurants::find_summary(connection, locked.booking.restaurant)
                    .await?
                    .ok_or_else(|| Corrupt::new("bookings.restaurant_id", locked.key).into())
            };
            let ((), change, restaurant) = tokio::try_join!(biased; shown, change, restaurant)?;
            let event = NewEvent {
                restaurant: locked.booking.restaurant,
                actor: &by.actor,
                action: operation,
                subject: Some(id.as_str()),
                context,
            };
            let mut overridden = Overridden {
                reason,
                ..Overridden::default()
            };
            let (booking, day) = match change {
                Change::Nothing => (locked.booking.clone(), None),
                Change::Booking(changed, rules) => {
                    overridden.rules = rules;
                    let dates = ChangedDates::ToBeLocked(cache);
                    let recorded = (&event, &overridden);
                    let day = write(connection, &locked, &changed, recorded, dates).await?;
                    (*changed, day)
                }
                Change::Placement(decided) => {
                    decided.write_moves(connection, &by.actor, context).await?;
                    let day = decided.day_after(locked.key, now);
                    overridden.rules = decided.made.overridden;
                    let changed = decided.made.booking;
                    let recorded = (&event, &overridden);
                    write(
                        connection,
                        &locked,
                        &changed,
                        recorded,
                        ChangedDates::Locked,
                    )
                    .await?;
                    (changed, day)
                }
            };
            if booking.customer.email != locked.booking.customer.email {
                let user = users::of_customer(connection, &booking.customer, now).await?;
                bookings::update_user(connection, &locked, user).await?;
                // Its guest has what opens it, and needs no mail to an address that is anybody's.
                if let Some(email) = &booking.customer.email
                    && by.is_of_restaurant
                {
                    let name = &restaurant.name;
                    messages::insert_booking_link(connection, email, name, id, now).await?;
                }
            }
            let view = BookingView {
                is_overdue: booking.is_overdue(now),
                overdue_bookings: Vec::new(),
                booking,
                restaurant,
                is_for_restaurant: by.is_of_restaurant,
            };
            Ok((view, day))
        });
        let (view, day) = transaction.await?;
        self.keep_after(context, day);
        Ok(view)
    }
}

/// Has `decide` say, on the service date of `request` and by what `facts` reads, where a booking is placed anew:
/// two round trips where the date is kept. `closed` refuses it where the restaurant takes no bookings.
pub(super) async fn place_anew<F, R>(
    connection: &AsyncPgConnection,
    (locked, cache): (&LockedBooking, Option<&ServiceDayCache>),
    (request, closed): (&PlaceRequest, R),
    facts: impl Future<Output = Result<F, TransactionError<BookingRefusal<R>>>>,
    decide: impl Fn(&ServiceDay, &F) -> Result<MadeBooking, R>,
) -> Result<Change, TransactionError<BookingRefusal<R>>> {
    let current = locked.booking.occupied();
    let placed = PlacedBooking {
        restaurant: locked.booking.restaurant,
        request,
        current: Some((locked.key, current.as_ref())),
    };
    let begun = async { Ok(placed.begin(connection, cache, None).await?) };
    let (facts, begun) = tokio::try_join!(biased; facts, begun)?;
    if !begun.takes_bookings() {
        return Err(TransactionError::refused(closed));
    }
    let decide = |day: &ServiceDay| decide(day, &facts);
    let decided = placed.decide(connection, cache, begun, &decide).await?;
    decided
        .map(|decided| Change::Placement(decided.into()))
        .map_err(TransactionError::refused)
}

/// The dates that matter to a booking that changes.
enum ChangedDates<'a> {
    /// They are locked.
    Locked,
    /// They have to be, if it takes something else than before; its service date may be kept here.
    ToBeLocked(Option<&'a ServiceDayCache>),
}

/// Writes what a booking has become, what of its tables follows from that, and who did it, in one
/// round trip. Who takes something else than before without being placed anew locks its dates here, which gives
/// them their next versions. Gives the day as it becomes by that, if it is kept.
async fn write<R>(
    connection: &AsyncPgConnection,
    locked: &LockedBooking,
    changed: &Booking,
    (event, overridden): (&NewEvent<'_>, &Overridden<'_>),
    dates: ChangedDates<'_>,
) -> Result<Option<KnownDay>, TransactionError<R>> {
    let (key, current, restaurant) = (locked.key, &locked.booking, changed.restaurant);
    let (before, after) = (current.occupied(), changed.occupied());
    let (mut dates, day) = match dates {
        ChangedDates::ToBeLocked(cache) if !current.takes_as_much_as(changed) => {
            let day = cache.and_then(|cache| ChangedDay::of(cache, current));
            let dates = [current, changed].map(|booking| match &day {
                Some(day) => day.dates(booking),
                None => booking.possible_dates(),
            });
            (dates.concat(), day)
        }
        _ => (Vec::new(), None),
    };
    dates.sort_unstable();
    dates.dedup();
    let (keys, taken) = ([key], after.as_ref().map(|placement| (key, placement)));
    let taken: Vec<(i64, &Placement)> = taken.into_iter().collect();
    let happened = NewBookingEvent {
        restaurant,
        key,
        version: changed.version,
        occurred_at: changed.updated_at,
        actor: event.actor,
        action: event.action,
        changed: &current.changed_fields(changed),
        state: &StateColumns::from(&changed.state()),
    };
    let ((), versions, _, _, row, _, _, (), ()) = tokio::try_join!(
        biased;
        async {
            match dates.is_empty() {
                true => Ok(()),
                // So that no change of the seating plan writes what it has read of the booking before.
                false => lock_days(connection, restaurant, &dates).await,
            }
        },
        async {
            match &day {
                Some(day) => day.versions(connection).await,
                None => Ok(None),
            }
        },
        async {
            if before == after {
                return Ok(0);
            }
            occupancies::delete(connection, restaurant, &keys).await
        },
        async {
            if before == after || taken.is_empty() {
                return Ok(0);
            }
            occupancies::insert(connection, restaurant, &taken).await
        },
        bookings::update(connection, key, changed),
        async {
            if current.contact_version == changed.contact_version {
                return Ok(0);
            }
            booking_contacts::insert(connection, key, changed).await
        },
        async {
            if current.notes == changed.notes {
                return Ok(0);
            }
            booking_notes::write(connection, key, changed).await
        },
        audit_events::insert_overriding(connection, event, overridden),
        booking_events::insert(connection, &happened),
    )?;
    match row {
        1 => {
            let day = day.map(|day| day.after(versions.as_ref(), &dates, (key, changed)));
            Ok(day.transpose()?.flatten())
        }
        _ => Err(Corrupt::new("bookings.booking_id", key).into()),
    }
}

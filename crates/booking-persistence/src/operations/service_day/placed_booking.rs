//! How what is to be placed is decided, and the locks that it takes to be written.

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::AsyncPgConnection;
use jiff::civil::Date;

use booking_domain::{
    MadeBooking, MadeHold, Move, PlaceRequest, Placement, RestaurantId, ServiceDay,
};

use super::moves::moved_claims;
use super::seating::{Seating, load_seating};
use crate::connection::lock_seating_shared;
use crate::error::TransactionError;
use crate::tables::booking_days::DayVersions;
use crate::tables::{booking_claims, booking_days, booking_policies};

/// A booking that is to be placed.
pub(in crate::operations) struct PlacedBooking<'a> {
    pub(in crate::operations) restaurant: RestaurantId,
    /// What is asked for, which says whose service date decides.
    pub(in crate::operations) request: &'a PlaceRequest,
    /// The booking that is moved, or the hold that becomes one, by its number, and what it takes, if it
    /// takes anything.
    pub(in crate::operations) current: Option<(i64, Option<&'a Placement>)>,
}

/// What was decided, on a day that nobody changes until the transaction ends.
pub(in crate::operations) struct Decided<M = MadeBooking> {
    pub(in crate::operations) made: M,
    /// The booking that leaves its tables for others, by its number.
    pub(super) leaving: Option<i64>,
    pub(super) restaurant: RestaurantId,
    pub(super) day: ServiceDay,
}

/// What a decision makes, as far as others are concerned.
pub(in crate::operations) trait Made {
    /// What it takes, if it takes anything.
    fn occupied(&self) -> Option<Placement>;

    /// Who makes room for it.
    fn moves(&self) -> &[Move];
}

impl Made for MadeBooking {
    fn occupied(&self) -> Option<Placement> {
        self.booking.occupied()
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

impl Made for MadeHold {
    fn occupied(&self) -> Option<Placement> {
        Some(self.hold.placement.clone())
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

impl PlacedBooking<'_> {
    /// Decides, and takes every lock that what was decided needs to be written: two round trips, one
    /// for what is refused. The inner `Err` is a refusal.
    pub(in crate::operations) async fn decide<T, R, M: Made>(
        &self,
        connection: &AsyncPgConnection,
        mut seating: Seating,
        decide: impl Fn(&ServiceDay) -> Result<M, R>,
    ) -> Result<Result<Decided<M>, R>, TransactionError<T>> {
        let excluded: Vec<i64> = self.current.iter().map(|(key, _)| *key).collect();
        let date = seating.calendar.service_date(self.request);
        let mut snapshot = seating.load_snapshot(connection, date, &excluded).await?;
        let decided = decide(&snapshot.day);
        let dates = match &decided {
            Err(_) if snapshot.is_whole => {
                return Ok(decided.map(|made| Decided {
                    leaving: self.leaving(&made),
                    made,
                    restaurant: self.restaurant,
                    day: snapshot.day,
                }));
            }
            Err(_) => snapshot.dates.clone(),
            Ok(made) => self.dates(made, &snapshot.day),
        };
        let (version, locked) = self.lock(connection, &dates).await?;
        let is_current = snapshot.is_whole
            && version == Some(seating.version)
            && locked.into_iter().all(|date| snapshot.is_current(date));
        let decided = if is_current {
            decided
        } else {
            // Somebody was faster. Now nobody is.
            if version != Some(seating.version) {
                let anew = load_seating(connection, self.restaurant, self.request.date).await?;
                seating = anew.ok_or_else(has_changed)?;
            }
            let date = seating.calendar.service_date(self.request);
            snapshot = seating.load_snapshot(connection, date, &excluded).await?;
            decide(&snapshot.day)
        };
        let mut made = match decided {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // Whoever makes room is held by nobody else; who is held stays where they are.
        while !made.moves().is_empty() {
            let keys: Vec<i64> = made.moves().iter().map(|moved| moved.key).collect();
            let free = booking_claims::lock_free(connection, self.restaurant, &keys).await?;
            if free.len() == keys.len() {
                break;
            }
            for claim in &mut snapshot.day.claims {
                claim.is_pinned |= keys.contains(&claim.key) && !free.contains(&claim.key);
            }
            made = match decide(&snapshot.day) {
                Ok(made) => made,
                Err(refusal) => return Ok(Err(refusal)),
            };
        }
        let touched = self.dates(&made, &snapshot.day);
        if touched.iter().any(|date| !dates.contains(date)) {
            return Err(has_changed().into());
        }
        Ok(Ok(Decided {
            leaving: self.leaving(&made),
            made,
            restaurant: self.restaurant,
            day: snapshot.day,
        }))
    }

    /// The booking itself, where it takes other tables than before, or at another time.
    fn leaving(&self, made: &impl Made) -> Option<i64> {
        let (key, before) = self.current?;
        let before = before.filter(|before| made.occupied().as_ref() != Some(*before));
        before.map(|_| key)
    }

    /// Every date that is touched, earliest first: by the booking as it is made and as it was, and by
    /// those who make room.
    fn dates(&self, made: &impl Made, day: &ServiceDay) -> Vec<Date> {
        let placement = |it: &Placement| day.calendar.dates(it.starts_at, it.free_at);
        let taken = made.occupied();
        let before = self.current.and_then(|(_, current)| current);
        let mut dates: Vec<Date> = taken.iter().chain(before).flat_map(placement).collect();
        for claim in moved_claims(made.moves(), day) {
            dates.extend(day.calendar.dates(claim.starts_at, claim.free_at));
        }
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    /// Locks dates, and how the restaurant seats; gives the version of that, and those of the dates.
    async fn lock(
        &self,
        connection: &AsyncPgConnection,
        dates: &[Date],
    ) -> Result<(Option<i32>, DayVersions), Error> {
        let ((), version, versions) = tokio::try_join!(
            biased;
            lock_seating_shared(connection, self.restaurant),
            booking_policies::locked_seating_version(connection, self.restaurant),
            booking_days::lock(connection, self.restaurant, dates),
        )?;
        if let Some((_, true)) = version {
            // A newer program runs beside this one, and computes anew what this one writes.
            booking_policies::set_time_zone_release(connection, self.restaurant).await?;
        }
        Ok((version.map(|(version, _)| version), versions))
    }
}

/// What was locked is not all that has to be: the transaction begins anew.
pub(in crate::operations) fn has_changed() -> Error {
    let message = "what was decided on has changed";
    Error::DatabaseError(
        DatabaseErrorKind::SerializationFailure,
        Box::new(message.to_owned()),
    )
}

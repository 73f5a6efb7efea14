//! How what is to be placed is decided, and the locks that it takes to be written.

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use jiff::civil::Date;

use booking_domain::{
    Booker, Claim, MadeBooking, MadeHold, Move, PlaceRequest, Placement, RestaurantCalendar,
    RestaurantId, ServiceDay,
};

use super::cache::ServiceDayCache;
use super::day_rule::DayRule;
use super::known_day::KnownDay;
use super::moves::moved_claims;
use super::seating::{Seating, WantedDays, load_claims, load_seating};
use super::service_days::range;
use crate::connection::lock_days;
use crate::error::{LoadError, TransactionError};
use crate::tables::booking_days::{DateRange, RangeVersions};
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
    /// What it was decided on, unless that was not all as it was read, and the dates that are locked.
    read: Option<(KnownDay, Vec<Date>)>,
}

impl<M: Made> Decided<M> {
    /// The day as it is for everybody once this is committed, where the booking or hold has this number.
    pub(in crate::operations) fn day_after(&self, key: i64, now: Timestamp) -> Option<KnownDay> {
        let (day, locked) = self.read.as_ref()?;
        let (bookings, holds) = self.expired(now);
        let mut claims = self.day.claims.clone();
        claims.retain(|claim| !bookings.contains(&claim.key) && !holds.contains(&claim.key));
        for moved in self.made.moves() {
            let mut claims = claims.iter_mut();
            if let Some(claim) = claims.find(|claim| claim.key == moved.key) {
                claim.tables.clone_from(&moved.tables);
            }
        }
        claims.extend(self.made.claim(key));
        Some(day.after(locked, &claims))
    }
}

/// What a decision makes, as far as others are concerned.
pub(in crate::operations) trait Made {
    /// What it takes, if it takes anything.
    fn occupied(&self) -> Option<Placement>;

    /// The same, as others see it who decide, under its number.
    fn claim(&self, key: i64) -> Option<Claim>;

    /// Who makes room for it.
    fn moves(&self) -> &[Move];
}

impl Made for MadeBooking {
    fn occupied(&self) -> Option<Placement> {
        self.booking.occupied()
    }

    fn claim(&self, key: i64) -> Option<Claim> {
        self.booking.claim(key)
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

impl Made for MadeHold {
    fn occupied(&self) -> Option<Placement> {
        Some(self.hold.placement.clone())
    }

    fn claim(&self, key: i64) -> Option<Claim> {
        Some(self.hold.claim(key))
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

/// What was decided on a day that is kept, before anybody was asked whether it still is so.
pub(in crate::operations) struct Plan<M> {
    day: KnownDay,
    service_day: ServiceDay,
    made: M,
    /// The dates that it touches, earliest first.
    dates: Vec<Date>,
}

/// What is known of how the restaurant seats and of the service date once the transaction has begun.
pub(in crate::operations) struct Begun<M = MadeBooking> {
    /// The plan, if there was one: its dates are locked.
    plan: Option<Plan<M>>,
    /// The dates whose versions were read.
    range: DateRange,
    /// `None` for a restaurant that takes no bookings.
    versions: Option<RangeVersions>,
    /// How it seats, if nothing was kept.
    seating: Option<Seating>,
}

impl<M> Begun<M> {
    /// Whether the restaurant takes bookings.
    pub(in crate::operations) const fn takes_bookings(&self) -> bool {
        self.versions.is_some()
    }

    /// Reads how a restaurant seats on this date or a neighbour of it, and the versions of what will be decided on,
    /// whatever is kept. To be sent in the message that begins the transaction.
    pub(in crate::operations) async fn anew(
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        date: Date,
    ) -> Result<Self, LoadError> {
        let range = range(restaurant, date, date);
        let (versions, seating) = tokio::try_join!(
            biased;
            async { Ok::<_, LoadError>(booking_days::versions(connection, range).await?) },
            load_seating(connection, restaurant, date),
        )?;
        Ok(Self {
            plan: None,
            range,
            versions,
            seating,
        })
    }

    /// The calendar of a restaurant that takes bookings, where it was read.
    pub(in crate::operations) fn calendar(&self) -> Option<&RestaurantCalendar> {
        let seating = self.seating.as_ref().filter(|_| self.takes_bookings());
        seating.map(|seating| &*seating.calendar)
    }
}

impl PlacedBooking<'_> {
    /// What would be decided on the day that is kept, if that grants it: then it can be locked at once.
    pub(in crate::operations) fn plan<R, M: Made>(
        &self,
        cache: Option<&ServiceDayCache>,
        rule: &impl DayRule<M, R>,
    ) -> Option<Plan<M>> {
        let day = self.kept_day(cache)?;
        if rule.known_refusal(&day).is_some() {
            return None;
        }
        let service_day = day.service_day(&self.excluded());
        let made = rule.decide(&service_day);
        let made = made.map_err(|refusal| rule.keep_refusal(&day, &service_day, &refusal));
        let made = made.ok()?;
        let dates = self.dates(&made, &service_day);
        Some(Plan {
            day,
            service_day,
            made,
            dates,
        })
    }

    /// Locks what was planned, or reads the versions of what will be decided on. To be sent in the message that
    /// begins the transaction.
    pub(in crate::operations) async fn begin<M>(
        &self,
        connection: &AsyncPgConnection,
        cache: Option<&ServiceDayCache>,
        plan: Option<Plan<M>>,
    ) -> Result<Begun<M>, LoadError> {
        let (restaurant, date) = (self.restaurant, self.request.date);
        let is_kept = cache.is_some_and(|cache| cache.seating(restaurant, date).is_some());
        let (range, versions) = match &plan {
            Some(plan) => {
                let range = self.range(&plan.dates);
                (range, self.lock(connection, &plan.dates).await?)
            }
            None if is_kept => {
                let range = self.range(&[]);
                (range, booking_days::versions(connection, range).await?)
            }
            None => return Begun::anew(connection, restaurant, date).await,
        };
        Ok(Begun {
            plan,
            range,
            versions,
            seating: None,
        })
    }

    /// Decides, and takes every lock that what was decided needs to be written. No round trip for what was
    /// planned on a day that is still so, and one for the lock of what was not; one or two more to read a day
    /// that is not kept. The inner `Err` is a refusal, for which nothing is locked that was not planned.
    pub(in crate::operations) async fn decide<T, R, M: Made>(
        &self,
        connection: &AsyncPgConnection,
        cache: Option<&ServiceDayCache>,
        begun: Begun<M>,
        rule: &impl DayRule<M, R>,
    ) -> Result<Result<Decided<M>, R>, TransactionError<T>> {
        // That it takes no bookings was told to whoever has begun.
        let versions = begun.versions.ok_or_else(has_changed)?;
        // Who keeps a time outside of all hours may be refused by what no slot depends on.
        let booker = match &self.request.keep {
            Some(_) => Booker::Staff,
            None => self.request.booker,
        };
        let (day, dates, decided) = match begun.plan {
            Some(Plan {
                day,
                service_day,
                made,
                dates,
            }) => {
                let decided = match rule.reuses_plan() {
                    true => Ok(made),
                    false => rule.decide(&service_day),
                };
                let is_current = |day: &KnownDay| match &decided {
                    Ok(_) => day.is_current_on(&dates, &versions),
                    Err(_) => day.is_current_for(booker, &versions, &dates),
                };
                match ServiceDayCache::current_day(Some(day), is_current) {
                    Some(day) => (day, dates, Some((service_day, decided))),
                    None => {
                        // Somebody was faster. Now nobody is.
                        let source = (cache, begun.seating);
                        let read = (begun.range, &versions);
                        let (day, _) = self.load(connection, source, read, &dates).await?;
                        (day, dates, None)
                    }
                }
            }
            None => {
                let is_current = |day: &KnownDay| day.is_current_for(booker, &versions, &[]);
                let kept = ServiceDayCache::current_day(self.kept_day(cache), is_current);
                let source = (cache, begun.seating);
                let (day, is_whole) = match kept {
                    Some(day) => (day, true),
                    None => {
                        let read = (begun.range, &versions);
                        self.load(connection, source, read, &[]).await?
                    }
                };
                if let Some(refusal) = rule.known_refusal(&day).filter(|_| is_whole) {
                    return Ok(Err(refusal));
                }
                let service_day = day.service_day(&self.excluded());
                let decided = match rule.decide(&service_day) {
                    Err(refusal) if is_whole => {
                        rule.keep_refusal(&day, &service_day, &refusal);
                        return Ok(Err(refusal));
                    }
                    decided => decided,
                };
                let dates = match &decided {
                    Ok(made) => self.dates(made, &service_day),
                    Err(_) => day.dates(),
                };
                let versions = self.lock(connection, &dates).await?;
                let versions = versions.ok_or_else(has_changed)?;
                match is_whole && day.is_current_on(&dates, &versions) {
                    true => (day, dates, Some((service_day, decided))),
                    false => {
                        let (source, read) = ((cache, None), (self.range(&dates), &versions));
                        let (day, _) = self.load(connection, source, read, &dates).await?;
                        (day, dates, None)
                    }
                }
            }
        };
        let (mut service_day, decided) = decided.unwrap_or_else(|| {
            let service_day = day.service_day(&self.excluded());
            let decided = rule.decide(&service_day);
            (service_day, decided)
        });
        let mut made = match decided {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut is_as_read = true;
        // Whoever makes room is held by nobody else; who is held stays where they are.
        while !made.moves().is_empty() {
            let keys: Vec<i64> = made.moves().iter().map(|moved| moved.key).collect();
            let free = booking_claims::lock_free(connection, self.restaurant, &keys).await?;
            if free.len() == keys.len() {
                break;
            }
            is_as_read = false;
            for claim in &mut service_day.claims {
                claim.is_pinned |= keys.contains(&claim.key) && !free.contains(&claim.key);
            }
            made = match rule.decide(&service_day) {
                Ok(made) => made,
                Err(refusal) => return Ok(Err(refusal)),
            };
        }
        let touched = self.dates(&made, &service_day);
        if touched.iter().any(|date| !dates.contains(date)) {
            return Err(has_changed().into());
        }
        Ok(Ok(Decided {
            leaving: self.leaving(&made),
            made,
            restaurant: self.restaurant,
            day: service_day,
            read: is_as_read.then_some((day, dates)),
        }))
    }

    /// The numbers of what takes nothing from the party.
    fn excluded(&self) -> Vec<i64> {
        self.current.iter().map(|(key, _)| *key).collect()
    }

    /// The service date that decides, as it is kept, be it still so or not.
    fn kept_day(&self, cache: Option<&ServiceDayCache>) -> Option<KnownDay> {
        let seating = cache?.seating(self.restaurant, self.request.date)?;
        let date = seating.calendar.service_date(self.request);
        cache?.day(&seating, date)
    }

    /// Reads the service date that decides, by how the restaurant seats in its version, and whether nothing
    /// has changed meanwhile. The dates in `locked` are this transaction's.
    async fn load(
        &self,
        connection: &AsyncPgConnection,
        (cache, seating): (Option<&ServiceDayCache>, Option<Seating>),
        (range, versions): (DateRange, &RangeVersions),
        locked: &[Date],
    ) -> Result<(KnownDay, bool), LoadError> {
        let date = self.request.date;
        let kept = || cache.and_then(|cache| cache.seating(self.restaurant, date));
        let known = seating.or_else(kept);
        let seating = match known.filter(|seating| seating.version == versions.seating) {
            Some(seating) => seating,
            None => {
                let seating = load_seating(connection, self.restaurant, date).await?;
                seating.ok_or_else(has_changed)?
            }
        };
        let wanted = WantedDays {
            dates: vec![seating.calendar.service_date(self.request)],
            seating,
        };
        let (claims, after) = tokio::try_join!(
            biased;
            load_claims(connection, std::slice::from_ref(&wanted)),
            async { Ok(booking_days::versions(connection, range).await?) },
        )?;
        let day = wanted.known_days(&claims, &versions.days).pop();
        let day = day.ok_or_else(has_changed)?.before(locked);
        let is_whole = after.as_ref() == Some(versions) && day.seating.version == versions.seating;
        if let Some(cache) = cache
            && is_whole
        {
            cache.keep_seating(&day.seating);
            cache.keep(&day);
        }
        Ok((day, is_whole))
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
        let placement = |it: &Placement| day.calendar.touched_dates(it.starts_at, it.free_at);
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

    /// Locks dates, and how the restaurant seats, and gives the versions of then; `None` where it takes no
    /// bookings. One round trip.
    async fn lock(
        &self,
        connection: &AsyncPgConnection,
        dates: &[Date],
    ) -> Result<Option<RangeVersions>, Error> {
        let ((), versions) = tokio::try_join!(
            biased;
            lock_days(connection, self.restaurant, dates),
            booking_days::versions(connection, self.range(dates)),
        )?;
        if versions.as_ref().is_some_and(|it| it.is_release_newer) {
            // A newer program runs beside this one, and computes anew what this one writes.
            booking_policies::set_time_zone_release(connection, self.restaurant).await?;
        }
        Ok(versions)
    }

    /// The dates whose versions count, with these.
    fn range(&self, dates: &[Date]) -> DateRange {
        let date = self.request.date;
        let first = dates.first().copied().unwrap_or(date);
        let last = dates.last().copied().unwrap_or(date);
        range(self.restaurant, first.min(date), last.max(date))
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

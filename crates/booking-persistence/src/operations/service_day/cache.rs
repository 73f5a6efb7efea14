//! What was read of restaurants' service dates and is looked at again, as much as fits.
//!
//! Nothing here is ever invalidated, and nothing is warmed. Whoever uses a day that is kept has read
//! before, from the database, the versions of what decides on it ([`load_versions`]), and uses it only if
//! it is of those versions. So it is right in any number of processes, and to lose it costs time alone.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::civil::Date;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use booking_domain::{
    AvailabilityQuery, AvailabilityRefusal, DayAvailability, PlaceRefusal, RestaurantId,
    ServiceDay, Slot, available_slots, day_availability, unchanged_until,
};

use super::computed::{Computed, GuestSlot, QueryKey, refusal_size};
use super::known_day::{KnownDay, TakenDay};
use super::packed_slots::PackedSlots;
use super::seating::Seating;
use crate::access::RequestContext;
use crate::connection::{Batches, OnDatabaseChange, Visibility};
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::booking_days::{self, DateRange, RangeVersions};

/// Which parts of what is kept are seatings, slots, what days come to and what was refused, at most; the rest is days,
/// which take the most. A day is of no use without how its restaurant seats.
const SEATING_PART: u64 = 8;
const SLOT_PART: u64 = 4;
const STATUS_PART: u64 = 32;
const REFUSAL_PART: u64 = 32;

/// How many of each there are about, to begin with.
const EXPECTED: usize = 1_000;

/// What was read, and the reads of versions that wait for their batch. Cheap to clone; all clones share it.
#[derive(Clone)]
pub(crate) struct ServiceDayCache {
    kept: Arc<Kept>,
    versions: Batches<DateRange, Option<RangeVersions>>,
}

struct Kept {
    seatings: Cache<RestaurantId, Seating, Size>,
    days: Cache<(RestaurantId, Date), Arc<TakenDay>, Size>,
    slots: Cache<QueryKey, Arc<Computed<PackedSlots>>, Size>,
    statuses: Cache<QueryKey, Arc<Computed<DayAvailability>>, Size>,
    refusals: Cache<RefusalKey, Arc<Computed<PlaceRefusal>>, Size>,
}

type RefusalKey = (RestaurantId, Date, GuestSlot);

/// How many bytes something takes, about.
#[derive(Clone)]
struct Size;

impl Weighter<RestaurantId, Seating> for Size {
    fn weight(&self, _: &RestaurantId, seating: &Seating) -> u64 {
        bytes(seating.size())
    }
}

impl Weighter<(RestaurantId, Date), Arc<TakenDay>> for Size {
    fn weight(&self, _: &(RestaurantId, Date), day: &Arc<TakenDay>) -> u64 {
        bytes(day.size())
    }
}

impl Weighter<QueryKey, Arc<Computed<PackedSlots>>> for Size {
    fn weight(&self, _: &QueryKey, known: &Arc<Computed<PackedSlots>>) -> u64 {
        bytes(known.size() + known.value.size())
    }
}

impl Weighter<QueryKey, Arc<Computed<DayAvailability>>> for Size {
    fn weight(&self, _: &QueryKey, known: &Arc<Computed<DayAvailability>>) -> u64 {
        bytes(known.size())
    }
}

impl Weighter<RefusalKey, Arc<Computed<PlaceRefusal>>> for Size {
    fn weight(&self, _: &RefusalKey, known: &Arc<Computed<PlaceRefusal>>) -> u64 {
        bytes(known.size() + refusal_size(&known.value))
    }
}

fn bytes(size: usize) -> u64 {
    // What the map needs for itself, and the key.
    u64::try_from(size + 128).unwrap_or(u64::MAX)
}

/// How many of so many bytes are for each.
struct Parts {
    seatings: u64,
    slots: u64,
    statuses: u64,
    refusals: u64,
    days: u64,
}

impl Parts {
    const fn of(bytes: u64) -> Self {
        let (seatings, slots) = (bytes / SEATING_PART, bytes / SLOT_PART);
        let (statuses, refusals) = (bytes / STATUS_PART, bytes / REFUSAL_PART);
        Self {
            seatings,
            slots,
            statuses,
            refusals,
            days: bytes - seatings - slots - statuses - refusals,
        }
    }
}

impl ServiceDayCache {
    /// A cache that keeps so many bytes at most.
    pub(crate) fn new(bytes: u64) -> Self {
        let parts = Parts::of(bytes);
        let kept = Kept {
            seatings: Cache::with_weighter(EXPECTED, parts.seatings, Size),
            days: Cache::with_weighter(EXPECTED, parts.days, Size),
            slots: Cache::with_weighter(EXPECTED, parts.slots, Size),
            statuses: Cache::with_weighter(EXPECTED, parts.statuses, Size),
            refusals: Cache::with_weighter(EXPECTED, parts.refusals, Size),
        };
        Self {
            kept: Arc::new(kept),
            versions: Batches::default(),
        }
    }

    /// From now on it keeps so many bytes at most.
    pub(crate) fn set_capacity(&self, bytes: u64) {
        let parts = Parts::of(bytes);
        self.kept.seatings.set_capacity(parts.seatings);
        self.kept.days.set_capacity(parts.days);
        self.kept.slots.set_capacity(parts.slots);
        self.kept.statuses.set_capacity(parts.statuses);
        self.kept.refusals.set_capacity(parts.refusals);
    }

    /// How the restaurant seats around this date and later, be it still so or not.
    pub(in crate::operations) fn seating(
        &self,
        restaurant: RestaurantId,
        date: Date,
    ) -> Option<Seating> {
        let seating = self.kept.seatings.get(&restaurant);
        seating.filter(|seating| seating.covers(date))
    }

    /// Keeps how a restaurant seats.
    pub(super) fn keep_seating(&self, seating: &Seating) {
        let kept = self.kept.seatings.peek(&seating.restaurant);
        // Who has read before does not take the place of who has read later.
        if kept.is_none_or(|kept| {
            (kept.version, seating.first_date) <= (seating.version, kept.first_date)
        }) {
            self.kept
                .seatings
                .insert(seating.restaurant, seating.clone());
        }
    }

    /// Forgets how a restaurant seats.
    pub(super) fn forget_seating(&self, restaurant: RestaurantId) {
        self.kept.seatings.remove(&restaurant);
    }

    /// A service date of the restaurant that seats so, be it still so or not.
    pub(super) fn day(&self, seating: &Seating, date: Date) -> Option<KnownDay> {
        let taken = self.kept.days.get(&(seating.restaurant, date))?;
        KnownDay::of(seating, taken)
    }

    /// A service date that is kept, if it is current; counted.
    pub(super) fn current_day(
        kept: Option<KnownDay>,
        is_current: impl Fn(&KnownDay) -> bool,
    ) -> Option<KnownDay> {
        let is_kept = kept.is_some();
        let day = kept.filter(|day| is_current(day));
        record("service_days", outcome(day.is_some(), is_kept));
        day
    }

    /// Keeps a service date, without how the restaurant seats.
    pub(in crate::operations) fn keep(&self, day: &KnownDay) {
        let key = (day.restaurant(), day.date());
        self.kept.days.insert(key, Arc::clone(day.taken()));
    }

    /// The slots of a day, as [`available_slots`] has them without what those with the numbers `excluded`
    /// take, whether or not they have to be computed.
    pub(in crate::operations) fn slots(
        &self,
        day: &KnownDay,
        query: &AvailabilityQuery<'_>,
        excluded: &[i64],
        now: Timestamp,
    ) -> Result<Vec<Slot>, AvailabilityRefusal> {
        let asked = (day, query, excluded, now);
        let slots = computed("slots", &self.kept.slots, asked, |service_day| {
            let slots = available_slots(service_day, query, now)?;
            Ok(PackedSlots::pack(day.date(), &slots))
        })?;
        Ok(slots.value.unpack())
    }

    /// What a day comes to, as [`day_availability`] has it, in the same way.
    pub(in crate::operations) fn status(
        &self,
        day: &KnownDay,
        query: &AvailabilityQuery<'_>,
        excluded: &[i64],
        now: Timestamp,
    ) -> DayAvailability {
        let asked = (day, query, excluded, now);
        let status = computed("day_statuses", &self.kept.statuses, asked, |service_day| {
            Ok::<_, Infallible>(day_availability(service_day, query, now))
        });
        match status {
            Ok(status) => status.value,
            Err(never) => match never {},
        }
    }

    /// Why a slot has no room for a guest, if that was found on this day before.
    pub(super) fn refusal(
        &self,
        day: &KnownDay,
        slot: &GuestSlot,
        now: Timestamp,
    ) -> Option<PlaceRefusal> {
        let key = (day.restaurant(), day.date(), *slot);
        let known = self.kept.refusals.get(&key);
        let is_kept = known.is_some();
        let known = known.filter(|known| known.is_right(day, now));
        record("slot_refusals", outcome(known.is_some(), is_kept));
        known.map(|known| known.value.clone())
    }

    /// Keeps why a slot has no room for guests, from when and until when.
    pub(super) fn keep_refusal(
        &self,
        day: &KnownDay,
        slot: &GuestSlot,
        valid: (Timestamp, Timestamp),
        refusal: PlaceRefusal,
    ) {
        let key = (day.restaurant(), day.date(), *slot);
        let known = Computed::new(day, valid, refusal);
        self.kept.refusals.insert(key, known.into());
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.kept.seatings.clear();
        self.kept.days.clear();
        self.kept.slots.clear();
        self.kept.statuses.clear();
        self.kept.refusals.clear();
    }

    /// Forgets everything when another database answers: after a failover that has lost a commit, the next one gives
    /// versions that were seen already to something else.
    pub(crate) fn on_database_change(&self) -> OnDatabaseChange {
        let cache = self.clone();
        Arc::new(move || cache.clear())
    }

    /// The versions of what decides on these dates, as they are once this is called or later; `None` where
    /// the restaurant takes no bookings. Many are read at once.
    pub(super) async fn versions<R>(
        &self,
        store: &Store,
        range: DateRange,
    ) -> Result<Option<RangeVersions>, StoreError<R>> {
        self.versions.read(store, range, load_versions).await
    }
}

/// What is kept, if it is right, or what `compute` makes, which is kept from then on.
fn computed<T, E>(
    name: &'static str,
    kept: &Cache<QueryKey, Arc<Computed<T>>, Size>,
    (day, query, excluded, now): (&KnownDay, &AvailabilityQuery<'_>, &[i64], Timestamp),
    compute: impl FnOnce(&ServiceDay) -> Result<T, E>,
) -> Result<Arc<Computed<T>>, E>
where
    Size: Weighter<QueryKey, Arc<Computed<T>>>,
{
    let is_asked_often = query.area.is_none() && query.moving.is_none() && excluded.is_empty();
    let key = (day.restaurant(), day.date(), query.party, query.booker);
    let key = is_asked_often.then_some(key);
    let known = key.and_then(|key| kept.get(&key));
    let is_kept = known.is_some();
    let known = known.filter(|known| known.is_right(day, now));
    if key.is_some() {
        record(name, outcome(known.is_some(), is_kept));
    }
    if let Some(known) = known {
        return Ok(known);
    }
    let service_day = day.service_day(excluded);
    let until = key.map_or(now, |_| unchanged_until(&service_day, query, now));
    let known = Computed::new(day, (now, until), compute(&service_day)?);
    let known = Arc::new(known);
    if let Some(key) = key {
        kept.insert(key, Arc::clone(&known));
    }
    Ok(known)
}

/// Which attempt of a transaction it is. The first may decide on what is kept. One that comes after has
/// found that something is not as it was, and reads everything anew.
pub(in crate::operations) struct Attempts<'a> {
    cache: &'a ServiceDayCache,
    is_first: AtomicBool,
}

impl<'a> Attempts<'a> {
    /// Before the first.
    pub(in crate::operations) const fn new(store: &'a Store) -> Self {
        Self {
            cache: store.cache(),
            is_first: AtomicBool::new(true),
        }
    }

    /// What is kept, for the first.
    pub(in crate::operations) fn next(&self) -> Option<&'a ServiceDayCache> {
        let is_first = self.is_first.swap(false, Ordering::Relaxed);
        is_first.then_some(self.cache)
    }
}

impl Store {
    /// Keeps a day as a request has made it, once that is committed.
    pub(in crate::operations) fn keep_after(
        &self,
        context: &RequestContext,
        day: Option<KnownDay>,
    ) {
        let Some(day) = day else {
            return;
        };
        match &context.idempotency {
            None => self.cache().keep(&day),
            Some(request) => {
                let cache = self.cache().clone();
                request.after_commit(move || cache.keep(&day));
            }
        }
    }
}

async fn load_versions(
    store: Store,
    ranges: Vec<DateRange>,
) -> Result<Vec<Option<RangeVersions>>, StoreError<Infallible>> {
    // Versions are for everybody to see.
    let seeing = store.seeing(Visibility::default());
    let reading = seeing.read("read_versions", async |connection| {
        Ok(booking_days::versions_of(connection, &ranges).await?)
    });
    reading.await
}

/// How a lookup has ended, by whether there was what is right, and whether there was anything.
const fn outcome(is_right: bool, is_kept: bool) -> &'static str {
    match (is_right, is_kept) {
        (true, _) => "hit",
        (false, true) => "stale",
        (false, false) => "miss",
    }
}

fn record(cache: &'static str, outcome: &'static str) {
    metrics::counter!("cache_lookups_total", "cache" => cache, "outcome" => outcome).increment(1);
}

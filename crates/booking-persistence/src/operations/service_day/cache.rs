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
    AvailabilityQuery, AvailabilityRefusal, Booker, PartySize, RestaurantId, Slot, available_slots,
    unchanged_until,
};

use super::known_day::{KnownDay, TakenDay};
use super::packed_slots::PackedSlots;
use super::seating::Seating;
use crate::access::RequestContext;
use crate::connection::{Batches, OnLoss, Visibility};
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::booking_days::{self, DateRange, DayVersions, RangeVersions};

/// Which parts of what is kept are seatings and slots, at most; the rest is days, which take the most. A day
/// is of no use without how its restaurant seats.
const SEATING_PART: u64 = 8;
const SLOT_PART: u64 = 4;

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
    slots: Cache<SlotsKey, KnownSlots, Size>,
}

/// What the slots of a day depend on beside the day and the time.
type SlotsKey = (RestaurantId, Date, PartySize, Booker);

/// Slots, with what they were computed from.
#[derive(Clone)]
struct KnownSlots {
    seating: i32,
    days: DayVersions,
    /// From when until when they are the same.
    valid: (Timestamp, Timestamp),
    slots: PackedSlots,
}

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

impl Weighter<SlotsKey, KnownSlots> for Size {
    fn weight(&self, _: &SlotsKey, known: &KnownSlots) -> u64 {
        let versions = known.days.capacity() * size_of::<(Date, i64)>();
        bytes(size_of::<KnownSlots>() + versions + known.slots.size())
    }
}

fn bytes(size: usize) -> u64 {
    // What the map needs for itself.
    u64::try_from(size + 64).unwrap_or(u64::MAX)
}

/// How many of so many bytes are for seatings, slots and days.
const fn parts(bytes: u64) -> [u64; 3] {
    let (seatings, slots) = (bytes / SEATING_PART, bytes / SLOT_PART);
    [seatings, slots, bytes - seatings - slots]
}

impl ServiceDayCache {
    /// A cache that keeps so many bytes at most.
    pub(crate) fn new(bytes: u64) -> Self {
        let [seatings, slots, days] = parts(bytes);
        let kept = Kept {
            seatings: Cache::with_weighter(EXPECTED, seatings, Size),
            days: Cache::with_weighter(EXPECTED, days, Size),
            slots: Cache::with_weighter(EXPECTED, slots, Size),
        };
        Self {
            kept: Arc::new(kept),
            versions: Batches::default(),
        }
    }

    /// From now on it keeps so many bytes at most.
    pub(crate) fn set_capacity(&self, bytes: u64) {
        let [seatings, slots, days] = parts(bytes);
        self.kept.seatings.set_capacity(seatings);
        self.kept.slots.set_capacity(slots);
        self.kept.days.set_capacity(days);
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
        let outcome = match (&day, is_kept) {
            (Some(_), _) => "hit",
            (None, true) => "stale",
            (None, false) => "miss",
        };
        record("service_days", outcome);
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
        let AvailabilityQuery {
            party,
            area,
            booker,
            moving,
        } = *query;
        let key = (day.restaurant(), day.date(), party, booker);
        let is_asked_often = area.is_none() && moving.is_none() && excluded.is_empty();
        let known = is_asked_often.then(|| self.kept.slots.get(&key)).flatten();
        let is_right = |known: &KnownSlots| {
            known.seating == day.seating.version
                && known.days == day.slot_versions()
                && known.valid.0 <= now
                && now < known.valid.1
        };
        let is_kept = known.is_some();
        if let Some(known) = known.filter(is_right) {
            record("slots", "hit");
            return Ok(known.slots.unpack());
        }
        let service_day = day.service_day(excluded);
        let slots = available_slots(&service_day, query, now)?;
        if is_asked_often {
            record("slots", if is_kept { "stale" } else { "miss" });
            let known = KnownSlots {
                seating: day.seating.version,
                days: day.slot_versions().to_vec(),
                valid: (now, unchanged_until(&service_day, query, now)),
                slots: PackedSlots::pack(day.date(), &slots),
            };
            self.kept.slots.insert(key, known);
        }
        Ok(slots)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.kept.seatings.clear();
        self.kept.days.clear();
        self.kept.slots.clear();
    }

    /// Forgets everything when the database is lost: after a failover that has lost a commit, the next one gives
    /// versions that were seen already to something else.
    pub(crate) fn on_loss(&self) -> OnLoss {
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

fn record(cache: &'static str, outcome: &'static str) {
    metrics::counter!("cache_lookups_total", "cache" => cache, "outcome" => outcome).increment(1);
}

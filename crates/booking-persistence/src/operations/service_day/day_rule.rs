//! What decides on a service date, and what of that is known already.

use jiff::Timestamp;

use booking_domain::{
    AvailabilityQuery, CreateRefusal, HoldRefusal, PlaceRefusal, PlaceRequest, ServiceDay,
    unchanged_until,
};

use super::cache::ServiceDayCache;
use super::computed::GuestSlot;
use super::known_day::KnownDay;

/// What decides on a service date.
pub(in crate::operations) trait DayRule<M, R> {
    /// What is decided.
    fn decide(&self, day: &ServiceDay) -> Result<M, R>;

    /// Whether what was planned is what it decides on the same day.
    fn reuses_plan(&self) -> bool {
        false
    }

    /// What refuses it on this day, if that was found before.
    fn known_refusal(&self, _: &KnownDay) -> Option<R> {
        None
    }

    /// Keeps what has refused it on this day, with which `day` was computed.
    fn keep_refusal(&self, _: &KnownDay, _day: &ServiceDay, _: &R) {}
}

impl<F: Fn(&ServiceDay) -> Result<M, R>, M, R> DayRule<M, R> for F {
    fn decide(&self, day: &ServiceDay) -> Result<M, R> {
        self(day)
    }
}

/// What decides on what a guest asks for. That there is no room at a slot is the same for all of them, and to look
/// for one takes longer than all else that is done for those who come too late.
pub(in crate::operations) struct GuestRule<'a, F> {
    cache: Option<&'a ServiceDayCache>,
    /// What is asked for, if all guests are told the same.
    slot: Option<GuestSlot>,
    reuses_plan: bool,
    now: Timestamp,
    decide: F,
}

impl<'a, F> GuestRule<'a, F> {
    /// The rule by which something is decided that was asked for like this, as at `now`. `depends_on_day_alone`:
    /// whether nothing else refuses it, whoever asks.
    pub(in crate::operations) fn new(
        cache: Option<&'a ServiceDayCache>,
        request: &PlaceRequest,
        depends_on_day_alone: bool,
        now: Timestamp,
        decide: F,
    ) -> Self {
        Self {
            cache,
            slot: GuestSlot::of(request).filter(|_| depends_on_day_alone),
            reuses_plan: false,
            now,
            decide,
        }
    }

    /// The same, where what was planned is what it decides on the same day.
    pub(in crate::operations) fn reusing_plan(self, reuses_plan: bool) -> Self {
        Self {
            reuses_plan,
            ..self
        }
    }
}

impl<F, M, R> DayRule<M, R> for GuestRule<'_, F>
where
    F: Fn(&ServiceDay) -> Result<M, R>,
    R: AsPlaceRefusal,
{
    fn decide(&self, day: &ServiceDay) -> Result<M, R> {
        (self.decide)(day)
    }

    fn reuses_plan(&self) -> bool {
        self.reuses_plan
    }

    fn known_refusal(&self, known: &KnownDay) -> Option<R> {
        let refusal = self.cache?.refusal(known, &self.slot?, self.now)?;
        Some(refusal.into())
    }

    fn keep_refusal(&self, known: &KnownDay, day: &ServiceDay, refusal: &R) {
        let (Some(cache), Some(slot)) = (self.cache, &self.slot) else {
            return;
        };
        let refusal = refusal.as_place_refusal();
        let refusal = refusal.filter(|it| it.reason.is_want_of_room());
        if let Some(refusal) = refusal {
            let query = AvailabilityQuery::of_guest(slot.party);
            let until = unchanged_until(day, &query, self.now);
            cache.keep_refusal(known, slot, (self.now, until), refusal.clone());
        }
    }
}

/// A refusal that may be one of a place.
pub(in crate::operations) trait AsPlaceRefusal: From<PlaceRefusal> {
    /// That of the place, if it is one.
    fn as_place_refusal(&self) -> Option<&PlaceRefusal>;
}

impl AsPlaceRefusal for CreateRefusal {
    fn as_place_refusal(&self) -> Option<&PlaceRefusal> {
        match self {
            Self::Place(refusal) => Some(refusal),
            Self::ContactRequired { .. } | Self::AlreadyBooked(_) | Self::Hold(_) => None,
        }
    }
}

impl AsPlaceRefusal for HoldRefusal {
    fn as_place_refusal(&self) -> Option<&PlaceRefusal> {
        match self {
            Self::Place(refusal) => Some(refusal),
            Self::TooManyOfCaller | Self::SlotHeld => None,
        }
    }
}

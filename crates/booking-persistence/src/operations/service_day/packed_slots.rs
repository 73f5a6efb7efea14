//! The slots of a service date, in as few bytes as they can be kept in for long.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use booking_domain::{DiningAreaId, Slot, UtcOffset};

use super::packed_claims::{FITS, PackedTime, midnight};

/// Slots of one service date, of ten bytes each at most beside their areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackedSlots {
    date: Date,
    bytes: Box<[u8]>,
}

/// A slot without the types that say what its numbers mean, and in relation to its service date.
#[derive(Serialize, Deserialize)]
struct PackedSlot {
    /// From the beginning of the date on, as the wall clock shows them.
    minutes: i32,
    offset_minutes: i32,
    starts_at: PackedTime,
    areas: Vec<i64>,
    needs_confirmation: bool,
}

impl PackedSlots {
    /// These slots, all of this service date.
    pub(super) fn pack(date: Date, slots: &[Slot]) -> Self {
        let midnight = midnight(date);
        let packed = slots.iter().map(|slot| PackedSlot {
            minutes: (slot.date - date).get_days() * MINUTES_OF_DAY
                + i32::from(slot.time.hour()) * 60
                + i32::from(slot.time.minute()),
            offset_minutes: slot.utc_offset.minutes(),
            starts_at: PackedTime::new(slot.starts_at.as_microsecond() - midnight),
            areas: slot.areas.iter().map(|area| area.get()).collect(),
            needs_confirmation: slot.needs_confirmation,
        });
        let packed: Vec<PackedSlot> = packed.collect();
        let bytes = postcard::to_allocvec(&packed).expect("memory is written to");
        Self {
            date,
            bytes: bytes.into(),
        }
    }

    /// The slots.
    pub(super) fn unpack(&self) -> Vec<Slot> {
        let midnight = midnight(self.date);
        let packed: Vec<PackedSlot> = postcard::from_bytes(&self.bytes).expect(FITS);
        let slots = packed.into_iter().map(|slot| {
            let wall = self.date.at(0, 0, 0, 0).checked_add(slot.minutes.minutes());
            let wall = wall.expect(FITS);
            let starts_at = midnight + slot.starts_at.microseconds();
            let areas = slot.areas.into_iter();
            Slot {
                date: wall.date(),
                time: wall.time(),
                utc_offset: UtcOffset::from_minutes(slot.offset_minutes).expect(FITS),
                service_date: self.date,
                starts_at: Timestamp::from_microsecond(starts_at).expect(FITS),
                areas: areas.map(|id| DiningAreaId::new(id).expect(FITS)).collect(),
                needs_confirmation: slot.needs_confirmation,
            }
        });
        slots.collect()
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

const MINUTES_OF_DAY: i32 = 24 * 60;

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;

    const DATE: Date = date(2027, 2, 15);

    prop_compose! {
        fn any_slot()(
            days in -1_i64..=2, hour in 0_i8..24, minute in 0_i8..60, offset in -1439..=1439,
            starts_at in 0_i64..4_000_000_000_000_000,
            areas in prop::collection::vec(1_i64..1_000_000, 0..4), needs_confirmation: bool,
        ) -> Slot {
            let areas = areas.into_iter();
            Slot {
                date: DATE.checked_add(days.days()).expect("it is near"),
                time: time(hour, minute, 0, 0),
                utc_offset: UtcOffset::from_minutes(offset).expect("it is one"),
                service_date: DATE,
                starts_at: Timestamp::from_microsecond(starts_at).expect("it is one"),
                areas: areas.map(|id| DiningAreaId::new(id).expect("it is one")).collect(),
                needs_confirmation,
            }
        }
    }

    #[test]
    fn a_slot_takes_ten_bytes_at_most_beside_its_areas() {
        let slots: Vec<Slot> = (11..23)
            .map(|hour| Slot {
                date: DATE,
                time: time(hour, 45, 0, 0),
                utc_offset: UtcOffset::from_minutes(60).expect("it is one"),
                service_date: DATE,
                starts_at: format!("2027-02-15T{:02}:45:00Z", hour - 1)
                    .parse()
                    .expect("it is one"),
                areas: Vec::new(),
                needs_confirmation: false,
            })
            .collect();
        let size = PackedSlots::pack(DATE, &slots).size();
        assert!(size <= 10 * slots.len(), "{size} for {}", slots.len());
    }

    proptest! {
        #[test]
        fn slots_are_the_same_once_they_are_unpacked(
            slots in prop::collection::vec(any_slot(), 0..50)
        ) {
            prop_assert_eq!(PackedSlots::pack(DATE, &slots).unpack(), slots);
        }
    }
}

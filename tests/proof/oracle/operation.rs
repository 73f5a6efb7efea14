//! What clients do, at random.

use super::restaurant::TABLES;

/// Something that a client does; to the n-th booking that there is, where it is about one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation {
    /// The staff can override how many come at once, and how many are in the house.
    Create {
        by_staff: bool,
        is_overriding: bool,
        slot: usize,
        party: i32,
    },
    Hold {
        by_staff: bool,
        slot: usize,
        party: i32,
    },
    /// Books what the n-th hold keeps, be there such a hold any more or not.
    CreateHeld {
        nth: usize,
    },
    Release {
        nth: usize,
    },
    /// From now on the hold is one that has expired.
    ExpireHold {
        nth: usize,
    },
    /// From now on the first booking that is pending is one that has expired.
    ExpireBooking,
    Change {
        nth: usize,
        by_staff: bool,
        slot: usize,
        party: i32,
    },
    Cancel {
        nth: usize,
        by_staff: bool,
    },
    Confirm {
        nth: usize,
    },
    Decline {
        nth: usize,
    },
    Arrive {
        nth: usize,
    },
    Seat {
        nth: usize,
    },
    Finish {
        nth: usize,
    },
    NoShow {
        nth: usize,
    },
    Undo {
        nth: usize,
    },
    SetPolicy {
        max_covers: Option<i32>,
        confirmation_min_party: Option<i32>,
    },
    SetPacing {
        max_parties: Option<i32>,
        max_covers: Option<i32>,
    },
    SetTable {
        number: usize,
        is_bookable_online: bool,
    },
}

/// Numbers that look random, and are the same for the same seed (SplitMix64).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % limit
    }

    fn party(&mut self) -> i32 {
        i32::try_from(self.below(6)).unwrap() + 1
    }

    pub(super) fn operation(&mut self) -> Operation {
        let (nth, slot, party) = (self.below(1_000), self.below(SLOTS.len()), self.party());
        let by_staff = self.below(3) == 0;
        match self.below(100) {
            0..28 => Operation::Create {
                by_staff,
                is_overriding: by_staff && self.below(2) == 0,
                slot,
                party,
            },
            28..33 => Operation::Hold {
                by_staff,
                slot,
                party,
            },
            33..37 => Operation::CreateHeld { nth },
            37..38 => Operation::Release { nth },
            38..39 => Operation::ExpireHold { nth },
            39..40 => Operation::ExpireBooking,
            40..52 => Operation::Change {
                nth,
                by_staff,
                slot,
                party,
            },
            52..66 => Operation::Cancel { nth, by_staff },
            66..71 => Operation::Confirm { nth },
            71..74 => Operation::Decline { nth },
            74..79 => Operation::Arrive { nth },
            79..85 => Operation::Seat { nth },
            85..90 => Operation::Finish { nth },
            90..92 => Operation::NoShow { nth },
            92..95 => Operation::Undo { nth },
            95..96 => Operation::SetPacing {
                max_parties: [None, Some(2)][self.below(2)],
                max_covers: [None, Some(6)][self.below(2)],
            },
            96..98 => Operation::SetPolicy {
                max_covers: [None, Some(6), Some(12)][self.below(3)],
                confirmation_min_party: [None, Some(4)][self.below(2)],
            },
            _ => Operation::SetTable {
                number: self.below(TABLES.len()),
                is_bookable_online: self.below(2) == 0,
            },
        }
    }
}

/// The times that are booked. It is about noon: whoever is expected at the first ones can come already.
pub(super) const SLOTS: [&str; 10] = [
    "14:00", "14:30", "15:00", "15:30", "16:00", "18:00", "18:30", "19:00", "19:30", "20:00",
];

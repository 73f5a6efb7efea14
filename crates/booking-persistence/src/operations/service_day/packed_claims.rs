//! What is taken of a service date, in as few bytes as it can be kept in for long.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use booking_domain::{AreaWish, Claim, Claimant, DiningAreaId, PartySize, TableId};

/// Claims, of about fifteen bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackedClaims {
    date: Date,
    bytes: Arc<[u8]>,
}

/// A claim without the types that say what its numbers mean, and in relation to its day.
#[derive(Serialize, Deserialize)]
struct PackedClaim {
    key: i64,
    days_after: i32,
    party: i32,
    tables: Vec<i64>,
    starts_at: PackedTime,
    length: PackedTime,
    buffer: PackedTime,
    /// What most of them have not.
    rest: Option<PackedRest>,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct PackedRest {
    area: Option<(i64, bool)>,
    is_pinned: bool,
    seated_at: Option<PackedTime>,
    expires_at: Option<PackedTime>,
    is_anonymous_hold: Option<bool>,
}

impl PackedRest {
    const NONE: Self = Self {
        area: None,
        is_pinned: false,
        seated_at: None,
        expires_at: None,
        is_anonymous_hold: None,
    };
}

/// A number of microseconds, as the database keeps them: twice as many minutes where they are whole ones, and
/// twice as many microseconds and one where they are not.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PackedTime(i64);

const MINUTE: i64 = 60_000_000;

impl PackedTime {
    pub(super) const fn new(microseconds: i64) -> Self {
        match microseconds % MINUTE {
            0 => Self(microseconds / MINUTE * 2),
            _ => Self(microseconds * 2 + 1),
        }
    }

    pub(super) const fn microseconds(self) -> i64 {
        match self.0 & 1 {
            0 => self.0 / 2 * MINUTE,
            _ => (self.0 - 1) / 2,
        }
    }
}

pub(super) const FITS: &str = "what was packed is the same again";

impl PackedClaims {
    /// These claims, of this service date or of those around it.
    pub(super) fn pack(date: Date, claims: &[Claim]) -> Self {
        let midnight = midnight(date);
        let packed = claims.iter().map(|claim| pack(date, midnight, claim));
        let packed: Vec<PackedClaim> = packed.collect();
        let bytes = postcard::to_allocvec(&packed).expect("memory is written to");
        Self {
            date,
            bytes: bytes.into(),
        }
    }

    /// The claims.
    pub(super) fn unpack(&self) -> Vec<Claim> {
        let midnight = midnight(self.date);
        let packed: Vec<PackedClaim> = postcard::from_bytes(&self.bytes).expect(FITS);
        let claims = packed.into_iter();
        claims
            .map(|claim| unpack(self.date, midnight, claim))
            .collect()
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// The instant in relation to which those of a day are small, in microseconds.
pub(super) fn midnight(date: Date) -> i64 {
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight()));
    midnight.map_or(0, Timestamp::as_microsecond)
}

fn pack(date: Date, midnight: i64, claim: &Claim) -> PackedClaim {
    let (starts_at, ends_at) = (
        claim.starts_at.as_microsecond(),
        claim.ends_at.as_microsecond(),
    );
    let after_midnight = |instant: Timestamp| PackedTime::new(instant.as_microsecond() - midnight);
    let rest = PackedRest {
        area: claim.area.map(|wish| (wish.area.get(), wish.is_required)),
        is_pinned: claim.is_pinned,
        seated_at: claim.seated_at.map(after_midnight),
        expires_at: claim.expires_at.map(after_midnight),
        is_anonymous_hold: match claim.claimant {
            Claimant::Booking => None,
            Claimant::Hold { is_anonymous } => Some(is_anonymous),
        },
    };
    PackedClaim {
        key: claim.key,
        days_after: (claim.service_date - date).get_days(),
        party: claim.party.get(),
        tables: claim.tables.iter().map(|table| table.get()).collect(),
        starts_at: after_midnight(claim.starts_at),
        length: PackedTime::new(ends_at - starts_at),
        buffer: PackedTime::new(claim.free_at.as_microsecond() - ends_at),
        rest: Some(rest).filter(|rest| *rest != PackedRest::NONE),
    }
}

fn unpack(date: Date, midnight: i64, claim: PackedClaim) -> Claim {
    let instant = |microseconds| Timestamp::from_microsecond(microseconds).expect(FITS);
    let after_midnight = |time: PackedTime| instant(midnight + time.microseconds());
    let tables = claim.tables.into_iter();
    let starts_at = midnight + claim.starts_at.microseconds();
    let ends_at = starts_at + claim.length.microseconds();
    let rest = claim.rest.unwrap_or(PackedRest::NONE);
    Claim {
        key: claim.key,
        service_date: date.checked_add(claim.days_after.days()).expect(FITS),
        party: PartySize::new(claim.party).expect(FITS),
        tables: tables.map(|id| TableId::new(id).expect(FITS)).collect(),
        starts_at: instant(starts_at),
        ends_at: instant(ends_at),
        free_at: instant(ends_at + claim.buffer.microseconds()),
        area: rest.area.map(|(area, is_required)| AreaWish {
            area: DiningAreaId::new(area).expect(FITS),
            is_required,
        }),
        is_pinned: rest.is_pinned,
        seated_at: rest.seated_at.map(after_midnight),
        expires_at: rest.expires_at.map(after_midnight),
        claimant: match rest.is_anonymous_hold {
            None => Claimant::Booking,
            Some(is_anonymous) => Claimant::Hold { is_anonymous },
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_claim()(
            key in 1_i64..1_000_000_000, days in -3_i64..3, party in 1_i64..=20,
            tables in prop::collection::vec(1_i64..1_000_000, 0..4),
            times in (0_i64..4_000_000_000_000_000, 1_i64..90_000_000_000, 0_i64..7_200_000_000),
            area in proptest::option::of((1_i64..1_000_000, any::<bool>())),
            is_pinned: bool,
            instants in proptest::option::of(0_i64..4_000_000_000_000_000),
            expires in proptest::option::of(0_i64..4_000_000_000_000_000),
            hold in proptest::option::of(any::<bool>()),
        ) -> Claim {
            let instant = |microseconds| Timestamp::from_microsecond(microseconds).expect("it is");
            let (starts_at, length, buffer) = times;
            Claim {
                key,
                service_date: DATE.checked_add(days.days()).expect("it is near"),
                party: PartySize::new(party).expect("it is a party"),
                tables: tables.into_iter().map(|id| TableId::new(id).expect("it is one")).collect(),
                starts_at: instant(starts_at),
                ends_at: instant(starts_at + length),
                free_at: instant(starts_at + length + buffer),
                area: area.map(|(area, is_required)| AreaWish {
                    area: DiningAreaId::new(area).expect("it is one"),
                    is_required,
                }),
                is_pinned,
                seated_at: instants.map(instant),
                expires_at: expires.map(instant),
                claimant: match hold {
                    None => Claimant::Booking,
                    Some(is_anonymous) => Claimant::Hold { is_anonymous },
                },
            }
        }
    }

    const DATE: Date = jiff::civil::date(2027, 2, 15);

    proptest! {
        #[test]
        fn claims_are_the_same_once_they_are_unpacked(
            claims in prop::collection::vec(any_claim(), 0..50)
        ) {
            prop_assert_eq!(PackedClaims::pack(DATE, &claims).unpack(), claims);
        }
    }
}

//! What has happened to a booking.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Booking, BookingStatus, CancellationKind, Visit};
use crate::account::{Actor, OperationName};
use crate::bounded::text_enum;
use crate::calendar::UtcOffset;
use crate::floor::PartySize;
use crate::placement::Placement;
use crate::seating_plan::UpcomingBooking;
use crate::service_day::{AreaWish, Claim};

/// Something that has happened to a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingEvent {
    /// The booking's version from then on.
    pub version: i32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who has done it.
    pub actor: Actor,
    /// The operation.
    pub action: OperationName,
    /// What it has changed; nothing, where it has made the booking.
    pub changed: Vec<BookingField>,
    /// The version of what is taken on the booking's date; 0 as long as nothing ever was.
    pub day_version: i64,
    /// What the booking was then.
    pub state: BookingState,
}

/// What a booking is, without what tells of its guest: its events give it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingState {
    /// Status.
    pub status: BookingStatus,
    /// The date of the wall clock when the party comes.
    pub date: Date,
    /// The time of the wall clock then.
    pub time: Time,
    /// What the wall clock is ahead of UTC then.
    pub utc_offset: UtcOffset,
    /// Party size.
    pub party: PartySize,
    /// Where the party wants to sit.
    pub area: Option<AreaWish>,
    /// The tables, and from when until when they are the party's.
    pub placement: Placement,
    /// Whether it stays at its tables.
    pub is_pinned: bool,
    /// How far its party has come.
    pub visit: Visit,
    /// The instant from which on it is cancelled, where it waits for the restaurant's word.
    pub expires_at: Option<Timestamp>,
    /// What has cancelled it.
    pub cancellation: Option<CancellationKind>,
    /// Which version of its guest's contact details counts.
    pub contact_version: i32,
}

text_enum! {
    /// Something of a booking that can change.
    BookingField {
        /// Its status.
        Status = "status",
        /// The date of its wall clock.
        Date = "booking_date",
        /// The time of its wall clock.
        Time = "booking_time",
        /// What its wall clock is ahead of UTC.
        UtcOffset = "utc_offset",
        /// Its service date.
        ServiceDate = "service_date",
        /// Its party.
        PartySize = "party_size",
        /// Where the party wants to sit.
        Area = "area_id",
        /// Whether no other area will do.
        IsAreaRequired = "is_area_required",
        /// Its tables.
        Tables = "table_ids",
        /// Whether it stays there.
        IsPinned = "is_pinned",
        /// When it begins.
        StartsAt = "starts_at",
        /// When its turn is over.
        EndsAt = "ends_at",
        /// When its tables are free again.
        FreeAt = "free_at",
        /// When its party has come.
        ArrivedAt = "arrived_at",
        /// When its party has sat down.
        SeatedAt = "seated_at",
        /// When its party has left.
        FinishedAt = "finished_at",
        /// Until when it waits for the restaurant's word.
        ExpiresAt = "expires_at",
        /// What has cancelled it.
        Cancellation = "cancellation_kind",
        /// Its guest's name.
        CustomerName = "customer_name",
        /// Its guest's email address.
        CustomerEmail = "customer_email",
        /// Its guest's telephone number.
        CustomerPhone = "customer_phone",
        /// Its guest's wishes.
        SpecialRequests = "special_requests",
        /// What the restaurant has noted for itself.
        InternalNote = "internal_note",
        /// What the restaurant has marked it with.
        Tags = "tags",
    }
}

impl Booking {
    /// What it is, without what tells of its guest.
    #[must_use]
    pub fn state(&self) -> BookingState {
        BookingState {
            status: self.status,
            date: self.date,
            time: self.time,
            utc_offset: self.utc_offset,
            party: self.party,
            area: self.area,
            placement: self.placement.clone(),
            is_pinned: self.is_pinned,
            visit: self.visit,
            expires_at: self.expires_at,
            cancellation: self.cancellation.as_ref().map(|it| it.kind),
            contact_version: self.contact_version,
        }
    }

    /// What of it is another in `after`, which it becomes.
    #[must_use]
    pub fn changed_fields(&self, after: &Self) -> Vec<BookingField> {
        let (old, new) = (&self.customer, &after.customer);
        let mut fields = self.state().changed_fields(&after.state());
        fields.extend(changed(&[
            (BookingField::CustomerName, old.name != new.name),
            (BookingField::CustomerEmail, old.email != new.email),
            (BookingField::CustomerPhone, old.phone != new.phone),
            (
                BookingField::SpecialRequests,
                self.special_requests != after.special_requests,
            ),
            (
                BookingField::InternalNote,
                self.notes.internal_note != after.notes.internal_note,
            ),
            (BookingField::Tags, self.notes.tags != after.notes.tags),
        ]));
        fields
    }
}

impl BookingState {
    /// What of it is another in `after`, which it becomes.
    #[must_use]
    pub fn changed_fields(&self, after: &Self) -> Vec<BookingField> {
        let (old, new) = (&self.placement, &after.placement);
        let mut changed = changed(&[
            (BookingField::Status, self.status != after.status),
            (BookingField::Date, self.date != after.date),
            (BookingField::Time, self.time != after.time),
            (BookingField::UtcOffset, self.utc_offset != after.utc_offset),
            (
                BookingField::ServiceDate,
                old.service_date != new.service_date,
            ),
            (BookingField::PartySize, self.party != after.party),
            (BookingField::IsPinned, self.is_pinned != after.is_pinned),
            (
                BookingField::ArrivedAt,
                self.visit.arrived_at != after.visit.arrived_at,
            ),
            (
                BookingField::SeatedAt,
                self.visit.seated_at != after.visit.seated_at,
            ),
            (
                BookingField::FinishedAt,
                self.visit.finished_at != after.visit.finished_at,
            ),
            (BookingField::ExpiresAt, self.expires_at != after.expires_at),
            (
                BookingField::Cancellation,
                self.cancellation != after.cancellation,
            ),
        ]);
        changed.extend(changed_area(self.area, after.area));
        changed.extend(changed_placement(old, new));
        changed.sort_unstable();
        changed
    }
}

impl UpcomingBooking {
    /// What of it is another in `after`, which it becomes by a change of the seating plan.
    #[must_use]
    pub fn changed_fields(&self, after: &Self) -> Vec<BookingField> {
        let expiry = |booking: &Self| booking.claim.expires_at;
        let mut changed = changed(&[
            (BookingField::UtcOffset, self.utc_offset != after.utc_offset),
            (BookingField::ExpiresAt, expiry(self) != expiry(after)),
        ]);
        changed.extend(changed_area(self.claim.area, after.claim.area));
        let placement = |claim: &Claim| Placement {
            service_date: claim.service_date,
            tables: claim.tables.clone(),
            starts_at: claim.starts_at,
            ends_at: claim.ends_at,
            free_at: claim.free_at,
        };
        changed.extend(changed_placement(
            &placement(&self.claim),
            &placement(&after.claim),
        ));
        changed.sort_unstable();
        changed
    }
}

fn changed_area(before: Option<AreaWish>, after: Option<AreaWish>) -> Vec<BookingField> {
    let required = |wish: Option<AreaWish>| wish.map(|wish| wish.is_required);
    changed(&[
        (
            BookingField::Area,
            before.map(|it| it.area) != after.map(|it| it.area),
        ),
        (
            BookingField::IsAreaRequired,
            required(before) != required(after),
        ),
    ])
}

fn changed_placement(before: &Placement, after: &Placement) -> Vec<BookingField> {
    changed(&[
        (BookingField::Tables, before.tables != after.tables),
        (BookingField::StartsAt, before.starts_at != after.starts_at),
        (BookingField::EndsAt, before.ends_at != after.ends_at),
        (BookingField::FreeAt, before.free_at != after.free_at),
    ])
}

fn changed(fields: &[(BookingField, bool)]) -> Vec<BookingField> {
    let changed = fields.iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(field, _)| *field).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;
    use crate::fixtures::{NOW, booking};
    use crate::{DiningAreaId, SpecialRequests};

    #[test]
    fn an_event_names_what_it_has_changed_and_nothing_else() {
        let before = booking();
        assert!(before.changed_fields(&before).is_empty());
        let after = Booking {
            time: time(19, 30, 0, 0),
            area: Some(AreaWish {
                area: DiningAreaId::new(1).expect("it is in range"),
                is_required: true,
            }),
            special_requests: SpecialRequests::parse("Window"),
            visit: Visit {
                arrived_at: Some(NOW),
                ..Visit::default()
            },
            updated_at: NOW,
            version: 2,
            ..before.clone()
        };
        let expected = [
            BookingField::Time,
            BookingField::Area,
            BookingField::IsAreaRequired,
            BookingField::ArrivedAt,
            BookingField::SpecialRequests,
        ];
        assert_eq!(before.changed_fields(&after), expected);
    }
}

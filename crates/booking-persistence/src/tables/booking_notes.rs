//! The table `booking_notes`: what restaurants note of bookings for themselves.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{Booking, BookingNotes, BookingTag, InternalNote, RestaurantId};

use super::parsed;
use crate::error::{Corrupt, LoadError};
use crate::schema::{booking_notes, bookings};

/// What a restaurant has noted of a booking, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = booking_notes, check_for_backend(diesel::pg::Pg))]
pub(crate) struct NotesRow {
    internal_note: Option<String>,
    tags: Vec<Option<String>>,
}

impl NotesRow {
    /// What is noted of the booking with the number `key`.
    pub(super) fn parse(self, key: i64) -> Result<BookingNotes, Corrupt> {
        let note = self.internal_note.map(InternalNote::parse);
        let note = note.map(|note| parsed(note, "booking_notes.internal_note", key));
        let tag = |tag: Option<String>| {
            let tag = tag.and_then(BookingTag::parse);
            parsed(tag, "booking_notes.tags", key)
        };
        Ok(BookingNotes {
            internal_note: note.transpose()?,
            tags: self.tags.into_iter().map(tag).collect::<Result<_, _>>()?,
        })
    }
}

/// The row of a booking, to be joined with `bookings`. The policies show it to the restaurant alone: to its
/// guest it is as if there were none.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn notes_of_booking() -> _ {
    let is_of_restaurant = booking_notes::restaurant_id.eq(bookings::restaurant_id);
    booking_notes::table
        .on(is_of_restaurant.and(booking_notes::booking_id.eq(bookings::booking_id)))
}

/// What is noted of the booking with the number `key`.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    key: i64,
) -> Result<BookingNotes, LoadError> {
    let row: Option<NotesRow> = booking_notes::table
        .find((restaurant.get(), key))
        .select(NotesRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    let notes = row.map(|row| row.parse(key)).transpose()?;
    Ok(notes.unwrap_or_default())
}

/// Writes what is noted of the booking with the number `key`, in the place of what was noted before.
pub(crate) async fn write(
    mut connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
) -> QueryResult<usize> {
    let BookingNotes {
        internal_note,
        tags,
    } = &booking.notes;
    let note = internal_note.as_ref().map(InternalNote::as_str);
    let tags: Vec<&str> = tags.iter().map(BookingTag::as_str).collect();
    let noted = (
        booking_notes::internal_note.eq(note),
        booking_notes::tags.eq(tags),
    );
    diesel::insert_into(booking_notes::table)
        .values((
            booking_notes::restaurant_id.eq(booking.restaurant.get()),
            booking_notes::booking_id.eq(key),
            noted.clone(),
        ))
        .on_conflict((booking_notes::restaurant_id, booking_notes::booking_id))
        .do_update()
        .set(noted)
        .execute(&mut connection)
        .await
}

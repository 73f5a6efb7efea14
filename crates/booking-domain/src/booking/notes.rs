//! What the restaurant notes of a booking for itself, and how the booking came in.

use crate::bounded::{bounded_text, is_multi_line, is_visible_line, text_enum};
use crate::placement::Booker;

text_enum! {
    /// How a booking came in.
    BookingSource {
        /// Its guest has made it on the web.
        Web = "web",
        /// The restaurant took it on the telephone.
        Phone = "phone",
        /// The restaurant took it by mail.
        Email = "email",
        /// The restaurant took it from somebody who stood there, for another time.
        InPerson = "in_person",
        /// The party came without one.
        WalkIn = "walk_in",
        /// A program that sells tables has sent it.
        Partner = "partner",
    }
}

bounded_text! {
    /// What the restaurant notes for itself. Several lines are fine.
    InternalNote,
    1..=1000,
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    is_multi_line,
    personal: true
}

bounded_text! {
    /// A word or two by which the restaurant finds a booking again, with something in it that can be seen.
    BookingTag,
    1..=40,
    r"^[^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF][^\u0000-\u001F\u007F-\u009F]*$",
    is_visible_line,
    personal: true
}

/// What the restaurant has noted of a booking. It is for the restaurant alone, and tells of a guest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingNotes {
    /// Note, 1–1,000 characters.
    pub internal_note: Option<InternalNote>,
    /// Tags, each once, 20 at most.
    pub tags: Vec<BookingTag>,
}

/// What is to change about the notes. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingNotesChange {
    /// Another note; `Some(None)` for none.
    pub internal_note: Option<Option<InternalNote>>,
    /// Other tags; none of them for an empty list.
    pub tags: Option<Vec<BookingTag>>,
}

impl BookingNotes {
    /// The same with what changes.
    pub(super) fn changed(&self, change: &BookingNotesChange) -> Self {
        let Self {
            internal_note,
            tags,
        } = self.clone();
        Self {
            internal_note: change.internal_note.clone().unwrap_or(internal_note),
            tags: change.tags.clone().unwrap_or(tags),
        }
    }
}

impl BookingSource {
    /// What a booking came in by of which nobody says so: guests book on the web, the staff hear a
    /// telephone, and a program is a partner's.
    pub(super) const fn assumed(is_by_guest: bool, booker: Booker) -> Self {
        match booker {
            _ if is_by_guest => Self::Web,
            Booker::Staff => Self::Phone,
            Booker::Guest => Self::Partner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_of_the_notes_stays() {
        let notes = BookingNotes {
            internal_note: InternalNote::parse("Knows the owner"),
            tags: BookingTag::parse("regular").into_iter().collect(),
        };
        assert_eq!(notes.changed(&BookingNotesChange::default()), notes);
        let cleared = notes.changed(&BookingNotesChange {
            internal_note: Some(None),
            tags: None,
        });
        assert_eq!(
            (cleared.internal_note, cleared.tags),
            (None, notes.tags.clone())
        );
        let untagged = notes.changed(&BookingNotesChange {
            internal_note: None,
            tags: Some(Vec::new()),
        });
        assert_eq!(
            (untagged.internal_note, untagged.tags),
            (notes.internal_note, vec![])
        );
    }

    #[test]
    fn a_booking_of_which_nobody_says_so_came_in_by_who_makes_it() {
        let assumed = BookingSource::assumed;
        assert_eq!(assumed(true, Booker::Guest), BookingSource::Web);
        assert_eq!(assumed(false, Booker::Staff), BookingSource::Phone);
        assert_eq!(assumed(false, Booker::Guest), BookingSource::Partner);
    }
}

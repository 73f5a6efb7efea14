//! Pages of lists.

use crate::cursor::Cursor;
use crate::error::Corrupt;

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// The first page, with both the total and the place of the next page.
    First {
        /// How many items at most; at least 1.
        limit: u32,
    },
    /// A page by its number, with the total.
    Page {
        /// The number, from 1.
        page: u32,
        /// How many items at most; at least 1.
        limit: u32,
    },
    /// What comes after a place, with the place of the next page. As fast at the end of a long
    /// list as at its beginning. What neither changes its place nor is new is met exactly once,
    /// whatever else is added meanwhile; among restaurants, as long as the one that the cursor
    /// stands after keeps its name ([`Cursor`]).
    ///
    /// What is new is met if its place is still ahead. Bookings listed as they were made, the
    /// earliest first, nearly always have it ahead, but that is no promise: the instant is taken
    /// before the booking waits for its lock and commits, and each server has a clock of its
    /// own, so that one can appear a little behind a place that was already passed. What is
    /// moved (to another date, to another name) is met twice if it was met and moves ahead, and
    /// not at all if it was not and moves back.
    After {
        /// The place.
        cursor: Cursor,
        /// How many items at most; at least 1.
        limit: u32,
    },
}

/// A part of a list. A row that no rule of the domain allows is left out of it, and logged as
/// an error: one that is broken does not hide all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// How many items the whole list has, with those that are left out, unless the window was
    /// [`Window::After`].
    pub total: Option<i64>,
    /// Where the next page begins; `None` at the end, and if the window was [`Window::Page`].
    pub next: Option<Cursor>,
}

/// The cursor is none of this list: it was made for other filters or another order, or the
/// restaurant after which it stands is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor belongs to a list with other filters or another order, or to none any more")]
pub struct CursorOfAnotherList;

/// The item of a list, unless its row is corrupt: then nothing, and a line in the log.
pub(crate) fn intact<T>(item: Result<T, Corrupt>) -> Option<T> {
    item.inspect_err(|corrupt| {
        tracing::error!(
            column = corrupt.column,
            row = corrupt.row,
            "a row is left out of a list: {corrupt}"
        );
    })
    .ok()
}

impl Window {
    pub(crate) fn limit(&self) -> i64 {
        match self {
            Self::First { limit } | Self::Page { limit, .. } | Self::After { limit, .. } => {
                i64::from(*limit).max(1)
            }
        }
    }

    pub(crate) fn offset(&self) -> i64 {
        match self {
            Self::Page { page, .. } => i64::from(page.saturating_sub(1)) * self.limit(),
            Self::First { .. } | Self::After { .. } => 0,
        }
    }

    /// How many rows to read: one more than the page tells whether there is a next one.
    pub(crate) fn rows(&self) -> i64 {
        match self {
            Self::Page { .. } => self.limit(),
            Self::First { .. } | Self::After { .. } => self.limit() + 1,
        }
    }

    pub(crate) const fn counts(&self) -> bool {
        !matches!(self, Self::After { .. })
    }

    /// The cursor, if it is one of this list.
    pub(crate) fn cursor(&self, list: u64) -> Result<Option<&Cursor>, CursorOfAnotherList> {
        match self {
            Self::After { cursor, .. } if cursor.list != list => Err(CursorOfAnotherList),
            Self::After { cursor, .. } => Ok(Some(cursor)),
            Self::First { .. } | Self::Page { .. } => Ok(None),
        }
    }

    /// Takes the row that was read too much away, and makes a cursor of the last one before it.
    pub(crate) fn next<Row>(
        &self,
        rows: &mut Vec<Row>,
        cursor: impl FnOnce(&Row) -> Cursor,
    ) -> Option<Cursor> {
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return None;
        }
        rows.truncate(limit);
        rows.last().map(cursor)
    }
}

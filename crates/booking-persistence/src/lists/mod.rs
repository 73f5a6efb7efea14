//! Lists: which part of one is asked for, and what comes of it.
//!
//! A list is answered as a whole or not at all. Its total, its pages and its items agree, because
//! every row that its statements find is answered: a row that the domain excludes (the CHECKs of
//! the tables keep such out) fails the list, and the log names the column and the row.

mod cursor;
mod keyset;

pub use cursor::Cursor;
pub(crate) use cursor::{Digest, instant_at, position_of, wall_at};
pub(crate) use keyset::keyset;

use diesel::QueryResult;

use crate::connection::FromViolation;
use crate::error::{Corrupt, TransactionError};

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

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// How many items the whole list has, unless the window was [`Window::After`], or the list is one
    /// that nobody counts.
    pub total: Option<i64>,
    /// Where the next page begins; `None` at the end, and if the window was [`Window::Page`].
    pub next: Option<Cursor>,
}

/// The cursor is none of this list: it was made for other filters or another order, or the
/// restaurant after which it stands is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor belongs to a list with other filters or another order, or to none any more")]
pub struct CursorOfAnotherList;

impl FromViolation for CursorOfAnotherList {}

impl Window {
    /// The same place, and so many items at most.
    pub(crate) fn with_limit(&self, limit: u32) -> Self {
        match self.clone() {
            Self::First { .. } => Self::First { limit },
            Self::Page { page, .. } => Self::Page { page, limit },
            Self::After { cursor, .. } => Self::After { cursor, limit },
        }
    }

    /// How many items at most.
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

    const fn counts(&self) -> bool {
        !matches!(self, Self::After { .. })
    }

    /// The place after which the rows begin, if the window names one: what `place` makes of the
    /// cursor's position, and the key of the cursor's item.
    ///
    /// # Errors
    ///
    /// The cursor is none of this list.
    pub(crate) fn place<T>(
        &self,
        list: u64,
        place: impl FnOnce(i64) -> Option<T>,
    ) -> Result<Option<(T, i64)>, TransactionError<CursorOfAnotherList>> {
        let Self::After { cursor, .. } = self else {
            return Ok(None);
        };
        Some(cursor)
            .filter(|cursor| cursor.list == list)
            .and_then(|cursor| Some((place(cursor.position)?, cursor.id)))
            .map(Some)
            .ok_or_else(|| TransactionError::Refused(CursorOfAnotherList))
    }

    /// Loads the page: its rows and, unless the window is [`Window::After`], the total, in one
    /// round trip. `cursor` is the place of a row.
    pub(crate) async fn load<Row>(
        &self,
        rows: impl Future<Output = QueryResult<Vec<Row>>>,
        total: impl Future<Output = QueryResult<i64>>,
        cursor: impl FnOnce(&Row) -> Cursor,
    ) -> QueryResult<Page<Row>> {
        let total = async {
            match self.counts() {
                true => total.await.map(Some),
                false => Ok(None),
            }
        };
        let (items, total) = tokio::try_join!(biased; rows, total)?;
        Ok(self.page(items, total, cursor))
    }

    /// Loads the page of a list that nobody wants counted. `cursor` is the place of a row.
    pub(crate) async fn load_uncounted<Row>(
        &self,
        rows: impl Future<Output = QueryResult<Vec<Row>>>,
        cursor: impl FnOnce(&Row) -> Cursor,
    ) -> QueryResult<Page<Row>> {
        Ok(self.page(rows.await?, None, cursor))
    }

    fn page<Row>(
        &self,
        mut items: Vec<Row>,
        total: Option<i64>,
        cursor: impl FnOnce(&Row) -> Cursor,
    ) -> Page<Row> {
        // The row that was read too much says that there is a next page.
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        let has_next = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| has_next).map(cursor);
        Page { items, total, next }
    }
}

impl<Row> Page<Row> {
    /// The page, with what its rows mean.
    pub(crate) fn try_map<T>(
        self,
        item: impl FnMut(Row) -> Result<T, Corrupt>,
    ) -> Result<Page<T>, Corrupt> {
        Ok(Page {
            items: self.items.into_iter().map(item).collect::<Result<_, _>>()?,
            total: self.total,
            next: self.next,
        })
    }
}

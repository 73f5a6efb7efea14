//! Pages of lists.

use booking_api::types::{self, PageLimit, PageNumber};
use booking_persistence::{Cursor, Page, Window};
use contract_runtime::{Broken, Nullable, Problem, ViolationCode};

use super::BreaksContract;

/// How a list was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Paging {
    page: Option<PageNumber>,
    limit: PageLimit,
    cursor: Option<Cursor>,
}

/// What can be wrong with the parameters of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagingRefusal {
    /// `page` and `cursor` exclude each other.
    BothPageAndCursor,
    /// The text is no cursor, or one of another list.
    InvalidCursor,
}

impl PagingRefusal {
    /// What the caller is told.
    pub(crate) fn problem(self) -> Problem {
        match self {
            Self::BothPageAndCursor => Problem::new("page and cursor exclude each other").detail(
                ViolationCode::NotAllowed,
                "cursor",
                "cannot be given together with page",
            ),
            Self::InvalidCursor => {
                Problem::new("the cursor was not made for this list: begin again without it")
                    .field("cursor")
            }
        }
    }
}

impl Paging {
    /// Reads the three parameters.
    pub(crate) fn of(
        page: Option<PageNumber>,
        limit: PageLimit,
        cursor: Option<&types::Cursor>,
    ) -> Result<Self, PagingRefusal> {
        if page.is_some() && cursor.is_some() {
            return Err(PagingRefusal::BothPageAndCursor);
        }
        let cursor = match cursor {
            Some(text) => Some(Cursor::parse(text.as_str()).ok_or(PagingRefusal::InvalidCursor)?),
            None => None,
        };
        Ok(Self {
            page,
            limit,
            cursor,
        })
    }

    /// Which part of the list to load.
    pub(crate) fn window(&self) -> Window {
        // The contract's ranges begin at 1.
        let limit = self.limit.get().unsigned_abs();
        match (self.page, &self.cursor) {
            (Some(page), _) => Window::Page {
                page: page.get().unsigned_abs(),
                limit,
            },
            (None, Some(after)) => Window::After {
                cursor: after.clone(),
                limit,
            },
            (None, None) => Window::First { limit },
        }
    }

    /// What is answered of a page: its items, and what is said beside them. An item that its
    /// contract does not allow is left out and logged, as the store does with a row that the
    /// rules do not allow: one that is broken does not hide all others.
    pub(crate) fn answer<T, W, L: TryFrom<Vec<W>, Error = Broken>>(
        &self,
        page: &Page<T>,
        item: impl Fn(&T) -> Result<W, BreaksContract>,
    ) -> Result<(L, types::Pagination), BreaksContract> {
        let logged = |broken: &BreaksContract| {
            tracing::error!("an item is left out of a list: {broken}");
        };
        let items: Vec<W> = page
            .items
            .iter()
            .filter_map(|found| item(found).inspect_err(logged).ok())
            .collect();
        let items = L::try_from(items).map_err(BreaksContract::of("data"))?;
        Ok((items, self.pagination(page)?))
    }

    fn pagination<T>(&self, page: &Page<T>) -> Result<types::Pagination, BreaksContract> {
        let limit = i64::from(self.limit.get());
        let number = match (self.page, &self.cursor) {
            (None, Some(_)) => None,
            (page, _) => Some(page.map_or_else(|| PageNumber::try_from(1), Ok)),
        };
        let next = page
            .next
            .as_ref()
            .map(|cursor| types::NextCursor::try_from(cursor.encode()))
            .transpose()
            .map_err(BreaksContract::of("next_cursor"))?;
        Ok(types::Pagination {
            page: number.transpose().map_err(BreaksContract::of("page"))?,
            limit: self.limit,
            total: page
                .total
                .map(types::TotalCount::try_from)
                .transpose()
                .map_err(BreaksContract::of("total"))?,
            pages: page
                .total
                .map(|total| types::PageCount::try_from((total + limit - 1) / limit))
                .transpose()
                .map_err(BreaksContract::of("pages"))?,
            next_cursor: self.page.is_none().then(|| Nullable::from(next)),
        })
    }
}

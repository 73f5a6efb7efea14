//! Pages of lists.

use booking_api::bookings::ListBookingsQuery;
use booking_api::errors::{InvalidCursor, InvalidRequest};
use booking_api::restaurants::ListRestaurantsQuery;
use booking_api::types::{self, PageLimit, PageNumber};
use booking_persistence::{Cursor, CursorOfAnotherList, Page, Window};
use contract_runtime::{FieldName, Nullable, Problem, RuleViolation, ViolationCode};

use super::{BreaksContract, IntoError, ToContract};

/// The parameter `cursor`, which all lists call alike.
pub(super) const CURSOR_FIELD: FieldName = ListBookingsQuery::FIELDS.cursor;

const _: () = assert!(CURSOR_FIELD.is_same(ListRestaurantsQuery::FIELDS.cursor));

/// How a list was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Paging {
    page: Option<PageNumber>,
    limit: PageLimit,
    cursor: Option<Cursor>,
    is_counted: bool,
}

impl Paging {
    /// Reads the three parameters. `page` and `cursor` exclude each other.
    pub(crate) fn new<E>(
        page: Option<PageNumber>,
        limit: PageLimit,
        cursor: Option<&types::Cursor>,
    ) -> Result<Self, E>
    where
        E: From<InvalidRequest> + From<InvalidCursor>,
    {
        if page.is_some() && cursor.is_some() {
            let problem = Problem::new("page and cursor exclude each other").detail(
                ViolationCode::NotAllowed,
                CURSOR_FIELD,
                "cannot be given together with page",
            );
            return Err(InvalidRequest(problem).into());
        }
        let cursor = cursor
            .map(|text| Cursor::parse(text.as_str()).ok_or(CursorOfAnotherList))
            .transpose()
            .map_err(IntoError::<E>::into_error)?;
        Ok(Self {
            page,
            limit,
            cursor,
            is_counted: true,
        })
    }

    /// Reads the two parameters of a list that has no pages.
    pub(crate) fn by_cursor<E>(limit: PageLimit, cursor: Option<&types::Cursor>) -> Result<Self, E>
    where
        E: From<InvalidRequest> + From<InvalidCursor>,
    {
        Ok(Self {
            is_counted: false,
            ..Self::new::<E>(None, limit, cursor)?
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

    /// What is answered of a page: its items, and what is said beside them. A list is answered as a
    /// whole, so that its total counts what it shows.
    pub(crate) fn answer<T, W, L: TryFrom<Vec<W>, Error = RuleViolation>>(
        &self,
        page: &Page<T>,
        item: impl Fn(&T) -> Result<W, BreaksContract>,
    ) -> Result<(L, types::Pagination), BreaksContract> {
        let items: Vec<W> = page.items.iter().map(item).collect::<Result<_, _>>()?;
        let items = L::try_from(items).map_err(BreaksContract::at("data"))?;
        Ok((items, self.pagination(page)?))
    }

    fn pagination<T>(&self, page: &Page<T>) -> Result<types::Pagination, BreaksContract> {
        let limit = i64::from(self.limit.get());
        let total = page.total.filter(|_| self.is_counted);
        let number = match (self.page, &self.cursor) {
            (None, _) if self.cursor.is_some() || !self.is_counted => None,
            (page, _) => Some(page.map_or_else(|| PageNumber::try_from(1), Ok)),
        };
        let next = page.next.as_ref().map(ToContract::to_contract);
        Ok(types::Pagination {
            page: number.transpose().map_err(BreaksContract::at("page"))?,
            limit: self.limit,
            total: total
                .map(types::TotalCount::try_from)
                .transpose()
                .map_err(BreaksContract::at("total"))?,
            pages: total
                .map(|total| types::PageCount::try_from((total + limit - 1) / limit))
                .transpose()
                .map_err(BreaksContract::at("pages"))?,
            next_cursor: self.page.is_none().then(|| Nullable::from(next)),
        })
    }
}

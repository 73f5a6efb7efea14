//! Which bookings take anything, of the table `bookings`.

use diesel::expression::ValidGrouping;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;

/// Whether a booking takes anything, as the partial indexes have it. Written out: what is bound to a statement
/// that is planned once matches none of them.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct IsActive;

impl Expression for IsActive {
    type SqlType = Bool;
}

impl<S> AppearsOnTable<S> for IsActive {}

impl<S> SelectableExpression<S> for IsActive {}

impl ValidGrouping<()> for IsActive {
    type IsAggregate = diesel::expression::is_aggregate::No;
}

impl QueryFragment<Pg> for IsActive {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("bookings.status IN ('pending', 'confirmed')");
        Ok(())
    }
}

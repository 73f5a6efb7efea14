//! How far away restaurants are, as the database computes it.

use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Double};

use booking_domain::{EARTH_RADIUS_METRES, Neighbourhood};

use crate::schema::restaurants;

/// The distance of a restaurant from the middle of a neighbourhood in metres, by the haversine. A node of its
/// own, for no statement is kept prepared that has `diesel::dsl::sql` in it.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct Distance {
    latitude: f64,
    longitude: f64,
}

impl Distance {
    pub(super) fn from(near: &Neighbourhood) -> Self {
        Self {
            latitude: near.latitude.degrees(),
            longitude: near.longitude.degrees(),
        }
    }
}

impl Expression for Distance {
    type SqlType = BigInt;
}

impl<T> AppearsOnTable<T> for Distance where restaurants::lat: AppearsOnTable<T> {}

impl<T> SelectableExpression<T> for Distance where restaurants::lat: SelectableExpression<T> {}

impl ValidGrouping<()> for Distance {
    type IsAggregate = is_aggregate::No;
}

impl QueryFragment<Pg> for Distance {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let diameter = 2.0 * EARTH_RADIUS_METRES;
        out.push_sql(&format!("int8({diameter} * asin(least(1, sqrt("));
        out.push_sql("power(sin(radians(restaurants.lat - ");
        out.push_bind_param::<Double, _>(&self.latitude)?;
        out.push_sql(") / 2), 2) + cos(radians(restaurants.lat)) * cos(radians(");
        out.push_bind_param::<Double, _>(&self.latitude)?;
        out.push_sql(")) * power(sin(radians(restaurants.lng - ");
        out.push_bind_param::<Double, _>(&self.longitude)?;
        out.push_sql(") / 2), 2)))))");
        Ok(())
    }
}

//! The one way in which a list is ordered and begins after a place in that order.

/// Orders a boxed query by columns, all ascending (`asc`) or all descending (`desc`), and lets it
/// begin after the place `$after`, if there is one: an `Option` whose pattern binds a value for
/// each column. The last column must tell all rows apart.
///
/// The first comparison follows from the others; with it, the database finds the place in its
/// index. A macro, for Diesel gives each column its own type.
macro_rules! keyset {
    ($query:expr, after $place:pat = $after:expr, asc [$($columns:tt)+]) => {
        keyset!(@list $query, $place, $after, asc, ge, gt, $($columns)+)
    };
    ($query:expr, after $place:pat = $after:expr, desc [$($columns:tt)+]) => {
        keyset!(@list $query, $place, $after, desc, le, lt, $($columns)+)
    };
    (
        @list $query:expr, $place:pat, $after:expr, $direction:ident, $from:ident, $past:ident,
        $first:expr => $value:expr, $($column:expr => $rest:expr),+
    ) => {{
        let mut query = $query;
        if let Some($place) = $after {
            query = query
                .filter($first.$from($value))
                .filter(keyset!(@past $past, $first => $value, $($column => $rest),+));
        }
        query.order(($first.$direction(), $($column.$direction()),+))
    }};
    (@past $past:ident, $column:expr => $value:expr) => {
        $column.$past($value)
    };
    (@past $past:ident, $column:expr => $value:expr, $($rest:tt)+) => {
        $column
            .$past($value)
            .or($column.eq($value).and(keyset!(@past $past, $($rest)+)))
    };
}

pub(crate) use keyset;

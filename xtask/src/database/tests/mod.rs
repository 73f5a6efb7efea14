//! The check can fail: each aspect of a database, changed alone, is found, named, and nothing
//! else is; and what changes nothing is not found.

mod aspects;
mod bounds;
mod dumps;
mod folder;
mod live;
mod mistakes;
mod released;
mod tree;

use dev_postgres::TemporaryCluster;

use super::catalog::{Catalog, Difference, differences};
use super::cluster::Scratch;

fn cluster() -> &'static TemporaryCluster {
    TemporaryCluster::shared().expect("PostgreSQL runs")
}

fn read(scratch: &Scratch) -> Catalog {
    Catalog::read(&scratch.session).expect("the queries are right")
}

/// Each difference in a few words: `column users.name: type`.
fn named(left: &Catalog, right: &Catalog) -> Vec<String> {
    let name = |difference: &Difference| match difference {
        Difference::OnlyLeft(id) => format!("- {id}"),
        Difference::OnlyRight(id) => format!("+ {id}"),
        Difference::Property { id, property, .. } => format!("{id}: {property}"),
    };
    differences(left, right).iter().map(name).collect()
}

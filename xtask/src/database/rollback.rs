//! Every migration can be rolled back to where it came from, and then makes again what it made.

use dev_postgres::TemporaryCluster;

use super::catalog::{Catalog, Id};
use super::cluster::{Scratch, Way, failure};
use super::migrations::Migration;
use super::report::{Side, compare};
use super::rules;
use crate::finding::{Failure, Finding};

/// What to do about a rollback that ends elsewhere.
const REPAIR_DOWN: &str = "make down.sql undo exactly what up.sql does, last things first";
/// What to do about a second way up that ends elsewhere.
const REPAIR_UP: &str = "make down.sql remove what up.sql only makes where it is missing";

/// Goes up, down and up again, one migration after the other; then all the way down.
pub(super) fn check(
    cluster: &TemporaryCluster,
    migrations: &[Migration],
) -> Result<Vec<Finding>, Failure> {
    let scratch = Scratch::empty(cluster)?;
    scratch.prepare()?;
    match walk(&scratch, migrations)? {
        Ok(findings) | Err(findings) => Ok(findings),
    }
}

/// The findings of the whole way, or those that end it.
fn walk(
    scratch: &Scratch,
    migrations: &[Migration],
) -> Result<Result<Vec<Finding>, Vec<Finding>>, Failure> {
    let mut findings = Vec::new();
    let mut below = vec![read(scratch)?];
    for (index, migration) in migrations.iter().enumerate() {
        if let Err(wrong) = scratch.migrate(migration, Way::Up)? {
            return Ok(Err(wrong));
        }
        let above = read(scratch)?;
        if let Err(wrong) = scratch.migrate(migration, Way::Down)? {
            return Ok(Err(wrong));
        }
        let wrong = ends_where_it_began(migration, &below[index], &read(scratch)?);
        if !wrong.is_empty() {
            // What was left would make later steps fail, and say nothing new.
            findings.extend(wrong);
            return Ok(Ok(findings));
        }
        if let Err(wrong) = scratch.migrate(migration, Way::Up)? {
            return Ok(Err(wrong));
        }
        findings.extend(ends_where_it_was(migration, &above, &read(scratch)?));
        below.push(above);
    }
    for (migration, expected) in migrations.iter().zip(&below).rev() {
        if let Err(wrong) = scratch.migrate(migration, Way::Down)? {
            return Ok(Err(wrong));
        }
        let wrong = ends_where_it_began(migration, expected, &read(scratch)?);
        if !wrong.is_empty() {
            findings.extend(wrong);
            break;
        }
    }
    Ok(Ok(findings))
}

fn ends_where_it_began(migration: &Migration, before: &Catalog, after: &Catalog) -> Vec<Finding> {
    // Others may use an extension that a migration found or made; so it may stay.
    let stayed = |id: &Id| id.class == "extension" && !before.objects.contains_key(id);
    // A column that comes back comes last: PostgreSQL has no way to put it elsewhere.
    let before = &before.clone().without_order_of_columns();
    let after = after.clone().without(stayed).without_order_of_columns();
    let left = Side {
        name: "the schema before it",
        catalog: before,
        definitions: Vec::new(),
    };
    let name = format!("what down.sql of {} leaves", migration.name);
    let right = Side {
        name: &name,
        catalog: &after,
        definitions: vec![&migration.up, &migration.down],
    };
    compare(rules::DOWN, &left, &right, REPAIR_DOWN)
}

fn ends_where_it_was(migration: &Migration, once: &Catalog, again: &Catalog) -> Vec<Finding> {
    let left = Side {
        name: "the schema that it made the first time",
        catalog: once,
        definitions: Vec::new(),
    };
    let name = format!("what {} makes when it runs again", migration.name);
    let right = Side {
        name: &name,
        catalog: again,
        definitions: vec![&migration.up],
    };
    compare(rules::UP_AGAIN, &left, &right, REPAIR_UP)
}

fn read(scratch: &Scratch) -> Result<Catalog, Failure> {
    Catalog::read(&scratch.session).map_err(failure)
}

//! Two catalogs side by side.

use std::collections::BTreeSet;

use super::{Catalog, Id, ORDER_OF_COLUMNS, Properties};

/// One thing in which two catalogs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::database) enum Difference {
    /// An object is on the left only.
    OnlyLeft(Id),
    /// An object is on the right only.
    OnlyRight(Id),
    /// An object is on both sides, and not the same.
    Property {
        id: Id,
        property: String,
        left: Option<String>,
        right: Option<String>,
    },
}

impl Difference {
    /// What it is about.
    pub(in crate::database) const fn id(&self) -> &Id {
        match self {
            Self::OnlyLeft(id) | Self::OnlyRight(id) | Self::Property { id, .. } => id,
        }
    }
}

/// All differences, in the order of the objects. What is part of an object that the other side
/// does not have at all is no difference of its own.
pub(in crate::database) fn differences(left: &Catalog, right: &Catalog) -> Vec<Difference> {
    let ids: BTreeSet<&Id> = left.objects.keys().chain(right.objects.keys()).collect();
    let mut found = Vec::new();
    for id in ids {
        match (left.objects.get(id), right.objects.get(id)) {
            (Some(ours), Some(theirs)) => properties(id, ours, theirs, &mut found),
            (Some(_), None) if stands_alone(id, right) => {
                found.push(Difference::OnlyLeft(id.clone()));
            }
            (None, Some(_)) if stands_alone(id, left) => {
                found.push(Difference::OnlyRight(id.clone()));
            }
            _ => {}
        }
    }
    found
}

/// Whether it says something that an object is missing on a side: not when what it is part of
/// is missing there too.
fn stands_alone(id: &Id, side: &Catalog) -> bool {
    id.parent
        .as_ref()
        .is_none_or(|parent| side.has_whole(parent))
}

fn properties(id: &Id, left: &Properties, right: &Properties, found: &mut Vec<Difference>) {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for name in names {
        let (ours, theirs) = (left.get(name), right.get(name));
        let says_nothing = name == ORDER_OF_COLUMNS && columns(ours) != columns(theirs);
        if ours != theirs && !says_nothing {
            found.push(Difference::Property {
                id: id.clone(),
                property: name.clone(),
                left: ours.cloned(),
                right: theirs.cloned(),
            });
        }
    }
}

fn columns(order: Option<&String>) -> BTreeSet<&str> {
    order
        .map(|order| order.split(", ").collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(objects: &[(Id, &[(&str, &str)])]) -> Catalog {
        let objects = objects.iter().map(|(id, properties)| {
            let properties = properties.iter();
            let properties = properties.map(|(name, value)| ((*name).into(), (*value).into()));
            (id.clone(), properties.collect())
        });
        Catalog {
            objects: objects.collect(),
        }
    }

    #[test]
    fn equal_catalogs_do_not_differ() {
        let catalog = catalog(&[(Id::whole("table", "users"), &[("persistence", "logged")])]);
        assert_eq!(differences(&catalog, &catalog), []);
    }

    #[test]
    fn parts_of_a_missing_table_are_not_listed() {
        let users = Id::whole("table", "users");
        let left = catalog(&[
            (users.clone(), &[]),
            (Id::part("column", "users", "name"), &[]),
        ]);
        let empty = Catalog::default();
        assert_eq!(
            differences(&left, &empty),
            [Difference::OnlyLeft(users.clone())]
        );
        assert_eq!(differences(&empty, &left), [Difference::OnlyRight(users)]);
    }

    #[test]
    fn order_of_columns_says_nothing_about_other_columns() {
        let users = Id::whole("table", "users");
        let with = |order| catalog(&[(users.clone(), &[(ORDER_OF_COLUMNS, order)])]);
        assert_eq!(differences(&with("a, b"), &with("a, b, c")), []);
        assert_eq!(differences(&with("a, b"), &with("b, a")).len(), 1);
    }

    #[test]
    fn property_that_one_side_lacks_differs() {
        let users = Id::whole("table", "users");
        let left = catalog(&[(users.clone(), &[("options", "fillfactor=50")])]);
        let right = catalog(&[(users.clone(), &[])]);
        let expected = Difference::Property {
            id: users,
            property: "options".to_owned(),
            left: Some("fillfactor=50".to_owned()),
            right: None,
        };
        assert_eq!(differences(&left, &right), [expected]);
    }
}

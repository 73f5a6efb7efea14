//! The constraints of a list.

use schemars::schema::{ArrayValidation, InstanceType, Schema, SchemaObject};

use super::text::counted;
use crate::violation::{RuleViolation, ViolationCode};

/// The constraints of a list. `None` constrains nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrayRules {
    /// The least number of items.
    pub min_items: Option<u32>,
    /// The greatest number of items.
    pub max_items: Option<u32>,
    /// Whether all items must differ.
    pub unique_items: bool,
}

impl ArrayRules {
    /// No constraint at all.
    pub const NONE: Self = Self {
        min_items: None,
        max_items: None,
        unique_items: false,
    };

    /// Whether `items` obey every rule.
    #[must_use]
    pub fn accepts<T: PartialEq>(&self, items: &[T]) -> bool {
        self.enough(items.len())
            && self.not_too_many(items.len())
            && !(self.unique_items && has_duplicates(items))
    }

    /// Every rule that `items` break.
    pub fn each_violation<T: PartialEq>(&self, items: &[T], mut report: impl FnMut(RuleViolation)) {
        if !self.enough(items.len()) {
            let least = self.min_items.unwrap_or_default();
            report(RuleViolation::new(
                ViolationCode::TooFewItems,
                format!("must have at least {}", counted(least, "item")),
            ));
        }
        if !self.not_too_many(items.len()) {
            let most = self.max_items.unwrap_or_default();
            report(RuleViolation::new(
                ViolationCode::TooManyItems,
                format!("must have at most {}", counted(most, "item")),
            ));
            // Comparing each with each is only done on lists whose length is allowed.
            return;
        }
        if self.unique_items && has_duplicates(items) {
            report(RuleViolation::new(
                ViolationCode::DuplicateItems,
                "must not have the same item twice",
            ));
        }
    }

    fn enough(&self, length: usize) -> bool {
        self.min_items.is_none_or(|least| length >= least as usize)
    }

    fn not_too_many(&self, length: usize) -> bool {
        self.max_items.is_none_or(|most| length <= most as usize)
    }

    /// The JSON Schema of these rules over items of the schema `items`.
    #[must_use]
    pub fn schema(&self, items: Schema) -> SchemaObject {
        SchemaObject {
            instance_type: Some(InstanceType::Array.into()),
            array: Some(Box::new(ArrayValidation {
                items: Some(items.into()),
                min_items: self.min_items,
                max_items: self.max_items,
                unique_items: self.unique_items.then_some(true),
                ..ArrayValidation::default()
            })),
            ..SchemaObject::default()
        }
    }
}

/// Lists are bounded by their contract, and items need no order or hash to be compared.
fn has_duplicates<T: PartialEq>(items: &[T]) -> bool {
    items
        .iter()
        .enumerate()
        .any(|(index, item)| items[..index].contains(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: ArrayRules = ArrayRules {
        min_items: Some(1),
        max_items: Some(3),
        unique_items: true,
    };

    fn broken(items: &[u8]) -> Vec<ViolationCode> {
        let mut codes = Vec::new();
        RULES.each_violation(items, |violation| codes.push(violation.code));
        assert_eq!(codes.is_empty(), RULES.accepts(items));
        codes
    }

    #[test]
    fn the_number_of_items_and_their_difference_are_enforced() {
        assert_eq!(broken(&[]), [ViolationCode::TooFewItems]);
        assert_eq!(broken(&[1]), []);
        assert_eq!(broken(&[1, 2, 3]), []);
        assert_eq!(broken(&[1, 2, 3, 4]), [ViolationCode::TooManyItems]);
        assert_eq!(broken(&[1, 2, 1]), [ViolationCode::DuplicateItems]);
    }
}

//! Values that another crate has bounded: where their bounds are as narrow as a type's rules, they
//! become values of the type without being looked at again. The bounds are compared while the
//! program is compiled.

use super::{IntegerRules, TextRules, is_same_text};

/// A text whose bounds are known at compile time.
#[diagnostic::on_unimplemented(
    message = "the bounds of `{Self}` are not known at compile time",
    note = "state them as `TextRules` in an implementation of `BoundedText`"
)]
pub trait BoundedText {
    /// What every value obeys.
    const RULES: TextRules;

    /// The text.
    fn into_string(self) -> String;
}

/// An integer whose bounds are known at compile time.
#[diagnostic::on_unimplemented(
    message = "the bounds of `{Self}` are not known at compile time",
    note = "state them as `IntegerRules` in an implementation of `BoundedInteger`"
)]
pub trait BoundedInteger {
    /// What every value obeys.
    const RULES: IntegerRules;

    /// The integer.
    fn into_integer(self) -> i64;
}

impl TextRules {
    /// Whether every text that obeys `other` is proved to obey these rules. Patterns are compared
    /// as texts, so that equal ones are proved and others are not.
    #[must_use]
    pub const fn includes(&self, other: &Self) -> bool {
        let longer = match (self.min_length, other.min_length) {
            (None | Some(0), _) => true,
            (Some(least), Some(other)) => other >= least,
            (Some(_), None) => false,
        };
        let shorter = match (self.max_length, other.max_length) {
            (None, _) => true,
            (Some(most), Some(other)) => other <= most,
            (Some(_), None) => false,
        };
        let matching = match (self.pattern, other.pattern) {
            (None, _) => true,
            (Some(pattern), Some(other)) => is_same_text(pattern, other),
            (Some(_), None) => false,
        };
        let formed = match (self.format, other.format) {
            (None, _) => true,
            (Some(format), Some(other)) => format as u8 == other as u8,
            (Some(_), None) => false,
        };
        longer && shorter && matching && formed
    }
}

impl IntegerRules {
    /// Whether every integer that obeys `other` is proved to obey these rules.
    #[must_use]
    pub const fn includes(&self, other: &Self) -> bool {
        let above = match (self.least(), other.least()) {
            (None, _) => true,
            (Some(least), Some(other)) => other >= least,
            (Some(_), None) => false,
        };
        let below = match (self.most(), other.most()) {
            (None, _) => true,
            (Some(most), Some(other)) => other <= most,
            (Some(_), None) => false,
        };
        let in_step = match (self.multiple_of, other.multiple_of) {
            (None, _) => true,
            (Some(step), Some(other)) => step != 0 && other % step == 0,
            (Some(_), None) => false,
        };
        above && below && in_step
    }

    /// Whether every integer that obeys these rules fits into a signed type of so many bits.
    #[must_use]
    pub const fn fits<const BITS: u32>(&self) -> bool {
        if BITS >= i64::BITS {
            return true;
        }
        let most = (1_i64 << (BITS - 1)) - 1;
        matches!((self.least(), self.most()), (Some(least), Some(greatest))
            if least >= -most - 1 && greatest <= most)
    }

    /// The least integer that is accepted, where there is one.
    #[must_use]
    pub const fn least(&self) -> Option<i64> {
        match self.minimum {
            Some(least) if self.exclusive_minimum => Some(least.saturating_add(1)),
            minimum => minimum,
        }
    }

    /// The greatest integer that is accepted, where there is one.
    #[must_use]
    pub const fn most(&self) -> Option<i64> {
        match self.maximum {
            Some(most) if self.exclusive_maximum => Some(most.saturating_sub(1)),
            maximum => maximum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: TextRules = TextRules {
        min_length: Some(2),
        max_length: Some(100),
        pattern: Some("^[a-z]*$"),
        format: None,
    };

    #[test]
    fn equal_and_narrower_texts_are_included_and_wider_ones_are_not() {
        let with = |change: fn(&mut TextRules)| {
            let mut rules = NAME;
            change(&mut rules);
            NAME.includes(&rules)
        };
        assert!(with(|_| {}));
        assert!(with(|rules| rules.min_length = Some(3)));
        assert!(with(|rules| rules.max_length = Some(99)));
        assert!(!with(|rules| rules.min_length = Some(1)));
        assert!(!with(|rules| rules.min_length = None));
        assert!(!with(|rules| rules.max_length = Some(101)));
        assert!(!with(|rules| rules.max_length = None));
        assert!(!with(|rules| rules.pattern = Some("^[a-y]*$")));
        assert!(!with(|rules| rules.pattern = None));
        assert!(TextRules::NONE.includes(&NAME));
    }

    #[test]
    fn equal_and_narrower_integers_are_included_and_wider_ones_are_not() {
        let rules = |minimum, maximum| IntegerRules {
            minimum: Some(minimum),
            maximum: Some(maximum),
            ..IntegerRules::NONE
        };
        let party = rules(1, 20);
        assert!(party.includes(&rules(1, 20)));
        assert!(party.includes(&rules(2, 19)));
        assert!(!party.includes(&rules(1, 25)));
        assert!(!party.includes(&rules(0, 20)));
        assert!(!party.includes(&IntegerRules::NONE));
        let open = IntegerRules {
            exclusive_maximum: true,
            ..party
        };
        assert!(!open.includes(&party) && party.includes(&open) && open.includes(&rules(1, 19)));
    }
}

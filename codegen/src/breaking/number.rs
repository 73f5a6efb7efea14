//! Exact arithmetic on the numbers of a contract: bounds, and what divides what.

use super::law::Relation;
use serde_json::Number;
use std::cmp::Ordering;

/// `mantissa × 10^-scale`.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    /// Exactly what the text of the number says; `None` beyond what 128 bits can hold.
    fn from_number(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let mantissa: i128 = format!("{whole}{part}").parse().ok()?;
        let scale = i32::try_from(part.len()).ok()?.checked_sub(exponent)?;
        if scale >= 0 {
            let scale = scale.unsigned_abs();
            return Some(Self { mantissa, scale });
        }
        let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
        Some(Self {
            mantissa: mantissa.checked_mul(factor)?,
            scale: 0,
        })
    }

    /// Both mantissas at one scale.
    fn align(self, other: Self) -> Option<(i128, i128)> {
        let scale = self.scale.max(other.scale);
        let at = |decimal: Self| {
            let factor = 10_i128.checked_pow(scale - decimal.scale)?;
            decimal.mantissa.checked_mul(factor)
        };
        Some((at(self)?, at(other)?))
    }
}

/// Which of two numbers is larger, exactly where that is possible.
fn order(a: &Number, b: &Number) -> Ordering {
    let exact = Decimal::from_number(a)
        .zip(Decimal::from_number(b))
        .and_then(|(a, b)| a.align(b))
        .map(|(a, b)| a.cmp(&b));
    exact.unwrap_or_else(|| {
        let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
        float(a).total_cmp(&float(b))
    })
}

/// Whether `multiple` is a whole multiple of `of`. Not known counts as no.
fn is_multiple(multiple: &Number, of: &Number) -> bool {
    Decimal::from_number(multiple)
        .zip(Decimal::from_number(of))
        .and_then(|(a, b)| a.align(b))
        .and_then(|(a, b)| a.checked_rem(b))
        == Some(0)
}

/// One end of an interval.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    value: Number,
    exclusive: bool,
}

impl Bound {
    /// A bound as it is written.
    pub(super) fn new(value: Number, exclusive: bool) -> Self {
        Self { value, exclusive }
    }

    /// The same lower bound for integers alone, without `exclusive`.
    pub(super) fn lower_of_integers(self) -> Self {
        self.of_integers(1)
    }

    /// The same upper bound for integers alone, without `exclusive`.
    pub(super) fn upper_of_integers(self) -> Self {
        self.of_integers(-1)
    }

    /// The nearest integer inwards, which is upwards for `inwards` 1 and downwards for -1.
    fn of_integers(self, inwards: i128) -> Self {
        let nearest = Decimal::from_number(&self.value).and_then(|decimal| {
            let unit = 10_i128.checked_pow(decimal.scale)?;
            let floor = decimal.mantissa.div_euclid(unit);
            let whole = decimal.mantissa.rem_euclid(unit) == 0;
            let nearest = match (whole, inwards > 0) {
                (true, _) if self.exclusive => floor.checked_add(inwards)?,
                (true, _) | (false, false) => floor,
                (false, true) => floor.checked_add(1)?,
            };
            i64::try_from(nearest)
                .map(Number::from)
                .or_else(|_| u64::try_from(nearest).map(Number::from))
                .ok()
        });
        match nearest {
            Some(value) => Self::new(value, false),
            None => self,
        }
    }
}

/// What a change of lower bounds does to the numbers above them.
pub(super) fn lower(old: Option<&Bound>, new: Option<&Bound>) -> Relation {
    end(old, new, |old, new| {
        order(&new.value, &old.value).then(new.exclusive.cmp(&old.exclusive))
    })
}

/// What a change of upper bounds does to the numbers below them.
pub(super) fn upper(old: Option<&Bound>, new: Option<&Bound>) -> Relation {
    end(old, new, |old, new| {
        order(&old.value, &new.value).then(new.exclusive.cmp(&old.exclusive))
    })
}

/// `tighter` says how much tighter the new bound is than the old one.
fn end(
    old: Option<&Bound>,
    new: Option<&Bound>,
    tighter: impl Fn(&Bound, &Bound) -> Ordering,
) -> Relation {
    match (old, new) {
        (None, None) => Relation::Same,
        (None, Some(_)) => Relation::Narrower,
        (Some(_), None) => Relation::Wider,
        (Some(old), Some(new)) => match tighter(old, new) {
            Ordering::Less => Relation::Wider,
            Ordering::Equal => Relation::Same,
            Ordering::Greater => Relation::Narrower,
        },
    }
}

/// What a change of `multipleOf` does. `integers` says of each side whether it has integers
/// only, for which every `1/n` is no constraint.
pub(super) fn multiples(
    old: Option<&Number>,
    new: Option<&Number>,
    integers: (bool, bool),
) -> Relation {
    let one = Number::from(1);
    let constrains = |step: &&Number, integers: bool| !(integers && is_multiple(&one, step));
    let old = old.filter(|step| constrains(step, integers.0));
    let new = new.filter(|step| constrains(step, integers.1));
    match (old, new) {
        (None, None) => Relation::Same,
        (None, Some(_)) => Relation::Narrower,
        (Some(_), None) => Relation::Wider,
        (Some(old), Some(new)) => {
            Relation::from_inclusions(is_multiple(old, new), is_multiple(new, old))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap()
    }

    fn bound(text: &str, exclusive: bool) -> Bound {
        Bound::new(number(text), exclusive)
    }

    #[test]
    fn numbers_are_compared_exactly() {
        for (smaller, larger) in [
            ("9007199254740992", "9007199254740993"),
            ("9007199254740992.0", "9007199254740993"),
            ("-0.3", "-0.2"),
            ("1e-7", "2e-7"),
            ("1e300", "1e301"),
            ("18446744073709551614", "18446744073709551615"),
        ] {
            let (smaller, larger) = (number(smaller), number(larger));
            assert_eq!(order(&smaller, &larger), Ordering::Less);
            assert_eq!(order(&larger, &smaller), Ordering::Greater);
        }
        assert_eq!(order(&number("1"), &number("1.0")), Ordering::Equal);
        assert_eq!(order(&number("1e2"), &number("100")), Ordering::Equal);
    }

    #[test]
    fn an_exclusive_bound_is_tighter_than_an_inclusive_one() {
        let (inclusive, exclusive) = (bound("1", false), bound("1", true));
        for end in [lower, upper] {
            assert_eq!(end(Some(&inclusive), Some(&exclusive)), Relation::Narrower);
            assert_eq!(end(Some(&exclusive), Some(&inclusive)), Relation::Wider);
            assert_eq!(end(Some(&exclusive), None), Relation::Wider);
            assert_eq!(end(Some(&exclusive), Some(&exclusive)), Relation::Same);
        }
    }

    #[test]
    fn the_bounds_of_integers_are_integers() {
        let lower = |text, exclusive| bound(text, exclusive).lower_of_integers().value.to_string();
        let upper = |text, exclusive| bound(text, exclusive).upper_of_integers().value.to_string();
        assert_eq!(lower("0", true), "1");
        assert_eq!(lower("0.5", true), "1");
        assert_eq!(lower("-0.5", false), "0");
        assert_eq!(upper("10", true), "9");
        assert_eq!(upper("9.5", false), "9");
        assert_eq!(upper("-0.5", true), "-1");
    }

    #[test]
    fn multiples_of_a_multiple_are_fewer() {
        let compare = |old: &str, new: &str| {
            multiples(Some(&number(old)), Some(&number(new)), (false, false))
        };
        assert_eq!(compare("2", "4"), Relation::Narrower);
        assert_eq!(compare("0.5", "0.1"), Relation::Wider);
        assert_eq!(compare("0.5", "0.50"), Relation::Same);
        assert_eq!(compare("2", "3"), Relation::Incomparable);
        let half = number("0.5");
        assert_eq!(multiples(None, Some(&half), (true, true)), Relation::Same);
        assert_eq!(
            multiples(None, Some(&half), (false, false)),
            Relation::Narrower
        );
    }
}

//! The second look at a body: JSON into a value, with every property that stands twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::violation::{RuleViolation, ViolationCode, Violations};

/// Reads `bytes` and reports each property that stands twice in its object. The last one
/// stands in the result.
///
/// # Errors
/// The bytes are not JSON, or nested deeper than 128 levels.
pub(crate) fn read(bytes: &[u8], violations: &mut Violations) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Seed { violations }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

struct Seed<'a> {
    violations: &'a mut Violations,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let index = list.len();
            let item = self.violations.within_item(index, |violations| {
                items.next_element_seed(Seed { violations })
            })?;
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let repeated = object.contains_key(&name);
            let place = crate::inspect::printable(&name).to_owned();
            let value = self.violations.within(&place, |violations| {
                if repeated {
                    violations.report(RuleViolation::new(
                        ViolationCode::Duplicate,
                        "must not be given twice",
                    ));
                }
                entries.next_value_seed(Seed { violations })
            })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_property_is_named_where_it_stands() {
        let mut violations = Violations::new();
        let value = read(br#"{"a":[{"b":1,"b":2}],"a2":null}"#, &mut violations);
        assert_eq!(value.expect("it is JSON")["a"][0]["b"], 2);
        let found = violations.into_vec();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].field, "a[0].b");
        assert_eq!(found[0].code, ViolationCode::Duplicate);
    }

    #[test]
    fn what_follows_the_value_is_no_json() {
        assert!(read(b"{} {}", &mut Violations::new()).is_err());
        assert!(read(b"{\"a\": \xff}", &mut Violations::new()).is_err());
        assert!(read("[".repeat(10_000).as_bytes(), &mut Violations::new()).is_err());
    }
}

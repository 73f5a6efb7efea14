//! Objects travel as JSON objects only. What serde derives would read an array too, its items
//! taken for the fields in their order.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A deserializer that reads an object and nothing else.
#[derive(Debug)]
pub struct ObjectOnly<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Entries(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Entries(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A visitor that is shown entries only: every other visit is an error.
struct Entries<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Entries<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(entries)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self")]
    struct Pair {
        first: u8,
        second: u8,
    }

    crate::object_type!(Pair);

    #[test]
    fn an_object_is_read_and_an_array_of_its_values_is_not() {
        let read = |text| serde_json::from_str::<Pair>(text);
        let pair = read(r#"{"second":2,"first":1}"#).expect("it is an object");
        assert_eq!((pair.first, pair.second), (1, 2));
        let refused = read("[1,2]").expect_err("it is an array").to_string();
        assert!(refused.contains("expected an object"), "{refused}");
        assert!(serde_json::from_str::<Vec<Pair>>("[[1,2]]").is_err());
    }

    #[test]
    fn an_object_is_written_as_serde_does() {
        let pair = Pair {
            first: 1,
            second: 2,
        };
        let written = serde_json::to_string(&pair).expect("it can be written");
        assert_eq!(written, r#"{"first":1,"second":2}"#);
    }
}

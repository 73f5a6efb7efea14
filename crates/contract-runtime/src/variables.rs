//! The variables of a path, as Dropshot has split and decoded it.

use std::fmt;

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Names and values, in no particular order. Dropshot gives them out only through an extractor
/// of a deserializable type, so this is one.
#[derive(Debug)]
pub(crate) struct Variables(pub(crate) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Variables;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the variables of a path")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Variables, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Variables(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

impl JsonSchema for Variables {
    fn schema_name() -> String {
        "Variables".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::Bool(true)
    }
}

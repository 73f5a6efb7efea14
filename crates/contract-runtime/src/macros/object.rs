//! Object types.

/// `Serialize` and `Deserialize` of an object type, through what serde derives for a struct with
/// `#[serde(remote = "Self")]`; only that an array is no object.
#[doc(hidden)]
#[macro_export]
macro_rules! object_type {
    ($type:ident) => {
        impl $crate::support::serde::Serialize for $type {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                <$type>::serialize(self, serializer)
            }
        }

        impl<'de> $crate::support::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                <$type>::deserialize($crate::private::ObjectOnly(deserializer))
            }
        }
    };
}

//! Links to operations.

/// A function for each operation, from the values of its path's variables to where it is. In angle
/// brackets stands the greatest number of characters, where the contract bounds it.
#[doc(hidden)]
#[macro_export]
macro_rules! paths {
    (
        $base:literal;
        $($(#[$meta:meta])* $operation:ident $(<$most:literal>)? ($($variable:ident: $type:ty),*) => $path:literal;)*
    ) => {$(
        $(#[$meta])*
        #[must_use]
        pub fn $operation($($variable: &$type),*) -> $crate::PathReference<{
            $crate::private::most_characters(&[$($most)?])
        }> {
            $crate::private::path_reference(
                format!(concat!($base, $path), $($crate::private::path_segment($variable)),*)
            )
        }
    )*};
}

#[cfg(test)]
#[expect(
    unreachable_pub,
    reason = "generated modules are public, and this one is private"
)]
mod tests {
    use crate::rules::{BoundedText, TextRules};

    paths! {
        "/v1";
        /// A list.
        list_things<10>() => "/things";
        /// A part of one.
        get_part(thing: str, part: u32) => "/things/{}/parts/{}";
    }

    #[test]
    fn a_value_is_one_segment_whatever_it_holds() {
        assert_eq!(list_things().as_str(), "/v1/things");
        assert_eq!(
            get_part("a/b ?#%ü", &7).as_str(),
            "/v1/things/a%2Fb%20%3F%23%25%C3%BC/parts/7"
        );
        assert_eq!(
            get_part("bk_7x3mN9pQs2-~.", &1).as_str(),
            "/v1/things/bk_7x3mN9pQs2-~./parts/1"
        );
    }

    #[test]
    fn a_reference_has_the_bounds_that_its_path_states() {
        fn rules<T: BoundedText>(_: T) -> TextRules {
            T::RULES
        }
        assert_eq!(rules(list_things()).max_length, Some(10));
        assert_eq!(rules(get_part("a", &1)), TextRules::NONE);
    }
}

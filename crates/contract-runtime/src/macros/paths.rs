//! Links to operations.

/// A function for each operation, from the values of its path's variables to where it is.
#[doc(hidden)]
#[macro_export]
macro_rules! paths {
    (
        $base:literal;
        $($(#[$meta:meta])* $operation:ident($($variable:ident: $type:ty),*) => $path:literal;)*
    ) => {$(
        $(#[$meta])*
        #[must_use]
        pub fn $operation($($variable: &$type),*) -> String {
            format!(concat!($base, $path), $($crate::private::path_segment($variable)),*)
        }
    )*};
}

#[cfg(test)]
#[expect(
    unreachable_pub,
    reason = "generated modules are public, and this one is private"
)]
mod tests {
    paths! {
        "/v1";
        /// A list.
        list_things() => "/things";
        /// A part of one.
        get_part(thing: str, part: u32) => "/things/{}/parts/{}";
    }

    #[test]
    fn a_value_is_one_segment_whatever_it_holds() {
        assert_eq!(list_things(), "/v1/things");
        assert_eq!(
            get_part("a/b ?#%ü", &7),
            "/v1/things/a%2Fb%20%3F%23%25%C3%BC/parts/7"
        );
        assert_eq!(
            get_part("bk_7x3mN9pQs2-~.", &1),
            "/v1/things/bk_7x3mN9pQs2-~./parts/1"
        );
    }
}

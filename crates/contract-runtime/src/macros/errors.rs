//! Errors.

/// The error codes of a contract, each a type of its own: its status, its code and its headers
/// are written here once.
#[doc(hidden)]
#[macro_export]
macro_rules! errors {
    ($($status:literal $code:literal => $type:ident $(with $headers:ty)?,)*) => {
        $($crate::error_type!($type, $status, $code $(, $headers)?);)*
    };
}

/// One error code: with its problem alone, or with headers beside it.
#[doc(hidden)]
#[macro_export]
macro_rules! error_type {
    ($type:ident, $status:literal, $code:literal) => {
        #[doc = concat!("`", $code, "`, answered with status ", $status, ".")]
        #[derive(Debug)]
        pub struct $type(pub $crate::Problem);

        impl $crate::DeclaredError for $type {
            fn into_response(self) -> $crate::ErrorResponse {
                $crate::ErrorResponse::new($crate::status!($status), $code, self.0)
            }
        }
    };
    ($type:ident, $status:literal, $code:literal, $headers:ty) => {
        #[doc = concat!("`", $code, "`, answered with status ", $status, ".")]
        #[derive(Debug)]
        pub struct $type {
            /// What went wrong.
            pub problem: $crate::Problem,
            /// The headers that the contract declares for it.
            pub headers: $headers,
        }

        impl $crate::DeclaredError for $type {
            fn into_response(self) -> $crate::ErrorResponse {
                $crate::ErrorResponse::new($crate::status!($status), $code, self.problem)
                    .headers(&self.headers)
            }
        }
    };
}

/// The error codes that one operation declares: an enumeration of types that [`errors`] made.
#[doc(hidden)]
#[macro_export]
macro_rules! operation_error {
    (
        $(#[$meta:meta])*
        $type:ident for $id:literal {
            $($variant:ident($error:ty),)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $type {
            $(
                #[doc = concat!("[`", stringify!($error), "`]")]
                $variant($error),
            )*
            /// 501: nobody has implemented the operation yet. The only answer that the contract
            /// need not declare.
            Unimplemented,
        }

        $(
            impl ::std::convert::From<$error> for $type {
                fn from(error: $error) -> Self {
                    Self::$variant(error)
                }
            }
        )*

        impl $crate::DeclaredError for $type {
            fn into_response(self) -> $crate::ErrorResponse {
                match self {
                    $(Self::$variant(error) => $crate::DeclaredError::into_response(error),)*
                    Self::Unimplemented => $crate::ErrorResponse::not_implemented($id),
                }
            }
        }
    };
}

/// A status by its number, which is looked at while the generated code is compiled.
#[doc(hidden)]
#[macro_export]
macro_rules! status {
    ($status:literal) => {
        const {
            match $crate::support::http::StatusCode::from_u16($status) {
                Ok(status) => status,
                Err(_) => panic!("the generator has checked this status"),
            }
        }
    };
}

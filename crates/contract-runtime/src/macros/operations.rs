//! Parameters, requests and answers of operations.

/// The parameters of an operation in one place: the path, the query or the headers.
#[doc(hidden)]
#[macro_export]
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        $place:ident $type:ident {
            $(
                $(#[$field_meta:meta])*
                $wire:literal => $field:ident: $value:ty $(= $default:literal)?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $($(#[$field_meta])* pub $field: $value,)*
        }

        $crate::field_names!($type { $($wire => $field,)* });

        impl $crate::Parameters for $type {
            const PLACE: $crate::ParameterPlace = $crate::ParameterPlace::$place;
            const NAMES: &'static [&'static str] = &[$($wire),*];

            fn read(
                parts: &$crate::RequestParts<'_>,
                violations: &mut $crate::Violations,
            ) -> Option<Self> {
                $(
                    let $field = parts.parameter::<$value>(
                        <Self as $crate::Parameters>::PLACE,
                        $wire,
                        $crate::optional_literal!($($default)?),
                        violations,
                    );
                )*
                Some(Self { $($field: $field?,)* })
            }
        }

        $crate::schema_as!($type, stringify!($type), referenceable: false, |generator| {
            $crate::metadata::ObjectSchema::new(false)
                $(.parameter::<$value>(
                    $wire,
                    $crate::optional_literal!($($default)?),
                    generator,
                ))*
        });
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! optional_literal {
    () => {
        None
    };
    ($literal:literal) => {
        Some($literal)
    };
}

/// A request: its parameters by place, and its body.
#[doc(hidden)]
#[macro_export]
macro_rules! request {
    ($(#[$meta:meta])* $type:ident { $($part:ident: $value:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $(
                #[doc = concat!("Its ", stringify!($part), ".")]
                pub $part: $value,
            )*
            /// Where it came from.
            pub origin: $crate::RequestOrigin,
        }

        impl $crate::FromRequest for $type {
            fn from_request(
                parts: &$crate::RequestParts<'_>,
                violations: &mut $crate::Violations,
            ) -> Option<Self> {
                $(let $part = <$value as $crate::RequestPart<$crate::part_kind!($part)>>::read(
                    parts, violations,
                );)*
                parts.no_other_query(
                    &[$(<$value as $crate::RequestPart<$crate::part_kind!($part)>>::QUERY),*],
                    violations,
                );
                Some(Self { $($part: $part?,)* origin: parts.origin().clone() })
            }

            fn metadata() -> Vec<$crate::PartMetadata> {
                vec![$(<$value as $crate::RequestPart<$crate::part_kind!($part)>>::metadata(),)*]
            }
        }
    };
}

/// Whether a part of a request is its body or one of its sets of parameters.
#[doc(hidden)]
#[macro_export]
macro_rules! part_kind {
    (body) => {
        $crate::private::BodyPart
    };
    ($parameters:ident) => {
        $crate::private::ParametersPart
    };
}

/// The answers other than errors that one operation declares.
#[doc(hidden)]
#[macro_export]
macro_rules! response {
    (
        $(#[$meta:meta])*
        $type:ident {
            $(
                $(#[$variant_meta:meta])*
                $status:literal => $variant:ident $(($($part:ident: $value:ty),*))?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $type {
            $($(#[$variant_meta])* $variant $(($($value),*))?,)*
        }

        impl $crate::DeclaredResponse for $type {
            fn into_parts(self) -> Result<$crate::ResponseParts, String> {
                Ok(match self {
                    $(
                        Self::$variant $(($($part),*))? => {
                            $crate::ResponseParts::new($crate::status!($status))
                                $($(.$part(&$part)?)*)?
                        }
                    )*
                })
            }

            fn metadata() -> $crate::support::dropshot::ApiEndpointResponse {
                $crate::metadata::first_success([
                    $(
                        $crate::metadata::ResponseMetadata::new($crate::status!($status))
                            $($(.$part::<$value>())*)?,
                    )*
                ])
            }
        }
    };
}

/// One operation, by the name under which the runtime knows it.
#[doc(hidden)]
#[macro_export]
macro_rules! operation {
    (
        $(#[$meta:meta])*
        $type:ident = $id:literal {
            route: $method:ident $path:literal,
            tag: $tag:literal,
            summary: $summary:literal,
            description: $description:literal,
            request: $request:ty,
            response: $response:ty,
            error: $error:ty,
            envelope: $envelope:ty,
            $(max_body_bytes: $max_body_bytes:literal,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $type;

        impl $crate::Operation for $type {
            const ID: &'static str = $id;
            const METHOD: &'static str = stringify!($method);
            const PATH: &'static str = $path;
            const TAG: &'static str = $tag;
            const SUMMARY: &'static str = $summary;
            const DESCRIPTION: &'static str = $description;
            const MAX_BODY_BYTES: Option<u32> = $crate::optional_literal!($($max_body_bytes)?);
            type Request = $request;
            type Response = $response;
            type Error = $error;
            type Envelope = $envelope;
        }
    };
}

/// A tag's trait, its twin that answers 501, and the one for the other.
#[doc(hidden)]
#[macro_export]
macro_rules! operations {
    (
        $(#[$trait_meta:meta])*
        trait $trait:ident $(: $($authenticator:ident)::+)?;
        $(#[$twin_meta:meta])*
        trait $twin:ident;
        $(
            $(#[$meta:meta])*
            fn $method:ident($request:ty) $(by $($caller:ident)::+)? -> Result<$response:ty, $error:ty>;
        )*
    ) => {
        $(#[$trait_meta])*
        pub trait $trait: $($($authenticator)::+ +)? Send + Sync + 'static {
            $(
                $(#[$meta])*
                fn $method(
                    &self,
                    $(caller: $($caller)::+<Self>,)?
                    request: $request,
                ) -> impl Future<Output = Result<$response, $error>> + Send;
            )*
        }

        $(#[$twin_meta])*
        pub trait $twin: $($($authenticator)::+ +)? Send + Sync + 'static {
            $(
                $(#[$meta])*
                fn $method(
                    &self,
                    $(caller: $($caller)::+<Self>,)?
                    request: $request,
                ) -> impl Future<Output = Result<$response, $error>> + Send {
                    $(let _: $($caller)::+<Self> = caller;)?
                    let _ = request;
                    ::std::future::ready(Err(<$error>::Unimplemented))
                }
            )*
        }

        impl<T: $twin> $trait for T {
            $(
                fn $method(
                    &self,
                    $(caller: $($caller)::+<Self>,)?
                    request: $request,
                ) -> impl Future<Output = Result<$response, $error>> + Send {
                    <T as $twin>::$method(self, $($crate::first_of!(caller, $($caller)::+),)? request)
                }
            )*
        }
    };
}

/// Registers operations with an `ApiDescription`.
#[doc(hidden)]
#[macro_export]
macro_rules! routes {
    ($bounds:path $(, $more:path)*; $($method:ident $(by $($caller:ident)::+)? $(with $repetition:ident)? => $operation:ty,)*) => {
        /// Every route of the contract: its method and its path.
        pub const ROUTES: &[(&str, &str)] = &[
            $((
                <$operation as $crate::Operation>::METHOD,
                <$operation as $crate::Operation>::PATH,
            ),)*
        ];

        /// Registers every operation of the contract with `api`. A request is answered by the
        /// backend that is Dropshot's context.
        ///
        /// # Errors
        /// `api` already has a route that collides with one of the contract.
        pub fn register<B: $bounds $(+ $more)*>(
            api: &mut $crate::support::dropshot::ApiDescription<::std::sync::Arc<B>>,
        ) -> Result<(), $crate::support::dropshot::ApiDescriptionRegisterError> {
            $(
                $crate::register::<$operation, $crate::repetition!($($repetition)?), _, _, _, _>(
                    api,
                    ROUTES,
                    $crate::call!(B, $method $(, $($caller)::+)?),
                )?;
            )*
            Ok(())
        }
    };
}

/// Whether an operation takes an `Idempotency-Key`.
#[doc(hidden)]
#[macro_export]
macro_rules! repetition {
    () => {
        $crate::Unkeyed
    };
    ($repetition:ident) => {
        $crate::$repetition
    };
}

/// The way from a request to the backend's method, with or without who has called.
#[doc(hidden)]
#[macro_export]
macro_rules! call {
    ($backend:ident, $method:ident) => {
        |backend: ::std::sync::Arc<$backend>, _: $crate::Public, request| async move {
            backend.$method(request).await
        }
    };
    ($backend:ident, $method:ident, $($caller:ident)::+) => {
        |backend: ::std::sync::Arc<$backend>, caller: $($caller)::+<$backend>, request| async move {
            backend.$method(caller, request).await
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! first_of {
    ($first:ident, $($rest:tt)*) => {
        $first
    };
}

//! The client itself, its operations, and successes with several statuses.

/// What every client has: `client!(Client)`, for a struct of a `Transport`.
#[macro_export]
macro_rules! client {
    ($name:ident) => {
        impl $name {
            /// A client of the API at `base_url`: the server's URL with the contract's base path,
            /// such as `https://example.com/api/v1`.
            ///
            /// # Errors
            /// The base URL is not one, or the HTTP client cannot be set up.
            pub fn new(
                base_url: impl ::core::convert::Into<::std::string::String>,
            ) -> ::core::result::Result<Self, $crate::BuildClientError> {
                Self::builder(base_url).build()
            }

            /// A builder for a client of the API at `base_url`, with settings of its own.
            pub fn builder(
                base_url: impl ::core::convert::Into<::std::string::String>,
            ) -> $crate::ClientBuilder<Self> {
                $crate::ClientBuilder::new(base_url)
            }
        }

        impl ::core::convert::From<$crate::Transport> for $name {
            fn from(transport: $crate::Transport) -> Self {
                Self(transport)
            }
        }
    };
}

/// Sends an operation: `operation!(GetBooking, Error)`, with the error of the whole client; with
/// `conditional` for one whose answer depends on whether a condition was set.
#[macro_export]
macro_rules! operation {
    ($name:ident, conditional, $error:ty) => {
        impl<A: $crate::Decode> $name<A> {
            /// Sends the request.
            ///
            /// # Errors
            /// The request breaks the contract, no answer came, or the answer is no success.
            pub async fn send(
                self,
            ) -> ::core::result::Result<$crate::ResponseValue<A::Value>, $error> {
                self.0.send().await
            }
        }
    };
    ($name:ident, $answer:ty, $error:ty) => {
        impl $name {
            /// Sends the request.
            ///
            /// # Errors
            /// The request breaks the contract, no answer came, or the answer is no success.
            pub async fn send(
                self,
            ) -> ::core::result::Result<
                $crate::ResponseValue<<$answer as $crate::Decode>::Value>,
                $error,
            > {
                self.0.send().await
            }
        }
    };
}

/// The successes of an operation whose body depends on the status:
/// `responses!(PutThingResponse, Created = 201: Json<types::Thing>, NoContent = 204)`.
#[macro_export]
macro_rules! responses {
    ($name:ident $(, $variant:ident = $status:literal $(: $body:ty)?)*) => {
        impl $crate::Decode for $name {
            type Value = Self;

            fn decode(
                received: &$crate::Received,
            ) -> ::core::result::Result<Self, $crate::DecodeError> {
                match received.status().as_u16() {
                    $(
                        $status => ::core::result::Result::Ok(
                            $crate::__variant!(received, $variant $(, $body)?),
                        ),
                    )*
                    _ => ::core::result::Result::Err($crate::DecodeError::undeclared()),
                }
            }
        }
    };
}

/// One success of several.
#[doc(hidden)]
#[macro_export]
macro_rules! __variant {
    ($received:ident, $variant:ident) => {
        Self::$variant
    };
    ($received:ident, $variant:ident, $body:ty) => {
        Self::$variant(<$crate::Json<$body> as $crate::Decode>::decode($received)?)
    };
}

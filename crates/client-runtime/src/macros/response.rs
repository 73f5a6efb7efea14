//! The client itself, its operations, and successes with several statuses.

/// What every client has, and its builder: `client! { Client, ClientBuilder; … }`, for a struct of a
/// `Transport`, with a line for each security scheme:
/// `account(Credential): ACCOUNT = bearer("account")`, or `(SecretString)` for a key.
#[macro_export]
macro_rules! client {
    (
        $name:ident, $builder:ident;
        $(
            $(#[$doc:meta])*
            $setter:ident($kind:ident): $scheme:ident = $place:ident($($argument:literal),+)
        ),* $(,)?
    ) => {
        $(
            $(#[$doc])*
            const $scheme: $crate::SecurityScheme = $crate::SecurityScheme::$place($($argument),+);
        )*

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

            /// A builder for a client of the API at `base_url`, with settings and credentials of
            /// its own.
            pub fn builder(
                base_url: impl ::core::convert::Into<::std::string::String>,
            ) -> $builder {
                $builder($crate::TransportBuilder::new(base_url))
            }
        }

        /// Makes a client. Its credentials travel only with the operations whose security names
        /// them; of several alternatives the first is used for which the client has everything.
        #[derive(Debug)]
        #[must_use = "a builder makes nothing before `build`"]
        pub struct $builder($crate::TransportBuilder);

        impl $builder {
            $(
                $(#[$doc])*
                pub fn $setter(
                    self,
                    credential: impl ::core::convert::Into<$crate::$kind>,
                ) -> Self {
                    let credential: $crate::$kind = credential.into();
                    Self(self.0.credential($scheme, credential))
                }
            )*

            /// Uses this HTTP client, with its proxies, certificates and redirects, instead of one
            /// that follows no redirects: a redirect to another host takes keys in headers along.
            pub fn http_client(self, http: $crate::support::reqwest::Client) -> Self {
                Self(self.0.http_client(http))
            }

            /// How long a request may take, from connecting to the last byte of the answer: 15
            /// seconds unless set, each time that it is sent. Waiting for an access token does not count.
            pub fn timeout(self, timeout: ::core::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// The largest answer that is read: 2 MiB unless set. A larger one is an error that
            /// keeps the answer's status.
            pub fn max_response_bytes(self, bytes: usize) -> Self {
                Self(self.0.max_response_bytes(bytes))
            }

            /// How often a request is sent again that can be sent twice: `GET`, and what takes an
            /// `Idempotency-Key`, which is given one of its own where the caller gives none. 3 unless
            /// set; with 0 nothing is sent again, and nothing is given a key.
            pub fn retries(self, retries: u32) -> Self {
                Self(self.0.retries(retries))
            }

            /// Makes the client. Nothing is sent.
            ///
            /// # Errors
            /// The base URL is not one, a credential cannot be one of its scheme, or the HTTP
            /// client cannot be set up.
            pub fn build(self) -> ::core::result::Result<$name, $crate::BuildClientError> {
                self.0.build().map($name)
            }
        }
    };
}

/// What every operation has, beside the setters of its parts:
/// `operation! { PutThing(Json<Thing>) or Error; PUT "/things/{id}" requires("body") answers(200); }`,
/// and `PutThing<A>(…)` where the answer depends on whether a condition was set. What its security
/// names follows: `security([ACCOUNT], [SECRET]);`, and a setter for each scheme
/// (`account(Credential): ACCOUNT,`).
#[macro_export]
macro_rules! operation {
    (
        $name:ident $(<$generic:ident>)? ($answer:ty) or $error:ty;
        $method:ident $path:literal $(keyed($key:literal))? $(requires($($required:literal),+))?
            answers($($status:literal),*);
        $(
            security($($alternative:tt),*);
            $($setter:ident($kind:ident): $scheme:path,)*
        )?
    ) => {
        impl $name {
            fn new(transport: &$crate::Transport) -> Self {
                Self(transport.request(
                    $crate::Method::$method,
                    $path,
                    &[$($($required),+)?],
                    &[$($status),*],
                    &[$($(&$alternative),*)?],
                )$(.keyed($key))?)
            }
        }

        impl $(<$generic: $crate::Decode>)? $name $(<$generic>)? {
            $($(
                /// The credential of this scheme for this call, instead of the client's. Of the
                /// alternatives that the operation has, those come first that use it.
                pub fn $setter(
                    self,
                    credential: impl ::core::convert::Into<$crate::$kind>,
                ) -> Self {
                    let credential: $crate::$kind = credential.into();
                    Self(self.0.credential($scheme, credential))
                }
            )*)?

            /// Sends the request; and again, where the server cannot answer and this does no harm
            /// (`ClientBuilder::retries`).
            ///
            /// # Errors
            /// The request breaks the contract, there is no access token for it, no answer came,
            /// or the answer is no success.
            pub async fn send(
                self,
            ) -> ::core::result::Result<
                $crate::ResponseValue<
                    <$crate::__answer!($($generic)? ($answer)) as $crate::Decode>::Value,
                >,
                $error,
            > {
                self.0.send().await
            }
        }
    };
}

/// How an answer is decoded.
#[doc(hidden)]
#[macro_export]
macro_rules! __answer {
    (($answer:ty)) => {
        $answer
    };
    ($generic:ident ($answer:ty)) => {
        $generic
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

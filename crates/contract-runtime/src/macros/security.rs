//! Security: the schemes of a contract, the trait by which a backend knows their credentials, and
//! the callers that operations are called by.

/// The scopes that a scheme knows.
#[doc(hidden)]
#[macro_export]
macro_rules! scopes {
    ($(#[$meta:meta])* $type:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $type {
            /// All of them, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The scope as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)*
                }
            }

            /// The scope that travels as `text`; `None` for one that the contract does not know.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
            }
        }

        impl $crate::Scope for $type {
            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

/// The schemes of a contract and its `Authenticator`. `faults` are the errors of the contract
/// that an authenticator can fail with.
#[doc(hidden)]
#[macro_export]
macro_rules! security {
    (
        realm: $realm:literal,
        faults: [$($fault:path),*],
        $(
            $(#[$meta:meta])*
            $place:ident $(($carrier:literal))? $scheme:ident $name:literal => $method:ident $(with $scopes:ident)?,
        )+
    ) => {
        /// What a backend implements to know its callers: a method for each security scheme,
        /// which is given the credential and says whose it is.
        ///
        /// It is asked before an operation's method, and before the request's body is read. Only
        /// it and the contract decide whether the method is called.
        pub trait Authenticator: Send + Sync + 'static {
            $(
                #[doc = concat!("Who has credentials of the scheme `", $name, "`.")]
                type $scheme: Send + Sync + 'static;
            )+
            $(
                $(#[$meta])*
                ///
                /// # Errors
                /// The credential is bad, or it cannot be known.
                fn $method(
                    &self,
                    credential: $crate::credential_type!($place),
                ) -> impl Future<
                    Output = Result<
                        $crate::grant_type!(Self::$scheme $(, $scopes)?),
                        $crate::AuthenticationError,
                    >,
                > + Send;
            )+
        }

        $(
            #[doc = concat!("Names the scheme `", $name, "` to the runtime.")]
            #[derive(Debug, Clone, Copy)]
            pub struct $scheme;

            impl<A: Authenticator + ?Sized> $crate::SecurityScheme<A> for $scheme {
                const NAME: &'static str = $name;
                const PLACE: $crate::CredentialPlace = $crate::credential_place!($place $(($carrier))?);
                const REALM: &'static str = $realm;
                type Principal = A::$scheme;
                type Scope = $crate::scope_type!($($scopes)?);

                async fn authenticate(
                    authenticator: &A,
                    credential: &str,
                ) -> Result<
                    $crate::Grant<Self::Principal, Self::Scope>,
                    $crate::AuthenticationError,
                > {
                    let credential = <$crate::credential_type!($place)>::new(credential);
                    Ok(A::$method(authenticator, credential).await?.into())
                }
            }
        )+

        $(
            impl ::std::convert::From<$fault> for $crate::AuthenticationError {
                fn from(error: $fault) -> Self {
                    Self::fault(error)
                }
            }
        )*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! credential_type {
    (bearer) => {
        $crate::BearerToken<'_>
    };
    ($other:ident) => {
        $crate::ApiKey<'_>
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! credential_place {
    (bearer) => {
        $crate::CredentialPlace::Bearer
    };
    (header($name:literal)) => {
        $crate::CredentialPlace::Header($name)
    };
    (cookie($name:literal)) => {
        $crate::CredentialPlace::Cookie($name)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! grant_type {
    ($principal:ty) => {
        $principal
    };
    ($principal:ty, $scopes:ty) => {
        $crate::Grant<$principal, $scopes>
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! scope_type {
    () => {
        $crate::NoScope
    };
    ($scopes:ty) => {
        $scopes
    };
}

/// A caller who has met one alternative. `$security` is the module of what [`security`] made.
#[doc(hidden)]
#[macro_export]
macro_rules! caller {
    (
        $security:ident;
        $(#[$meta:meta])*
        $type:ident($schemes:literal) {
            $($field:ident: $scheme:ident [$($scope:path),*],)+
        }
    ) => {
        $(#[$meta])*
        pub struct $type<A: $security::Authenticator + ?Sized> {
            $($field: $crate::private::GrantOf<$security::$scheme, A>,)+
        }

        impl<A: $security::Authenticator + ?Sized> $type<A> {
            /// Takes the grants when they meet this alternative.
            fn accept(
                evaluation: &mut $crate::private::Evaluation,
                $($field: &mut Option<$crate::private::GrantOf<$security::$scheme, A>>,)+
            ) -> Option<Self> {
                let is_met = evaluation.accepts(&[
                    $($crate::private::SchemeMatch::new($field.as_ref(), &[$($scope),*]),)+
                ]);
                if !is_met {
                    return None;
                }
                Some(Self { $($field: $field.take()?,)+ })
            }
        }

        $crate::caller_grants!($security, $type, $($field: $scheme,)+);
        $crate::caller_debug!($security, $type);

        impl<A: $security::Authenticator + ?Sized> $crate::Caller<A> for $type<A> {
            async fn authenticate(
                authenticator: &A,
                credentials: &$crate::Credentials<'_>,
            ) -> Result<Self, Box<$crate::ErrorResponse>> {
                $crate::find_grants!($security, A, authenticator, credentials, $($field: $scheme,)+);
                let mut evaluation = $crate::private::Evaluation::new(credentials);
                match Self::accept(&mut evaluation, $(&mut $field),+) {
                    Some(caller) => Ok(caller),
                    None => Err(evaluation.refuse(&[
                        $($crate::private::challenge::<$security::$scheme, A>(),)+
                    ])),
                }
            }

            fn schemes(&self) -> Option<&'static str> {
                Some($schemes)
            }
        }
    };
}

/// A caller who has met one of several alternatives, each of which [`caller`] has made.
#[doc(hidden)]
#[macro_export]
macro_rules! caller_alternatives {
    (
        $security:ident;
        $(#[$meta:meta])*
        $type:ident($($field:ident: $scheme:ident),+) $(or $anonymous:ident)? {
            $($variant:ident($($held:ident),+),)+
        }
    ) => {
        $(#[$meta])*
        pub enum $type<A: $security::Authenticator + ?Sized> {
            $(
                #[doc = concat!("A caller who has met [`", stringify!($variant), "`].")]
                $variant($variant<A>),
            )+
            $(
                /// A caller who has met none of the others, and need not.
                $anonymous($crate::Anonymous),
            )?
        }

        $crate::caller_debug!($security, $type);

        impl<A: $security::Authenticator + ?Sized> $crate::Caller<A> for $type<A> {
            async fn authenticate(
                authenticator: &A,
                credentials: &$crate::Credentials<'_>,
            ) -> Result<Self, Box<$crate::ErrorResponse>> {
                $crate::find_grants!($security, A, authenticator, credentials, $($field: $scheme,)+);
                let mut evaluation = $crate::private::Evaluation::new(credentials);
                $(
                    if let Some(caller) = $variant::accept(&mut evaluation, $(&mut $held),+) {
                        return Ok(Self::$variant(caller));
                    }
                )+
                $crate::no_alternative!(
                    $security, A, evaluation, [$($scheme),+] $(, Self::$anonymous)?
                )
            }

            fn schemes(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant(caller) => caller.schemes(),)+
                    $(Self::$anonymous(_) => Some("none"),)?
                }
            }
        }
    };
}

/// What a caller is who has met no alternative that demands something.
#[doc(hidden)]
#[macro_export]
macro_rules! no_alternative {
    ($security:ident, $authenticator:ident, $evaluation:ident, [$($scheme:ident),+]) => {
        Err($evaluation.refuse(&[
            $($crate::private::challenge::<$security::$scheme, $authenticator>(),)+
        ]))
    };
    ($security:ident, $authenticator:ident, $evaluation:ident, [$($scheme:ident),+], $anonymous:path) => {
        Ok($anonymous($evaluation.anonymous()))
    };
}

/// A variable for what each scheme has granted. All credentials are found before any is asked for.
#[doc(hidden)]
#[macro_export]
macro_rules! find_grants {
    ($security:ident, $type:ident, $authenticator:ident, $credentials:ident, $($field:ident: $scheme:ident,)+) => {
        $(let $field = $crate::private::find::<$security::$scheme, $type>($credentials)?;)+
        $(
            let mut $field =
                $crate::private::authenticate::<$security::$scheme, $type>($authenticator, $field)
                    .await?;
        )+
    };
}

/// What a backend may see of a caller.
#[doc(hidden)]
#[macro_export]
macro_rules! caller_grants {
    ($security:ident, $type:ident, $field:ident: $scheme:ident,) => {
        impl<A: $security::Authenticator + ?Sized> $type<A> {
            /// Who has called.
            #[must_use]
            pub fn principal(&self) -> &A::$scheme {
                self.$field.principal()
            }

            /// Who has called, taken out.
            #[must_use]
            pub fn into_principal(self) -> A::$scheme {
                self.$field.into_principal()
            }

            /// Who has called, and what the credential is good for.
            #[must_use]
            pub fn grant(&self) -> &$crate::private::GrantOf<$security::$scheme, A> {
                &self.$field
            }
        }
    };
    ($security:ident, $type:ident, $($field:ident: $scheme:ident,)+) => {
        impl<A: $security::Authenticator + ?Sized> $type<A> {
            $(
                #[doc = concat!("What the scheme `", stringify!($scheme), "` has granted.")]
                #[must_use]
                pub fn $field(&self) -> &$crate::private::GrantOf<$security::$scheme, A> {
                    &self.$field
                }
            )+

            /// What each scheme has granted, taken out.
            #[must_use]
            pub fn into_grants(self) -> ($($crate::private::GrantOf<$security::$scheme, A>,)+) {
                ($(self.$field,)+)
            }
        }
    };
}

/// `Debug` without whoever it is.
#[doc(hidden)]
#[macro_export]
macro_rules! caller_debug {
    ($security:ident, $type:ident) => {
        impl<A: $security::Authenticator + ?Sized> ::std::fmt::Debug for $type<A> {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    };
}

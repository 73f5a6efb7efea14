//! Security, as the contract demands it: credentials are found in the headers of a request, the
//! backend's authenticator says whose they are, and the first alternative of the contract that is
//! met makes the caller. All of it happens before a body is read.
//!
//! - An operation without a requirement looks at no credential.
//! - A credential that is sent and bad is refused with 401, even where another alternative would
//!   do without it.
//! - Where no alternative is met, the answer is 403 if one lacked nothing but scopes, else 401.
//! - Whatever goes wrong while somebody is authenticated, the backend's method is not called.
//!
//! A caller is made by this module alone, from what the authenticator of the very same backend
//! has granted: its fields are private, and nobody else has [`Credentials`].

mod credentials;
mod evaluation;

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;

pub use credentials::{CredentialPlace, MAX_CREDENTIAL_BYTES};
pub use evaluation::{Evaluation, SchemeMatch, authenticate, challenge, find};

use crate::error::{DeclaredError, ErrorResponse};

/// A bearer token as it was sent (RFC 6750), at most [`MAX_CREDENTIAL_BYTES`] of the characters
/// that tokens have. Nothing is known of it yet.
#[derive(Clone, Copy)]
pub struct BearerToken<'a>(&'a str);

/// The value of a header or a cookie that is a credential, at most [`MAX_CREDENTIAL_BYTES`] of
/// visible ASCII. Nothing is known of it yet.
#[derive(Clone, Copy)]
pub struct ApiKey<'a>(&'a str);

macro_rules! secret_text {
    ($type:ident) => {
        impl<'a> $type<'a> {
            #[doc(hidden)]
            #[must_use]
            pub fn new(text: &'a str) -> Self {
                Self(text)
            }

            /// The secret itself. It belongs into no log line and no error.
            #[must_use]
            pub fn as_str(&self) -> &'a str {
                self.0
            }
        }

        impl fmt::Debug for $type<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    };
}

secret_text!(BearerToken);
secret_text!(ApiKey);

/// What a credential can be good for: a generated enumeration.
pub trait Scope: Copy + Eq + Send + Sync + 'static {
    /// The scope as it travels: `bookings:read`.
    fn as_str(self) -> &'static str;
}

/// The scope of schemes that know none: there is no value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoScope {}

impl Scope for NoScope {
    fn as_str(self) -> &'static str {
        match self {}
    }
}

/// What an authenticator says of a good credential: whose it is, and what it is good for.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant<P, S> {
    principal: P,
    scopes: Vec<S>,
}

impl<P, S: Scope> Grant<P, S> {
    /// `principal` may do what `scopes` say.
    #[must_use]
    pub fn new(principal: P, scopes: impl IntoIterator<Item = S>) -> Self {
        Self {
            principal,
            scopes: scopes.into_iter().collect(),
        }
    }

    /// Whose credential it is.
    #[must_use]
    pub fn principal(&self) -> &P {
        &self.principal
    }

    /// Whose credential it is, taken out.
    #[must_use]
    pub fn into_principal(self) -> P {
        self.principal
    }

    /// What the credential is good for, also beyond what the operation demands.
    #[must_use]
    pub fn scopes(&self) -> &[S] {
        &self.scopes
    }

    /// Whether the credential is good for `scope`.
    #[must_use]
    pub fn allows(&self, scope: S) -> bool {
        self.scopes.contains(&scope)
    }
}

impl<P> From<P> for Grant<P, NoScope> {
    fn from(principal: P) -> Self {
        Self::new(principal, [])
    }
}

/// Without the principal, who may be a person.
impl<P, S: Scope> fmt::Debug for Grant<P, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        formatter
            .debug_struct("Grant")
            .field("scopes", &scopes)
            .finish_non_exhaustive()
    }
}

/// Why an authenticator gives no grant. The errors of the contract that say that the server is at
/// fault (`errors::ServiceUnavailable`, `errors::InternalError`) can be made into one.
#[derive(Debug)]
pub struct AuthenticationError(Failure);

#[derive(Debug)]
enum Failure {
    Rejected(Cow<'static, str>),
    Fault(Box<ErrorResponse>),
}

impl AuthenticationError {
    /// The credential is bad: unknown, expired, revoked, forged. It is answered with 401. `reason`
    /// is for the log, the caller is not told, and it says nothing of what was sent.
    #[must_use]
    pub fn rejected(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Failure::Rejected(reason.into()))
    }

    /// It cannot be known whether the credential is good. Generated code makes this of the
    /// errors that every operation declares.
    #[doc(hidden)]
    #[must_use]
    pub fn fault(error: impl DeclaredError) -> Self {
        Self(Failure::Fault(Box::new(error.into_response())))
    }
}

/// A scheme of the contract, for the authenticator `A`. Generated code implements it for a marker
/// type.
pub trait SecurityScheme<A: ?Sized>: 'static {
    /// Its name in the contract.
    const NAME: &'static str;
    /// Where its credential travels.
    const PLACE: CredentialPlace;
    /// What is protected, for challenges: visible ASCII and spaces, without quotes.
    const REALM: &'static str;
    /// Who has such credentials.
    type Principal: Send + Sync + 'static;
    /// What they can be good for.
    type Scope: Scope;

    /// Asks the authenticator for a credential.
    fn authenticate(
        authenticator: &A,
        credential: &str,
    ) -> impl Future<Output = Result<Grant<Self::Principal, Self::Scope>, AuthenticationError>> + Send;
}

/// What a request has sent to show who its caller is. Only the runtime can make it, from a
/// request that it serves; and nobody else can make a [`Caller`]:
///
/// ```compile_fail
/// fn forge(headers: &http::HeaderMap) -> contract_runtime::Credentials<'_> {
///     contract_runtime::Credentials::new(headers)
/// }
/// ```
pub struct Credentials<'a>(&'a HeaderMap);

impl<'a> Credentials<'a> {
    pub(crate) fn new(headers: &'a HeaderMap) -> Self {
        Self(headers)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(…)")
    }
}

/// Who has called an operation, by what the contract demands of its callers.
pub trait Caller<A: ?Sized>: Sized + Send + 'static {
    /// Finds out who has called, or how the request is refused.
    fn authenticate(
        authenticator: &A,
        credentials: &Credentials<'_>,
    ) -> impl Future<Output = Result<Self, Box<ErrorResponse>>> + Send;

    /// The schemes that have let the caller in, for the log. Nothing for an operation that asks
    /// nobody.
    fn schemes(&self) -> Option<&'static str>;
}

/// The caller of an operation that is open to everybody: nothing is known of it.
#[derive(Debug)]
pub struct Public(());

impl<A: ?Sized + Sync> Caller<A> for Public {
    async fn authenticate(_: &A, _: &Credentials<'_>) -> Result<Self, Box<ErrorResponse>> {
        Ok(Self(()))
    }

    fn schemes(&self) -> Option<&'static str> {
        None
    }
}

/// A caller who has sent no credential, or none that was needed.
#[derive(Debug)]
pub struct Anonymous(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_secret_is_shown() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            http::HeaderValue::from_static("Bearer SECRET"),
        );
        let grant: Grant<&str, NoScope> = "SECRET".into();
        let shown = [
            format!("{:?}", BearerToken::new("SECRET")),
            format!("{:?}", ApiKey::new("SECRET")),
            format!("{:?}", Credentials::new(&headers)),
            format!("{grant:?}"),
        ];
        for shown in shown {
            assert!(!shown.contains("SECRET"), "{shown}");
        }
    }
}

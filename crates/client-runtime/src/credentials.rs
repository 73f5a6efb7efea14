//! How callers prove who they are, and the secrets with which they do.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::rules::{InvalidField, InvalidValue};
use crate::token::{DynTokenSource, TokenSource};

/// A way in which the contract has callers prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityScheme {
    pub(crate) name: &'static str,
    pub(crate) place: CredentialPlace,
}

/// Where a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialPlace {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// A header, by its name.
    Header(&'static str),
    /// A cookie, by its name.
    Cookie(&'static str),
}

impl SecurityScheme {
    /// The scheme `name` of the contract, whose tokens travel as `Authorization: Bearer …`.
    #[must_use]
    pub const fn bearer(name: &'static str) -> Self {
        let place = CredentialPlace::Bearer;
        Self { name, place }
    }

    /// The scheme `name` of the contract, whose keys travel in the header `header`.
    #[must_use]
    pub const fn header(name: &'static str, header: &'static str) -> Self {
        let place = CredentialPlace::Header(header);
        Self { name, place }
    }

    /// The scheme `name` of the contract, whose keys travel in the cookie `cookie`.
    #[must_use]
    pub const fn cookie(name: &'static str, cookie: &'static str) -> Self {
        let place = CredentialPlace::Cookie(cookie);
        Self { name, place }
    }
}

impl CredentialPlace {
    /// The header that carries it.
    pub(crate) const fn header_name(self) -> &'static str {
        match self {
            Self::Bearer => "authorization",
            Self::Header(name) => name,
            Self::Cookie(_) => "cookie",
        }
    }

    /// The secret as it travels.
    ///
    /// # Errors
    /// It has a character that no credential of the kind has (RFC 6750, 2.1; RFC 6265, 4.1.1), or
    /// none at all.
    pub(crate) fn encode(self, secret: &SecretString) -> Result<HeaderValue, InvalidValue> {
        let text = secret.expose_secret();
        let fits = |byte: u8| match self {
            Self::Bearer => byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte),
            Self::Header(_) => byte.is_ascii_graphic(),
            Self::Cookie(_) => byte.is_ascii_graphic() && !b"\",;\\".contains(&byte),
        };
        let body = match self {
            // Padding stands at the end alone.
            Self::Bearer => text.trim_end_matches('='),
            Self::Header(_) | Self::Cookie(_) => text,
        };
        if body.is_empty() || !body.bytes().all(fits) {
            return Err(InvalidValue::NotACredential);
        }
        let encoded = match self {
            Self::Bearer => HeaderValue::try_from(format!("Bearer {text}")),
            Self::Header(_) => HeaderValue::try_from(text),
            Self::Cookie(name) => HeaderValue::try_from(format!("{name}={text}")),
        };
        let mut value = encoded.map_err(|_| InvalidValue::NotACredential)?;
        // It stands in no log, and in no table by which HTTP/2 compresses.
        value.set_sensitive(true);
        Ok(value)
    }
}

/// What a bearer scheme is given: a token that stays the same (`&str`, `String`, `SecretString`),
/// or any [`TokenSource`].
#[derive(Clone)]
pub struct Credential(Kind);

#[derive(Clone)]
enum Kind {
    Secret(SecretString),
    Source(Arc<dyn DynTokenSource>),
}

impl<T: TokenSource + 'static> From<T> for Credential {
    fn from(source: T) -> Self {
        Self(Kind::Source(Arc::new(source)))
    }
}

impl From<SecretString> for Credential {
    fn from(secret: SecretString) -> Self {
        Self(Kind::Secret(secret))
    }
}

impl From<String> for Credential {
    fn from(secret: String) -> Self {
        Self(Kind::Secret(secret.into()))
    }
}

impl From<&str> for Credential {
    fn from(secret: &str) -> Self {
        Self(Kind::Secret(secret.into()))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// A credential for each of some schemes.
#[derive(Clone, Default)]
pub(crate) struct Credentials(Vec<(SecurityScheme, Encoded)>);

/// A credential as it travels, or where it comes from.
#[derive(Clone)]
pub(crate) enum Encoded {
    Value(HeaderValue),
    Source(Arc<dyn DynTokenSource>),
}

impl Credentials {
    /// Sets the credential of a scheme, or replaces it.
    ///
    /// # Errors
    /// It cannot be one of this scheme.
    pub(crate) fn set(
        &mut self,
        scheme: SecurityScheme,
        credential: Credential,
    ) -> Result<(), InvalidField> {
        let encoded = match credential.0 {
            Kind::Secret(secret) => scheme.place.encode(&secret).map(Encoded::Value),
            Kind::Source(source) if scheme.place == CredentialPlace::Bearer => {
                Ok(Encoded::Source(source))
            }
            Kind::Source(_) => Err(InvalidValue::NotACredential),
        };
        let encoded = encoded.map_err(|rule| InvalidField::from(rule).within(scheme.name))?;
        self.0.retain(|(other, _)| *other != scheme);
        self.0.push((scheme, encoded));
        Ok(())
    }

    pub(crate) fn get(&self, scheme: SecurityScheme) -> Option<&Encoded> {
        let mut all = self.0.iter();
        let found = all.find(|(other, _)| *other == scheme);
        found.map(|(_, credential)| credential)
    }
}

/// The schemes alone.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schemes = self.0.iter().map(|(scheme, _)| scheme.name);
        f.debug_list().entries(schemes).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_padded_at_its_end_alone() {
        let encode = |token: &str| CredentialPlace::Bearer.encode(&token.into());
        for token in ["abc", "abc=", "aZ09-._~+/=="] {
            let encoded = encode(token).expect("it is a token");
            assert_eq!(encoded.as_bytes(), format!("Bearer {token}").as_bytes());
        }
        for wrong in ["", "=", "==", "a=b", "=a", "a b", "a,b", "\u{e4}"] {
            assert_eq!(encode(wrong), Err(InvalidValue::NotACredential), "{wrong}");
        }
    }
}

//! The address of a PostgreSQL server, which may hold a password.

use std::fmt;
use std::str::FromStr;

/// The address of a PostgreSQL server: `postgres://user:password@host:port/database`.
///
/// Its `Debug` and `Display` leave the password out, and the parameters, where a password
/// can stand too. [`DatabaseUrl::expose`] is for the one who connects.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// Why a text is not a [`DatabaseUrl`]. It does not repeat the text, which may hold a
/// password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a URL such as postgres://user:password@host:5432/database")]
pub struct ParseDatabaseUrlError;

impl DatabaseUrl {
    /// The whole URL, with the password. For connecting, never for printing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = ParseDatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))
            .ok_or(ParseDatabaseUrlError)?;
        let unreadable = |c: char| c.is_whitespace() || c.is_control();
        if rest.is_empty() || rest.contains(unreadable) {
            return Err(ParseDatabaseUrlError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for DatabaseUrl {
    /// `postgres://user@host/database`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("postgres", &self.0));
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        // A password may hold an unescaped `/` or `@` by mistake: what stands before the
        // last `@` is hidden whole, apart from the user's name.
        match rest.rsplit_once('@') {
            Some((credentials, place)) => {
                let user = credentials
                    .split([':', '/', '@'])
                    .next()
                    .unwrap_or_default();
                write!(formatter, "{scheme}://{user}@{place}")
            }
            None => write!(formatter, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://sarah:hunter2@db.example.com:5432/bookings",
            "postgresql://sarah:hun/hunter2@db.example.com/bookings",
            "postgresql://sarah:a@hunter2@db.example.com/bookings",
            "postgres://sarah@db.example.com/bookings?password=hunter2",
            "postgres:///bookings?password=hunter2",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
            assert_eq!(url.expose(), text);
        }
    }

    #[test]
    fn user_host_and_database_are_shown() {
        let url: DatabaseUrl =
            "postgres://sarah:hunter2@db.example.com:5432/bookings?sslmode=require"
                .parse()
                .unwrap();
        assert_eq!(
            url.to_string(),
            "postgres://sarah@db.example.com:5432/bookings"
        );
    }

    #[test]
    fn another_scheme_is_refused() {
        for text in [
            "",
            "postgres://",
            "mysql://root:hunter2@db.example.com/bookings",
            "host=localhost dbname=bookings",
            "postgres://db.example.com/book ings",
        ] {
            let refused = text.parse::<DatabaseUrl>().unwrap_err();
            assert!(!refused.to_string().contains("hunter2"));
        }
    }
}

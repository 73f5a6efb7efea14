//! Which alternative of a contract's security is met, and what a caller is told who meets none.

use http::{HeaderValue, StatusCode, header};

use super::{Anonymous, AuthenticationError, Credentials, Failure, Grant, Scope, SecurityScheme};
use crate::error::{ErrorResponse, Problem};

/// Finds the credential of a scheme.
///
/// # Errors
/// 401: something was sent that cannot be one.
#[doc(hidden)]
pub fn find<'a, S: SecurityScheme<A>, A: ?Sized>(
    credentials: &Credentials<'a>,
) -> Result<Option<&'a str>, Box<ErrorResponse>> {
    S::PLACE
        .find(credentials.0)
        .map_err(|reason| rejected::<S, A>(reason))
}

/// Asks the authenticator for the credential of a scheme, if there is one.
///
/// # Errors
/// 401 for a bad one; what the authenticator says where it cannot know.
#[doc(hidden)]
pub async fn authenticate<S: SecurityScheme<A>, A: ?Sized + Sync>(
    authenticator: &A,
    credential: Option<&str>,
) -> Result<Option<Grant<S::Principal, S::Scope>>, Box<ErrorResponse>> {
    let Some(credential) = credential else {
        return Ok(None);
    };
    match S::authenticate(authenticator, credential).await {
        Ok(grant) => Ok(Some(grant)),
        Err(AuthenticationError(Failure::Rejected(reason))) => Err(rejected::<S, A>(&reason)),
        Err(AuthenticationError(Failure::Fault(response))) => Err(response),
    }
}

/// What a caller is told who has sent no credential of a scheme.
#[doc(hidden)]
#[must_use]
pub fn challenge<S: SecurityScheme<A>, A: ?Sized>() -> String {
    S::PLACE.challenge(S::REALM)
}

fn rejected<S: SecurityScheme<A>, A: ?Sized>(reason: &str) -> Box<ErrorResponse> {
    let mut problem = Problem::new("the credential was not accepted");
    problem.cause = Some(format!("{}: {reason}", S::NAME));
    unauthenticated(problem, &S::PLACE.rejection())
}

fn unauthenticated(problem: Problem, challenge: &str) -> Box<ErrorResponse> {
    refusal(
        StatusCode::UNAUTHORIZED,
        "UNAUTHENTICATED",
        problem,
        challenge,
    )
}

fn refusal(
    status: StatusCode,
    code: &'static str,
    problem: Problem,
    challenge: &str,
) -> Box<ErrorResponse> {
    let Ok(value) = HeaderValue::try_from(challenge) else {
        let cause = "the challenge has a character that no header may have";
        return Box::new(ErrorResponse::internal(cause.to_owned()));
    };
    let mut response = ErrorResponse::new(status, code, problem);
    response.headers.insert(header::WWW_AUTHENTICATE, value);
    Box::new(response)
}

/// How far a caller meets one scheme of an alternative.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeMatch {
    /// A good credential with every scope was sent.
    Satisfied,
    /// A scope is not granted. These are demanded, as a challenge has them.
    InsufficientScope(String),
    /// No credential of the scheme was sent.
    Missing,
}

impl SchemeMatch {
    /// How far `grant` is what a scheme with `scopes` demands.
    #[must_use]
    pub fn new<P, S: Scope>(grant: Option<&Grant<P, S>>, scopes: &[S]) -> Self {
        let Some(grant) = grant else {
            return Self::Missing;
        };
        if scopes.iter().all(|scope| grant.allows(*scope)) {
            return Self::Satisfied;
        }
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        Self::InsufficientScope(scopes.join(" "))
    }
}

/// The alternatives of one request, tried in the order of the contract.
#[doc(hidden)]
#[derive(Debug)]
pub struct Evaluation {
    /// The scopes of the first alternative that lacks nothing else.
    lacking: Option<String>,
}

impl Evaluation {
    /// Of credentials, so that only the runtime evaluates.
    #[must_use]
    pub fn new(_: &Credentials<'_>) -> Self {
        Self { lacking: None }
    }

    /// Whether an alternative is met: each of its schemes, with every scope.
    pub fn accepts(&mut self, schemes: &[SchemeMatch]) -> bool {
        if schemes.contains(&SchemeMatch::Missing) {
            return false;
        }
        let lacking: Vec<&str> = schemes
            .iter()
            .filter_map(|scheme| match scheme {
                SchemeMatch::InsufficientScope(scopes) => Some(scopes.as_str()),
                SchemeMatch::Satisfied | SchemeMatch::Missing => None,
            })
            .collect();
        let is_met = lacking.is_empty();
        if !is_met {
            self.lacking.get_or_insert_with(|| lacking.join(" "));
        }
        is_met
    }

    /// The alternative that demands nothing.
    #[must_use]
    pub fn anonymous(self) -> Anonymous {
        Anonymous(())
    }

    /// The answer where no alternative is met: `challenges` are those of all of its schemes.
    #[must_use]
    pub fn refuse(self, challenges: &[String]) -> Box<ErrorResponse> {
        let Some(scopes) = self.lacking else {
            let problem = Problem::new("this operation needs a credential");
            return unauthenticated(problem, &challenges.join(", "));
        };
        let problem = Problem::new(format!("the credential lacks one of the scopes: {scopes}"));
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"");
        refusal(StatusCode::FORBIDDEN, "FORBIDDEN", problem, &challenge)
    }
}

#[cfg(test)]
mod tests;

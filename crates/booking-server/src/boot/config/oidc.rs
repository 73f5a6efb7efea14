//! The settings of an OpenID provider outside.

use clap::Args;

use super::ConfigError;
use crate::identity::{OidcIssuerUrl, OidcOptions};

/// The claim that holds an address (OpenID Connect Core, section 5.1).
const DEFAULT_EMAIL_CLAIM: &str = "email";

/// The settings as they are given.
#[derive(Debug, Args)]
pub(super) struct OidcArguments {
    /// An OpenID provider whose users may call with its tokens, which say who they are and never what
    /// they may do: https://login.example, exactly as the provider writes it [default: none]
    #[arg(long, env = "BOOKING_OIDC_ISSUER", value_name = "URL")]
    #[arg(value_parser = str::parse::<OidcIssuerUrl>)]
    oidc_issuer: Option<OidcIssuerUrl>,

    /// The `aud` of the provider's tokens that are for this service
    #[arg(long, env = "BOOKING_OIDC_AUDIENCE", value_name = "AUDIENCE")]
    #[arg(value_parser = parse_visible)]
    oidc_audience: Option<String>,

    /// The claim of the provider's tokens that holds the address; `email_verified` says whether it is
    /// verified, and only then it counts [default: email]
    #[arg(long, env = "BOOKING_OIDC_EMAIL_CLAIM", value_name = "CLAIM")]
    #[arg(value_parser = parse_visible)]
    oidc_email_claim: Option<String>,
}

impl OidcArguments {
    /// The provider, if there is one: all of it or nothing. `own_issuer` is the service's own
    /// address.
    pub(super) fn options(
        self,
        own_issuer: Option<&str>,
    ) -> Result<Option<OidcOptions>, ConfigError> {
        let missing = |name: &str, reason: &str| ConfigError::Value {
            source_name: name.to_owned(),
            reason: reason.to_owned(),
        };
        match (self.oidc_issuer, self.oidc_audience, self.oidc_email_claim) {
            (None, None, None) => Ok(None),
            (None, Some(_), _) => Err(missing(
                "BOOKING_OIDC_ISSUER",
                "must be given with BOOKING_OIDC_AUDIENCE: whose tokens are accepted",
            )),
            (None, None, Some(_)) => Err(missing(
                "BOOKING_OIDC_ISSUER",
                "must be given with BOOKING_OIDC_EMAIL_CLAIM: whose tokens are accepted",
            )),
            (Some(_), None, _) => Err(missing(
                "BOOKING_OIDC_AUDIENCE",
                "must be given with BOOKING_OIDC_ISSUER: the `aud` of its tokens that are for this \
                 service and for no other",
            )),
            (Some(issuer), Some(_), _) if Some(issuer.as_str()) == own_issuer => Err(missing(
                "BOOKING_OIDC_ISSUER",
                "must be another than this service itself, whose tokens are accepted already",
            )),
            (Some(issuer), Some(audience), claim) => Ok(Some(OidcOptions {
                issuer,
                audience,
                email_claim: claim.unwrap_or_else(|| DEFAULT_EMAIL_CLAIM.to_owned()),
            })),
        }
    }
}

fn parse_visible(text: &str) -> Result<String, String> {
    let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    match is_visible && (1..=200).contains(&text.len()) {
        true => Ok(text.to_owned()),
        false => Err("must be 1 to 200 visible ASCII characters".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Arguments {
        #[command(flatten)]
        oidc: OidcArguments,
    }

    const ISSUER: [&str; 2] = ["--oidc-issuer", "https://login.example/"];
    const AUDIENCE: [&str; 2] = ["--oidc-audience", "reserve"];
    const CLAIM: [&str; 2] = ["--oidc-email-claim", "mail"];

    fn decide(given: &[[&str; 2]]) -> Result<Option<OidcOptions>, ConfigError> {
        // Without the variables of whoever runs the test.
        let command =
            Arguments::command().mut_args(|arg| arg.env(clap::builder::Resettable::Reset));
        let given = ["booking-server"]
            .into_iter()
            .chain(given.iter().flatten().copied());
        let matches = command.try_get_matches_from(given).unwrap();
        let arguments = Arguments::from_arg_matches(&matches).unwrap();
        arguments.oidc.options(Some("https://reserve.example"))
    }

    #[test]
    fn a_provider_needs_an_audience_and_has_a_claim() {
        assert_eq!(decide(&[]).unwrap(), None);
        let options = decide(&[ISSUER, AUDIENCE]).unwrap().unwrap();
        assert_eq!(options.issuer.as_str(), "https://login.example/");
        assert_eq!(
            (&*options.audience, &*options.email_claim),
            ("reserve", "email")
        );
        let options = decide(&[ISSUER, AUDIENCE, CLAIM]).unwrap().unwrap();
        assert_eq!(options.email_claim, "mail");
    }

    #[test]
    fn half_a_provider_names_what_is_missing() {
        let ours = ["--oidc-issuer", "https://reserve.example"];
        for (given, names) in [
            (vec![ISSUER], "BOOKING_OIDC_AUDIENCE: must be given"),
            (vec![ISSUER, CLAIM], "BOOKING_OIDC_AUDIENCE: must be given"),
            (vec![AUDIENCE], "BOOKING_OIDC_ISSUER: must be given"),
            (vec![CLAIM], "BOOKING_OIDC_ISSUER: must be given"),
            (vec![ours, AUDIENCE], "BOOKING_OIDC_ISSUER: must be another"),
        ] {
            let message = decide(&given).unwrap_err().to_string();
            assert!(message.starts_with(names), "{message}");
        }
    }
}

//! Whom an OpenID provider outside identifies, by its tokens.

use std::sync::Arc;

use booking_domain::{EmailAddress, OidcIdentity, OidcSubject, Registration};
use credentials::{AccessTokenRejection, OidcTokenVerifier};
use jiff::Timestamp;

use super::oidc_options::{OidcIssuerUrl, OidcOptions};
use super::published_keys::{FindKeyError, PublishedKeys};

/// A provider whose tokens are accepted.
#[derive(Debug)]
pub(crate) struct OutsideIssuer {
    issuer: OidcIssuerUrl,
    verifier: OidcTokenVerifier,
    keys: Arc<PublishedKeys>,
}

/// Somebody whom a good token identifies.
#[derive(Debug)]
pub(crate) struct Identified {
    pub(crate) identity: OidcIdentity,
    /// What an account can be found by, or made of; `None` where the address is not verified.
    pub(crate) verified: Option<Registration>,
}

/// Why a token identifies nobody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentifyError {
    /// It is bad.
    #[error(transparent)]
    Rejected(#[from] AccessTokenRejection),
    /// It cannot be judged, for its key is not there.
    #[error(transparent)]
    Key(#[from] FindKeyError),
}

impl OutsideIssuer {
    /// Begins to fetch the keys, so that what is wrong with the settings is in the log before somebody
    /// has to wait; the service starts without them, too.
    ///
    /// # Errors
    /// The system has no root certificates.
    pub(crate) fn new(options: &OidcOptions, now: Timestamp) -> reqwest::Result<Self> {
        let keys = PublishedKeys::new(options.issuer.clone())?;
        let prepared = Arc::clone(&keys);
        tokio::spawn(async move { prepared.prepare(now).await });
        Ok(Self {
            verifier: OidcTokenVerifier::new(
                options.issuer.as_str(),
                &options.audience,
                &options.email_claim,
            ),
            issuer: options.issuer.clone(),
            keys,
        })
    }

    /// Whether the token says that it is this provider's.
    pub(crate) fn is_meant(&self, token: &str) -> bool {
        self.verifier.is_meant(token)
    }

    /// Whom a token identifies.
    pub(crate) async fn identify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Identified, IdentifyError> {
        let named = self.verifier.named_key(token)?;
        let key = self.keys.find(&named, now).await?;
        let said = self.verifier.verify(&key, token, now)?;
        let subject = OidcSubject::parse(said.subject).ok_or(AccessTokenRejection::Malformed)?;
        let email = said.verified_email.and_then(EmailAddress::parse);
        Ok(Identified {
            identity: OidcIdentity {
                issuer: self.issuer.name().clone(),
                subject,
            },
            verified: email.map(|email| Registration::from_verified_email(email, said.name)),
        })
    }
}

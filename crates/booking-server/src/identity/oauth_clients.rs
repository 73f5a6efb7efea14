//! The programs that people may let act for them: public clients (RFC 6749, 2.1), and where their
//! codes are sent.

use std::fmt;
use std::str::FromStr;

use booking_domain::ClientId;
use iri_string::types::UriAbsoluteStr;

use super::PublicUrl;

/// The service's own reference page, whose "Authorize" works without a registration.
pub(crate) const REFERENCE_PAGE: &str = "reserveeasy-docs";

/// Our own program, with which people log in by `login`.
const FIRST_PARTY: &str = "reserveeasy";

/// Where the reference page takes its codes.
pub(crate) const REFERENCE_REDIRECT_PATH: &str = "/docs/oauth2-redirect.html";

/// Hosts that lead to the caller's own machine. The port of a redirect there is the program's to
/// choose, at each request anew (RFC 8252, 7.3).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// The id of our own program.
pub(crate) fn first_party() -> ClientId {
    ClientId::parse(FIRST_PARTY).expect("it is made of letters")
}

/// The registered programs: `ID=REDIRECT_URI`, with spaces in between. A program with several
/// redirect URIs is there several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthClients(Vec<(ClientId, RedirectUri)>);

/// Why a text is no list of programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be ID=REDIRECT_URI, for several with spaces in between, and {entry:?} is none: {reason}"
)]
pub struct ParseOauthClientsError {
    entry: String,
    reason: &'static str,
}

/// An absolute URI without a fragment, to which a code may be sent: with https, to the caller's
/// own machine, or of a scheme that belongs to whoever has a domain (RFC 8252, 7.1).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RedirectUri(String);

impl OauthClients {
    /// With the reference page at this public address, or without one on the caller's own machine.
    pub(crate) fn with_reference_page(mut self, public_url: Option<&PublicUrl>) -> Self {
        let id = ClientId::parse(REFERENCE_PAGE).expect("it is made of letters");
        let own = public_url.map(PublicUrl::as_str);
        let origins = match &own {
            Some(url) => std::slice::from_ref(url),
            None => &LOOPBACK[..],
        };
        for origin in origins {
            let uri = RedirectUri(format!("{origin}{REFERENCE_REDIRECT_PATH}"));
            self.0.push((id.clone(), uri));
        }
        self
    }

    /// The program with this id, if it is registered.
    pub(crate) fn find(&self, id: &str) -> Option<ClientId> {
        let mut all = self.0.iter().map(|(client, _)| client);
        all.find(|client| client.as_str() == id).cloned()
    }

    /// Whether codes for this program may be sent there.
    pub(crate) fn allows(&self, client: &ClientId, redirect_uri: &str) -> bool {
        let mut own = self.0.iter().filter(|(id, _)| id == client);
        own.any(|(_, registered)| registered.matches(redirect_uri))
    }
}

impl FromStr for OauthClients {
    type Err = ParseOauthClientsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text.split_ascii_whitespace().map(|entry| {
            let refused = |reason| ParseOauthClientsError {
                entry: entry.to_owned(),
                reason,
            };
            let (id, uri) = entry.split_once('=').ok_or(refused("there is no ="))?;
            if [REFERENCE_PAGE, FIRST_PARTY].contains(&id) {
                return Err(refused("the id is the service's own"));
            }
            let id = ClientId::parse(id);
            let id = id.ok_or(refused(
                "the id is not 1 to 64 letters, digits, '.', '_' or '-'",
            ))?;
            let uri = RedirectUri::parse(uri).ok_or(refused(
                "the URI has to be absolute, without a fragment, and with https, with http on \
                 127.0.0.1, [::1] or localhost, or of a scheme with a dot in its name",
            ))?;
            Ok((id, uri))
        });
        entries.collect::<Result<_, _>>().map(Self)
    }
}

impl RedirectUri {
    /// As many characters as the store keeps.
    pub(crate) const MAX_CHARS: usize = 2000;

    fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_CHARS {
            return None;
        }
        let uri = UriAbsoluteStr::new(text).ok()?;
        let is_allowed = match uri.scheme_str() {
            "https" => uri.authority_str().is_some_and(is_plain_authority),
            "http" => split_loopback(text).is_some(),
            other => other.contains('.'),
        };
        is_allowed.then(|| Self(text.to_owned()))
    }

    /// Whether a request names this one: to the letter, but for the port on the caller's machine.
    fn matches(&self, presented: &str) -> bool {
        if self.0 == presented {
            return true;
        }
        match (split_loopback(&self.0), split_loopback(presented)) {
            (Some(registered), Some(presented)) => registered == presented,
            _ => false,
        }
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A host and perhaps a port, without a user, and without what means something to the policy of a
/// page that names it.
fn is_plain_authority(authority: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    !authority.is_empty() && authority.bytes().all(plain)
}

/// The host of the caller's own machine that a URI begins with, and what follows its port.
fn split_loopback(uri: &str) -> Option<(&'static str, &str)> {
    let host = LOOPBACK.into_iter().find(|host| uri.starts_with(host))?;
    let rest = &uri[host.len()..];
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(port) => {
            let end = port.find(|c: char| !c.is_ascii_digit());
            let (port, rest) = port.split_at(end.unwrap_or(port.len()));
            (!port.starts_with('0') && port.parse::<u16>().is_ok()).then_some(())?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clients(text: &str) -> OauthClients {
        text.parse().unwrap()
    }

    fn allows(registered: &str, presented: &str) -> bool {
        let clients = clients(&format!("app={registered}"));
        clients.allows(&clients.find("app").unwrap(), presented)
    }

    #[test]
    fn a_redirect_uri_is_the_registered_one_to_the_letter() {
        let registered = "https://app.example/callback?from=reserveeasy";
        assert!(allows(registered, registered));
        for other in [
            "https://app.example/callback",
            "https://app.example/callback?from=reserveeasy&x=1",
            "https://app.example/callback/?from=reserveeasy",
            "https://app.example/callback/../evil?from=reserveeasy",
            "https://app.example/callback?from=reserveeasy#x",
            "https://app.example:443/callback?from=reserveeasy",
            "https://APP.example/callback?from=reserveeasy",
            "https://app.example.evil.example/callback?from=reserveeasy",
            "https://app.example@evil.example/callback?from=reserveeasy",
            "http://app.example/callback?from=reserveeasy",
            "//app.example/callback?from=reserveeasy",
            " https://app.example/callback?from=reserveeasy",
            "",
        ] {
            assert!(!allows(registered, other), "{other}");
        }
    }

    #[test]
    fn the_port_on_the_callers_machine_is_the_programs_to_choose() {
        for registered in ["http://127.0.0.1/cb", "http://127.0.0.1:1234/cb"] {
            for presented in [
                "http://127.0.0.1/cb",
                "http://127.0.0.1:1/cb",
                "http://127.0.0.1:65535/cb",
            ] {
                assert!(allows(registered, presented), "{presented}");
            }
            for other in [
                "http://127.0.0.1:65536/cb",
                "http://127.0.0.1:/cb",
                "http://127.0.0.1:1/cb/",
                "http://127.0.0.1:1",
                "http://127.0.0.1:1@evil.example/cb",
                "http://127.0.0.1.evil.example/cb",
                "http://127.0.0.1:1.evil.example/cb",
                "http://127.0.0.1:+1/cb",
                "http://localhost:1/cb",
                "http://[::1]:1/cb",
                "https://127.0.0.1:1/cb",
            ] {
                assert!(!allows(registered, other), "{other}");
            }
        }
        // Elsewhere the port is part of the address.
        assert!(!allows(
            "https://app.example/cb",
            "https://app.example:8443/cb"
        ));
    }

    #[test]
    fn one_program_gets_no_codes_of_another() {
        let clients = clients("one=https://one.example/ two=https://two.example/");
        let [one, two] = ["one", "two"].map(|id| clients.find(id).unwrap());
        assert!(clients.allows(&one, "https://one.example/"));
        assert!(!clients.allows(&two, "https://one.example/"));
        assert_eq!(clients.find("three"), None);
    }

    #[test]
    fn what_could_send_a_code_to_anybody_is_not_registered() {
        for text in [
            "app",
            "=https://app.example/",
            "a b=https://app.example/",
            "reserveeasy=https://app.example/",
            "reserveeasy-docs=https://app.example/",
            "app=",
            "app=/callback",
            "app=http://app.example/",
            "app=http://127.0.0.1.evil.example/",
            "app=https:///callback",
            "app=https://user@app.example/",
            "app=https://app.example;x/",
            "app=https://app.example/#x",
            "app=https://app.example/é",
            "app=javascript:alert(1)",
            "app=myapp:/callback",
            &format!("app=https://app.example/{}", "a".repeat(2000)),
        ] {
            assert!(text.parse::<OauthClients>().is_err(), "{text}");
        }
        for text in [
            "",
            "  ",
            "app=com.example.app:/callback app=https://[::1]:8443/",
        ] {
            assert!(text.parse::<OauthClients>().is_ok(), "{text}");
        }
    }

    #[test]
    fn the_reference_page_is_where_the_service_is() {
        let id = |clients: &OauthClients| clients.find(REFERENCE_PAGE).unwrap();
        let local = OauthClients::default().with_reference_page(None);
        let here = "http://127.0.0.1:8080/docs/oauth2-redirect.html";
        assert!(local.allows(&id(&local), here));
        let public = OauthClients::default()
            .with_reference_page(Some(&"https://reserve.example:443".parse().unwrap()));
        assert!(public.allows(
            &id(&public),
            "https://reserve.example/docs/oauth2-redirect.html"
        ));
        assert!(!public.allows(&id(&public), here));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>(), uri in any::<String>()) {
            let _ = text.parse::<OauthClients>();
            let clients = clients("app=http://127.0.0.1/cb");
            let app = clients.find("app").unwrap();
            prop_assert!(!clients.allows(&app, &uri));
        }

        #[test]
        fn nothing_but_a_port_may_be_added(tail in "[:@/?#.0-9a-z]{0,12}") {
            let presented = format!("http://127.0.0.1{tail}/cb");
            let is_port = tail.is_empty()
                || tail.strip_prefix(':').is_some_and(|port| {
                    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
                });
            prop_assert_eq!(allows("http://127.0.0.1/cb", &presented), is_port);
        }
    }
}

//! An OpenID provider that is not ours: the certified `oidc-provider`, as a process of its own.
//!
//! It is installed below `target/` by npm, once, as the committed list says. Its address is a relay's of
//! the test, so that it stays the same while the process ends and another one, with other keys, begins.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_server::{OidcOptions, ServerOptions};
use booking_tests::{ALL_SCOPES, TestService};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

/// What the service is called in tokens that are for it.
pub(crate) const AUDIENCE: &str = "reserve";

const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("../issuer/package.json")),
    (
        "package-lock.json",
        include_str!("../issuer/package-lock.json"),
    ),
    ("issuer.mjs", include_str!("../issuer/issuer.mjs")),
];

const ADVICE: &str = "the tests start a real OpenID provider with Node.js: install node, 22 or later, \
                      and npm, or let `bash .ci/run` do it";

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT_URI: &str = "https://client.example/callback";

/// The provider. Its process ends with this value.
pub(crate) struct OutsideIssuer {
    url: String,
    /// Where the process listens; 0 while there is none.
    port: Arc<AtomicU16>,
    process: Option<Child>,
    client: reqwest::Client,
}

/// What a provider gives somebody who has logged in.
pub(crate) struct OutsideTokens {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
}

impl OutsideIssuer {
    /// An address behind which nobody answers yet.
    pub(crate) async fn absent() -> Self {
        let relay = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", relay.local_addr().unwrap());
        let port = Arc::new(AtomicU16::new(0));
        tokio::spawn(relay_to(relay, Arc::clone(&port)));
        // A connection is no longer good when another process has taken the place of the first.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0);
        Self {
            url,
            port,
            process: None,
            client: client.no_proxy().build().unwrap(),
        }
    }

    /// A provider that answers.
    pub(crate) async fn start() -> Self {
        let mut issuer = Self::absent().await;
        issuer.restart();
        issuer
    }

    /// Ends the process, if there is one, and begins another, which has other keys.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let mut process = Command::new("node")
            .arg(installed().join("issuer.mjs"))
            .args([&self.url, AUDIENCE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{error}: {ADVICE}"));
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            let mut said = String::new();
            let _ = process.stderr.take().unwrap().read_to_string(&mut said);
            panic!("the provider does not start: {said}: {ADVICE}");
        };
        self.port.store(port, Ordering::Relaxed);
        self.process = Some(process);
    }

    /// Kills the process.
    pub(crate) fn stop(&mut self) {
        self.port.store(0, Ordering::Relaxed);
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Has a service accept its tokens.
    pub(crate) fn trust(&self, options: &mut ServerOptions) {
        options.identity.oidc = Some(OidcOptions {
            issuer: self.url.parse().unwrap(),
            audience: AUDIENCE.to_owned(),
            email_claim: "email".to_owned(),
        });
    }

    /// A service of the demo that accepts its tokens.
    pub(crate) async fn service(&self) -> TestService {
        TestService::start_with_options(|options| self.trust(options)).await
    }

    /// How often the present process was asked for its keys.
    pub(crate) async fn fetches(&self) -> u32 {
        let answer = self.client.get(format!("{}/fetches", self.url)).send();
        answer.await.unwrap().text().await.unwrap().parse().unwrap()
    }

    /// The keys that it publishes.
    pub(crate) async fn keys(&self) -> Vec<Value> {
        let answer = self.client.get(format!("{}/jwks", self.url)).send();
        let keys: Value = answer.await.unwrap().json().await.unwrap();
        keys["keys"].as_array().unwrap().clone()
    }

    /// An ID token for the service, about somebody with these claims.
    pub(crate) async fn id_token(&self, claims: &Value) -> String {
        self.log_in(AUDIENCE, "ES256", claims).await.id_token
    }

    /// Logs somebody with these claims in to a program by the authorization code flow. The access token
    /// is for the service, and is signed by this algorithm.
    pub(crate) async fn log_in(
        &self,
        client_id: &str,
        algorithm: &str,
        claims: &Value,
    ) -> OutsideTokens {
        let resource = format!("https://reserve.example/{algorithm}");
        let mut asked = form_urlencoded::Serializer::new(String::new());
        asked
            .append_pair("client_id", client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", REDIRECT_URI)
            .append_pair("scope", "openid email profile platform:admin")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", &resource)
            .append_pair("login_hint", &claims.to_string());
        let code = self
            .code(format!("{}/auth?{}", self.url, asked.finish()))
            .await;
        let mut exchange = form_urlencoded::Serializer::new(String::new());
        exchange
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", REDIRECT_URI)
            .append_pair("code", &code)
            .append_pair("code_verifier", VERIFIER)
            .append_pair("resource", &resource);
        let answer = self
            .client
            .post(format!("{}/token", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(exchange.finish())
            .send();
        let tokens: Value = answer.await.unwrap().json().await.unwrap();
        let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("{tokens}"));
        OutsideTokens {
            id_token: text("id_token").to_owned(),
            access_token: text("access_token").to_owned(),
        }
    }

    /// Goes where the provider sends a browser, until that is back to the program with a code.
    async fn code(&self, mut url: String) -> String {
        let mut cookies = BTreeMap::new();
        loop {
            let sent: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = self.client.get(&url).header(COOKIE, sent.join("; ")).send();
            let answer = answer.await.unwrap();
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(next) = answer.headers().get(LOCATION) else {
                panic!("{url} leads nowhere: {}", answer.text().await.unwrap());
            };
            let next = next.to_str().unwrap();
            if let Some(query) = next.strip_prefix(&format!("{REDIRECT_URI}?")) {
                let mut query = form_urlencoded::parse(query.as_bytes());
                let code = query.find(|(name, _)| name == "code");
                return code.unwrap_or_else(|| panic!("{next}")).1.into_owned();
            }
            url = match next.starts_with('/') {
                true => format!("{}{next}", self.url),
                false => next.to_owned(),
            };
        }
    }
}

impl Drop for OutsideIssuer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Passes connections on to the process that listens there at the time.
async fn relay_to(relay: TcpListener, port: Arc<AtomicU16>) {
    while let Ok((mut caller, _)) = relay.accept().await {
        let port = port.load(Ordering::Relaxed);
        tokio::spawn(async move {
            if let Ok(mut process) = TcpStream::connect(("127.0.0.1", port)).await {
                let _ = tokio::io::copy_bidirectional(&mut caller, &mut process).await;
            }
        });
    }
}

/// Where the provider is installed: by the first test that needs it, while others wait.
fn installed() -> &'static Path {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let below = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(below).unwrap();
        let lock = File::create(below.join("issuer.lock")).unwrap();
        lock.lock().unwrap();
        let directory = below.join("issuer");
        let marker = directory.join("installed.txt");
        let wanted = FILES.map(|(_, text)| text).concat();
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
            return directory;
        }
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        for (name, text) in FILES {
            fs::write(directory.join(name), text).unwrap();
        }
        let install = Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .current_dir(&directory)
            .output()
            .unwrap_or_else(|error| panic!("npm: {error}: {ADVICE}"));
        let said = String::from_utf8_lossy(&install.stderr);
        assert!(
            install.status.success(),
            "npm ci: {said}: is the network there?"
        );
        fs::write(marker, wanted).unwrap();
        directory
    })
}

/// What a token says, as JSON: its header, or its claims. Nothing of it is verified.
pub(crate) fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What the provider says of somebody, who claims every right.
pub(crate) fn outsider(name: &str) -> Value {
    json!({
        "sub": name, "email": format!("{name}@example.com"), "email_verified": true,
        "scope": ALL_SCOPES, "roles": ["owner", "platform:admin"],
    })
}

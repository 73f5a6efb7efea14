//! Accounts of the service, and tokens good and bad.

use credentials::{AccessGrant, AccessTokenIssuer, ExposeSecret, SecretKey, SigningKey};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::examples::Examples;
use crate::request::Request;
use crate::service::{NOW, TestService};

/// What every account's password is. Nobody guesses it.
pub const PASSWORD: &str = "quiet river under seven stones";

/// The issuer of the service's tokens, and whom they are for.
pub const ISSUER: &str = "http://localhost";

/// Every scope that a token can have.
pub const ALL_SCOPES: &str = "bookings:read bookings:write restaurant:manage staff:manage \
                              api_keys:manage audit:read account:manage platform:admin";

/// What somebody has who is logged in.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The id of the account.
    pub user_id: String,
    /// A good access token.
    pub access_token: String,
    /// The refresh token, unused.
    pub refresh_token: String,
}

/// The secret key of the service.
pub(crate) fn secret_key() -> SecretKey {
    SecretKey::from_random([7; 32])
}

impl TestService {
    /// Registers this address, and gives the token of the mail.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn registration_token(&self, email: &str) -> String {
        let body = json!({ "name": "Ada Lovelace", "email": email });
        self.post("/users", &body, 202).await;
        self.mailed_token(email, "verify_email").await
    }

    /// Asks for another password, and gives the token of the mail.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn reset_token(&self, email: &str) -> String {
        self.post("/auth/password-reset", &json!({ "email": email }), 202)
            .await;
        self.mailed_token(email, "reset_password").await
    }

    /// Makes an account with this address and [`PASSWORD`].
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn register(&self, email: &str) {
        let token = self.registration_token(email).await;
        let body = json!({ "token": token, "password": PASSWORD });
        self.post("/users/verify", &body, 204).await;
    }

    /// Logs in to the account with this address and [`PASSWORD`].
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn login(&self, email: &str) -> LoggedIn {
        let body = json!({ "email": email, "password": PASSWORD });
        let tokens = self.post("/auth/login", &body, 200).await;
        let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
        let access_token = text(&tokens["access_token"]);
        let me = Request::get("/me").header("authorization", format!("Bearer {access_token}"));
        LoggedIn {
            user_id: text(&self.send(&me).await.json()["user_id"]),
            access_token,
            refresh_token: text(&tokens["refresh_token"]),
        }
    }

    /// The contract's examples for an operation, about an account of its own that is logged in.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn with_account(&self, examples: &Examples, operation: &str) -> Examples {
        let email = format!("{}@example.com", operation.to_lowercase());
        self.register(&email).await;
        let logged_in = self.login(&email).await;
        let token = match operation {
            "resetPassword" => self.reset_token(&email).await,
            _ => self.registration_token(&format!("new-{email}")).await,
        };
        examples
            .with("email", email)
            .with("password", PASSWORD)
            .with("current_password", PASSWORD)
            .with("token", token)
            .with("refresh_token", logged_in.refresh_token)
            .with("access_token", logged_in.access_token)
            .with("If-Match", "*")
    }

    /// An access token of the service with these scopes, for an account, from `issued_at` on.
    ///
    /// # Panics
    ///
    /// When the service has no key.
    pub async fn access_token(&self, user_id: &str, scope: &str, issued_at: &str) -> String {
        let key = self.signing_key().await;
        signed(&key, ISSUER, ISSUER, user_id, scope, issued_at)
    }

    /// The key that the service signs with.
    ///
    /// # Panics
    ///
    /// When it has none.
    pub async fn signing_key(&self) -> SigningKey {
        let query = "SELECT key_id || ' ' || encode(sealed_private_key, 'hex') FROM signing_keys";
        let row = self.rows(query).await.remove(0);
        let (key_id, sealed) = row.split_once(' ').expect("it has two columns");
        let sealed: Vec<u8> = (0..sealed.len() / 2)
            .map(|byte| u8::from_str_radix(&sealed[2 * byte..2 * byte + 2], 16))
            .collect::<Result<_, _>>()
            .expect("it is hexadecimal");
        SigningKey::open(&sealed, key_id, &secret_key()).expect("it is the service's key")
    }

    async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.send(&Request::post(path).json(body)).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        if status == 200 {
            answer.json()
        } else {
            Value::Null
        }
    }

    async fn mailed_token(&self, email: &str, kind: &str) -> String {
        let query = format!(
            "SELECT token FROM messages WHERE recipient = '{email}' AND kind = '{kind}'
             ORDER BY message_id DESC"
        );
        self.rows(&query).await.remove(0)
    }
}

/// An access token that this key has signed.
///
/// # Panics
///
/// When `issued_at` is no instant.
#[must_use]
pub fn signed(
    key: &SigningKey,
    issuer: &str,
    audience: &str,
    user_id: &str,
    scope: &str,
    issued_at: &str,
) -> String {
    let issued_at: Timestamp = issued_at.parse().expect("an instant");
    let family = credentials::RefreshFamily::new([9; 16], NOW.parse().expect("an instant"));
    let grant = AccessGrant {
        subject: user_id.to_owned(),
        client_id: "tests".to_owned(),
        scope: scope.to_owned(),
        family_id: family.id,
        authenticated_at: issued_at,
    };
    AccessTokenIssuer::new(issuer, audience)
        .issue(key, &grant, [3; 16], issued_at)
        .expose_secret()
        .to_owned()
}

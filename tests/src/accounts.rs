//! Accounts of the service, and tokens good and bad.

use credentials::{
    AccessGrant, AccessTokenIssuer, ExposeSecret, HoldSecretKey, SecretKey, SigningKey,
};
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

    /// The contract's examples, about a colleague, a key, a hold and seating parts of the first restaurant that
    /// are there, and that nobody else has.
    ///
    /// # Panics
    ///
    /// When the name was used before.
    pub async fn with_subjects(&self, examples: &Examples, name: &str) -> Examples {
        let colleague = self.add_account(&format!("Of{name}")).await;
        self.hire(&colleague, 1, "host").await;
        let (key_id, _) = self.create_api_key(1, &["bookings:read"]).await;
        let examples = self.with_seating(examples, 1, name).await;
        let (hold_id, hold_secret) = self.add_hold(name).await;
        examples
            .with("hold_id", hold_id)
            .with("Hold-Secret", hold_secret)
            .with("user_id", colleague)
            .with("api_key_id", key_id)
            .with("If-Match", "*")
    }

    /// The contract's examples for an operation, about an account of its own that is logged in, that
    /// owns the first restaurant besides others, and that runs the installation. The booking that they are
    /// about is the account's.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn with_account(&self, examples: &Examples, operation: &str) -> Examples {
        let email = format!("{}@example.com", operation.to_lowercase());
        self.register(&email).await;
        self.make_platform_admin(&email).await;
        let logged_in = self.login(&email).await;
        self.hire(&logged_in.user_id, 1, "owner").await;
        if let Some(booking) = examples.get("booking_id") {
            self.sql(&format!(
                "UPDATE bookings SET account_user_id =
                        (SELECT user_id FROM accounts WHERE public_id = '{}')
                    WHERE public_id = '{booking}'",
                logged_in.user_id
            ))
            .await;
        }
        let token = match operation {
            "resetPassword" => self.reset_token(&email).await,
            "acceptInvitation" => self.invitation_token(&email).await,
            _ => self.registration_token(&format!("new-{email}")).await,
        };
        self.with_subjects(examples, operation)
            .await
            .with("email", email)
            .with("password", PASSWORD)
            .with("current_password", PASSWORD)
            .with("token", token)
            .with("refresh_token", logged_in.refresh_token)
            .with("access_token", logged_in.access_token)
    }

    /// Makes a hold of the first restaurant, on a day on which nothing else is, and gives its id and its
    /// secret.
    async fn add_hold(&self, name: &str) -> (String, String) {
        let id = self
            .rows(&format!("SELECT 'hd_' || md5('{name}')"))
            .await
            .remove(0);
        self.sql(&format!(
            "INSERT INTO holds SELECT 1, nextval('bookings_booking_id_seq'), '{id}', 'address:0', true,
                '2027-03-29', '19:00', -240, '2027-03-29', 2, NULL, false, '{{1}}',
                '2027-03-29 23:00Z', '2027-03-30 00:30Z', '2027-03-30 00:30Z', '2030-01-01Z'"
        ))
        .await;
        let secret = HoldSecretKey::new(&secret_key()).secret(&id).expose_text();
        (id, secret.expose_secret().to_owned())
    }

    /// Makes an account that nobody has a password of, and gives its id.
    ///
    /// # Panics
    ///
    /// When there is one with this name.
    pub async fn add_account(&self, name: &str) -> String {
        let (id, email) = (
            format!("usr_{name}"),
            format!("{}@example.com", name.to_lowercase()),
        );
        self.sql(&format!(
            "INSERT INTO users (name, email, created_at) VALUES ('{name}', '{email}', '2026-01-01Z');
             INSERT INTO accounts (user_id, public_id, name, email_verified_at, version, created_at,
                    updated_at)
                SELECT user_id, '{id}', name, created_at, 1, created_at, created_at
                FROM users WHERE email = '{email}'"
        ))
        .await;
        id
    }

    /// Has the account with this address run the installation, from its next login on.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn make_platform_admin(&self, email: &str) {
        self.sql(&format!(
            "UPDATE accounts SET is_platform_admin = true
                WHERE user_id = (SELECT user_id FROM users WHERE email = '{email}')"
        ))
        .await;
    }

    /// Has somebody work for a restaurant.
    ///
    /// # Panics
    ///
    /// When they do already.
    pub async fn hire(&self, user_id: &str, restaurant: i64, role: &str) {
        self.sql(&format!(
            "INSERT INTO restaurant_staff (restaurant_id, user_id, role, version, created_at, updated_at)
                SELECT {restaurant}, user_id, '{role}', 1, created_at, created_at
                FROM accounts WHERE public_id = '{user_id}'"
        ))
        .await;
    }

    /// Has the owner invite this address to the staff of the first restaurant, and gives the token of
    /// the mail.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn invitation_token(&self, email: &str) -> String {
        let body = json!({ "email": email, "role": "host" });
        self.post("/restaurants/1/invitations", &body, 202).await;
        self.mailed_token(email, "staff_invitation").await
    }

    /// Has the owner make a key for a restaurant, and gives its id and itself.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn create_api_key(&self, restaurant: i64, scopes: &[&str]) -> (String, String) {
        let body =
            json!({ "name": "Till", "scopes": scopes, "expires_at": "2027-06-01T00:00:00Z" });
        let path = format!("/restaurants/{restaurant}/api-keys");
        let made = self.post(&path, &body, 201).await;
        let text = |name: &str| made[name].as_str().expect("it is a text").to_owned();
        (text("api_key_id"), text("key"))
    }

    /// An access token of the service with these scopes, for an account, from `issued_at` on.
    ///
    /// # Panics
    ///
    /// When `issued_at` is no instant.
    #[must_use]
    pub fn access_token(&self, user_id: &str, scope: &str, issued_at: &str) -> String {
        signed(
            self.signing_key(),
            ISSUER,
            ISSUER,
            user_id,
            scope,
            issued_at,
        )
    }

    /// The key that the service signs with.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        self.owner().signing_key()
    }

    async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.send(&Request::post(path).json(body)).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        if matches!(status, 200 | 201) {
            answer.json()
        } else {
            Value::Null
        }
    }

    /// The token of the mail of this kind that was written last.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn mailed_token(&self, email: &str, kind: &str) -> String {
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

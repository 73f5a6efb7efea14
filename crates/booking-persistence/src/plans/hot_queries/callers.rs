//! How callers are known, and what they do with that.

use booking_domain::{
    ApiKeyName, ClientId, NewApiKey, OidcIdentity, OidcIssuer, OidcSubject, Scope, Scopes,
};
use credentials::{
    CodeChallenge, CodeVerifier, OneTimeToken, OneTimeTokenPurpose, PasswordHash, RefreshTokenKey,
    SecretKey,
};
use jiff::ToSpan;

use super::{NOW, at, email, owner, reads, restaurant, user};
use crate::plans::ObservedStore;
use crate::{Authorization, Login, PresentedCode, PresentedRefreshToken, Store};

/// Everybody's, as the database is filled.
fn hash() -> PasswordHash {
    let hash = "A".repeat(43);
    let hash = format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA${hash}");
    PasswordHash::parse(&hash).expect("it is one")
}

fn client() -> ClientId {
    ClientId::parse("web").expect("it is an id")
}

pub(super) async fn with_a_password(observed: &ObservedStore) {
    let login = async |store: &Store, _: usize| {
        let found = store.find_password_login(&email(4713)).await;
        let found = found.expect("it is read").expect("they have one");
        let login = Login {
            user: found.account.id,
            verified: found.password_hash,
            rehashed: None,
            client: client(),
            scopes: Scopes::new(Scope::ALL),
        };
        store.login(&login, NOW).await.expect("it is the password")
    };
    let indexes = ["users_email_key", "accounts_pkey", "accounts_public_id_key"];
    let sessions = &observed
        .assert("login", &indexes, reads(20, 150), login)
        .await;

    let key = RefreshTokenKey::new(&SecretKey::from_random([7; 32]));
    let refresh = async |store: &Store, run: usize| {
        let token = key.authenticate(&key.token(&sessions[run].session.family));
        let presented = PresentedRefreshToken {
            token: token.expect("it is its own"),
            client: client(),
            scopes: None,
        };
        let refreshed = store.refresh_token(&presented, NOW + 1.hour()).await;
        refreshed.expect("it is the latest")
    };
    observed
        .assert("refreshToken", &["sessions_pkey"], reads(20, 40), refresh)
        .await;
    let logout = async |store: &Store, run: usize| {
        let ended = store.logout(sessions[run].session.family.id, NOW).await;
        ended.expect("it ends");
    };
    observed
        .assert("logout", &["sessions_pkey"], reads(10, 40), logout)
        .await;

    let change = async |store: &Store, run: usize| {
        let user = user(5001 + 2 * i64::try_from(run).expect("there are few"));
        let hash = &hash();
        let changed = store.change_password(&user, (hash, hash), None, NOW);
        changed.await.expect("it is the password");
    };
    let indexes = [
        "accounts_public_id_key",
        "idx_sessions_user",
        "idx_authorization_codes_user",
    ];
    observed
        .assert("changePassword", &indexes, reads(60, 300), change)
        .await;

    let ask = async |store: &Store, _: usize| {
        let asked = store.request_password_reset(&email(9), NOW).await;
        asked.expect("the mail is written");
    };
    observed
        .assert(
            "forgotPassword",
            &["idx_messages_pending"],
            reads(30, 150),
            ask,
        )
        .await;
    let purpose = OneTimeTokenPurpose::PasswordReset;
    let token = OneTimeToken::from_random(purpose, [1; 32]);
    let reset = async |store: &Store, _: usize| {
        let refused = store.reset_password(&token, &hash(), NOW).await;
        refused.expect_err("nobody has sent it");
    };
    let indexes = ["one_time_tokens_digest_key"];
    observed
        .assert("resetPassword", &indexes, reads(10, 20), reset)
        .await;
    let get = async |store: &Store, _: usize| {
        let found = store.get_me(&user(4711)).await;
        found.expect("it is there")
    };
    let indexes = ["accounts_public_id_key", "users_pkey"];
    observed.assert("getMe", &indexes, reads(10, 20), get).await;
}

pub(super) async fn with_something_else(observed: &ObservedStore) {
    let (owner, here, context) = (&owner(7), restaurant(7), &at(NOW));
    let new = NewApiKey {
        name: ApiKeyName::parse("Till").expect("it is a name"),
        scopes: Scopes::new(&[Scope::BookingsRead]),
        expires_at: NOW + 24.hours(),
    };
    let made = observed.store.create_api_key(owner, here, &new, context);
    let (key, _) = made.await.expect("the owner may");
    let authenticate = async |store: &Store, run: usize| {
        // Each use is remembered.
        let minutes = i64::try_from(run).expect("there are few");
        let known = store.authenticate_api_key(&key, NOW + minutes.minutes());
        known.await.expect("it is good")
    };
    let indexes = ["api_keys_public_id_key"];
    observed
        .assert("an API key", &indexes, reads(10, 20), authenticate)
        .await;

    let identity = OidcIdentity {
        issuer: OidcIssuer::parse("https://issuer.example").expect("it is one"),
        subject: OidcSubject::parse("subject 4711").expect("it is one"),
    };
    let authenticate = async |store: &Store, _: usize| {
        let known = store.authenticate_identity(&identity, None, NOW).await;
        assert_eq!(known.expect("it is linked"), user(4711));
    };
    let indexes = ["user_identities_pkey", "accounts_pkey"];
    observed
        .assert("an identity", &indexes, reads(10, 20), authenticate)
        .await;

    // RFC 7636 appendix B.
    let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let authorization = Authorization {
        client: client(),
        redirect_uri: "https://web.example/".to_owned(),
        code_challenge: challenge.expect("it is one"),
        scopes: Scopes::new(&[Scope::BookingsRead]),
    };
    let verifier = &verifier.expect("it is one");
    let exchange = async |store: &Store, _: usize| {
        let (me, hash) = (user(4719), hash());
        let code = store.authorize_client((&me, &hash), &authorization, NOW);
        let presented = PresentedCode {
            code: &code.await.expect("it is the password"),
            client: &authorization.client,
            redirect_uri: &authorization.redirect_uri,
            code_verifier: verifier,
        };
        let begun = store.redeem_authorization_code(&presented, NOW).await;
        begun.expect("it is new")
    };
    let indexes = ["authorization_codes_pkey", "accounts_pkey"];
    observed
        .assert("an authorization code", &indexes, reads(30, 150), exchange)
        .await;
}

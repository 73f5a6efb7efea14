//! People with and without accounts, for the tests of both tags.

use booking_domain::{Account, ClientId, EmailAddress, MessageKind, Registration, Scope, Scopes};
use booking_persistence::{AccountSession, Login, PresentedRefreshToken, Store};
use credentials::{
    OneTimeToken, OneTimeTokenPurpose, PasswordHash, RefreshFamily, RefreshTokenKey, SecretKey,
};

use crate::support::{NOW, TestRestaurant, email, name};

pub(crate) const SARAH: &str = "Sarah.Chen@example.com";

pub(crate) fn registration(address: &str) -> Registration {
    Registration {
        email: email(address),
        name: name("Sarah Chen"),
    }
}

/// A hash as argon2id makes them, which is none of any password: what a password is worth is the
/// caller's question.
pub(crate) fn hash(number: u8) -> PasswordHash {
    let letter = char::from(b'A' + number);
    let rest = "A".repeat(42);
    let phc = format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA${letter}{rest}");
    PasswordHash::parse(&phc).expect("it is one")
}

/// The mails to this address that are to be sent.
pub(crate) async fn mails(venue: &TestRestaurant, address: &EmailAddress) -> Vec<String> {
    let address = address.normalized();
    let query = format!(
        "SELECT concat_ws(' ', kind, name) AS line FROM messages
        WHERE recipient = '{address}' AND sent_at IS NULL ORDER BY message_id"
    );
    venue.texts(&query).await
}

/// The token in the last mail of this kind to this address, as its reader sends it.
pub(crate) async fn mailed(
    venue: &TestRestaurant,
    kind: MessageKind,
    address: &EmailAddress,
) -> OneTimeToken {
    let address = address.normalized();
    let query = format!(
        "SELECT token AS line FROM messages
        WHERE recipient = '{address}' AND kind = '{kind}' ORDER BY message_id DESC LIMIT 1"
    );
    let tokens = venue.texts(&query).await;
    let purpose = match kind {
        MessageKind::VerifyEmail => OneTimeTokenPurpose::EmailVerification,
        _ => OneTimeTokenPurpose::PasswordReset,
    };
    OneTimeToken::parse(purpose, &tokens[0]).expect("it is a token")
}

/// An account with the password `hash(1)`, made as its owner makes it.
pub(crate) async fn account(venue: &TestRestaurant, address: &str) -> Account {
    let registration = registration(address);
    let registered = venue.store.register_user(&registration, NOW).await;
    registered.expect("anybody may");
    let token = mailed(venue, MessageKind::VerifyEmail, &registration.email).await;
    let account = venue.store.verify_email(&token, &hash(1), NOW).await;
    account.expect("the token is good")
}

pub(crate) fn client(id: &str) -> ClientId {
    ClientId::parse(id).expect("it is an id")
}

pub(crate) fn login_of(account: &Account, verified: PasswordHash) -> Login {
    Login {
        user: account.id.clone(),
        verified,
        rehashed: None,
        client: client("web"),
        scopes: Scopes::new(&[Scope::BookingsRead, Scope::AccountManage]),
    }
}

/// A session of an account whose password is `hash(1)`.
pub(crate) async fn session(store: &Store, account: &Account) -> AccountSession {
    let session = store.login(&login_of(account, hash(1)), NOW).await;
    session.expect("it is the password")
}

/// The latest token of a family, as its holder presents it.
pub(crate) fn presented(family: &RefreshFamily) -> PresentedRefreshToken {
    let key = RefreshTokenKey::new(&SecretKey::from_random([7; 32]));
    let token = key.authenticate(&key.token(family));
    PresentedRefreshToken {
        token: token.expect("it is its own"),
        client: client("web"),
        scopes: None,
    }
}

/// Why each session has ended, or that it goes on, in the order in which they began.
pub(crate) async fn ends(venue: &TestRestaurant) -> Vec<String> {
    let query = "SELECT coalesce(revoked_reason, 'active') AS line FROM sessions
        ORDER BY created_at, generation, session_id";
    venue.texts(query).await
}

//! Everybody who asks, with what they show.

use std::collections::HashMap;

use booking_client::types::BookingId;
use booking_tests::{ALL_SCOPES, NOW, Request, TestService};

use crate::issuer::{OutsideIssuer, outsider};
use crate::support::{BELLA, HIRSCH, MONDAY, book_as_guest, cancel, customer, wanted};

/// Who asks an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asking {
    /// Somebody of the staff of the restaurant that is asked about, in this role.
    Staff(&'static str),
    /// An owner of another restaurant.
    OwnerElsewhere,
    /// Somebody who was an owner until a moment ago.
    RemovedOwner,
    /// Somebody who runs the installation, and works nowhere.
    PlatformAdmin,
    /// Somebody who has run it until a moment ago.
    FormerPlatformAdmin,
    /// A manager of the restaurant, whom an outside issuer identifies.
    OutsideManager,
    /// Somebody who runs the installation, and whom an outside issuer identifies.
    OutsidePlatformAdmin,
    /// Somebody with an account, who works nowhere.
    Diner,
    /// The diner whose booking it is.
    OwnDiner,
    /// A program of the restaurant, with a key for everything that keys can do.
    Program,
    /// A program of another restaurant.
    ProgramElsewhere,
    /// A program whose key was revoked.
    RevokedProgram,
    /// A program whose key has expired.
    ExpiredProgram,
    /// A program of the restaurant, whose key does not have the scope.
    ProgramWithoutScope,
    /// An owner of the restaurant, while it is suspended.
    SuspendedOwner,
    /// A program of the restaurant, while it is suspended.
    SuspendedProgram,
    /// Whoever holds the booking's secret.
    SecretHolder,
    /// Whoever holds the secret of another booking.
    OtherSecretHolder,
    /// Whoever holds the secret that was replaced.
    OldSecretHolder,
    /// An owner of the restaurant, who shows the secret of another booking besides.
    OwnerWithOtherSecret,
    /// Whoever holds the booking's secret, and shows a login that is none besides.
    SecretHolderWithBadToken,
}

pub(super) const EVERYBODY: [Asking; 23] = [
    Asking::Staff("owner"),
    Asking::Staff("manager"),
    Asking::Staff("host"),
    Asking::OwnerElsewhere,
    Asking::RemovedOwner,
    Asking::PlatformAdmin,
    Asking::FormerPlatformAdmin,
    Asking::OutsideManager,
    Asking::OutsidePlatformAdmin,
    Asking::Diner,
    Asking::OwnDiner,
    Asking::Program,
    Asking::ProgramElsewhere,
    Asking::RevokedProgram,
    Asking::ExpiredProgram,
    Asking::ProgramWithoutScope,
    Asking::SuspendedOwner,
    Asking::SuspendedProgram,
    Asking::SecretHolder,
    Asking::OtherSecretHolder,
    Asking::OldSecretHolder,
    Asking::OwnerWithOtherSecret,
    Asking::SecretHolderWithBadToken,
];

impl Asking {
    /// Whether the restaurant is suspended while they ask.
    pub(super) const fn is_suspended(self) -> bool {
        matches!(self, Self::SuspendedOwner | Self::SuspendedProgram)
    }
}

/// Gives every table back.
pub(crate) const FREE_ALL_TABLES: &str =
    "UPDATE bookings SET status = 'cancelled', cancellation_kind = 'guest', arrived_at = NULL,
        seated_at = NULL, finished_at = NULL; DELETE FROM occupancies; DELETE FROM holds";

/// The access tokens and keys of everybody who has one.
pub(super) struct Callers {
    tokens: HashMap<Asking, String>,
    /// Keys that lack a scope, by the scope.
    keys_without: HashMap<&'static str, String>,
}

impl Callers {
    pub(super) async fn new(service: &TestService, issuer: &OutsideIssuer) -> Self {
        let user = async |name: &str| {
            let id = service.add_account(name).await;
            let token = service.access_token(&id, ALL_SCOPES, NOW);
            (id, token)
        };
        let mut tokens = HashMap::new();
        for role in ["owner", "manager", "host"] {
            let (id, token) = user(&format!("The{role}")).await;
            service.hire(&id, BELLA, role).await;
            tokens.insert(Asking::Staff(role), token);
        }
        for asking in [Asking::SuspendedOwner, Asking::OwnerWithOtherSecret] {
            tokens.insert(asking, tokens[&Asking::Staff("owner")].clone());
        }
        let (id, token) = user("OwnerElsewhere").await;
        service.hire(&id, HIRSCH, "owner").await;
        tokens.insert(Asking::OwnerElsewhere, token);
        let (id, token) = user("RemovedOwner").await;
        service.hire(&id, BELLA, "owner").await;
        delete(service, format!("staff/{id}")).await;
        tokens.insert(Asking::RemovedOwner, token);
        tokens.insert(Asking::PlatformAdmin, user("PlatformAdmin").await.1);
        service
            .make_platform_admin("platformadmin@example.com")
            .await;
        for (asking, name) in [
            (Asking::FormerPlatformAdmin, "FormerAdmin"),
            (Asking::Diner, "Diner"),
            (Asking::OwnDiner, "OwnDiner"),
        ] {
            tokens.insert(asking, user(name).await.1);
        }
        let outside = async |name: &str| {
            let token = issuer.id_token(&outsider(name)).await;
            let me = Request::get("/me").header("authorization", format!("Bearer {token}"));
            let me = service.send(&me).await.json();
            (me["user_id"].as_str().unwrap().to_owned(), token)
        };
        let (id, token) = outside("outsidemanager").await;
        service.hire(&id, BELLA, "manager").await;
        tokens.insert(Asking::OutsideManager, token);
        let (_, token) = outside("outsideadmin").await;
        service
            .make_platform_admin("outsideadmin@example.com")
            .await;
        tokens.insert(Asking::OutsidePlatformAdmin, token);
        tokens.insert(Asking::SecretHolderWithBadToken, "x.y.z".to_owned());

        let scopes = ["bookings:read", "bookings:write"];
        for (asking, restaurant) in [
            (Asking::Program, BELLA),
            (Asking::SuspendedProgram, BELLA),
            (Asking::ProgramElsewhere, HIRSCH),
        ] {
            tokens.insert(asking, service.create_api_key(restaurant, &scopes).await.1);
        }
        let (id, key) = service.create_api_key(BELLA, &scopes).await;
        delete(service, format!("api-keys/{id}")).await;
        tokens.insert(Asking::RevokedProgram, key);
        let (id, key) = service.create_api_key(BELLA, &scopes).await;
        service
            .sql(&format!(
                "UPDATE api_keys SET created_at = '2027-01-01Z', expires_at = '2027-02-01Z'
                    WHERE public_id = '{id}'"
            ))
            .await;
        tokens.insert(Asking::ExpiredProgram, key);
        let mut keys_without = HashMap::new();
        for (lacking, other) in [(scopes[0], scopes[1]), (scopes[1], scopes[0])] {
            let (_, key) = service.create_api_key(BELLA, &[other]).await;
            keys_without.insert(lacking, key);
        }
        Self {
            tokens,
            keys_without,
        }
    }

    /// A request of an operation that demands `scope`, from one of them.
    pub(super) fn ask(
        &self,
        asking: Asking,
        scope: &str,
        request: &Request,
        secrets: &Secrets,
    ) -> Request {
        let token = match asking {
            // No key has any other scope.
            Asking::ProgramWithoutScope => self
                .keys_without
                .get(scope)
                .or(self.tokens.get(&Asking::Program)),
            _ => self.tokens.get(&asking),
        };
        let secret = match asking {
            Asking::SecretHolder | Asking::SecretHolderWithBadToken => Some(&secrets.present),
            Asking::OtherSecretHolder | Asking::OwnerWithOtherSecret => Some(&secrets.other),
            Asking::OldSecretHolder => Some(&secrets.old),
            _ => None,
        };
        assert!(token.or(secret).is_some(), "{asking:?} shows nothing");
        let token = token.map(|token| ("authorization", format!("Bearer {token}")));
        let secret = secret.map(|secret| ("booking-secret", secret.clone()));
        let shown = token.into_iter().chain(secret);
        shown.fold(request.clone(), |request, (name, value)| {
            request.header(name, value)
        })
    }
}

/// Deletes something of the restaurant's, as its owner.
async fn delete(service: &TestService, what: String) {
    let path = format!("/api/v1/restaurants/{BELLA}/{what}");
    let answer = service.send(&Request::new("DELETE", path)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// What opens the booking that is asked about, and what does not.
pub(super) struct Secrets {
    pub(super) present: String,
    pub(super) old: String,
    pub(super) other: String,
}

/// A booking of `OwnDiner`, whose secret was replaced once.
pub(super) async fn booking_with_secrets(service: &TestService) -> (BookingId, Secrets) {
    let mut new = wanted(BELLA, MONDAY, "12:00", 2);
    new.customer = Some(customer("owndiner@example.com").try_into().unwrap());
    let (booking, old) = book_as_guest(service, new).await;
    let rotate = Request::post(format!("/bookings/{}/secret", booking.booking_id.as_str()));
    let rotated = service.send(&rotate.header("booking-secret", &old)).await;
    let present = rotated.json()["booking_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let (other, other_secret) = book_as_guest(service, wanted(BELLA, MONDAY, "12:00", 2)).await;
    cancel(service, &other.booking_id).await;
    let secrets = Secrets {
        present,
        old,
        other: other_secret,
    };
    (booking.booking_id, secrets)
}

//! Whom an OpenID provider outside identifies.

use booking_domain::{OidcIdentity, OidcIssuer, OidcSubject, UserId};
use booking_persistence::{StoreError, UnknownIdentity};

use crate::accounts::{SARAH, account, registration};
use crate::support::{NOW, TestRestaurant};

fn identity(subject: &str) -> OidcIdentity {
    OidcIdentity {
        issuer: OidcIssuer::parse("https://issuer.example").expect("it is one"),
        subject: OidcSubject::parse(subject).expect("it is one"),
    }
}

/// Whose account it is; `address` is what the provider has verified.
async fn authenticate(
    venue: &TestRestaurant,
    identity: &OidcIdentity,
    address: Option<&str>,
) -> Result<UserId, UnknownIdentity> {
    let verified = address.map(registration);
    let store = &venue.store;
    match store
        .authenticate_identity(identity, verified.as_ref(), NOW)
        .await
    {
        Ok(user) => Ok(user),
        Err(StoreError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn identity_is_linked_once_by_a_verified_address_and_then_stays() {
    let venue = TestRestaurant::with_tables(1).await;
    let sarah = account(&venue, SARAH).await;
    let one = identity("1");
    assert_eq!(authenticate(&venue, &one, None).await, Err(UnknownIdentity));
    let linked = authenticate(&venue, &one, Some("SARAH.CHEN@example.com")).await;
    assert_eq!(linked, Ok(sarah.id.clone()));
    // The password stays, and so does everything else.
    let password = venue.store.find_password_login(&sarah.email).await;
    let password = password.expect("it is read").expect("there is one");
    assert_eq!(password.account, sarah);
    for address in [None, Some("luis@example.com")] {
        let again = authenticate(&venue, &one, address).await;
        assert_eq!(again, Ok(sarah.id.clone()));
    }
    // Another provider's `1` is somebody else.
    let other = OidcIdentity {
        issuer: OidcIssuer::parse("https://issuer.example/").expect("it is one"),
        ..one
    };
    assert_eq!(
        authenticate(&venue, &other, None).await,
        Err(UnknownIdentity)
    );
}

#[tokio::test]
async fn address_without_an_account_makes_one_without_a_password() {
    let venue = TestRestaurant::with_tables(1).await;
    let user = authenticate(&venue, &identity("1"), Some(SARAH)).await;
    let user = user.expect("the address is verified");
    let made = venue.store.get_me(&user).await.expect("it is there");
    assert!(!made.is_platform_admin);
    assert_eq!(made.email.normalized(), "sarah.chen@example.com");
    let login = venue.store.find_password_login(&made.email).await;
    assert!(login.expect("it is read").is_none());
    // Two subjects with one address mean one person.
    let second = authenticate(&venue, &identity("2"), Some(SARAH)).await;
    assert_eq!(second, Ok(user));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_requests_at_once_make_one_account() {
    let venue = TestRestaurant::with_tables(1).await;
    // Half of them say that it has another address: whoever is first decides.
    let one = identity("1");
    let mut requests = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (store, one) = (venue.store.clone(), one.clone());
        let address = ["ada@example.com", "luis@example.com"][number % 2];
        requests.spawn(async move {
            let verified = registration(address);
            let user = store.authenticate_identity(&one, Some(&verified), NOW);
            user.await.expect("the address is verified")
        });
    }
    let users = requests.join_all().await;
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    let accounts = "SELECT count(*)::text AS line FROM accounts";
    assert_eq!(venue.texts(accounts).await, ["1"]);
    let linked = "SELECT public_id AS line FROM user_identities JOIN accounts USING (user_id)";
    assert_eq!(venue.texts(linked).await, [users[0].as_str()]);
}

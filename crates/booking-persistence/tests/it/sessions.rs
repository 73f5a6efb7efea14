//! `login`, `refreshToken` and `logout`, and the keys of access tokens.

use booking_domain::UserId;
use booking_persistence::{
    AccountNotFound, PasswordChanged, RefreshTokenRefusal, StoreError, StoredSigningKey,
};
use credentials::{RefreshFamily, SecretKey, SigningKey, SigningKeyLife};
use jiff::ToSpan;

use crate::accounts::{SARAH, account, ends, hash, login_of, presented, session};
use crate::support::{NOW, TestRestaurant, email};

#[tokio::test]
async fn login_begins_a_session_of_its_own() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let one = session(&venue.store, &account).await;
    let other = session(&venue.store, &account).await;
    assert_ne!(one.session.family.id, other.session.family.id);
    assert_eq!(one.account, account);
    assert_eq!(one.session.scopes, login_of(&account, hash(1)).scopes);
    let nobody = venue
        .store
        .find_password_login(&email("nobody@example.com"))
        .await;
    assert!(nobody.expect("it is read").is_none());
    venue.sql("UPDATE accounts SET password_hash = NULL").await;
    let without = venue.store.find_password_login(&account.email).await;
    assert!(without.expect("it is read").is_none());
}

#[tokio::test]
async fn password_that_was_changed_meanwhile_begins_no_session() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let refused = venue.store.login(&login_of(&account, hash(2)), NOW).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(PasswordChanged))),
        "{refused:?}"
    );
    assert!(ends(&venue).await.is_empty());
}

#[tokio::test]
async fn hash_with_todays_parameters_takes_the_place_of_the_verified_one() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let mut login = login_of(&account, hash(1));
    login.rehashed = Some(hash(2));
    venue
        .store
        .login(&login, NOW)
        .await
        .expect("it is the password");
    let stored = venue
        .store
        .find_password(&account.id)
        .await
        .expect("it is there");
    assert_eq!(stored.expect("it has one").password_hash, hash(2));
    assert_eq!(
        venue.store.get_me(&account.id).await.expect("it is there"),
        account
    );
}

/// What a refresh comes to: the generation that is answered, or the refusal.
async fn refresh(
    venue: &TestRestaurant,
    family: &RefreshFamily,
    now: jiff::Timestamp,
) -> Result<u32, RefreshTokenRefusal> {
    match venue.store.refresh_token(&presented(family), now).await {
        Ok(refreshed) => Ok(refreshed.session.family.generation),
        Err(StoreError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn refresh_gives_the_next_token_and_remembers_it() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let begun = session(&venue.store, &account).await;
    let later = NOW + 29.hours() * 24;
    let refreshed = venue
        .store
        .refresh_token(&presented(&begun.session.family), later)
        .await;
    let refreshed = refreshed.expect("it is the latest token");
    assert_eq!(
        (&refreshed.account, refreshed.session.scopes),
        (&account, begun.session.scopes)
    );
    let family = refreshed.session.family;
    assert_eq!((family.generation, family.rotated_at), (1, later));
    assert_eq!(refresh(&venue, &family, later).await, Ok(2));
}

#[tokio::test]
async fn use_of_an_old_token_ends_the_session_for_good_and_is_recorded() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let first = session(&venue.store, &account).await.session.family;
    let second = RefreshFamily {
        generation: 1,
        ..first
    };
    assert_eq!(refresh(&venue, &first, NOW).await, Ok(1));
    assert_eq!(refresh(&venue, &first, NOW + 9.seconds()).await, Ok(1));
    let reused = refresh(&venue, &first, NOW + 10.seconds()).await;
    assert_eq!(reused, Err(RefreshTokenRefusal::Reused));
    assert_eq!(ends(&venue).await, ["token_reused"]);
    let revoked = refresh(&venue, &second, NOW + 11.seconds()).await;
    assert_eq!(revoked, Err(RefreshTokenRefusal::Revoked));
}

#[tokio::test]
async fn session_that_is_too_old_or_unknown_gives_no_token() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let family = session(&venue.store, &account).await.session.family;
    let expired = refresh(&venue, &family, NOW + (30 * 24).hours()).await;
    assert_eq!(expired, Err(RefreshTokenRefusal::Expired));
    let unknown = RefreshFamily::new([9; 16], NOW);
    let refused = refresh(&venue, &unknown, NOW).await;
    assert_eq!(refused, Err(RefreshTokenRefusal::SessionNotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_tabs_that_refresh_at_once_get_the_same_token() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let family = session(&venue.store, &account).await.session.family;
    let tabs: Vec<_> = (0..10)
        .map(|_| {
            let store = venue.store.clone();
            tokio::spawn(async move { store.refresh_token(&presented(&family), NOW).await })
        })
        .collect();
    for tab in tabs {
        let refreshed = tab.await.expect("it does not panic");
        assert_eq!(
            refreshed.expect("it is let in").session.family.generation,
            1
        );
    }
    assert_eq!(ends(&venue).await, ["active"]);
}

#[tokio::test]
async fn logout_ends_one_session_or_all() {
    let venue = TestRestaurant::with_tables(1).await;
    let user = account(&venue, SARAH).await;
    let other = account(&venue, "other@example.com").await;
    session(&venue.store, &other).await;
    let family = session(&venue.store, &user).await.session.family;
    session(&venue.store, &user).await;
    for _ in 0..2 {
        venue
            .store
            .logout(family.id, NOW)
            .await
            .expect("it is over");
    }
    let refused = refresh(&venue, &family, NOW).await;
    assert_eq!(refused, Err(RefreshTokenRefusal::Revoked));
    let ended = venue.store.logout_everywhere(&user.id, NOW).await;
    assert_eq!(ended.expect("there is the account"), 1);
    let mut ends = ends(&venue).await;
    ends.sort();
    assert_eq!(ends, ["active", "logout", "logout"]);
    let nobody = UserId::parse("usr_none").expect("it is an id");
    let refused = venue.store.logout_everywhere(&nobody, NOW).await;
    assert!(matches!(refused, Err(StoreError::Refused(AccountNotFound))));
}

fn signing_key(seed: u8) -> StoredSigningKey {
    let key = SigningKey::from_random([seed; 32]);
    StoredSigningKey {
        public_key: key.public_key().clone(),
        sealed_private_key: key.seal(&SecretKey::from_random([7; 32]), [seed; 12]),
        created_at: NOW,
        life: SigningKeyLife {
            active_from: NOW,
            retired_at: None,
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_processes_that_want_a_first_key_one_makes_it() {
    let venue = TestRestaurant::with_tables(1).await;
    let rotations: Vec<_> = (0..10)
        .map(|seed| {
            let store = venue.store.clone();
            let decide = move |keys: &[StoredSigningKey]| match keys {
                [] => vec![signing_key(seed)],
                _ => Vec::new(),
            };
            tokio::spawn(async move { store.rotate_signing_keys(decide).await })
        })
        .collect();
    let keys = rotations.into_iter().map(async |rotation| {
        let keys = rotation.await.expect("it does not panic");
        keys.expect("it is decided")
    });
    let mut seen = Vec::new();
    for keys in keys {
        seen.push(keys.await);
    }
    assert_eq!(seen[0].len(), 1);
    assert!(seen.iter().all(|keys| *keys == seen[0]));
}

#[tokio::test]
async fn key_is_retired_when_its_successor_is_made() {
    let venue = TestRestaurant::with_tables(1).await;
    let (old, mut new) = (signing_key(1), signing_key(2));
    new.life.active_from = NOW + 1.hour();
    let stored = venue
        .store
        .rotate_signing_keys(|_| vec![signing_key(1)])
        .await;
    assert_eq!(stored.expect("it is stored"), std::slice::from_ref(&old));
    let rotated = venue.store.rotate_signing_keys(|keys| {
        let mut retired = keys[0].clone();
        retired.life.retired_at = Some(new.life.active_from);
        vec![retired, new.clone()]
    });
    let rotated = rotated.await.expect("it is stored");
    assert_eq!(rotated[0].life.retired_at, Some(NOW + 1.hour()));
    assert_eq!(rotated[1], new);
    assert_eq!(
        venue.store.signing_keys().await.expect("they are read"),
        rotated
    );
}

//! Two restaurants with an owner, a manager, a host and a key each, and a diner.

use booking_domain::{
    ApiKeyName, NewApiKey, Principal, RestaurantId, Scope, Scopes, StaffRole, UserId,
};
use credentials::ApiKey;
use jiff::ToSpan;

use crate::support::{NOW, TestRestaurant, at, restaurant_id};

/// All that a token can allow.
pub(crate) fn all_scopes() -> Scopes {
    Scopes::new(Scope::ALL)
}

pub(crate) fn user_id(name: &str) -> UserId {
    UserId::parse(format!("usr_{name}")).expect("it is an id")
}

/// A user who is logged in with all that a token can allow.
pub(crate) fn user(name: &str) -> Principal {
    Principal::User {
        id: user_id(name),
        scopes: all_scopes(),
    }
}

/// The same with a token for this alone.
pub(crate) fn user_with(name: &str, scopes: &[Scope]) -> Principal {
    Principal::User {
        id: user_id(name),
        scopes: Scopes::new(scopes),
    }
}

/// The restaurants 1 and 2. Their staff is called `owner1`, `manager1`, `host1`, `owner2` and so on;
/// `diner` works nowhere. The address of each is their name at example.com.
pub(crate) async fn with_staff() -> TestRestaurant {
    let venue = TestRestaurant::with_tables(3).await;
    venue.add_restaurant(2, "Zweite", 3).await;
    add_account(&venue, "diner").await;
    for number in 1..=2 {
        for role in StaffRole::ALL {
            let name = format!("{role}{number}");
            add_account(&venue, &name).await;
            hire(&venue, number, &name, *role).await;
        }
    }
    venue
}

/// Adds a user who can log in.
pub(crate) async fn add_account(venue: &TestRestaurant, name: &str) {
    venue
        .sql(&format!(
            "INSERT INTO users (name, email, created_at)
                VALUES ('{name}', '{name}@example.com', '2026-01-01Z');
             INSERT INTO accounts (user_id, public_id, name, email_verified_at, version, created_at,
                    updated_at)
                SELECT user_id, 'usr_{name}', '{name}', '2026-01-01Z', 1, '2026-01-01Z',
                    '2026-01-01Z' FROM users WHERE name = '{name}';"
        ))
        .await;
}

/// Makes a user a member of a restaurant's staff.
pub(crate) async fn hire(venue: &TestRestaurant, restaurant: i64, name: &str, role: StaffRole) {
    venue
        .sql(&format!(
            "INSERT INTO restaurant_staff SELECT {restaurant}, user_id, '{role}', 1, '2026-01-01Z',
                '2026-01-01Z' FROM accounts WHERE name = '{name}'"
        ))
        .await;
}

/// Has the owner of a restaurant make a key.
pub(crate) async fn make_key(
    venue: &TestRestaurant,
    restaurant: RestaurantId,
    scopes: &[Scope],
) -> ApiKey {
    let new = NewApiKey {
        name: ApiKeyName::parse("Till").expect("it is a name"),
        scopes: Scopes::new(scopes),
        expires_at: NOW + 24.hours(),
    };
    let owner = user(&format!("owner{restaurant}"));
    let made = venue
        .store
        .create_api_key(&owner, restaurant, &new, &at(NOW))
        .await;
    made.expect("the owner may").0
}

/// Whom a key identifies.
pub(crate) async fn key_principal(venue: &TestRestaurant, key: &ApiKey) -> Principal {
    let principal = venue.store.authenticate_api_key(key, NOW).await;
    principal.expect("it is good")
}

/// The other of the two restaurants.
pub(crate) fn second() -> RestaurantId {
    restaurant_id(2)
}

//! Who works for a restaurant.

use booking_domain::{EmailAddress, StaffRefusal, StaffRole};
use booking_persistence::{AccessRefusal, Forbidden, RestaurantNotFound, StoreError, Window};
use credentials::{OneTimeToken, OneTimeTokenPurpose};
use jiff::ToSpan;

use crate::support::{NOW, TestRestaurant, at, email};
use crate::team::{add_account, hire, second, user, user_id, with_staff};

const FIRST: Window = Window::First { limit: 100 };

/// The token of the one invitation that waits to be sent.
async fn invitation_token(venue: &TestRestaurant) -> OneTimeToken {
    let tokens = venue
        .texts("SELECT token AS line FROM messages WHERE kind = 'staff_invitation' ORDER BY message_id DESC")
        .await;
    let purpose = OneTimeTokenPurpose::StaffInvitation;
    OneTimeToken::parse(purpose, &tokens[0]).expect("it is a token")
}

async fn invite(venue: &TestRestaurant, by: &str, address: &EmailAddress, role: StaffRole) {
    let invited = venue
        .store
        .invite_staff(&user(by), venue.restaurant, (address, role), &at(NOW))
        .await;
    invited.expect("the owner may");
}

#[tokio::test]
async fn staff_is_listed_for_its_owners_page_by_page() {
    let venue = with_staff().await;
    let (owner, first) = (user("owner1"), venue.restaurant);
    let page = venue
        .store
        .list_staff(&owner, first, &FIRST, &at(NOW))
        .await;
    let all = page.expect("the owner may").items;
    let roles: Vec<StaffRole> = all.iter().map(|member| member.role).collect();
    assert_eq!(
        roles,
        [StaffRole::Host, StaffRole::Manager, StaffRole::Owner]
    );
    let mut walked = Vec::new();
    let mut window = Window::First { limit: 2 };
    loop {
        let page = venue
            .store
            .list_staff(&owner, first, &window, &at(NOW))
            .await;
        let page = page.expect("the owner may");
        assert_eq!(page.total, None);
        walked.extend(page.items);
        let Some(cursor) = page.next else { break };
        // A cursor of one restaurant is none of another's list.
        let window_of_another = Window::After {
            cursor: cursor.clone(),
            limit: 2,
        };
        let other = user("owner2");
        let foreign = venue
            .store
            .list_staff(&other, second(), &window_of_another, &at(NOW))
            .await;
        assert!(matches!(
            foreign,
            Err(StoreError::Refused(AccessRefusal::Rule(_)))
        ));
        window = Window::After { cursor, limit: 2 };
    }
    assert_eq!(walked, all);
}

#[tokio::test]
async fn who_is_invited_and_accepts_works_there_and_once_only() {
    let venue = with_staff().await;
    let address = email("Diner@Example.com");
    invite(&venue, "owner1", &address, StaffRole::Host).await;
    let token = invitation_token(&venue).await;
    let accepted = venue
        .store
        .accept_invitation(&user_id("diner"), &token, &at(NOW + 1.minute()))
        .await
        .expect("it is for them");
    assert_eq!(accepted.restaurant.id, venue.restaurant);
    assert_eq!(accepted.role, StaffRole::Host);
    let again = venue
        .store
        .accept_invitation(&user_id("diner"), &token, &at(NOW))
        .await;
    assert!(matches!(again, Err(StoreError::Refused(_))));
    let rows =
        "SELECT role || ' ' || restaurant_staff.version AS line FROM restaurant_staff JOIN accounts
        USING (user_id) WHERE name = 'diner'";
    assert_eq!(venue.texts(rows).await, ["host 1"]);
    let log = "SELECT concat_ws(' ', action, actor_kind, actor_id, subject_id, network, request_id)
        AS line FROM audit_events ORDER BY audit_event_id";
    assert_eq!(
        venue.texts(log).await,
        [
            "invite_staff user usr_owner1 192.0.2.0/24 r-1",
            "accept_invitation user usr_diner usr_diner 192.0.2.0/24 r-1",
        ]
    );
}

#[tokio::test]
async fn invitation_opens_nothing_for_another_address_too_late_or_once_it_was_replaced() {
    let venue = with_staff().await;
    let address = email("diner@example.com");
    let refused = async |name: &str, token: &OneTimeToken, now| {
        let accepted = venue
            .store
            .accept_invitation(&user_id(name), token, &at(now))
            .await;
        matches!(accepted, Err(StoreError::Refused(_)))
    };
    invite(&venue, "owner1", &address, StaffRole::Owner).await;
    let first = invitation_token(&venue).await;
    assert!(refused("host2", &first, NOW).await);
    assert!(refused("diner", &first, NOW + 168.hours()).await);
    invite(&venue, "owner1", &address, StaffRole::Host).await;
    let second = invitation_token(&venue).await;
    assert!(refused("diner", &first, NOW).await);
    venue
        .sql("UPDATE restaurants SET suspended_at = '2027-01-01Z' WHERE restaurant_id = 1")
        .await;
    assert!(refused("diner", &second, NOW).await);
    venue
        .sql("UPDATE restaurants SET suspended_at = NULL")
        .await;
    // A refusal takes nothing away.
    assert!(!refused("diner", &second, NOW).await);
}

#[tokio::test]
async fn invitation_takes_no_role_away() {
    let venue = with_staff().await;
    invite(
        &venue,
        "owner1",
        &email("owner1@example.com"),
        StaffRole::Host,
    )
    .await;
    let token = invitation_token(&venue).await;
    let accepted = venue
        .store
        .accept_invitation(&user_id("owner1"), &token, &at(NOW))
        .await;
    assert_eq!(accepted.expect("it is for them").role, StaffRole::Owner);
}

#[tokio::test]
async fn who_goes_takes_their_invitations_with_them() {
    let venue = with_staff().await;
    add_account(&venue, "partner").await;
    hire(&venue, 1, "partner", StaffRole::Owner).await;
    let address = email("diner@example.com");
    let accept = async || {
        let token = invitation_token(&venue).await;
        let accepted = venue
            .store
            .accept_invitation(&user_id("diner"), &token, &at(NOW))
            .await;
        accepted.is_ok()
    };
    invite(&venue, "partner", &address, StaffRole::Owner).await;
    let (owner, first) = (user("owner1"), venue.restaurant);
    let partner = user_id("partner");
    let changed = venue
        .store
        .update_staff(&owner, first, (&partner, StaffRole::Manager), &at(NOW))
        .await;
    assert_eq!(changed.expect("the owner may").version, 2);
    assert!(!accept().await);
    hire(&venue, 2, "partner", StaffRole::Owner).await;
    let partner_as_user = user("partner");
    let invited = venue
        .store
        .invite_staff(
            &partner_as_user,
            second(),
            (&address, StaffRole::Owner),
            &at(NOW),
        )
        .await;
    invited.expect("they are an owner there");
    let removed = venue
        .store
        .remove_staff(&user("owner2"), second(), &partner, &at(NOW))
        .await;
    removed.expect("the owner may");
    assert!(!accept().await);
}

#[tokio::test]
async fn last_owner_stays() {
    let venue = with_staff().await;
    let (owner, first, id) = (user("owner1"), venue.restaurant, user_id("owner1"));
    let removed = venue.store.remove_staff(&owner, first, &id, &at(NOW)).await;
    let demoted = venue
        .store
        .update_staff(&owner, first, (&id, StaffRole::Host), &at(NOW))
        .await
        .map(drop);
    for refused in [removed, demoted] {
        assert!(matches!(
            refused,
            Err(StoreError::Refused(AccessRefusal::Rule(
                StaffRefusal::LastOwner
            )))
        ));
    }
    // Nobody of another restaurant can be found through this one.
    let foreign = venue
        .store
        .remove_staff(&owner, first, &user_id("host2"), &at(NOW))
        .await;
    assert!(matches!(
        foreign,
        Err(StoreError::Refused(AccessRefusal::Rule(
            StaffRefusal::NotFound
        )))
    ));
    let rows = "SELECT count(*)::text AS line FROM restaurant_staff";
    assert_eq!(venue.texts(rows).await, ["6"]);
}

#[tokio::test]
async fn who_is_removed_has_lost_access() {
    let venue = with_staff().await;
    add_account(&venue, "partner").await;
    hire(&venue, 1, "partner", StaffRole::Owner).await;
    let (partner, first) = (user("partner"), venue.restaurant);
    let list = async || {
        venue
            .store
            .list_staff(&partner, first, &FIRST, &at(NOW))
            .await
    };
    list().await.expect("they are an owner");
    let id = user_id("partner");
    let demoted = (&id, StaffRole::Manager);
    let changed = venue
        .store
        .update_staff(&user("owner1"), first, demoted, &at(NOW))
        .await;
    changed.expect("the owner may");
    assert!(matches!(
        list().await,
        Err(StoreError::Refused(AccessRefusal::Forbidden(Forbidden)))
    ));
    let removed = venue
        .store
        .remove_staff(&user("owner1"), first, &user_id("partner"), &at(NOW))
        .await;
    removed.expect("the owner may");
    assert!(matches!(
        list().await,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let venue = with_staff().await;
    add_account(&venue, "partner").await;
    for _ in 0..5 {
        venue
            .sql("DELETE FROM restaurant_staff WHERE role = 'owner' AND restaurant_id = 1")
            .await;
        hire(&venue, 1, "owner1", StaffRole::Owner).await;
        hire(&venue, 1, "partner", StaffRole::Owner).await;
        let remove = |by: &'static str, id: &'static str| {
            let (store, first) = (venue.store.clone(), venue.restaurant);
            tokio::spawn(async move {
                store
                    .remove_staff(&user(by), first, &user_id(id), &at(NOW))
                    .await
            })
        };
        let (one, other) = (remove("owner1", "partner"), remove("partner", "owner1"));
        let outcomes = [one.await, other.await].map(|done| done.expect("it does not panic"));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let owners = "SELECT count(*)::text AS line FROM restaurant_staff
            WHERE role = 'owner' AND restaurant_id = 1";
        assert_eq!(venue.texts(owners).await, ["1"]);
    }
}

#[tokio::test]
async fn who_is_removed_or_demoted_cannot_come_back_by_an_invitation_that_is_still_open() {
    let venue = with_staff().await;
    let (owner, context) = (user("owner1"), at(NOW));
    let open = "SELECT count(*)::text AS line FROM staff_invitations";
    let address = email("host1@example.com");
    let invite = async || {
        let wanted = (&address, StaffRole::Owner);
        let store = &venue.store;
        let invited = store
            .invite_staff(&owner, venue.restaurant, wanted, &context)
            .await;
        invited.expect("they are the owner");
        assert_eq!(venue.texts(open).await, ["1"]);
    };
    invite().await;
    let manager = (&user_id("host1"), StaffRole::Manager);
    let changed = venue
        .store
        .update_staff(&owner, venue.restaurant, manager, &context);
    changed.await.expect("they are the owner");
    assert_eq!(venue.texts(open).await, ["0"]);
    invite().await;
    let host = user_id("host1");
    let removed = venue
        .store
        .remove_staff(&owner, venue.restaurant, &host, &context);
    removed.await.expect("they are the owner");
    assert_eq!(venue.texts(open).await, ["0"]);
}

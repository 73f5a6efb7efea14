//! The operations tagged ApiKeys: a key from its making to its end.

use booking_client::types::{ApiKeyScope, ErrorCode, NewApiKey};
use booking_tests::{NOW, TestService};

use crate::support::{BELLA, refused};

#[tokio::test]
async fn a_key_is_shown_once_is_used_and_is_revoked() {
    let service = TestService::start().await;
    let owner = service.client();
    let till = NewApiKey::builder()
        .name("Till")
        .scopes([ApiKeyScope::BookingsRead])
        .expires_at("2027-06-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let create = owner.create_api_key().restaurant_id(BELLA).body(till);
    let created = create.send().await.unwrap().into_inner();
    let id = created.api_key_id.to_string();
    let key = created.key.to_string();
    assert!(key.starts_with(&format!("re_{id}_")), "{id}");
    let digests = "SELECT encode(digest, 'escape') FROM api_keys";
    assert!(!service.rows(digests).await[0].contains(&key));

    let read = || owner.get_api_key().restaurant_id(BELLA).api_key_id(&*id);
    assert_eq!(read().send().await.unwrap().last_used_at, None);
    let list = || {
        let list = service.guest().list_bookings().restaurant_id(BELLA);
        list.oauth(key.as_str()).send()
    };
    assert_eq!(list().await.unwrap().data.len(), 0);
    let used = read().send().await.unwrap().last_used_at;
    assert_eq!(used.map(|at| at.to_string()).as_deref(), Some(NOW));

    let revoke = owner.revoke_api_key().restaurant_id(BELLA);
    revoke.api_key_id(&*id).send().await.unwrap();
    refused(list().await, 401, ErrorCode::Unauthenticated);
    refused(read().send().await, 404, ErrorCode::ApiKeyNotFound);
    let keys = owner.list_api_keys().restaurant_id(BELLA).send().await;
    assert_eq!(keys.unwrap().data.len(), 0);
}

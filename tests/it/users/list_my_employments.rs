//! `listMyEmployments`.

use booking_client::types::StaffRole;
use booking_tests::{ALL_SCOPES, NOW, TestService};

use crate::support::{BELLA, HIRSCH, SAKURA};

#[tokio::test]
async fn who_works_somewhere_is_told_where_and_as_what() {
    let service = TestService::start().await;
    let maria = service.add_account("Maria").await;
    for (restaurant, role) in [(HIRSCH, "owner"), (BELLA, "host"), (SAKURA, "manager")] {
        service.hire(&maria, restaurant, role).await;
    }
    let since = "UPDATE restaurant_staff SET created_at = '2025-01-01Z' WHERE role = 'manager'";
    service.sql(since).await;
    let token = service.access_token(&maria, ALL_SCOPES, NOW);
    let list = || {
        let client = service.client();
        client.list_my_employments().oauth(token.as_str())
    };
    let all = list().send().await.unwrap().into_inner().data;
    let found: Vec<_> = all
        .iter()
        .map(|one| (one.restaurant.id.get(), &one.role))
        .collect();
    let expected = [
        (SAKURA, &StaffRole::Manager),
        (BELLA, &StaffRole::Host),
        (HIRSCH, &StaffRole::Owner),
    ];
    assert_eq!(found, expected);

    let first = list().limit(2).send().await.unwrap().into_inner();
    assert_eq!(first.data[..], all[..2]);
    let cursor = first.pagination.next_cursor.unwrap();
    let rest = list()
        .limit(2)
        .cursor(cursor.as_str())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (&rest.data[..], rest.pagination.next_cursor.is_none()),
        (&all[2..], true)
    );

    let suspend = "UPDATE restaurants SET suspended_at = now() WHERE restaurant_id = 1";
    service.sql(suspend).await;
    assert_eq!(list().send().await.unwrap().data.len(), 2);
}

//! `listAuditEvents`.

use booking_client::types::{AuditActorKind, AuditEvent, NewStaffMember};
use booking_tests::{OWNER, Request, TestService};

use crate::support::{BELLA, HIRSCH, MONDAY, book_as_guest, wanted};

/// Who has done what, to what.
fn told(event: &AuditEvent) -> (AuditActorKind, Option<&str>, &str, Option<&str>) {
    let id = event.actor.id.as_ref();
    let subject = event.subject.as_ref();
    (
        event.actor.kind.clone(),
        id.map(|id| id.as_str()),
        event.action.as_str(),
        subject.map(|subject| subject.as_str()),
    )
}

#[tokio::test]
async fn log_tells_who_did_what_and_nothing_of_what_they_said() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let id = booking.booking_id.as_str();
    let (key_id, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    let invite = service.client().invite_staff().restaurant_id(BELLA);
    let body = NewStaffMember::builder()
        .email("luis@example.com")
        .role("host");
    invite.body(body).send().await.unwrap();
    service.set_clock("2027-02-08T17:31:00Z");
    let cancel = Request::post(format!("/bookings/{id}/cancel"));
    let cancelled = cancel.header("authorization", format!("Bearer {key}"));
    assert_eq!(service.send(&cancelled).await.status, 200);
    let suspend = service.client().suspend_restaurant().restaurant_id(BELLA);
    suspend.send().await.unwrap();
    let reinstate = service.client().reinstate_restaurant();
    reinstate.restaurant_id(BELLA).send().await.unwrap();

    let list = || service.client().list_audit_events().restaurant_id(BELLA);
    let mut events = Vec::new();
    let mut page = list().limit(2).send().await.unwrap().into_inner();
    loop {
        events.extend(page.data);
        let Some(cursor) = page.pagination.next_cursor else {
            break;
        };
        let next = list().limit(2).cursor(cursor.as_str()).send().await;
        page = next.unwrap().into_inner();
    }
    let all: Vec<_> = events.iter().map(told).collect();
    let (admin, user) = (AuditActorKind::PlatformAdmin, AuditActorKind::User);
    assert_eq!(
        all,
        [
            (admin.clone(), Some(OWNER), "reinstate_restaurant", None),
            (admin, Some(OWNER), "suspend_restaurant", None),
            (
                AuditActorKind::ApiKey,
                Some(key_id.as_str()),
                "cancel_booking",
                Some(id)
            ),
            (user.clone(), Some(OWNER), "invite_staff", None),
            (user, Some(OWNER), "create_api_key", Some(key_id.as_str())),
            (AuditActorKind::Guest, None, "create_booking", Some(id)),
        ]
    );
    for event in &events {
        assert_eq!(event.network.as_ref().unwrap().as_str(), "127.0.0.0/24");
    }
    assert_eq!(
        events[5].occurred_at.to_string(),
        booking.created_at.to_string()
    );

    let path = format!("/restaurants/{BELLA}/audit-events");
    let text = service.send(&Request::get(path)).await.text();
    // Nothing that could be a part of an id by chance.
    for personal in [
        "ada@",
        "Lovelace",
        "luis",
        "2079460000",
        secret.as_str(),
        key.as_str(),
    ] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    let elsewhere = service.client().list_audit_events().restaurant_id(HIRSCH);
    assert!(elsewhere.send().await.unwrap().data.is_empty());
}

//! The operations tagged Staff, from the invitation to the end.

use booking_client::types::{
    ErrorCode, InvitationAcceptance, NewStaffMember, StaffChange, StaffRole,
};
use booking_tests::{OWNER, TestService};

use crate::support::{BELLA, refused};

#[tokio::test]
async fn who_is_invited_accepts_is_promoted_and_leaves() {
    let service = TestService::start().await;
    let owner = service.client();
    let wanted = NewStaffMember::builder()
        .email("luis@example.com")
        .role(StaffRole::Host);
    let invite = owner.invite_staff().restaurant_id(BELLA).body(wanted);
    invite.send().await.unwrap();
    let token = service
        .mailed_token("luis@example.com", "staff_invitation")
        .await;

    // Nobody else's account takes the invitation, and the right one takes it once.
    let luis = service.add_account("Luis").await;
    let other = service.add_account("Other").await;
    let accept = |user: &str| {
        let credential = service.access_token(user, "account:manage", booking_tests::NOW);
        let body = InvitationAcceptance::builder().token(token.as_str());
        owner
            .accept_invitation()
            .oauth(credential)
            .body(body)
            .send()
    };
    refused(accept(&other).await, 422, ErrorCode::InvalidToken);
    let employment = accept(&luis).await.unwrap();
    assert_eq!(
        (*employment.restaurant.id, &employment.role),
        (BELLA, &StaffRole::Host)
    );
    refused(accept(&luis).await, 422, ErrorCode::InvalidToken);

    let update = owner.update_staff().restaurant_id(BELLA).user_id(&*luis);
    let manager = StaffChange::builder().role(StaffRole::Manager);
    let changed = update.body(manager).send().await.unwrap();
    assert_eq!(changed.role, StaffRole::Manager);
    let roles = async || -> Vec<(String, StaffRole)> {
        let page = owner
            .list_staff()
            .restaurant_id(BELLA)
            .send()
            .await
            .unwrap();
        let members = page.into_inner().data.into_iter();
        members
            .map(|member| (member.user_id.to_string(), member.role))
            .collect()
    };
    let luis_as_manager = (luis.clone(), StaffRole::Manager);
    let the_owner = (OWNER.to_owned(), StaffRole::Owner);
    assert_eq!(roles().await, [the_owner.clone(), luis_as_manager]);
    let remove = |user: &str| {
        owner
            .remove_staff()
            .restaurant_id(BELLA)
            .user_id(user)
            .send()
    };
    remove(&luis).await.unwrap();
    assert_eq!(roles().await, [the_owner]);
    refused(remove(OWNER).await, 409, ErrorCode::LastOwner);
}

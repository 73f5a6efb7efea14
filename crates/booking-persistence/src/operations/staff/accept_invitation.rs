//! `acceptInvitation`.

use credentials::OneTimeToken;

use booking_domain::{Actor, Employment, InvitationRefusal, UserId, accept_invitation};

use crate::access::RequestContext;
use crate::connection::{FromViolation, Visibility, show_restaurant};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{accounts, audit_events, restaurant_staff, staff_invitations};

impl FromViolation for InvitationRefusal {}

impl Store {
    /// Makes a user a member of the staff that has invited them. An invitation is good once.
    ///
    /// # Errors
    ///
    /// [`InvitationRefusal`].
    pub async fn accept_invitation(
        &self,
        user: &UserId,
        token: &OneTimeToken,
        context: &RequestContext,
    ) -> Result<Employment, StoreError<InvitationRefusal>> {
        let now = to_the_microsecond(context.now);
        let seeing = self.seeing(Visibility::of_invitation(token));
        let seeing = seeing.answering(context);
        let caller = format!("user:{user}");
        let transaction = seeing.transact("accept_invitation", async |connection| {
            let invitation = async { Ok(staff_invitations::take(connection, token).await?) };
            let account = async { Ok(accounts::find(connection, user).await?) };
            let taking = async { tokio::try_join!(biased; invitation, account) };
            let (invitation, account) = context.claim(connection, &caller, taking).await?;
            let refused = TransactionError::Refused(InvitationRefusal);
            let (Some(stored), Some(account)) = (invitation, account) else {
                return Err(refused);
            };
            let restaurant = stored.restaurant;
            let shown = async { Ok(show_restaurant(connection, restaurant.id).await?) };
            let current = restaurant_staff::lock_role(connection, restaurant.id, account.key);
            let ((), current) = tokio::try_join!(biased; shown, current)?;
            let role = accept_invitation(&stored.invitation, &account.account, current, now)
                .map_err(TransactionError::Refused)?;
            restaurant_staff::put(connection, restaurant.id, account.key, role, now).await?;
            let event = audit_events::NewEvent {
                restaurant: restaurant.id,
                actor: &Actor::User(user.clone()),
                action: "accept_invitation",
                subject: Some(user.as_str()),
                context,
            };
            audit_events::insert(connection, &event).await?;
            Ok(Employment { restaurant, role })
        });
        transaction.await
    }
}

//! The operations tagged Staff.

pub(crate) mod convert;

use booking_api::callers;
use booking_api::errors;
use booking_api::staff::*;
use booking_api::types::{self, InvitationAcceptance};
use booking_domain::{InvitationRefusal, StaffRefusal};
use contract_runtime::Problem;
use credentials::{OneTimeToken, OneTimeTokenPurpose};

use super::shared::{
    IntoDomain, IntoError, Paging, internal_error, no_store, request_context, store_error, user,
};
use crate::service::Service;

impl Staff for Service {
    async fn list_staff(
        &self,
        caller: callers::StaffManage<Self>,
        request: ListStaffRequest,
    ) -> Result<ListStaffResponse, ListStaffError> {
        let query = request.query;
        let paging = Paging::by_cursor::<ListStaffError>(query.limit, query.cursor.as_ref())?;
        let page = self
            .store()
            .list_staff(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &paging.window(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, ListStaffError>)?;
        let answer = paging.answer(&page, convert::staff_member);
        let (data, pagination) = answer.map_err(internal_error)?;
        let body = types::StaffPage { data, pagination };
        Ok(ListStaffResponse::Ok(body, no_store()))
    }

    async fn invite_staff(
        &self,
        caller: callers::StaffManage<Self>,
        request: InviteStaffRequest,
    ) -> Result<InviteStaffResponse, InviteStaffError> {
        let email = request.body.email.into_domain();
        let role = convert::wanted_role(request.body.role);
        self.store()
            .invite_staff(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                (&email, role),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, InviteStaffError>)?;
        Ok(InviteStaffResponse::Accepted)
    }

    async fn update_staff(
        &self,
        caller: callers::StaffManage<Self>,
        request: UpdateStaffRequest,
    ) -> Result<UpdateStaffResponse, UpdateStaffError> {
        let id = request.path.user_id.into_domain();
        let member = self
            .store()
            .update_staff(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                (&id, convert::wanted_role(request.body.role)),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, UpdateStaffError>)?;
        let body = convert::staff_member(&member).map_err(internal_error)?;
        Ok(UpdateStaffResponse::Ok(body, no_store()))
    }

    async fn remove_staff(
        &self,
        caller: callers::StaffManage<Self>,
        request: RemoveStaffRequest,
    ) -> Result<RemoveStaffResponse, RemoveStaffError> {
        self.store()
            .remove_staff(
                &caller.principal().principal,
                request.path.restaurant_id.into_domain(),
                &request.path.user_id.into_domain(),
                &request_context(self, &request.origin)?,
            )
            .await
            .map_err(store_error::<_, RemoveStaffError>)?;
        Ok(RemoveStaffResponse::NoContent)
    }

    async fn accept_invitation(
        &self,
        caller: callers::AccountManage<Self>,
        request: AcceptInvitationRequest,
    ) -> Result<AcceptInvitationResponse, AcceptInvitationError> {
        type Error = AcceptInvitationError;
        let token = request.body.token;
        let token = OneTimeToken::parse(OneTimeTokenPurpose::StaffInvitation, token.as_str());
        let token = token.map_err(|_| -> Error { InvitationRefusal.into_error() })?;
        let context = request_context(self, &request.origin)?;
        let user = user::<Error>(caller.principal())?;
        let accepted = self.store().accept_invitation(user, &token, &context).await;
        let employment = accepted.map_err(store_error::<_, Error>)?;
        let body = convert::employment(&employment);
        Ok(AcceptInvitationResponse::Ok(body, no_store()))
    }
}

impl<E> IntoError<E> for StaffRefusal
where
    E: From<errors::StaffMemberNotFound> + From<errors::LastOwner>,
{
    fn into_error(self) -> E {
        let problem = Problem::new(self.to_string()).field(UpdateStaffPath::FIELDS.user_id);
        match self {
            Self::NotFound => errors::StaffMemberNotFound(problem).into(),
            Self::LastOwner => errors::LastOwner(problem).into(),
        }
    }
}

/// Why an invitation is not good, whoever has the mail is not told.
impl<E: From<errors::InvalidToken>> IntoError<E> for InvitationRefusal {
    fn into_error(self) -> E {
        let message = "the invitation is unknown, used, too old or for another address";
        errors::InvalidToken(Problem::new(message).field(InvitationAcceptance::FIELDS.token)).into()
    }
}

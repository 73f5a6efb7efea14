//! Accounts.

use booking_api::types;
use booking_domain as domain;

use crate::api::shared::{BreaksContract, IntoDomain, ToContract};

/// An account as it is answered.
pub(crate) fn account(account: &domain::Account) -> Result<types::Account, BreaksContract> {
    Ok(types::Account {
        user_id: account.id.to_contract(),
        name: account.name.to_contract(),
        email: account.email.to_contract(),
        phone: account.phone.as_ref().map(ToContract::to_contract).into(),
        created_at: types::Timestamp::try_from(account.created_at)
            .map_err(BreaksContract::at("created_at"))?,
        updated_at: types::Timestamp::try_from(account.updated_at)
            .map_err(BreaksContract::at("updated_at"))?,
    })
}

/// What updateMe asks for.
pub(crate) fn account_change(body: types::AccountChange) -> domain::AccountChange {
    domain::AccountChange {
        name: body.name.map(IntoDomain::into_domain),
        phone: body
            .phone
            .map(|phone| phone.into_option().map(|phone| phone.into_domain().into())),
    }
}

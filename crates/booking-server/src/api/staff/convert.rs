//! Who works for a restaurant.

use booking_api::types;
use booking_domain as domain;

use crate::api::shared::{BreaksContract, ToContract};

/// A member of the staff as it is answered.
pub(crate) fn staff_member(
    member: &domain::StaffMember,
) -> Result<types::StaffMember, BreaksContract> {
    Ok(types::StaffMember {
        user_id: member.id.to_contract(),
        name: member.name.to_contract(),
        email: member.email.to_contract(),
        role: role(member.role),
        created_at: types::Timestamp::try_from(member.created_at)
            .map_err(BreaksContract::at("created_at"))?,
    })
}

/// Where somebody works, as it is answered.
pub(crate) fn employment(employment: &domain::Employment) -> types::Employment {
    let restaurant = &employment.restaurant;
    types::Employment {
        restaurant: types::RestaurantSummary {
            id: restaurant.id.to_contract(),
            name: restaurant.name.to_contract(),
            address: restaurant.address.to_contract(),
        },
        role: role(employment.role),
    }
}

const fn role(role: domain::StaffRole) -> types::StaffRole {
    match role {
        domain::StaffRole::Host => types::StaffRole::Host,
        domain::StaffRole::Manager => types::StaffRole::Manager,
        domain::StaffRole::Owner => types::StaffRole::Owner,
    }
}

/// A role that is asked for.
pub(crate) const fn wanted_role(role: types::StaffRole) -> domain::StaffRole {
    match role {
        types::StaffRole::Host => domain::StaffRole::Host,
        types::StaffRole::Manager => domain::StaffRole::Manager,
        types::StaffRole::Owner => domain::StaffRole::Owner,
    }
}

//! Who works in a restaurant: invited, promoted, removed.

use jiff::Timestamp;

use super::{Account, StaffRole};
use crate::booking::{CustomerName, EmailAddress};
use crate::ids::UserId;
use crate::restaurant::RestaurantSummary;

/// Somebody who works in a restaurant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Public id.
    pub id: UserId,
    /// Name of their account, 2–100 characters.
    pub name: CustomerName,
    /// Verified address of their account.
    pub email: EmailAddress,
    /// Role.
    pub role: StaffRole,
    /// 1 when they began, one more with every change of the role.
    pub version: i32,
    /// Since when they work there.
    pub created_at: Timestamp,
    /// When the role last changed.
    pub updated_at: Timestamp,
}

/// Where somebody works, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employment {
    /// The restaurant.
    pub restaurant: RestaurantSummary,
    /// What they are there.
    pub role: StaffRole,
}

/// Why nobody's role changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffRefusal {
    /// Nobody with this id works in the restaurant.
    #[error("nobody with this id works for the restaurant")]
    NotFound,
    /// The restaurant would be without an owner.
    #[error("this is the last owner: make somebody else an owner first")]
    LastOwner,
}

/// Gives a member of `staff`, which is all of a restaurant's, another role. Somebody who has it
/// already stays as they are.
///
/// # Errors
/// [`StaffRefusal`].
pub fn update_staff(
    staff: &[StaffMember],
    id: &UserId,
    role: StaffRole,
    now: Timestamp,
) -> Result<StaffMember, StaffRefusal> {
    let member = find(staff, id)?;
    if member.role == role {
        return Ok(member.clone());
    }
    keeps_an_owner(staff, member)?;
    Ok(StaffMember {
        role,
        version: member.version.saturating_add(1),
        updated_at: now,
        ..member.clone()
    })
}

/// Whether a member of `staff`, which is all of a restaurant's, can go.
///
/// # Errors
/// [`StaffRefusal`].
pub fn remove_staff(staff: &[StaffMember], id: &UserId) -> Result<(), StaffRefusal> {
    keeps_an_owner(staff, find(staff, id)?)
}

fn find<'a>(staff: &'a [StaffMember], id: &UserId) -> Result<&'a StaffMember, StaffRefusal> {
    let found = staff.iter().find(|member| member.id == *id);
    found.ok_or(StaffRefusal::NotFound)
}

/// That an owner is left when this member is none any more.
fn keeps_an_owner(staff: &[StaffMember], without: &StaffMember) -> Result<(), StaffRefusal> {
    let is_owner = |member: &&StaffMember| member.role == StaffRole::Owner;
    let is_last = is_owner(&without) && staff.iter().filter(is_owner).count() == 1;
    (!is_last).then_some(()).ok_or(StaffRefusal::LastOwner)
}

/// What somebody is asked to become, by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffInvitation {
    /// Whom the mail was sent to, in lower case.
    pub email: EmailAddress,
    /// What they are asked to be.
    pub role: StaffRole,
    /// From when it is good no more.
    pub expires_at: Timestamp,
}

/// The invitation is not for this account, or too old. Which of it is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the invitation is not good for this account")]
pub struct InvitationRefusal;

/// What an account becomes that accepts an invitation, where it is `current` now. Only who has
/// verified the address that was invited can accept, so that a mail that was passed on opens
/// nothing; and nobody loses a role that they have.
///
/// # Errors
/// [`InvitationRefusal`].
pub fn accept_invitation(
    invitation: &StaffInvitation,
    account: &Account,
    current: Option<StaffRole>,
    now: Timestamp,
) -> Result<StaffRole, InvitationRefusal> {
    let is_for_it = invitation.email.normalized() == account.email.normalized();
    if is_for_it && now < invitation.expires_at {
        Ok(current.map_or(invitation.role, |role| role.max(invitation.role)))
    } else {
        Err(InvitationRefusal)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;
    use crate::Registration;
    use crate::fixtures::NOW;

    fn id(number: u8) -> UserId {
        UserId::from_random([number; 32])
    }

    fn member(number: u8, role: StaffRole) -> StaffMember {
        StaffMember {
            id: id(number),
            name: CustomerName::parse("Maria Rossi").expect("it is a name"),
            email: EmailAddress::parse("maria@example.com").expect("it is an address"),
            role,
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn any_role() -> impl Strategy<Value = StaffRole> {
        prop::sample::select(StaffRole::ALL)
    }

    /// A restaurant's staff, of whom at least one is an owner.
    fn any_staff() -> impl Strategy<Value = Vec<StaffMember>> {
        prop::collection::vec(any_role(), 0..5).prop_map(|roles| {
            let roles = roles.into_iter().chain([StaffRole::Owner]);
            (0..)
                .zip(roles)
                .map(|(number, role)| member(number, role))
                .collect()
        })
    }

    fn owners(staff: &[StaffMember]) -> usize {
        let is_owner = |member: &&StaffMember| member.role == StaffRole::Owner;
        staff.iter().filter(is_owner).count()
    }

    proptest! {
        #[test]
        fn an_owner_stays_whatever_is_changed(
            mut staff in any_staff(),
            changes in prop::collection::vec((0..6_u8, prop::option::of(any_role())), 0..12),
        ) {
            for (number, role) in changes {
                let id = id(number);
                let index = staff.iter().position(|member| member.id == id);
                let refused = match role {
                    Some(role) => update_staff(&staff, &id, role, NOW)
                        .map(|changed| staff[index.expect("they work there")] = changed)
                        .err(),
                    None => remove_staff(&staff, &id)
                        .map(|()| drop(staff.remove(index.expect("they work there"))))
                        .err(),
                };
                match refused {
                    None => {}
                    Some(StaffRefusal::NotFound) => prop_assert_eq!(index, None),
                    Some(StaffRefusal::LastOwner) => {
                        prop_assert_eq!(owners(&staff), 1);
                        let member = &staff[index.expect("they work there")];
                        prop_assert_eq!(member.role, StaffRole::Owner);
                    }
                }
                prop_assert!(owners(&staff) > 0);
            }
        }

        #[test]
        fn a_role_changes_once(staff in any_staff(), role in any_role()) {
            let later = NOW + 1.minute();
            let member = &staff[0];
            if let Ok(changed) = update_staff(&staff, &member.id, role, later) {
                let is_new = member.role != role;
                prop_assert_eq!((changed.role, changed.version), (role, 1 + i32::from(is_new)));
                prop_assert_eq!(changed.updated_at == later, is_new);
            }
        }

        #[test]
        fn an_invitation_is_for_its_address_and_its_time_and_takes_nothing_away(
            is_same in any::<bool>(),
            hours in -2..2_i32,
            invited in any_role(),
            current in prop::option::of(any_role()),
        ) {
            let address = if is_same { "Luis@Example.com" } else { "other@example.com" };
            let registration = Registration {
                email: EmailAddress::parse(address).expect("it is an address"),
                name: CustomerName::parse("Luis Ortega").expect("it is a name"),
            };
            let account = Account::from_registration(id(1), registration, NOW);
            let invitation = StaffInvitation {
                email: EmailAddress::parse("luis@example.com").expect("it is an address"),
                role: invited,
                expires_at: NOW + hours.hours(),
            };
            let accepted = accept_invitation(&invitation, &account, current, NOW);
            if is_same && hours > 0 {
                let role = accepted.expect("it is good");
                prop_assert!(role == invited || current == Some(role));
                prop_assert!(role >= invited && Some(role) >= current);
            } else {
                prop_assert_eq!(accepted, Err(InvitationRefusal));
            }
        }
    }
}

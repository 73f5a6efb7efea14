//! The table `staff_invitations`: who is asked to work for a restaurant.

use credentials::{OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRecord};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    EmailAddress, RestaurantId, RestaurantSummary, StaffInvitation, StaffRole, UserId,
};

use super::parsed;
use super::restaurants::SummaryRow;
use crate::access::{PlatformAccess, RestaurantAccess};
use crate::error::LoadError;
use crate::schema::{accounts, restaurants, staff_invitations};

/// Asks somebody to work for a restaurant. An older invitation of theirs is good no more.
pub(crate) async fn replace(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    (email, role): (&EmailAddress, StaffRole),
    (invited_by, token): (i64, &OneTimeToken),
    now: Timestamp,
) -> QueryResult<usize> {
    let record = OneTimeTokenRecord::new(OneTimeTokenPurpose::StaffInvitation, now);
    let columns = (
        staff_invitations::role.eq(role.as_str()),
        staff_invitations::digest.eq(token.digest().as_bytes().to_vec()),
        staff_invitations::invited_by.eq(invited_by),
        staff_invitations::created_at.eq(now.to_diesel()),
        staff_invitations::expires_at.eq(record.expires_at.to_diesel()),
    );
    diesel::insert_into(staff_invitations::table)
        .values((
            staff_invitations::restaurant_id.eq(access.restaurant().get()),
            staff_invitations::email.eq(email.normalized()),
            columns.clone(),
        ))
        .on_conflict((staff_invitations::restaurant_id, staff_invitations::email))
        .do_update()
        .set(columns)
        .execute(&mut connection)
        .await
}

/// Asks somebody to be the first owner of a restaurant that was just entered.
pub(crate) async fn insert_first_owner(
    mut connection: &AsyncPgConnection,
    _: &PlatformAccess,
    (restaurant, email): (RestaurantId, &EmailAddress),
    token: &OneTimeToken,
    now: Timestamp,
) -> QueryResult<usize> {
    let record = OneTimeTokenRecord::new(OneTimeTokenPurpose::StaffInvitation, now);
    diesel::insert_into(staff_invitations::table)
        .values((
            staff_invitations::restaurant_id.eq(restaurant.get()),
            staff_invitations::email.eq(email.normalized()),
            staff_invitations::role.eq(StaffRole::Owner.as_str()),
            staff_invitations::digest.eq(token.digest().as_bytes().to_vec()),
            staff_invitations::created_at.eq(now.to_diesel()),
            staff_invitations::expires_at.eq(record.expires_at.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// An invitation as its token finds it.
pub(crate) struct StoredInvitation {
    pub(crate) restaurant: RestaurantSummary,
    pub(crate) invitation: StaffInvitation,
}

/// Takes the invitation with this token away, if it is there and its restaurant is not suspended:
/// of two who do so at once, one gets it.
pub(crate) async fn take(
    mut connection: &AsyncPgConnection,
    token: &OneTimeToken,
) -> Result<Option<StoredInvitation>, LoadError> {
    let row: Option<(i64, String, String, jiff_diesel::Timestamp)> =
        diesel::delete(staff_invitations::table)
            .filter(staff_invitations::digest.eq(token.digest().as_bytes().to_vec()))
            .returning((
                staff_invitations::restaurant_id,
                staff_invitations::email,
                staff_invitations::role,
                staff_invitations::expires_at,
            ))
            .get_result(&mut connection)
            .await
            .optional()?;
    let Some((key, email, role, expires_at)) = row else {
        return Ok(None);
    };
    let restaurant: Option<SummaryRow> = restaurants::table
        .find(key)
        .filter(restaurants::suspended_at.is_null())
        .select(SummaryRow::as_select())
        .first(&mut connection)
        .await
        .optional()?;
    let Some(restaurant) = restaurant else {
        return Ok(None);
    };
    let restaurant: RestaurantSummary = restaurant.try_into()?;
    let invitation = StaffInvitation {
        email: parsed(EmailAddress::parse(email), "staff_invitations.email", key)?,
        role: parsed(StaffRole::parse(&role), "staff_invitations.role", key)?,
        expires_at: expires_at.to_jiff(),
    };
    Ok(Some(StoredInvitation {
        restaurant,
        invitation,
    }))
}

/// Takes back the invitation of somebody, who is not to become again by it what they are no more.
pub(crate) async fn delete_of(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    invited: &EmailAddress,
) -> QueryResult<usize> {
    diesel::delete(staff_invitations::table)
        .filter(staff_invitations::restaurant_id.eq(access.restaurant().get()))
        .filter(staff_invitations::email.eq(invited.normalized()))
        .execute(&mut connection)
        .await
}

/// Takes back what somebody has invited who may invite nobody any more.
pub(crate) async fn delete_from(
    mut connection: &AsyncPgConnection,
    access: &RestaurantAccess,
    inviter: &UserId,
) -> QueryResult<usize> {
    let user = accounts::table
        .filter(accounts::public_id.eq(inviter.as_str()))
        .select(accounts::user_id.nullable());
    diesel::delete(staff_invitations::table)
        .filter(staff_invitations::restaurant_id.eq(access.restaurant().get()))
        .filter(staff_invitations::invited_by.eq_any(user))
        .execute(&mut connection)
        .await
}

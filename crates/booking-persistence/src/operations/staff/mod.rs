//! The operations tagged Staff.

mod accept_invitation;
mod invite_staff;
mod list_staff;
mod remove_staff;
mod update_staff;

use diesel_async::AsyncPgConnection;

use booking_domain::{StaffMember, StaffRefusal};

use crate::access::{RestaurantAccess, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::TransactionError;
use crate::tables::restaurant_staff;

impl FromViolation for StaffRefusal {}

/// The staff of a restaurant, which nobody else changes until the transaction ends, in one round
/// trip. Who has waited may have been removed meanwhile, so that access is asked for behind the lock.
pub(crate) async fn lock_staff<R>(
    connection: &AsyncPgConnection,
    request: &StaffRequest<'_>,
) -> Result<(RestaurantAccess, Vec<StaffMember>), TransactionError<RestaurantAccessRefusal<R>>> {
    let lock = async { Ok(restaurant_staff::lock(connection, request.restaurant).await?) };
    let access = request.authorize(connection);
    let staff = async { Ok(restaurant_staff::all(connection, request.restaurant).await?) };
    let ((), access, staff) = tokio::try_join!(biased; lock, access, staff)?;
    let staff = access.open(staff)?;
    Ok((access, staff))
}

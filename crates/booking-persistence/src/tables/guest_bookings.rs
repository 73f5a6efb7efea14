//! Bookings as their guests see them, of the tables `bookings`, `booking_contacts` and `restaurants`: many at
//! once.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;

use booking_domain::{BookingId, BookingView};

use super::booking_contacts::of_booking;
use super::bookings::{BookingRow, view};
use super::restaurants::SummaryRow;
use crate::access::{BookingRights, CallerRow, GuardedBooking};
use crate::error::Corrupt;
use crate::schema::{bookings, restaurants};

/// A booking as its guest sees it, with its restaurant.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct GuestRow {
    #[diesel(embed)]
    booking: BookingRow,
    secret_rotation: i32,
    user_id: Option<i64>,
    account_user_id: Option<i64>,
    #[diesel(embed)]
    restaurant: SummaryRow,
    #[diesel(select_expression = restaurants::suspended_at.is_not_null())]
    is_suspended: bool,
}

impl GuestRow {
    /// The booking's id.
    pub(crate) fn id(&self) -> &str {
        &self.booking.public_id
    }

    /// The number of its restaurant.
    pub(crate) fn restaurant(&self) -> i64 {
        self.booking.restaurant_id
    }

    /// The booking at `now` and its row's number, with what is known of who asks.
    pub(crate) fn guarded(
        self,
        id: &BookingId,
        caller: CallerRow,
        now: Timestamp,
    ) -> Result<GuardedBooking<(i64, BookingView)>, Corrupt> {
        let rights = BookingRights {
            id: id.clone(),
            secret_rotation: self.secret_rotation,
            owners: [self.user_id, self.account_user_id],
            is_suspended: self.is_suspended,
            caller,
        };
        let key = self.booking.booking_id;
        let view = view((self.booking, None, self.restaurant), now)?;
        Ok(GuardedBooking::new(rights, (key, view)))
    }
}

/// The bookings with these ids, as their guests see them, in no order. One statement.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    ids: &[&str],
) -> QueryResult<Vec<GuestRow>> {
    bookings::table
        .inner_join(restaurants::table)
        .left_join(of_booking())
        .filter(bookings::public_id.eq_any(ids))
        .select(GuestRow::as_select())
        .load(&mut connection)
        .await
}

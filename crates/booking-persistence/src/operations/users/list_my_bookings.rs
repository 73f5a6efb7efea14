//! `listMyBookings`.

use booking_domain::{BookingView, UserId};
use jiff::Timestamp;

use crate::connection::Visibility;
use crate::error::StoreError;
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::operations::bookings::{BookingFilter, BookingSort, list};
use crate::store::Store;

impl Store {
    /// The bookings that a user has made while logged in, and those that were made with the
    /// address that is verified to be theirs, as far as they pass the filter at `now`.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn list_my_bookings(
        &self,
        user: &UserId,
        filter: &BookingFilter,
        (sort, window): (BookingSort, &Window),
        now: Timestamp,
    ) -> Result<Page<BookingView>, StoreError<CursorOfAnotherList>> {
        let mine = BookingFilter {
            user: Some(user.clone()),
            ..filter.clone()
        };
        let seeing = self.seeing(Visibility::of_user(user));
        let reading = seeing.read("list_my_bookings", async |connection| {
            let page = list(connection, &mine, sort, window, now).await?;
            Ok(page.try_map(|(_, view)| Ok(view))?)
        });
        reading.await
    }
}

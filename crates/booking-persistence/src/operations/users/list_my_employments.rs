//! `listMyEmployments`.

use booking_domain::{Employment, UserId};

use crate::connection::Visibility;
use crate::error::StoreError;
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::restaurant_staff;

impl Store {
    /// Where a user works, those restaurants first where they have worked longest.
    ///
    /// # Errors
    ///
    /// [`CursorOfAnotherList`].
    pub async fn list_my_employments(
        &self,
        user: &UserId,
        window: &Window,
    ) -> Result<Page<Employment>, StoreError<CursorOfAnotherList>> {
        let seeing = self.seeing(Visibility::of_user(user));
        let reading = seeing.read("list_my_employments", async |connection| {
            restaurant_staff::list_of_user(connection, user, window).await
        });
        reading.await
    }
}

//! `findBooking`.

use std::convert::Infallible;

use jiff::Timestamp;

use booking_domain::{ConfirmationCode, EmailAddress};

use crate::connection::Visibility;
use crate::error::StoreError;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{bookings, messages};

impl Store {
    /// Leaves a mail to be sent with a link to the booking that has this code and was made with this
    /// address, if there is one. The caller does not learn whether there is.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn find_booking(
        &self,
        code: &ConfirmationCode,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        let seeing = self.seeing(Visibility::of_confirmation_code(code));
        let transaction = seeing.transact("find_booking", async |connection| {
            // Codes are unique within a restaurant, so there may be several.
            for (id, email, restaurant) in bookings::find_by_code(connection, code, email).await? {
                messages::insert_booking_link(connection, &email, &restaurant, &id, now).await?;
            }
            Ok(())
        });
        transaction.await
    }
}

//! The mails that wait to be sent: whoever sends them reads them here.

use std::convert::Infallible;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::messages::{self, PendingMessage};

impl Store {
    /// The mails that wait to be sent, the oldest first, at most so many.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn pending_messages(
        &self,
        limit: u32,
    ) -> Result<Vec<PendingMessage>, StoreError<Infallible>> {
        // A transaction bounds what is seen of the bookings that mails name.
        self.transact("pending_messages", async |connection| {
            Ok(messages::pending(connection, limit).await?)
        })
        .await
    }

    /// Remembers that a mail was sent, and forgets the token that it carried. `false` if it was sent
    /// before, or has given way to another.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn mark_message_sent(
        &self,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("mark_message_sent", async |connection| {
            Ok(messages::mark_sent(connection, id, now).await? == 1)
        })
        .await
    }
}

//! What time it is for all processes on one database.

use std::convert::Infallible;

use diesel::dsl::sql;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// The time by the clock of the database's machine, at some moment between question and answer.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn database_time(&self) -> Result<Timestamp, StoreError<Infallible>> {
        self.read("database_time", async |mut connection| {
            let time: jiff_diesel::Timestamp =
                diesel::select(sql::<Timestamptz>("clock_timestamp()"))
                    .get_result(&mut connection)
                    .await?;
            Ok(time.to_jiff())
        })
        .await
    }
}

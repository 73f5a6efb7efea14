//! `booking-server migrate`: the schema, by the one who owns it. The service does not.

use std::io::{self, Write};

use booking_persistence::{MigrateError, SERVICE_ROLE, Store};

use crate::background::booking_times;
use crate::boot::config::{DatabaseChoice, DatabaseUrl};
use crate::boot::error::StartError;
use crate::boot::running::database_clock;
use crate::random::Random;

/// Brings the schema up to date, and what is stored by older rules of time zones, and says as whom the
/// service connects.
pub(super) async fn migrate(database: DatabaseChoice) -> Result<(), StartError> {
    // The command line gives no other choice to who migrates.
    let DatabaseChoice::Server {
        url, source_name, ..
    } = database
    else {
        return Ok(());
    };
    let migrated = async {
        bring_up_to_date(&url).await?;
        let store = Store::connect(url.expose(), Random.into()).await;
        let store = store.map_err(|error| StartError::from_connect(&url, &error))?;
        let clock = database_clock(&url, &store).await?;
        booking_times::recompute(&store, &clock).await;
        Ok::<_, StartError>(())
    };
    migrated
        .await
        .map_err(|error| error.with_database_source(&source_name))?;
    // Whoever reads may have closed the pipe: the schema is up to date all the same.
    let _ = writeln!(
        io::stdout(),
        "{url} is up to date; the service connects as {SERVICE_ROLE}, or as a role that is granted it"
    );
    Ok(())
}

/// Runs the migrations that are still to be run.
pub(super) async fn bring_up_to_date(url: &DatabaseUrl) -> Result<(), StartError> {
    let migrated = booking_persistence::migrate(url.expose()).await;
    migrated.map_err(|error| match error {
        MigrateError::Connect(error) => StartError::from_connect(url, &error),
        MigrateError::UnknownMigrations { .. } => StartError::UnknownMigrations {
            url: url.clone(),
            cause: error.to_string(),
        },
        MigrateError::Failed { reason } => StartError::Migrations {
            url: url.clone(),
            // A server may say more than one line.
            cause: reason.lines().collect::<Vec<_>>().join("; "),
        },
    })
}

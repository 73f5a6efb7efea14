//! `booking-server signing-keys`: the keys that access tokens are signed with, on behalf of the
//! operator.

use std::io::{self, Write};
use std::sync::Arc;

use crate::boot::config::{DatabaseChoice, SecretKeyChoice};
use crate::boot::database::Database;
use crate::boot::error::StartError;
use crate::boot::running::{database_clock, open_store};
use crate::boot::secret_key;
use crate::boot::signals::StopRequest;
use crate::identity::SigningKeys;

/// Has another key take the place of the present one, and says from when on.
pub(super) async fn rotate(
    database: DatabaseChoice,
    secret_key: Option<SecretKeyChoice>,
) -> Result<(), StartError> {
    let mut stop = StopRequest::listen()?;
    let Some(database) = Database::open(database, stop.asked()).await? else {
        return Ok(());
    };
    let rotate = async {
        let data_dir = database.private().map(|(directory, _)| directory);
        let secret_key = secret_key::load(secret_key.as_ref(), data_dir)?;
        let store = open_store(database.access()).await?;
        let now = database_clock(&database.access().url, &store).await?.now();
        let keys = SigningKeys::load(Arc::clone(&secret_key), &store, now).await?;
        Ok(keys.rotate(&store, now).await?)
    };
    let outcome = tokio::select! {
        () = stop.asked() => Ok(None),
        rotated = rotate => rotated.map(Some),
    };
    let outcome = outcome.map_err(|error: StartError| match database.source_name() {
        Some(source_name) => error.with_database_source(source_name),
        None => error,
    });
    database.close().await;
    if let Some(active_from) = outcome? {
        // Whoever reads may have closed the pipe: the key is there all the same.
        let _ = writeln!(
            io::stdout(),
            "access tokens are signed with another key from {active_from:.0} on"
        );
    }
    Ok(())
}

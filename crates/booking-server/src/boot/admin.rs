//! `booking-server admin`: the accounts of those who run the installation, made by whoever can reach
//! its database.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use booking_domain::Registration;
use booking_persistence::StoreError;
use credentials::{ExposeSecret, Password, SecretString};

use crate::boot::config::DatabaseChoice;
use crate::boot::database::Database;
use crate::boot::error::StartError;
use crate::boot::running::{database_clock, open_store};
use crate::boot::signals::StopRequest;
use crate::identity::PasswordHasher;

/// How much of the standard input is read in search of the end of its first line.
const MAX_LINE_BYTES: u64 = 4096;

/// Makes the account of a platform admin. The password is judged before the database is asked.
pub(super) async fn create(
    database: DatabaseChoice,
    registration: Registration,
) -> Result<(), StartError> {
    let password = ask_password()?;
    let password = Password::parse(password.expose_secret());
    let password = password.map_err(|error| StartError::NewPassword(error.to_string()))?;
    let about_user = [registration.email.as_str(), registration.name.as_str()];
    let about_user = about_user.iter().chain(&["ReserveEasy"]);
    let about_user = about_user.map(|text| (*text).to_owned()).collect();
    let hash = PasswordHasher::new().hash_new(password, about_user).await;
    let hash = hash
        .map_err(|error| StartError::Account(error.to_string()))?
        .map_err(|error| StartError::NewPassword(error.to_string()))?;

    let mut stop = StopRequest::listen()?;
    let Some(database) = Database::open(database, stop.asked()).await? else {
        return Ok(());
    };
    let make = async {
        let store = open_store(database.access()).await?;
        let now = database_clock(&database.access().url, &store).await?.now();
        let made = store.create_platform_admin(&registration, &hash, now);
        made.await.map_err(|error| match error {
            StoreError::Refused(_) => StartError::AccountExists(registration.email.clone()),
            other => StartError::Account(other.to_string()),
        })
    };
    let outcome = tokio::select! {
        () = stop.asked() => Ok(None),
        made = make => made.map(Some),
    };
    let outcome = outcome.map_err(|error| match database.source_name() {
        Some(source_name) => error.with_database_source(source_name),
        None => error,
    });
    // What runs for the first time here is still to get what belongs to a new cluster.
    database.close().await;
    if let Some(account) = outcome? {
        let email = account.email;
        // Whoever reads may have closed the pipe: the account is there all the same.
        let _ = writeln!(io::stdout(), "{email} is a platform admin, and can log in");
    }
    Ok(())
}

/// The password: typed twice on a terminal, or the first line of the standard input.
fn ask_password() -> Result<SecretString, StartError> {
    let unreadable = |error: io::Error| StartError::NewPassword(error.to_string());
    if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unreadable)?;
        let second = rpassword::prompt_password("Again: ").map_err(unreadable)?;
        if first != second {
            let reason = "the two passwords differ".to_owned();
            return Err(StartError::NewPassword(reason));
        }
        return Ok(first.into());
    }
    let mut line = String::new();
    let read = io::stdin().lock().take(MAX_LINE_BYTES).read_line(&mut line);
    read.map_err(unreadable)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}

//! The server's secret key: given, in a file, or made once and kept beside a private cluster.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use credentials::{ExposeSecret, SecretKey};

use crate::boot::config::SecretKeyChoice;
use crate::boot::error::StartError;
use crate::boot::private_file;
use crate::random::Random;

/// The file in the directory of the data.
const FILE: &str = "secret-key";

/// The key that the operator has chosen, or else the one in the directory of the data, where it is
/// made if it is not there yet.
pub(crate) fn load(
    choice: Option<&SecretKeyChoice>,
    data_dir: Option<&Path>,
) -> Result<Arc<SecretKey>, StartError> {
    match (choice, data_dir) {
        (Some(SecretKeyChoice::Given(key)), _) => Ok(Arc::clone(key)),
        (Some(SecretKeyChoice::File { path, source_name }), _) => {
            read(path).map_err(|error| StartError::Setting {
                source_name: source_name.clone(),
                error: Box::new(error),
            })
        }
        (None, Some(data_dir)) => kept(&data_dir.join(FILE)),
        (None, None) => Err(StartError::NoSecretKey),
    }
}

/// The key in this file of ours.
fn kept(path: &Path) -> Result<Arc<SecretKey>, StartError> {
    if !path.exists() {
        make(path).map_err(|error| unreadable(path, error))?;
    }
    read(path)
}

fn read(path: &Path) -> Result<Arc<SecretKey>, StartError> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let key = SecretKey::parse(&text).map_err(|error| unreadable(path, error))?;
    Ok(Arc::new(key))
}

/// Writes a new key.
fn make(path: &Path) -> io::Result<()> {
    let key = SecretKey::from_random(Random.bytes().map_err(io::Error::other)?);
    let text = format!("{}\n", key.expose_text().expose_secret());
    private_file::write(path, &text)
}

fn unreadable(path: &Path, error: impl std::fmt::Display) -> StartError {
    StartError::SecretKey {
        path: path.to_owned(),
        cause: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn text(key: &SecretKey) -> String {
        key.expose_text().expose_secret().to_owned()
    }

    #[test]
    fn a_key_is_made_once_and_is_its_owners_to_read() {
        let directory = tempfile::tempdir().unwrap();
        let made = load(None, Some(directory.path())).unwrap();
        let again = load(None, Some(directory.path())).unwrap();
        assert_eq!(text(&made), text(&again));
        let file = fs::metadata(directory.path().join(FILE)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        let elsewhere = tempfile::tempdir().unwrap();
        let other = load(None, Some(elsewhere.path())).unwrap();
        assert_ne!(text(&made), text(&other));
    }

    #[test]
    fn a_file_that_holds_no_key_is_named_and_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, "hunter2").unwrap();
        let choice = SecretKeyChoice::File {
            path: path.clone(),
            source_name: "BOOKING_SECRET_KEY_FILE".to_owned(),
        };
        let error = load(Some(&choice), None).unwrap_err().to_string();
        assert!(error.starts_with("BOOKING_SECRET_KEY_FILE: "), "{error}");
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
